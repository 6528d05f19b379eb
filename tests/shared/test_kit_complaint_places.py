"""A complaint names the place and what may stand there, also of what no schema has seen yet."""

from typing import Annotated, Any

import pytest
from pydantic import Field, ValidationError

from services.tickets.schemas.bonds import MergeIn
from services.tickets.schemas.fields import Needs
from shared.kit.complaints import complaints
from shared.kit.model import Body
from shared.vocabulary import Locale


class Name(Body):
    ar: str = "x"


class Thing(Body):
    name: Name = Field(default_factory=Name)
    position: int = 0
    tags: list[str] = Field(default_factory=list)
    key: Annotated[str, Field(pattern="^[a-z]+$")] = "x"
    required: Needs = Field(default_factory=list)


def told(body: Any, locale: Locale = Locale.EN) -> tuple[str, str, str]:
    with pytest.raises(ValidationError) as refused:
        Thing.model_validate(body)
    errors = [{**one, "loc": ("body", *one["loc"])} for one in refused.value.errors()]
    (found,) = complaints(errors, locale)
    return found.pointer, found.code, found.message


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"name": {"ar": "a\x00"}}, "#/name/ar", "text_nul"),
        ({"tags": ["a", "\ud800"]}, "#/tags/1", "text_surrogate"),
        ({"position": 10**30}, "#/position", "number_out_of_range"),
        ({"a\x00": 1}, "#", "text_nul"),
    ],
)
def test_unsound_values_are_told_by_their_place(body: Any, pointer: str, code: str) -> None:
    assert told(body)[:2] == (pointer, code)


@pytest.mark.parametrize("locale", list(Locale))
def test_forms_and_lists_say_what_is_accepted(locale: Locale) -> None:
    assert "^[a-z]+$" in told({"key": "A"}, locale)[2]
    required = told({"required": "resolve"}, locale)
    assert required[:2] == ("#/required", "list_type")
    assert "create" in required[2]
    assert "resolve" in required[2]


@pytest.mark.parametrize("locale", list(Locale))
def test_an_offset_in_broken_json_is_no_pointer(locale: Locale) -> None:
    error = {"type": "json_invalid", "loc": ("body", 16), "ctx": {"error": "x"}}
    (found,) = complaints([error], locale)
    assert found.pointer == "#"
    assert "17" in found.message


def test_a_merge_names_its_target_by_id_or_number() -> None:
    assert MergeIn(into="SND-1042").into == "SND-1042"
    with pytest.raises(ValidationError):
        MergeIn(into="SND-")
