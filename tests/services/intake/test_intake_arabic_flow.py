"""The Arabic set through the real door: SMTP, the parser's own process, sealed, and shown."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.engines import eventually
from tests.mails.arabic import CASES, SENDER, Case
from tests.services.intake.conftest import SUPPORT, Office

AT_ONCE = 8


async def sent(office: Office, case: Case, gate: asyncio.Semaphore) -> str:
    """Each is a mail of its own to the house; what it says stays the same."""
    raw = case.raw.replace(b"<a1@client.example>", f"<{uuid4().hex}@client.example>".encode())
    async with gate:
        return await office.send(raw, case.envelope.strip("<>"), SUPPORT)


@pytest.fixture(scope="module")
async def seen(office: Office) -> list[dict[str, Any]]:
    gate = asyncio.Semaphore(AT_ONCE)
    ids = await asyncio.gather(*(sent(office, case, gate) for case in CASES))

    async def decided() -> bool:
        async with office.context.tx() as tx:
            open_ones = "select count(*) from intake.inbound_mail"
            return not await tx.scalar(f"{open_ones} where state in ('accepted', 'parsed')")

    await eventually(decided, within=90)
    return [await office.see(mail_id) for mail_id in ids]


async def test_every_mail_of_the_set_is_shown_as_it_was_meant(seen: list[dict[str, Any]]) -> None:
    missed = {}
    for case, mail in zip(CASES, seen, strict=True):
        told = {
            "subject": mail["subject"],
            "from": mail["from"],
            "class": mail["class"],
            "visible": mail["visible_text"],
            "quoted": bool(mail["quoted_text"]),
            "files": tuple(file["name"] for file in mail["attachments"]),
            "guessed": "charset_guessed" in mail["reasons"],
        }
        right = {
            "subject": case.subject,
            "from": {"email": SENDER, "name": case.sender_name},
            "class": case.mail_class,
            "visible": case.visible,
            "quoted": case.quoted,
            "files": case.files,
            "guessed": case.guessed,
        }
        if wrong := {key: told[key] for key in right if told[key] != right[key]}:
            missed[case.name] = wrong
    assert missed == {}


async def test_every_mail_of_the_set_ends_in_a_state_that_is_final(
    seen: list[dict[str, Any]],
) -> None:
    states = {mail["state"] for mail in seen}
    assert states <= {"routed", "applied", "held", "duplicate", "loop", "quarantined"}
    people = [m for m, case in zip(seen, CASES, strict=True) if case.mail_class == "human"]
    assert {(mail["state"], mail["decision"]) for mail in people} == {("routed", "new")}
