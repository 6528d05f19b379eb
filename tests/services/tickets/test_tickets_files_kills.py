"""kill -9 at every step of an upload and of the sweep: nothing acknowledged is lost or left."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.tickets.adapters.files import Place, files_of
from services.tickets.usecases import sweeping
from shared.kit.objects import name_of
from tests.engines import ROOT
from tests.services.tickets.conftest import Desk
from tests.services.tickets.dying import CONTENT
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_mail import routed


async def killed(desk: Desk, action: str, ledger: Path, *more: str) -> list[dict[str, Any]]:
    """What was acknowledged before each of the kills."""
    settings = desk.context.settings
    told = {
        "settings": json.loads(settings.model_dump_json()),
        "action": action,
        "ledger": str(ledger),
        "most": 60,
    }
    command = [sys.executable, "-m", "tests.services.tickets.dying", json.dumps(told), *more]
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, capture_output=True, text=True, timeout=110
    )
    assert done.returncode == 0, done.stderr[-2000:]
    print(f"{action}: through after {int(done.stdout) - 1} kills")
    assert int(done.stdout) > 3
    return [json.loads(line) for line in ledger.read_text().splitlines()]


async def test_no_step_of_an_upload_is_one_to_die_at(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = await killed(desk, "upload", tmp_path / "ledger")
    uploads = {one["id"]: one for one in ledger if one["kind"] == "upload"}
    tickets = {one["upload"] for one in ledger if one["kind"] == "ticket"}
    assert uploads
    assert tickets
    for upload_id, last in uploads.items():
        if upload_id not in tickets:
            await goes_on(desk, upload_id, last)
    await nothing_is_missing(desk)
    monkeypatch.setattr(sweeping, "ORPHAN_AFTER", -timedelta(hours=1))
    await sweeping.sweep(desk.context)
    assert await named(desk) == await stored(desk)
    await nothing_is_missing(desk)


async def goes_on(desk: Desk, upload_id: str, last: dict[str, Any]) -> None:
    """At least what was acknowledged is there; with the rest it is the same file."""
    owner = Person(id=UUID(last["owner"]))
    [row] = await desk.look(
        "select organization_id from tickets.upload where id = $1", UUID(upload_id)
    ) or [None]
    if row is None:  # its ticket was opened, and only the answer did not get out
        [row] = await desk.look("select count(*) as n from tickets.attachment")
        assert row["n"] > 0
        return
    owner = Person(id=UUID(last["owner"]), organization=row["organization_id"])
    place = f"/v1/uploads/{upload_id}"
    head = await desk.http.head(place, headers=owner.headers())
    assert head.status_code == 200
    reached = int(head.headers["upload-offset"])
    assert reached >= last["offset"]
    if reached < len(CONTENT):
        sent = {"Upload-Offset": str(reached), "Content-Type": "application/offset+octet-stream"}
        answer = await desk.http.patch(
            place, content=CONTENT[reached:], headers={**owner.headers(), **sent}
        )
        assert answer.status_code == 204
    await desk.open(owner, upload_ids=[upload_id])


async def nothing_is_missing(desk: Desk) -> None:
    """Every attached file opens and is what was sent."""
    rows = await desk.look(
        "select organization_id, file_id, file_key, size from tickets.attachment"
    )
    assert rows
    for row in rows:
        box = await desk.context.vault.box(row["organization_id"])
        place = Place(row["file_id"], row["file_key"], row["size"])
        content = b"".join([one async for one in files_of(desk.context).read(box, place)])
        assert content == CONTENT


async def named(desk: Desk) -> set[str]:
    """Contents that a row speaks of."""
    rows = await desk.look(
        """select file_id as id from tickets.attachment union
        select file_id from tickets.upload where file_id is not null union
        select part from tickets.upload, unnest(parts) as part"""
    )
    return {name_of(row["id"]) for row in rows}


async def stored(desk: Desk) -> set[str]:
    """By day; what tests of older stores have left lies elsewhere."""
    objects = files_of(desk.context).objects
    days = [day for day in await objects.days() if day.count("-") == 2]
    return {name for day in days async for name in objects.names(day)}


async def test_no_step_of_fetching_a_mail_is_one_to_die_at(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"{number}.bin": CONTENT for number in range(3)}
    mail_id = desk.neighbours.mail("Three files", files=files)
    fact = tmp_path / "fact"
    fact.write_text(routed(desk, desk.customer(), mail_id).model_dump_json())
    await killed(desk, "mail", tmp_path / "ledger", str(fact))
    [row] = await desk.look(
        """select count(*) as n from tickets.attachment a
        join tickets.message m on m.id = a.message_id where m.mail_id = $1""",
        mail_id,
    )
    assert row["n"] == 3, "one message, each file once"
    monkeypatch.setattr(sweeping, "ORPHAN_AFTER", -timedelta(hours=1))
    await sweeping.sweep(desk.context)
    assert await named(desk) == await stored(desk)
    await nothing_is_missing(desk)


async def test_no_step_of_the_sweep_is_one_to_die_at(desk: Desk, tmp_path: Path) -> None:
    """It only ever removes what no row names, whenever it is stopped."""
    files = files_of(desk.context)
    box = await desk.context.vault.box(desk.organization)

    async def orphan() -> AsyncIterator[bytes]:
        yield b"orphan"

    for _ in range(5):
        await files.put(box, orphan(), 100)
    await killed(desk, "sweep", tmp_path / "ledger")
    assert await named(desk) == await stored(desk)
    await nothing_is_missing(desk)
