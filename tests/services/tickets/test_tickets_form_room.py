"""The form's file door stays open: announcing holds little, each address has a share."""

from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.tickets.domain.formroom import EMPTY_LIFE, RESERVE, weight
from services.tickets.usecases import formroom
from services.tickets.usecases.sweeping import sweep
from tests.services.tickets.conftest import Desk
from tests.services.tickets.test_tickets_files import BYTES

LIMIT = 25 * 1024 * 1024
DOOR = "/v1/public/uploads"


@pytest.fixture(autouse=True)
async def empty(desk: Desk) -> AsyncIterator[None]:
    formroom._LIMITS.pop(desk.context.database, None)
    await desk.look("delete from tickets.upload where owner_id is null")
    yield
    formroom._LIMITS.pop(desk.context.database, None)


def narrow(desk: Desk, monkeypatch: pytest.MonkeyPatch, **more: int) -> None:
    named = {f"tickets_form_{name}": value for name, value in more.items()}
    settings = desk.context.settings.model_copy(update=named)
    monkeypatch.setitem(vars(desk.context), "settings", settings)


async def create(
    desk: Desk, length: int, content: bytes = b"", address: str = "198.51.100.7"
) -> httpx.Response:
    kind = {"Content-Type": BYTES} if content else {}
    headers = {"Upload-Length": str(length), "X-Forwarded-For": address, **kind}
    return await desk.http.post(DOOR, content=content, headers=headers)


async def send(desk: Desk, place: str, offset: int, content: bytes) -> httpx.Response:
    headers = {"Upload-Offset": str(offset), "Content-Type": BYTES}
    return await desk.http.patch(place, content=content, headers=headers)


async def idle(desk: Desk, place: str, span: timedelta) -> None:
    upload_id = UUID(place.rpartition("/")[2])
    statement = "update tickets.upload set touched_at = touched_at - $2::interval where id = $1"
    await desk.look(statement, upload_id, span)


async def known(desk: Desk, place: str) -> bool:
    return (await desk.http.head(place)).status_code == 200


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    ("received", "length", "held"),
    [(0, LIMIT, RESERVE), (0, 10, 10), (LIMIT, LIMIT, LIMIT), (5, LIMIT, 5 + RESERVE), (0, 0, 0)],
)
def test_what_was_announced_holds_little(received: int, length: int, held: int) -> None:
    assert weight(received, length) == held


async def test_announcements_without_a_byte_close_the_door_for_nobody(desk: Desk) -> None:
    """Sixty of the largest files, announced by one who sends nothing; then a visitor comes."""
    told = [await create(desk, LIMIT) for _ in range(60)]
    assert {one.status_code for one in told} == {201}
    visitor = await create(desk, 9, address="203.0.113.9")
    assert visitor.status_code == 201
    assert (await send(desk, visitor.headers["location"], 0, b"a picture")).status_code == 204


async def test_one_network_announces_so_many_and_others_go_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow(desk, monkeypatch, uploads_per_hour=60, uploads_burst=2)
    assert [(await create(desk, 1)).status_code for _ in range(2)] == [201, 201]
    refused = await create(desk, 1)
    assert code(refused) == (429, "too_many_form_uploads")
    assert 1 <= int(refused.headers["retry-after"]) <= 61
    assert refused.headers["tus-resumable"] == "1.0.0"
    assert (await create(desk, 1, address="203.0.113.9")).status_code == 201


async def test_a_network_fills_its_share_and_nobody_elses(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow(desk, monkeypatch, upload_share=1000, upload_budget=5000)
    first = await create(desk, 900, bytes(900))
    assert first.status_code == 201
    refused = await create(desk, 200)
    assert code(refused) == (429, "form_uploads_unused")
    assert 3500 <= int(refused.headers["retry-after"]) <= 3600
    assert (await create(desk, 900, bytes(900), "203.0.113.9")).status_code == 201
    assert (await desk.http.delete(first.headers["location"])).status_code == 204
    assert (await create(desk, 200)).status_code == 201, "what is given up makes room"


async def test_a_full_house_says_what_is_full_and_when_to_come_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow(desk, monkeypatch, upload_share=1000, upload_budget=1500)
    for host in (1, 2):
        assert (await create(desk, 700, bytes(700), f"203.0.113.{host}")).status_code == 201
    refused = await create(desk, 500, address="203.0.113.3")
    assert code(refused) == (503, "form_busy")
    assert 3500 <= int(refused.headers["retry-after"]) <= 3600
    assert "more requests" not in refused.json()["detail"]
    headers = {"Upload-Length": "500", "X-Forwarded-For": "203.0.113.3", "Accept-Language": "ar"}
    arabic = await desk.http.post(DOOR, headers=headers)
    assert "امتلأ" in arabic.json()["detail"]


async def test_where_there_is_no_room_the_emptiest_idle_ones_go_first(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow(desk, monkeypatch, upload_share=1000, upload_budget=2100)
    whole = (await create(desk, 600, bytes(600), "203.0.113.1")).headers["location"]
    begun = (await create(desk, 700, bytes(100), "203.0.113.2")).headers["location"]
    empty = (await create(desk, 700, address="203.0.113.3")).headers["location"]
    for place in (begun, empty):
        await idle(desk, place, timedelta(minutes=11))
    assert (await create(desk, 700, address="203.0.113.4")).status_code == 201
    assert [await known(desk, one) for one in (whole, begun, empty)] == [True, True, False]
    assert (await create(desk, 700, address="203.0.113.5")).status_code == 201
    assert [await known(desk, one) for one in (whole, begun)] == [True, False]
    assert code(await create(desk, 700, address="203.0.113.6")) == (503, "form_busy")
    await idle(desk, whole, timedelta(minutes=61))
    assert (await create(desk, 700, address="203.0.113.6")).status_code == 201
    assert not await known(desk, whole)


async def test_bytes_beyond_the_room_are_refused_and_what_was_kept_stays(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Announcing little costs little; the bytes themselves need room when they come."""
    narrow(desk, monkeypatch, upload_share=240_000)
    places = [(await create(desk, 160_000)).headers["location"] for _ in range(2)]
    assert (await send(desk, places[0], 0, bytes(160_000))).status_code == 204
    refused = await send(desk, places[1], 0, bytes(160_000))
    assert code(refused) == (429, "form_uploads_unused")
    head = await desk.http.head(places[1])
    assert head.headers["upload-offset"] == "0"
    assert (await desk.http.delete(places[0])).status_code == 204
    assert (await send(desk, places[1], 0, bytes(160_000))).status_code == 204


async def test_an_upload_without_a_byte_is_forgotten_soon_and_says_so(desk: Desk) -> None:
    made = await create(desk, 100)
    place, now = made.headers["location"], desk.context.clock.now()
    expires = parsedate_to_datetime(made.headers["upload-expires"])
    assert (expires - now).total_seconds() == pytest.approx(EMPTY_LIFE.total_seconds(), abs=60)
    begun = (await create(desk, 100, bytes(50))).headers["location"]
    for one in (place, begun):
        await idle(desk, one, EMPTY_LIFE)
    assert [await known(desk, one) for one in (place, begun)] == [False, True]
    await sweep(desk.context)
    rows = await desk.look("select id from tickets.upload where owner_id is null")
    assert [str(row["id"]) for row in rows] == [begun.rpartition("/")[2]]


async def test_the_share_holds_after_a_restart(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is counted by rows, and rows name no address."""
    narrow(desk, monkeypatch, upload_share=1000)
    assert (await create(desk, 900, bytes(900))).status_code == 201
    formroom._LIMITS.pop(desk.context.database, None)
    assert code(await create(desk, 200)) == (429, "form_uploads_unused")
    [row] = await desk.look("select visitor from tickets.upload where owner_id is null")
    assert len(row["visitor"]) == 16
    assert b"198.51" not in row["visitor"]


async def refused_ids(desk: Desk, *ids: Any) -> list[tuple[str, str]]:
    body = {"subject": "s", "body": "b", "upload_ids": [str(one) for one in ids]}
    person = desk.customer()
    answer = await desk.http.post("/v1/tickets", json=body, headers=person.headers())
    assert answer.status_code == 422
    return [(one["pointer"], one["message"]) for one in answer.json()["errors"]]


async def test_an_upload_that_cannot_be_used_is_named_with_its_reason(desk: Desk) -> None:
    person = desk.customer()
    signed = person.headers()

    async def put(length: int, content: bytes) -> str:
        headers = {"Upload-Length": str(length), "Content-Type": BYTES, **signed}
        made = await desk.http.post("/v1/uploads", content=content, headers=headers)
        return made.headers["location"].rpartition("/")[2]

    used, begun, fresh = await put(2, b"ab"), await put(9, b"ab"), await put(2, b"cd")
    body = {"subject": "s", "body": "b"}
    first = await desk.http.post("/v1/tickets", json=body | {"upload_ids": [used]}, headers=signed)
    assert first.status_code == 201
    ids = [fresh, used, begun, str(uuid4())]
    answer = await desk.http.post("/v1/tickets", json=body | {"upload_ids": ids}, headers=signed)
    told = [(one["pointer"], one["code"], one["message"]) for one in answer.json()["errors"]]
    assert told == [
        ("#/upload_ids/1", "unknown_upload", "This upload was used by a message already"),
        ("#/upload_ids/2", "unknown_upload", "This upload is not finished yet"),
        ("#/upload_ids/3", "unknown_upload", "This upload is unknown, or has run out"),
    ]
    foreign = await refused_ids(desk, used, begun)
    assert {message for _, message in foreign} == {"This upload is unknown, or has run out"}


@pytest.mark.parametrize(
    ("headers", "header"),
    [
        ({}, "Upload-Length"),
        ({"Upload-Defer-Length": "1"}, "Upload-Defer-Length"),
        ({"Upload-Length": "ten"}, "Upload-Length"),
        ({"Upload-Length": "1", "Upload-Metadata": "filename !!!"}, "Upload-Metadata"),
        ({"Upload-Concat": "wrong"}, "Upload-Concat"),
        ({"Upload-Concat": "final;/v1/uploads/x"}, "Upload-Concat"),
    ],
)
async def test_a_header_that_is_wrong_is_named_with_what_is_accepted(
    desk: Desk, headers: dict[str, str], header: str
) -> None:
    for language, word in (("en", "Accepted: "), ("ar", "المقبول: ")):
        told = {**headers, "Accept-Language": language, **desk.customer().headers()}
        answer = await desk.http.post("/v1/uploads", headers=told)
        assert code(answer) == (400, "bad_request")
        assert answer.json()["header"] == header
        assert header in answer.json()["detail"]
        assert word in answer.json()["detail"]
        assert answer.headers["tus-resumable"] == "1.0.0"


async def test_a_file_that_is_too_large_hears_the_limit_and_one_that_overruns_its_length(
    desk: Desk,
) -> None:
    large = await create(desk, LIMIT + 1)
    assert code(large) == (413, "payload_too_large")
    assert large.headers["tus-max-size"] == str(LIMIT)
    assert str(LIMIT) in large.json()["detail"]
    place = (await create(desk, 4)).headers["location"]
    over = await send(desk, place, 0, b"seven..")
    assert code(over) == (413, "payload_too_large")
    assert over.json()["length"] == 4
    assert str(LIMIT) not in over.json()["detail"]
    assert over.headers["tus-resumable"] == large.headers["tus-resumable"] == "1.0.0"
