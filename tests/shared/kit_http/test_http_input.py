"""Input that breaks other houses (reliability.md T18): never a 500, never an echo."""

import json
from typing import Any

import pytest

from tests.shared.kit_http.conftest import Desk
from tests.shared.kit_http.desk import Person

HOSTILE: dict[str, Any] = {
    "NUL in a line": '{"title": "a\\u0000b"}',
    "NUL in prose": '{"title": "a", "text": "\\u0000"}',
    "NUL in free data": '{"title": "a", "custom": {"k": ["\\u0000"]}}',
    "NUL in a free key": '{"title": "a", "custom": {"\\u0000": 1}}',
    "half a character": '{"title": "\\ud800"}',
    "other half": '{"title": "\\udfff tail"}',
    "NaN": '{"title": "a", "ratio": NaN}',
    "Infinity": '{"title": "a", "ratio": Infinity}',
    "beyond a double": '{"title": "a", "ratio": 1e999}',
    "beyond a bigint": '{"title": "a", "count": 9223372036854775808}',
    "far below a bigint": '{"title": "a", "count": -9223372036854775809}',
    "a hundred digits": '{"title": "a", "count": ' + "9" * 100 + "}",
    "big number in free data": '{"title": "a", "custom": {"n": 1e300}}',
    "text for a number": '{"title": "a", "count": "many"}',
    "a list for a text": '{"title": ["a"]}',
    "unknown field": '{"title": "a", "is_admin": true}',
    "missing field": "{}",
    "too long": '{"title": "' + "a" * 81 + '"}',
    "blank": '{"title": "   "}',
    "blank prose": '{"title": "a", "text": " \\n "}',
    "two lines": '{"title": "a\\nBcc: x@y"}',
    "line separator": '{"title": "a\\u2028b"}',
    "instant without a zone": '{"title": "a", "at": "2026-01-01T00:00:00"}',
    "no instant": '{"title": "a", "at": "yesterday"}',
    "the last instant": '{"title": "a", "at": "9999-12-31T23:59:59.999999Z"}',
    "before the first instant": '{"title": "a", "at": "0001-01-01T00:00:00+14:00"}',
    "nested 40 deep": '{"title": "a", "custom": {"a": ' + "[" * 40 + "]" * 40 + "}}",
    "nested 900 deep": '{"title": "a", "custom": {"a": ' + "[" * 900 + "]" * 900 + "}}",
    "nested 100000 deep": "[" * 100_000,
    "not JSON": "title=a",
    "cut short": '{"title": "a"',
    "a number": "1",
    "a list": "[]",
    "null": "null",
    "empty": "",
    "broken UTF-8": b'{"title": "\xff\xfe"}',
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("language", ["ar", "en"])
async def test_hostile_bodies_are_refused_as_problems(desk: Desk, name: str, language: str) -> None:
    headers = Person().headers(content_type="application/json", accept_language=language)
    answer = await desk.http.post("/v1/notes", content=HOSTILE[name], headers=headers)
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert problem["code"] == "validation_failed"
    assert problem["errors"]
    for error in problem["errors"]:
        assert error.keys() == {"pointer", "code", "message"}
        assert error["message"].isascii() is (language == "en") or "JSON" in error["message"]


async def test_a_pointer_names_the_field_and_no_value_comes_back(desk: Desk) -> None:
    body = {"title": "x" * 100, "count": "my private words"}
    answer = await desk.http.post("/v1/notes", json=body, headers=Person().headers())
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert pointers == {"#/title", "#/count"}
    assert "private" not in answer.text
    assert "xxx" not in answer.text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"subject": "a\x00b"}, 422),
        ({"subject": "a", "most": 2**63}, 422),
        ({"subject": "a", "most": -1}, 422),
        ({"subject": "a", "most": "1e3"}, 422),
        ({"subject": "' or 1=1 --"}, 200),
        ({"subject": "\u202eabc"}, 200),
    ],
)
async def test_what_postgres_refuses_in_a_query_is_the_callers_fault(
    desk: Desk, query: dict[str, Any], status: int
) -> None:
    answer = await desk.http.get("/v1/notes/count", params=query, headers=Person().headers())
    assert answer.status_code == status


@pytest.mark.parametrize("value", ["a\\u0000b", 1, {"a": 1}])
async def test_what_postgres_refuses_in_a_free_body_is_the_callers_fault(
    desk: Desk, value: object
) -> None:
    text = json.dumps({"v": value}).replace("\\\\u", "\\u")
    headers = Person().headers(content_type="application/json")
    answer = await desk.http.post("/v1/notes/raw", content=text, headers=headers)
    assert answer.status_code == 422


async def test_text_is_kept_in_its_composed_form(desk: Desk) -> None:
    body = {"title": "cafe\u0301", "text": "a\r\nb\rc", "custom": {"k": "e\u0301"}}
    answer = await desk.http.post("/v1/notes", json=body, headers=Person().headers())
    assert answer.json()["title"] == "caf\u00e9"
    assert answer.json()["text"] == "a\nb\nc"
    assert answer.json()["custom"] == {"k": "\u00e9"}


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "multipart/form-data", "x", None]
)
async def test_other_kinds_of_content_are_refused(desk: Desk, kind: str | None) -> None:
    headers = Person().headers() | ({"Content-Type": kind} if kind else {})
    answer = await desk.http.post("/v1/notes", content=b'{"title": "a"}', headers=headers)
    expected = (415, "unsupported_media_type") if kind else (422, "validation_failed")
    assert (answer.status_code, answer.json()["code"]) == expected


async def test_the_caller_is_asked_before_the_body_is_read(desk: Desk) -> None:
    answer = await desk.http.post("/v1/notes", content=b"[" * 2_000_000)
    assert answer.status_code == 401
