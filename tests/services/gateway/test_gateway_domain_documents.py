"""One document out of many, its pages, and the one word for the whole house."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.health import WORDS, Health, overall
from services.gateway.domain.openapi import merge, operations
from services.gateway.domain.pages import operations_page, problems_page
from shared.vocabulary import Locale


def _document(path: str, schema: dict[str, Any], **operation: Any) -> dict[str, Any]:
    answer = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Page"}}}}
    return {
        "tags": [{"name": "x"}],
        "paths": {path: {"get": {"tags": ["x"], "responses": {"200": answer}, **operation}}},
        "components": {"schemas": {"Page": schema}},
    }


def test_documents_lie_side_by_side_and_clashing_schemas_are_kept_apart() -> None:
    one, other = {"type": "object"}, {"type": "array"}
    merged = merge(
        {
            "b": _document("/v1/b", other),
            "a": _document("/v1/a", one),
            "c": _document("/v1/c", dict(one)),
        },
        {"title": "Sanad"},
    )
    assert list(merged["paths"]) == ["/v1/a", "/v1/b", "/v1/c"]
    assert merged["components"]["schemas"] == {"Page": one, "b.Page": other}
    reference = merged["paths"]["/v1/b"]["get"]["responses"]["200"]["content"]
    assert reference["application/json"]["schema"]["$ref"] == "#/components/schemas/b.Page"
    assert merged["tags"] == [{"name": "x"}]
    assert len(operations(merged)) == 3


@pytest.mark.parametrize("locale", list(Locale))
def test_pages_escape_whatever_a_document_says(locale: Locale) -> None:
    example = {"title": "<b>", "status": 400, "detail": "d"}
    problem = {"examples": {"bad": {"value": example}}}
    responses = {"400": {"content": {"application/problem+json": problem}}}
    document = merge(
        {"a": _document("/v1/a", {}, summary="<script>x</script>", responses=responses)}, {}
    )
    page = operations_page(document, locale)
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page
    assert f'dir="{"rtl" if locale is Locale.AR else "ltr"}"' in page
    assert '<tr id="bad">' in problems_page(document, locale)
    assert "<b>" not in problems_page(document, locale)


@given(st.dictionaries(st.text(max_size=3), st.sampled_from(Health)))
def test_the_house_is_down_only_when_nothing_answers(services: dict[str, Health]) -> None:
    states = set(services.values())
    house = overall(services)
    assert (house is Health.DOWN) == (states == {Health.DOWN})
    assert (house is Health.OPERATIONAL) == (states <= {Health.OPERATIONAL})


def test_every_state_has_words_in_both_languages() -> None:
    assert set(WORDS) == set(Health)
    assert all(text["ar"] and text["en"] for text in WORDS.values())
