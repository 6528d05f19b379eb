"""Uploads that survive a broken line, attachments, and what the sweeper removes."""

import base64
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from services.tickets.adapters.files import files_of, once
from services.tickets.usecases.sweeping import sweep
from shared.kit.objects import name_of
from tests.services.tickets.conftest import BODY, Desk
from tests.services.tickets.people import Person

BYTES = "application/offset+octet-stream"
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + bytes(64)


def named(name: str) -> str:
    return f"filename {base64.b64encode(name.encode()).decode()}"


async def announce(
    desk: Desk, person: Person | None, length: int, name: str = "سجل.png"
) -> tuple[int, str]:
    door = "/v1/uploads" if person else "/v1/public/uploads"
    headers = {"Upload-Length": str(length), "Upload-Metadata": named(name)}
    answer = await desk.http.post(door, headers={**headers, **_auth(person)})
    return answer.status_code, answer.headers.get("location", "")


def _auth(person: Person | None) -> dict[str, str]:
    return person.headers() if person else {}


async def send(desk: Desk, person: Person | None, place: str, offset: int, content: bytes) -> Any:
    headers = {"Upload-Offset": str(offset), "Content-Type": BYTES, **_auth(person)}
    return await desk.http.patch(place, content=content, headers=headers)


async def upload(desk: Desk, person: Person | None, content: bytes) -> str:
    _, place = await announce(desk, person, len(content))
    assert (await send(desk, person, place, 0, content)).status_code == 204
    return place.rpartition("/")[2]


async def test_an_upload_in_parts_becomes_an_attachment(desk: Desk) -> None:
    customer = desk.customer()
    status, place = await announce(desk, customer, len(PNG))
    assert status == 201
    assert (await send(desk, customer, place, 0, PNG[:30])).headers["upload-offset"] == "30"
    head = await desk.http.head(place, headers=customer.headers())
    assert (head.headers["upload-offset"], head.headers["upload-length"]) == ("30", str(len(PNG)))
    wrong = await send(desk, customer, place, 10, PNG[10:])
    assert (wrong.status_code, wrong.json()["code"]) == (409, "upload_offset_mismatch")
    await send(desk, customer, place, 30, PNG[30:])
    made = await desk.open(customer, upload_ids=[place.rpartition("/")[2]])
    path = f"/v1/tickets/{made['id']}/messages"
    [message] = (await desk.http.get(path, headers=customer.headers())).json()["items"]
    [file] = message["attachments"]
    assert (file["name"], file["media_type"], file["size"]) == ("سجل.png", "image/png", len(PNG))
    content = await desk.http.get(file["content_url"], headers=customer.headers())
    assert content.content == PNG
    assert content.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in content.headers["content-security-policy"]
    assert "filename*=UTF-8''%D8%B3" in content.headers["content-disposition"]
    for stranger in (desk.customer(), desk.customer(organization=uuid4())):
        for url in (file["content_url"], file["content_url"].removesuffix("/content")):
            assert (await desk.http.get(url, headers=stranger.headers())).status_code == 404


async def test_an_upload_is_used_once_and_by_its_owner(desk: Desk) -> None:
    customer = desk.customer()
    upload_id = await upload(desk, customer, b"text")
    foreign = await desk.http.post(
        "/v1/tickets", json={**BODY, "upload_ids": [upload_id]}, headers=desk.customer().headers()
    )
    assert foreign.status_code == 422
    await desk.open(customer, upload_ids=[upload_id])
    again = await desk.http.post(
        "/v1/tickets", json={**BODY, "upload_ids": [upload_id]}, headers=customer.headers()
    )
    assert again.json()["errors"][0]["code"] == "unknown_upload"


async def test_an_agents_file_is_sealed_anew_under_the_customers_key(desk: Desk) -> None:
    customer, agent = desk.customer(), desk.agent()
    made = await desk.open(customer)
    upload_id = await upload(desk, agent, b"how to fix it")
    body = {"body": "See the file", "upload_ids": [upload_id]}
    answer = await desk.do(agent, made["id"], "messages", body)
    [file] = answer.json()["attachments"]
    content = await desk.http.get(file["content_url"], headers=customer.headers())
    assert content.content == b"how to fix it"


async def test_a_note_with_a_file_stays_inside(desk: Desk) -> None:
    customer, agent = desk.customer(), desk.agent()
    made = await desk.open(customer)
    body = {"body": "x", "public": False, "upload_ids": [await upload(desk, agent, b"inside")]}
    [file] = (await desk.do(agent, made["id"], "messages", body)).json()["attachments"]
    seen = await desk.http.get(file["content_url"], headers=customer.headers())
    assert seen.status_code == 404


async def test_what_was_not_found_clean_reaches_staff_only(desk: Desk) -> None:
    customer = desk.customer()
    made = await desk.open(customer, upload_ids=[await upload(desk, customer, b"virus")])
    await desk.look(
        "update tickets.attachment set state = 'unscannable' where ticket_id = $1", made["id"]
    )
    [row] = await desk.look("select id from tickets.attachment where ticket_id = $1", made["id"])
    path = f"/v1/attachments/{row['id']}/content"
    withheld = await desk.http.get(path, headers=customer.headers())
    assert (withheld.status_code, withheld.json()["code"]) == (409, "file_withheld")
    assert (await desk.http.get(path, headers=desk.agent().headers())).status_code == 200


async def test_too_large_is_said_before_a_byte_is_sent(desk: Desk) -> None:
    status, _ = await announce(desk, desk.customer(), 25 * 1024 * 1024 + 1)
    assert status == 413


async def test_more_bytes_than_announced_are_refused(desk: Desk) -> None:
    customer = desk.customer()
    _, place = await announce(desk, customer, 4)
    assert (await send(desk, customer, place, 0, b"12345")).status_code == 413
    head = await desk.http.head(place, headers=customer.headers())
    assert head.headers["upload-offset"] == "0"


async def test_the_sweeper_removes_orphans_and_nothing_else(desk: Desk) -> None:
    customer = desk.customer()
    files, store = files_of(desk.context), desk.context.settings.home / "files"
    box = await desk.context.vault.box(customer.organization)
    orphan = await files.put(box, once(b"orphan"), 100)
    made = await desk.open(customer, upload_ids=[await upload(desk, customer, b"wanted")])
    [row] = await desk.look(
        "select id, file_id from tickets.attachment where ticket_id = $1", made["id"]
    )
    await sweep(desk.context)
    assert (store / name_of(orphan.place.id)).exists(), "fresh ones may yet get their row"
    old = await aged(store, orphan.place.id)
    wanted = await aged(store, row["file_id"])
    await desk.look("update tickets.attachment set file_id = $2 where id = $1", row["id"], wanted)
    assert await sweep(desk.context) == 1
    assert not (store / name_of(old)).exists()
    assert (store / name_of(wanted)).exists()


async def aged(store: Path, object_id: UUID) -> UUID:
    """The same content as if it had been written two days ago."""
    older = UUID(int=object_id.int - (2 * 86_400_000 << 80))
    place = store / name_of(older)
    place.parent.mkdir(exist_ok=True)
    (store / name_of(object_id)).rename(place)
    return older


async def test_forgotten_uploads_lose_their_parts(desk: Desk) -> None:
    customer = desk.customer()
    _, place = await announce(desk, customer, 10)
    await send(desk, customer, place, 0, b"12345")
    upload_id = UUID(place.rpartition("/")[2])
    [row] = await desk.look("select parts from tickets.upload where id = $1", upload_id)
    part = desk.context.settings.home / "files" / name_of(row["parts"][0])
    await sweep(desk.context)
    assert part.exists()
    await desk.look(
        "update tickets.upload set touched_at = now() - interval '4 days' where id = $1", upload_id
    )
    gone = await desk.http.head(place, headers=customer.headers())
    assert gone.status_code == 404
    await sweep(desk.context)
    assert not part.exists()


async def test_a_file_from_before_files_had_keys_of_their_own_is_still_read(desk: Desk) -> None:
    """Sealed whole, in a folder of its organization, named by a digest that lies in the row."""
    customer = desk.customer()
    made = await desk.open(customer, upload_ids=[await upload(desk, customer, b"old content")])
    box = await desk.context.vault.box(customer.organization)
    digest = bytes(range(32))
    sealed = box.seal("tickets.file.content", UUID(bytes=digest[:16]), b"old content")
    store = desk.context.settings.home / "files"
    place = store / str(customer.organization) / digest.hex()[:2] / digest.hex()
    place.parent.mkdir(parents=True)
    place.write_bytes(sealed)
    await desk.look(
        "update tickets.attachment set file_key = $2, file_id = id, about = null"
        " where ticket_id = $1",
        made["id"],
        digest,
    )
    [row] = await desk.look("select id from tickets.attachment where ticket_id = $1", made["id"])
    await sweep(desk.context)
    path = f"/v1/attachments/{row['id']}"
    content = await desk.http.get(f"{path}/content", headers=customer.headers())
    assert content.content == b"old content"
    part = {**customer.headers(), "Range": "bytes=4-6"}
    assert (await desk.http.get(f"{path}/content", headers=part)).content == b"con"
    about = (await desk.http.get(path, headers=customer.headers())).json()
    assert (about["name"], about["sha256"]) == ("سجل.png", None)
