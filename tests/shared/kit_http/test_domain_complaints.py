"""What is wrong with a field: where the caller sees it, and what is expected instead."""

from typing import Annotated, Any

import pytest
from pydantic import Field, ValidationError

from services.sla.schemas.policies import PolicyIn
from shared.kit.complaints import complaints
from shared.kit.model import Body
from shared.kit.problems import ValidationFailed
from shared.vocabulary import Locale, Localized, Priority


class Sheet(Body):
    """A field of each sort that complains."""

    title: Annotated[str, Field(min_length=1)] = "x"
    long: Annotated[str, Field(min_length=3)] = "xxx"
    rows: Annotated[list[int], Field(min_length=1)] = Field(default_factory=lambda: [1])
    priority: Priority = Priority.P1


def told(kind: type[Body], data: Any, locale: Locale = Locale.EN) -> list[tuple[str, str, str]]:
    with pytest.raises(ValidationError) as caught:
        kind.model_validate(data)
    errors = [{**one, "loc": ("body", *one["loc"])} for one in caught.value.errors()]
    return [(one.pointer, one.code, one.message) for one in complaints(errors, locale)]


@pytest.mark.parametrize("locale", list(Locale))
def test_a_duration_that_is_none_names_its_place_and_the_expected_form(locale: Locale) -> None:
    targets = {"P3": {"first_response": {"target": "20s"}}}
    [(pointer, code, message)] = told(PolicyIn, {"name": "n", "targets": targets}, locale)
    assert pointer == "#/targets/P3/first_response/target"
    assert code == "invalid_duration"
    assert "PT20S" in message
    assert '{"business_days": 2}' in message


def test_a_branch_of_a_choice_leaves_no_trace_in_the_pointer() -> None:
    targets = {"P3": {"resolution": {"target": {"business_days": 0}}}}
    pointers = [one[0] for one in told(PolicyIn, {"name": {"ar": "م"}, "targets": targets})]
    assert "#/name/en" in pointers
    assert "#/targets/P3/resolution/target/business_days" in pointers
    assert not any("Name" in one or "[" in one for one in pointers)


def test_a_field_that_looks_like_a_type_keeps_its_name() -> None:
    assert told(Sheet, {"Priority": 1})[0][0] == "#/Priority"
    assert told(PolicyIn, {"name": "n", "targets": {}, "str": 1})[0][0] == "#/str"


@pytest.mark.parametrize(
    ("data", "arabic", "english"),
    [
        ({"title": ""}, "النص فارغ.", "The text is empty."),
        ({"rows": []}, "القائمة فارغة.", "The list is empty."),
        (
            {"long": ""},
            "النص قصير: الحد الأدنى لعدد الحروف 3.",
            "The text is shorter than 3 characters.",
        ),
    ],
)
def test_nothing_is_called_empty_and_not_short(
    data: dict[str, Any], arabic: str, english: str
) -> None:
    assert told(Sheet, data, Locale.AR)[0][2] == arabic
    assert told(Sheet, data)[0][2] == english


def test_values_to_choose_from_are_fenced_off_in_arabic() -> None:
    [(_, _, arabic)] = told(Sheet, {"priority": "P9"}, Locale.AR)
    assert (
        arabic == "القيم الممكنة: \u2068P1\u2069، \u2068P2\u2069، \u2068P3\u2069، \u2068P4\u2069."
    )
    assert "'P3' or 'P4'" in told(Sheet, {"priority": "P9"})[0][2]


def test_a_refusal_is_said_in_the_language_of_the_answer_not_of_its_maker() -> None:
    texts = Localized(ar="لا يوجد", en="There is none")
    refusal = ValidationFailed.of("#/zone", "unknown", texts, Locale.AR)
    (error,) = refusal.document(Locale.EN)["errors"]
    assert error == {"pointer": "#/zone", "code": "unknown", "message": "There is none"}
    (error,) = refusal.document(Locale.AR)["errors"]
    assert error["message"] == "لا يوجد"
