"""Every mail again, by each door there is: nothing changes, nobody hears anything twice."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from services.intake.adapters.pages import read_page
from services.intake.domain.mail import Envelope, Reading, read_mail
from services.intake.usecases import operate
from services.intake.usecases.accept import accept
from tests.engines import eventually
from tests.mails import arabic
from tests.services.intake import corpus
from tests.services.intake.conftest import SUPPORT, Office

_ALL = """select id::text, state, to_jsonb(m) - '{raw,envelope,next_at}'::text[] as row
    from intake.inbound_mail m"""
_FILES = (
    "select mail_id::text, id::text, position, sha256 from intake.mail_attachment order by 1, 3"
)
_FACTS = "select subject, sequence, body from intake.outbox order by 1, 2"
_UNDECIDED = "select count(*) from intake.inbound_mail where state in ('accepted', 'parsed')"
pytestmark = pytest.mark.timeout(300)
ENVELOPE = Envelope("sara@client.example", (SUPPORT,))


def everything() -> list[bytes]:
    """All real mails beside the repository and our Arabic ones.

    Three of them answer another one: they would wait a minute for its ticket, and here nobody
    makes tickets.
    """
    raws = [*corpus.mails().values(), *(case.raw for case in arabic.CASES)]
    read = [read_mail(raw, ENVELOPE, Reading(), read_page).mail for raw in raws]
    known = {mail.message_id for mail in read if mail.message_id}
    return [raw for raw, mail in zip(raws, read, strict=True) if not known & {*mail.ids}]


async def rows(office: Office, query: str) -> list[dict[str, Any]]:
    async with office.context.tx() as tx:
        return [dict(row) for row in await tx.rows(query, {})]


async def take_in(office: Office, raws: list[bytes]) -> list[str]:
    async def one(raw: bytes) -> str:
        async with office.context.tx() as tx:
            return str(await accept(tx, raw, ENVELOPE, "http"))

    taken = [await one(raw) for raw in raws]
    await quiet(office)
    return taken


async def quiet(office: Office) -> None:
    async def decided() -> bool:
        return (await rows(office, _UNDECIDED))[0]["count"] == 0

    await eventually(decided, within=90)


async def replay(office: Office, mail_id: str) -> None:
    """The call behind `POST /replay`, which a person's rate limit would slow down."""
    async with office.context.tx() as tx:
        await operate.replay(tx, UUID(mail_id))


def batched(found: list[str], size: int) -> Iterator[list[str]]:
    return (found[start : start + size] for start in range(0, len(found), size))


def unsealed(found: list[dict[str, Any]]) -> dict[str, Any]:
    """What must not change: all but the seal of the summary and when it was looked at last."""
    hidden = {"summary", "routed_at"}
    return {
        row["id"]: {key: value for key, value in row["row"].items() if key not in hidden}
        for row in found
    }


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {
        f"{mail_id} {key}": (value, after[mail_id][key])
        for mail_id, row in before.items()
        for key, value in row.items()
        if after[mail_id][key] != value
    }


async def test_every_mail_replayed_and_sent_again_changes_nothing(office: Office) -> None:
    raws = everything()
    first = await take_in(office, raws)
    before = unsealed(await rows(office, _ALL))
    files = await rows(office, _FILES)
    facts = await rows(office, _FACTS)
    shown = {mail_id: await office.see(mail_id) for mail_id in first[::10]}
    assert len(before) == len(raws)

    for _ in range(2):
        for few in batched(first, 12):
            await asyncio.gather(*(replay(office, mail_id) for mail_id in few))
        await quiet(office)
    assert changes(before, unsealed(await rows(office, _ALL))) == {}
    assert await rows(office, _FILES) == files
    assert await rows(office, _FACTS) == facts
    assert {mail_id: await office.see(mail_id) for mail_id in shown} == shown

    again = await take_in(office, raws)
    after = unsealed(await rows(office, _ALL))
    assert {key: after[key] for key in before} == before
    originals = {row["duplicate_of"] or key for key, row in before.items()}
    for mail_id in again:
        assert after[mail_id]["state"] == "duplicate"
        assert after[mail_id]["duplicate_of"] in originals
    told = await rows(office, _FACTS)
    assert len(told) == len(facts) + len(again), "each was accepted, and nothing more was said"


async def test_two_replays_at_once_decide_once(office: Office) -> None:
    raw = b"From: sara@client.example\r\nAuto-Submitted: auto-replied\r\n\r\naway\r\n"
    (mail_id,) = await take_in(office, [raw])
    before = await office.facts(mail_id)
    await asyncio.gather(*(replay(office, mail_id) for _ in range(8)))
    await quiet(office)
    assert await office.facts(mail_id) == before
    assert (await office.see(mail_id))["state"] == "quarantined"
