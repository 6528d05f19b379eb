"""A door takes one answer to one question, but for those documented as lists, and never none."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.dependencies.utils import get_dependant
from starlette.requests import Request

from deploy.local.layout import SERVICES
from deploy.openapi import TARGET
from shared.kit.asking import Questions
from shared.kit.http import DoorRoute
from shared.kit.problems import ValidationFailed
from tests.architecture.test_policies import routes

LISTS = {"types", "score", "channel", "priority", "status", "tag"}


def asked(*, pages: bool = False) -> Iterator[tuple[DoorRoute, dict[str, Any]]]:
    """Every question of the committed document with the door that answers it.

    `pages`: those that are open to everybody, too.
    """
    doors = {
        (verb, route.path_format): route
        for name in SERVICES
        for listener, route in routes(name)
        if listener == "public"
        for verb in route.methods or ()
    }
    for path, verbs in json.loads(TARGET.read_text(encoding="utf-8"))["paths"].items():
        for verb, told in verbs.items():
            door = doors.get((verb.upper(), path))
            for one in told.get("parameters", ()) if door else ():
                if one["in"] == "query" and door and (pages or door.policy.kind != "public"):
                    yield door, one


def is_list(one: dict[str, Any]) -> bool:
    schema = one["schema"]
    return any(part.get("type") == "array" for part in schema.get("anyOf", [schema]))


def refusals(door: DoorRoute, query: str) -> list[tuple[str, str]]:
    scope = {"type": "http", "query_string": query.encode(), "headers": [], "path": "/"}
    try:
        dependant = get_dependant(path=door.path_format, call=door.endpoint)
        open_ = door.policy.kind == "public"
        Questions(dependant, open_=open_).check(Request(scope))
    except ValidationFailed as refused:
        return [(one.pointer, one.code) for one in refused.errors]
    return []


def test_only_what_is_documented_as_a_list_may_be_asked_twice() -> None:
    found = [*asked()]
    assert len(found) > 120
    for door, one in found:
        name = one["name"]
        expected = [] if is_list(one) else [(f"?{name}", "repeated")]
        assert refusals(door, f"{name}=a&{name}=b") == expected, (door.path, name)
        assert refusals(door, f"{name}=a") == []
    assert {one["name"] for _, one in found if is_list(one)} <= LISTS


@pytest.mark.parametrize("query", ["custom.a=1&custom.a=2", "status=new&status=open"])
def test_lists_and_own_fields_stay_repeatable(query: str) -> None:
    doors = [door for door, one in asked() if door.path == "/v1/tickets" and one["name"] == "q"]
    assert refusals(doors[0], query) == []
    name = query.partition("=")[0]
    assert refusals(doors[0], f"{query}&{name}=") == [(f"?{name}", "empty")]


EMPTY_SAYS_SOMETHING = {"after", "inline", "infected", "prefix"}
"""From the beginning; a bare flag; what every word begins with."""


def test_no_question_is_asked_without_an_answer() -> None:
    found = [*asked(pages=True)]
    assert any(door.policy.kind == "public" for door, _ in found)
    for door, one in found:
        name = one["name"]
        expected = [] if name in EMPTY_SAYS_SOMETHING else [(f"?{name}", "empty")]
        for query in (f"{name}=", name, f"{name}=%20%09"):
            assert refusals(door, query) == expected, (door.path, query)


def test_a_public_page_carries_what_others_put_into_its_address() -> None:
    doors = {door.path: door for door, _ in asked(pages=True) if door.policy.kind == "public"}
    assert doors
    for door in doors.values():
        assert refusals(door, "utm_source=&utm_source=x&fbclid=") == []
