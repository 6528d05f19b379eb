"""The upload door (tus 1.0): what it can do, and everything that it refuses (attack class D)."""

import asyncio
import base64
import hashlib
import os
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.tickets.usecases import uploading
from services.tickets.usecases.receiving import Receiver
from shared.kit.objects import name_of
from tests.services.tickets.conftest import BODY, Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_files import BYTES, announce, named, send

LIMIT = 25 * 1024 * 1024


async def create(
    desk: Desk, person: Person | None, content: bytes = b"", **headers: str
) -> httpx.Response:
    signed = person.headers() if person else {}
    door = "/v1/uploads" if person else "/v1/public/uploads"
    kind = {"Content-Type": BYTES} if content else {}
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return await desk.http.post(door, content=content, headers={**signed, **kind, **told})


async def patch(
    desk: Desk, person: Person, place: str, content: Any, **headers: str
) -> httpx.Response:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    usual = {"Content-Type": BYTES, "Upload-Offset": "0", **person.headers()}
    return await desk.http.patch(place, content=content, headers={**usual, **told})


async def offset(desk: Desk, person: Person, place: str) -> int:
    head = await desk.http.head(place, headers=person.headers())
    assert head.status_code == 200
    return int(head.headers["upload-offset"])


async def content_of(desk: Desk, person: Person, place: str) -> bytes:
    """Attach it, then fetch it."""
    made = await desk.open(person, upload_ids=[place.rpartition("/")[2]])
    [row] = await desk.look("select id from tickets.attachment where ticket_id = $1", made["id"])
    path = f"/v1/attachments/{row['id']}/content"
    return (await desk.http.get(path, headers=person.headers())).content


@pytest.mark.parametrize("door", ["/v1/uploads", "/v1/public/uploads"])
async def test_the_door_says_what_it_can_do(desk: Desk, door: str) -> None:
    told = (await desk.http.options(door)).headers
    assert told["tus-resumable"] == told["tus-version"] == "1.0.0"
    assert told["tus-max-size"] == str(LIMIT)
    for extension in ("creation-with-upload", "expiration", "checksum", "concatenation"):
        assert extension in told["tus-extension"].split(",")


async def test_a_file_may_come_with_its_announcement(desk: Desk) -> None:
    customer, content = desk.customer(), os.urandom(2_500_000)
    answer = await create(desk, customer, content, Upload_Length=str(len(content)))
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, str(len(content)))
    assert await content_of(desk, customer, answer.headers["location"]) == content


async def test_the_first_bytes_may_come_with_the_announcement(desk: Desk) -> None:
    customer, content = desk.customer(), os.urandom(50_000)
    answer = await create(desk, customer, content[:20_000], Upload_Length="50000")
    place = answer.headers["location"]
    assert await offset(desk, customer, place) == 20_000
    assert (await send(desk, customer, place, 20_000, content[20_000:])).status_code == 204
    assert await content_of(desk, customer, place) == content


async def test_an_upload_goes_on_after_a_day_and_says_how_long_it_waits(desk: Desk) -> None:
    customer = desk.customer()
    answer = await create(desk, customer, Upload_Length="10", Upload_Metadata=named("سجل.log"))
    place = answer.headers["location"]
    expires = parsedate_to_datetime(answer.headers["upload-expires"])
    assert (expires - desk.context.clock.now()).total_seconds() == pytest.approx(72 * 3600, abs=60)
    await send(desk, customer, place, 0, b"12345")
    later = "update tickets.upload set touched_at = now() - interval '71 hours' where id = $1"
    await desk.look(later, UUID(place.rpartition("/")[2]))
    assert await offset(desk, customer, place) == 5
    head = await desk.http.head(place, headers=customer.headers())
    assert head.headers["upload-metadata"] == named("سجل.log")
    assert (await send(desk, customer, place, 5, b"67890")).status_code == 204
    assert await content_of(desk, customer, place) == b"1234567890"


async def test_a_broken_line_costs_only_what_had_not_arrived(desk: Desk) -> None:
    customer, content = desk.customer(), os.urandom(3_000_000)
    _, place = await announce(desk, customer, len(content))

    async def breaking() -> AsyncIterator[bytes]:
        yield content[:2_200_000]
        raise ConnectionResetError

    await patch(desk, customer, place, breaking())
    reached = await offset(desk, customer, place)
    assert reached >= 2 * 1024 * 1024
    assert (await send(desk, customer, place, reached, content[reached:])).status_code == 204
    assert await content_of(desk, customer, place) == content


async def test_of_two_senders_at_one_place_exactly_one_is_heard(desk: Desk) -> None:
    """And whatever both were told, the file is that of the bytes that were acknowledged."""
    customer = desk.customer()
    for _ in range(5):
        _, place = await announce(desk, customer, 3000)
        answers = await asyncio.gather(
            *(send(desk, customer, place, 0, letter * 3000) for letter in (b"a", b"b", b"c"))
        )
        heard = [one for one, answer in zip(b"abc", answers, strict=True) if answer.is_success]
        assert len(heard) == 1
        assert {answer.status_code for answer in answers} == {204, 409}
        assert await content_of(desk, customer, place) == bytes(heard) * 3000


async def test_many_files_come_at_the_same_time(desk: Desk) -> None:
    customer = desk.customer()
    contents = [os.urandom(200_000) for _ in range(8)]
    answers = await asyncio.gather(
        *(create(desk, customer, one, Upload_Length=str(len(one))) for one in contents)
    )
    ids = [answer.headers["location"].rpartition("/")[2] for answer in answers]
    made = await desk.open(customer, upload_ids=ids)
    rows = await desk.look("select size from tickets.attachment where ticket_id = $1", made["id"])
    assert len(rows) == 8


async def test_one_file_may_come_in_parallel_parts(desk: Desk) -> None:
    customer, content = desk.customer(), os.urandom(900_000)
    cuts = [content[:300_000], content[300_000:500_000], content[500_000:]]
    parts = await asyncio.gather(
        *(
            create(desk, customer, one, Upload_Length=str(len(one)), Upload_Concat="partial")
            for one in cuts
        )
    )
    places = [part.headers["location"] for part in parts]
    urls = " ".join(["http://desk" + places[0], *places[1:]])
    alone = {"upload_ids": [places[0].rpartition("/")[2]], **BODY}
    refused = await desk.http.post("/v1/tickets", json=alone, headers=customer.headers())
    assert refused.status_code == 422, "a part is no file"
    whole = await create(desk, customer, Upload_Concat=f"final;{urls}")
    assert whole.status_code == 201, whole.text
    assert await content_of(desk, customer, whole.headers["location"]) == content
    again = await create(desk, customer, Upload_Concat=f"final;{urls}")
    assert (again.status_code, again.json()["code"]) == (409, "unknown_upload")


async def test_parts_of_others_or_unfinished_ones_make_no_file(desk: Desk) -> None:
    customer, other = desk.customer(), desk.customer()
    foreign = await create(desk, other, b"theirs", Upload_Length="6", Upload_Concat="partial")
    unfinished = await create(desk, customer, b"x", Upload_Length="6", Upload_Concat="partial")
    whole = await create(desk, customer, b"x", Upload_Length="1")
    for one in (foreign, unfinished, whole):
        place = one.headers["location"]
        answer = await create(desk, customer, Upload_Concat=f"final;{place}")
        assert (answer.status_code, answer.json()["code"]) == (409, "unknown_upload")
    twice = unfinished.headers["location"]
    answer = await create(desk, customer, Upload_Concat=f"final;{twice} {twice}")
    assert answer.status_code == 409


def checked(algorithm: str, content: bytes) -> str:
    digest = hashlib.new(algorithm, content, usedforsecurity=False).digest()
    return f"{algorithm} {base64.b64encode(digest).decode()}"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512"])
async def test_bytes_that_do_not_match_their_checksum_are_not_kept(
    desk: Desk, algorithm: str
) -> None:
    customer, content = desk.customer(), os.urandom(1_500_000)
    _, place = await announce(desk, customer, len(content))
    good = checked(algorithm, content)
    damaged = content[:-1] + bytes([content[-1] ^ 1])
    wrong = await patch(desk, customer, place, damaged, Upload_Checksum=good)
    assert (wrong.status_code, wrong.json()["code"]) == (460, "checksum_mismatch")
    assert await offset(desk, customer, place) == 0
    assert (await patch(desk, customer, place, content, Upload_Checksum=good)).status_code == 204
    assert await content_of(desk, customer, place) == content


@pytest.mark.parametrize(
    "text", ["md5 x", "sha1", "sha1 !!", "sha1 AAAA", "", "sha256 " + "A" * 99]
)
async def test_an_unreadable_checksum_is_refused(desk: Desk, text: str) -> None:
    customer = desk.customer()
    _, place = await announce(desk, customer, 4)
    answer = await patch(desk, customer, place, b"text", Upload_Checksum=text)
    assert (answer.status_code, answer.json()["code"]) == (400, "checksum_unknown")


LENGTHS = ["-1", "1e3", "0x10", "1_000", "٣", "", "nan", "4.0", "+4", " ", "04", "9" * 30, "²"]


@pytest.mark.parametrize("length", LENGTHS)
async def test_a_length_is_a_plain_number(desk: Desk, length: str) -> None:
    answer = await desk.http.post(
        "/v1/uploads",
        headers={**desk.customer().headers(), "Upload-Length": length.encode()},  # type: ignore[dict-item]  # raw bytes on the wire
    )
    assert answer.status_code in {400, 422}, answer.text
    assert answer.json()["code"] in {"bad_request", "validation_failed"}


@pytest.mark.parametrize("at", [*LENGTHS, None])
async def test_an_offset_is_a_plain_number(desk: Desk, at: str | None) -> None:
    customer = desk.customer()
    _, place = await announce(desk, customer, 4)
    headers: dict[str, Any] = {**customer.headers(), "Content-Type": BYTES}
    if at is not None:
        headers["Upload-Offset"] = at.encode()
    answer = await desk.http.patch(place, content=b"text", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert answer.json()["header"] == "Upload-Offset"
    assert answer.headers["tus-resumable"] == "1.0.0"
    assert await offset(desk, customer, place) == 0


async def test_a_part_is_no_file_of_a_message_and_says_so(desk: Desk) -> None:
    customer = desk.customer()
    part = await create(desk, customer, b"half", Upload_Length="4", Upload_Concat="partial")
    body = {"body": "x", "upload_ids": [part.json()["id"]]}
    made = await desk.open(customer)
    headers = customer.headers(Accept_Language="en")
    path = f"/v1/tickets/{made['id']}/messages"
    answer = await desk.http.post(path, json=body, headers=headers)
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("#/upload_ids/0", "unknown_upload")
    assert "a part of a file" in error["message"]


async def test_a_length_over_the_limit_is_refused_at_once(desk: Desk) -> None:
    for length in (LIMIT + 1, 10**12):
        answer = await create(desk, desk.customer(), Upload_Length=str(length))
        assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")
    assert (await create(desk, desk.customer(), Upload_Length=str(LIMIT))).status_code == 201


async def test_parts_that_are_too_large_together_make_no_file(desk: Desk) -> None:
    customer = desk.customer()
    settings = desk.context.settings
    narrow = settings.model_copy(update={"tickets_file_limit": 10})
    object.__setattr__(desk.context, "settings", narrow)
    try:
        parts = [
            await create(desk, customer, b"1234567", Upload_Length="7", Upload_Concat="partial")
            for _ in range(2)
        ]
        urls = " ".join(part.headers["location"] for part in parts)
        answer = await create(desk, customer, Upload_Concat=f"final;{urls}")
    finally:
        object.__setattr__(desk.context, "settings", settings)
    assert answer.status_code == 413


@pytest.mark.parametrize("at", [1, 3, 5, 10**12])
async def test_a_wrong_offset_changes_nothing(desk: Desk, at: int) -> None:
    customer = desk.customer()
    _, place = await announce(desk, customer, 4)
    await send(desk, customer, place, 0, b"te")
    answer = await send(desk, customer, place, at, b"xt")
    assert (answer.status_code, answer.json()["code"]) == (409, "upload_offset_mismatch")
    assert await offset(desk, customer, place) == 2


@pytest.mark.parametrize("at", [0, 4])
async def test_nothing_is_added_to_what_is_finished(desk: Desk, at: int) -> None:
    customer = desk.customer()
    _, place = await announce(desk, customer, 4)
    await send(desk, customer, place, 0, b"text")
    for more in (b"more", b""):
        answer = await send(desk, customer, place, at, more)
        assert (answer.status_code, answer.json()["code"]) == (409, "upload_finished")
    assert await content_of(desk, customer, place) == b"text"


async def test_more_than_was_announced_is_refused_with_the_announcement_too(desk: Desk) -> None:
    answer = await create(desk, desk.customer(), b"12345", Upload_Length="4")
    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
async def test_an_upload_of_somebody_else_does_not_exist(desk: Desk, method: str) -> None:
    customer = desk.customer()
    _, place = await announce(desk, customer, 4)
    public = place.replace("/v1/", "/v1/public/")
    strangers = (desk.customer(), desk.customer(organization=uuid4()), desk.agent(), None)
    for stranger in strangers:
        way = place if stranger else public
        headers = stranger.headers() if stranger else {}
        more = {"Content-Type": BYTES, "Upload-Offset": "0"} if method == "PATCH" else {}
        content = b"text" if method == "PATCH" else None
        answer = await desk.http.request(method, way, content=content, headers=headers | more)
        assert answer.status_code == 404
    assert await offset(desk, customer, place) == 0


@pytest.mark.parametrize(
    "kind", ["", "application/octet-stream", "text/plain", "multipart/form-data"]
)
async def test_other_kinds_of_bytes_are_refused(desk: Desk, kind: str) -> None:
    customer = desk.customer()
    _, place = await announce(desk, customer, 4)
    headers = {**customer.headers(), "Upload-Offset": "0", "Content-Type": kind}
    answer = await desk.http.patch(place, content=b"text", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert await offset(desk, customer, place) == 0


RUBBISH = [
    "filename !!!",
    "filename " + "A" * 5000,
    "filename /w==",
    "filename eA==,filename eQ==",
    "file\tname eA==",
    "schlüssel eA==".encode().decode("latin-1"),
    "a b c d",
    "=",
]


@pytest.mark.parametrize("metadata", RUBBISH)
async def test_rubbish_is_no_metadata(desk: Desk, metadata: str) -> None:
    answer = await desk.http.post(
        "/v1/uploads",
        headers={
            **desk.customer().headers(),
            "Upload-Length": "4",
            "Upload-Metadata": metadata.encode("latin-1"),  # type: ignore[dict-item]  # raw bytes on the wire
        },
    )
    if metadata == "=":
        assert answer.status_code == 201, "a key without a value is sound"
    else:
        assert answer.status_code in {400, 422}, answer.text


async def test_metadata_may_be_empty_and_keys_may_stand_alone(desk: Desk) -> None:
    for metadata in ("", "is_confidential", "filename ,x", "filename eA==, filetype dGV4dA=="):
        answer = await create(desk, desk.customer(), Upload_Length="4", Upload_Metadata=metadata)
        assert answer.status_code == 201, metadata


@pytest.mark.parametrize(
    "concat", ["final", "final;", "final;x", "partially", "final;/v1/uploads/1", "", ";"]
)
async def test_rubbish_is_no_concatenation(desk: Desk, concat: str) -> None:
    answer = await create(desk, desk.customer(), Upload_Concat=concat)
    assert answer.status_code == 400
    answer = await create(
        desk, desk.customer(), Upload_Concat=f"final;/{uuid4()}", Upload_Length="4"
    )
    assert answer.status_code == 400


async def test_another_version_of_the_protocol_is_refused(desk: Desk) -> None:
    answer = await create(desk, desk.customer(), Upload_Length="4", Tus_Resumable="0.2.2")
    assert (answer.status_code, answer.json()["code"]) == (412, "tus_version_unsupported")
    assert answer.headers["tus-version"] == "1.0.0"


async def test_more_files_than_a_message_may_have_are_refused(desk: Desk) -> None:
    customer = desk.customer()
    body = {**BODY, "upload_ids": [str(uuid4()) for _ in range(101)]}
    answer = await desk.http.post("/v1/tickets", json=body, headers=customer.headers())
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


async def test_a_trickling_sender_is_stopped(desk: Desk) -> None:
    customer = desk.customer()
    _, place = await announce(desk, customer, 5000)
    many = "update tickets.upload set parts = array_fill(gen_random_uuid(), array[2000])"
    await desk.look(many + " where id = $1", UUID(place.rpartition("/")[2]))
    answer = await send(desk, customer, place, 0, b"x")
    assert answer.status_code == 413


async def test_what_nobody_attaches_cannot_fill_the_disk(desk: Desk) -> None:
    customer = desk.customer()
    for _ in range(40):
        assert (await create(desk, customer, Upload_Length=str(LIMIT))).status_code == 201
    answer = await create(desk, customer, Upload_Length=str(LIMIT))
    assert (answer.status_code, answer.json()["code"]) == (429, "uploads_unused")
    assert int(answer.headers["retry-after"]) >= 1
    assert (await create(desk, desk.customer(), Upload_Length="1")).status_code == 201


async def test_a_given_up_upload_leaves_nothing(desk: Desk) -> None:
    customer = desk.customer()
    _, place = await announce(desk, customer, 10)
    await send(desk, customer, place, 0, b"12345")
    [row] = await desk.look(
        "select parts from tickets.upload where id = $1", UUID(place.rpartition("/")[2])
    )
    part = desk.context.settings.home / "files" / name_of(row["parts"][0])
    assert part.exists()
    assert (await desk.http.delete(place, headers=customer.headers())).status_code == 204
    assert not part.exists()
    for method in ("HEAD", "DELETE"):
        answer = await desk.http.request(method, place, headers=customer.headers())
        assert answer.status_code == 404


async def test_a_process_that_dies_before_the_last_step_is_made_up_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All bytes are there, but nobody made a file of them: the next who asks does."""
    customer = desk.customer()
    _, place = await announce(desk, customer, 4)

    async def dies(*_: Any) -> bool:
        raise ConnectionResetError

    with monkeypatch.context() as patched:
        patched.setattr(uploading, "complete", dies)
        assert (await send(desk, customer, place, 0, b"text")).status_code == 503
    finished = await send(desk, customer, place, 4, b"")
    assert finished.json()["code"] == "upload_finished"
    assert await content_of(desk, customer, place) == b"text"


async def test_a_store_that_is_full_or_away_is_said_so_and_costs_nothing(
    desk: Desk, tmp_path: Path
) -> None:
    """503 with a code, never 500; the upload goes on where it was once there is room."""
    customer = desk.customer()
    _, place = await announce(desk, customer, 8)
    await send(desk, customer, place, 0, b"1234")
    settings = desk.context.settings
    (tmp_path / "full").write_text("no folder can be made here")
    full = settings.model_copy(update={"files_url": f"file://{tmp_path}/full"})
    object.__setattr__(desk.context, "settings", full)
    try:
        refused = await send(desk, customer, place, 4, b"5678")
        at_once = await create(desk, customer, b"text", Upload_Length="4")
    finally:
        object.__setattr__(desk.context, "settings", settings)
    for answer in (refused, at_once):
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["retry-after"]
    assert await offset(desk, customer, place) == 4
    await send(desk, customer, place, 4, b"5678")
    assert await content_of(desk, customer, place) == b"12345678"


async def test_what_a_line_cannot_carry_is_never_all_in_memory() -> None:
    """The receiver holds less than two parts, whatever the sender's pieces are."""
    most = 0

    class Counting:
        async def put(self, content: bytes) -> UUID:
            nonlocal most
            most = max(most, len(content) + len(receiver._held))
            return uuid4()

    async def keep(*_: Any) -> None:
        pass

    async def sending() -> AsyncIterator[bytes]:
        for _ in range(400):
            yield bytes(65_536)

    receiver = Receiver(Counting(), keep, 0, LIMIT * 2)  # type: ignore[arg-type]  # counts only
    assert await receiver.take(sending()) == 400 * 65_536
    assert most < 2 * 1024 * 1024
