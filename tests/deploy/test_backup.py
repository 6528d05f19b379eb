"""A desk comes back from its backup: the same tickets and files, and no mail until released."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import letters
from tests.journeys.company import Company, found
from tests.journeys.desk import ROOT, Desk

pytestmark = [pytest.mark.journey, pytest.mark.timeout(400)]


@pytest.fixture
async def place() -> AsyncIterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sanad-backup-") as folder:
        base = Path(folder)
        base.chmod(0o711)
        yield base


def sanad(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "deploy.local.cli", *words],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "SANAD_HOME": str(home),
            "SANAD_PROFILE": "test",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


async def with_a_picture(company: Company) -> dict[str, Any]:
    """A ticket from a mail with an attachment, which lies sealed among the files."""
    sara = company.address("customer")
    await company.desk.send(letters.windows_1256(sara, company.mailbox), sara, company.mailbox)
    ticket: dict[str, Any] = await company.desk.eventually(company.find_ticket, within=30)
    await company.desk.letter(sara, ticket["number"], within=30)
    return ticket


async def check_the_same(desk: Desk, ticket: dict[str, Any]) -> None:
    admin = desk.admin()
    again = await admin.get(f"/v1/tickets/{ticket['id']}")
    assert (again["number"], again["subject"]) == (ticket["number"], letters.SUBJECT)
    messages = (await admin.get(f"/v1/tickets/{ticket['id']}/messages"))["items"]
    assert messages[0]["body_text"].splitlines()[0] == letters.BODY.splitlines()[0]
    (picture,) = messages[0]["attachments"]
    content = await admin.ask("GET", f"/v1/attachments/{picture['id']}/content")
    assert content.content == letters.png()


async def test_a_desk_comes_back_and_is_silent_until_released(place: Path) -> None:
    (place / "old").mkdir(mode=0o711)
    (place / "new").mkdir(mode=0o711)
    old, new = Desk(place / "old" / "home"), Desk(place / "new" / "home")
    copy, keys = place / "copy", place / "keys"
    ticket, sara = await an_old_desk(old, copy, keys)
    done = await asyncio.to_thread(sanad, new.home, "restore", str(copy), "--keys", str(keys))
    assert done.returncode == 0, done.stderr
    await new.start()
    try:
        await check_the_same(new, ticket)
        await stays_silent_then_speaks(new, ticket, sara)
    finally:
        await new.stop()


async def an_old_desk(old: Desk, copy: Path, keys: Path) -> tuple[dict[str, Any], str]:
    """Works, is copied, and is no more; its ticket and who asked."""
    await old.start()
    try:
        company = await found(old)
        ticket = await with_a_picture(company)
        done = await asyncio.to_thread(sanad, old.home, "backup", str(copy), "--keys", str(keys))
        assert done.returncode == 0, done.stderr
        assert "المفاتيح" in done.stdout
    finally:
        await old.stop()
    return ticket, company.address("customer")


async def stays_silent_then_speaks(desk: Desk, ticket: dict[str, Any], sara: str) -> None:
    path = f"/v1/tickets/{ticket['id']}/messages"
    await desk.admin().post(path, {"body": "رد بعد الاستعادة", "public": True})
    await asyncio.sleep(4)  # long enough for a mail that must not come
    assert desk.outgoing(sara) == [], "on hold nothing leaves the house"
    done = await asyncio.to_thread(sanad, desk.home, "release")
    assert done.returncode == 0, done.stderr
    await desk.stop()
    await desk.start()
    await desk.letter(sara, "رد بعد الاستعادة", within=30)


async def test_what_is_there_is_never_overwritten(place: Path) -> None:
    backup, home = place / "backup", place / "home"
    backup.mkdir()
    (backup / "something").touch()
    refused = await asyncio.to_thread(sanad, home, "backup", str(backup))
    assert refused.returncode == 1
    refused = await asyncio.to_thread(sanad, home, "restore", str(backup), "--keys", str(place))
    assert refused.returncode == 1
    assert "no backup of Sanad" in refused.stderr
    assert not home.exists()
