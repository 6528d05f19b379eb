"""What may be done at an address: every method of it is named, and HEAD is a GET without a body."""

import asyncio
from typing import Any

import pytest

from tests.shared.kit_http.conftest import Desk
from tests.shared.kit_http.desk import Person


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/v1/notes", "GET, HEAD, POST"),
        ("PUT", "/v1/notes/fast", "PATCH, POST"),
        ("OPTIONS", "/v1/notes", "GET, HEAD, POST"),
        ("HEAD", "/v1/notes/form", "PATCH, POST"),
    ],
)
async def test_a_405_names_the_methods_of_all_routes_of_its_address(
    desk: Desk, method: str, path: str, allowed: str
) -> None:
    answer = await desk.http.request(method, path, headers=Person().headers())
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


async def test_head_answers_as_get_does_and_says_nothing(desk: Desk) -> None:
    headers = Person().headers()
    got = await desk.http.get("/v1/notes", headers=headers)
    head = await desk.http.head("/v1/notes", headers=headers)
    assert (head.status_code, head.content) == (200, b"")
    same = ("content-type", "content-length", "vary", "content-language")
    assert [head.headers.get(one) for one in same] == [got.headers.get(one) for one in same]
    assert "link" in head.headers


async def test_head_is_refused_as_get_is(desk: Desk) -> None:
    refused = await desk.http.head("/v1/notes")
    assert (refused.status_code, refused.content) == (401, b"")
    missing = await desk.http.head("/v1/nothing")
    assert (missing.status_code, missing.content) == (404, b"")
    wrong = await desk.http.head("/v1/notes?limit=many", headers=Person().headers())
    assert (wrong.status_code, wrong.content) == (422, b"")


async def test_head_knows_an_answer_that_has_not_changed(desk: Desk) -> None:
    path, headers = "/v1/notes/0197f6a4-0000-7000-8000-000000000000/one", Person().headers()
    tag = (await desk.http.head(path, headers=headers)).headers["etag"]
    again = await desk.http.head(path, headers={**headers, "If-None-Match": tag})
    assert again.status_code == 304


async def test_the_head_of_a_stream_ends_with_its_head(desk: Desk) -> None:
    """Its first byte may be long in coming, and its last never."""
    app: Any = desk.service.app
    sent: list[dict[str, Any]] = []
    raw = [(name.lower().encode(), value.encode()) for name, value in Person().headers().items()]
    scope = {
        "type": "http",
        "method": "HEAD",
        "path": "/v1/notes/stream",
        "headers": raw,
        "query_string": b"",
        "http_version": "1.1",
        "scheme": "http",
        "root_path": "",
        "raw_path": b"/v1/notes/stream",
        "client": ("127.0.0.1", 1),
        "server": ("x", 80),
        "asgi": {"version": "3.0"},
    }

    ended = asyncio.Event()

    async def receive() -> dict[str, Any]:
        """As uvicorn has it: after the last byte of the answer there is nobody any more."""
        await ended.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)
        if message["type"] == "http.response.body":
            ended.set()

    await asyncio.wait_for(app(scope, receive, send), 10)
    assert [one["type"] for one in sent] == ["http.response.start", "http.response.body"]
    assert (sent[0]["status"], sent[1]["body"]) == (200, b"")
