"""A person's mails about one ticket are decided in the order in which they came."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.intake.adapters.children import Children
from services.intake.domain.mail import Envelope
from services.intake.domain.threading import about_one_ticket
from services.intake.store import line as store
from services.intake.store import mails
from services.intake.usecases import line, secrets
from services.intake.usecases.accept import accept
from services.intake.usecases.read import read, saving
from tests.engines import eventually
from tests.services.intake.conftest import SUPPORT, Office
from tests.services.intake.test_intake_flow import letter, outcome
from tests.services.intake.test_intake_packs import claimed

SARA = "sara@client.example"


async def kept_back(office: Office, raw: bytes) -> str:
    """A mail that waits for its next attempt after a failure."""
    async with office.context.tx() as tx:
        await tx.scalar("select 1")  # the rest goes into the same transaction
        mail_id = await accept(tx, raw, Envelope(SARA, (SUPPORT,)), "http")
        later = {"next_at": tx.now + timedelta(hours=1), "attempts": 1}
        await mails.change(tx, mail_id, later)
    return str(mail_id)


async def let_go(office: Office, mail_id: str) -> None:
    async with office.context.tx() as tx:
        await mails.change(tx, UUID(mail_id), {"next_at": tx.now})
        tx.wake("parser")


async def waits(office: Office, mail_id: str) -> None:
    """Read, looked at more than once, and not decided."""

    async def read() -> bool:
        return bool((await office.see(mail_id))["state"] == "parsed")

    await eventually(read)
    await asyncio.sleep(1.5)  # that nothing happens shows in time alone
    assert (await office.see(mail_id))["state"] == "parsed"


def answer(number: int, *lines: str, sender: str = SARA) -> bytes:
    return letter(*lines, subject=f"Re: [SND-{number}] x", sender=sender)


@pytest.mark.parametrize("order", [(1, 0), (2, 1, 0), (1, 2, 0)])
async def test_nobody_waits_for_a_copy_that_waits_for_them(
    office: Office, order: tuple[int, ...]
) -> None:
    """Read in another order than they came: the first were still asking a slow name server."""
    raw = answer((await office.ticket(SARA)).number)
    came = [await claimed(office, raw) for _ in order]
    children = Children(1, 15)
    try:
        for place in order:
            await read(office.context, children, came[place], together=saving(office.context))
    finally:
        await children.close()
    tag = secrets.person_tag(office.context, SARA)
    async with office.context.tx() as tx:
        first = came[order[0]].id
        twins = {(await mails.find(tx, came[place].id)).duplicate_of for place in order[1:]}
        before = [await store.ahead(tx, one.id, tag) for one in came]
    assert twins == {first}
    assert before == [[] for _ in order]


async def test_an_answer_does_not_overtake_one_that_waits(office: Office) -> None:
    """The first is not even read: whose it is, only its envelope tells."""
    number = (await office.ticket(SARA)).number
    first = await kept_back(office, answer(number))
    second = await office.send(answer(number))
    await waits(office, second)
    other = await office.handle(answer(number, sender="eve@evil.example"), "eve@evil.example")
    assert other["state"] == "routed", "whoever is somebody else waits for nobody"
    fresh = await office.handle(letter())
    assert fresh["state"] == "routed", "what names no ticket needs no order"
    await let_go(office, first)
    ends = [await office.settled(one) for one in (first, second)]
    assert [outcome(one) for one in ends] == [("held", "held", "subject_tag")] * 2
    async with office.context.tx() as tx:
        rows = await tx.rows(
            "select id from intake.inbound_mail where id = any(:ids) order by routed_at",
            {"ids": [UUID(first), UUID(second)]},
        )
    assert [str(row["id"]) for row in rows] == [first, second]


async def test_an_answer_to_ones_own_first_mail_waits_until_that_is_read(office: Office) -> None:
    """Unread, its id is known to nobody: the answer would open a second ticket."""
    raw = letter()
    message_id = raw.partition(b"Message-ID: ")[2].partition(b"\r\n")[0].decode()
    first = await kept_back(office, raw)
    second = await office.send(letter(f"In-Reply-To: {message_id}"))
    await waits(office, second)
    await let_go(office, first)
    assert outcome(await office.settled(first)) == ("routed", "new", "none")
    await waits(office, second)


async def test_nobody_waits_for_ever(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    number = (await office.ticket(SARA)).number
    stuck = await kept_back(office, answer(number))
    monkeypatch.setattr(line, "_PATIENCE", 1.0)
    assert (await office.handle(answer(number)))["state"] == "held"
    await let_go(office, stuck)
    await office.settled(stuck)


async def test_a_mail_about_another_ticket_does_not_wait_for_one_that_is_read(
    office: Office,
) -> None:
    """It names a ticket that nobody knows of: it is read, and waits for the tickets service."""
    box = f"support+r{office.token(999_998, SARA)}@localhost"
    stuck = await office.send(letter(), SARA, box)

    async def read() -> bool:
        return bool((await office.see(stuck))["state"] == "parsed")

    await eventually(read)
    number = (await office.ticket(SARA)).number
    assert (await office.handle(answer(number)))["state"] == "held"


def test_what_two_mails_have_in_common() -> None:
    token, one, two = {"t"}, f"<{uuid4()}@a>", f"<{uuid4()}@b>"
    assert about_one_ticket((token, set(), None), (token, set(), None), "")
    assert about_one_ticket((set(), {one}, None), (set(), {one, two}, None), "")
    assert about_one_ticket((set(), {one}, None), (set(), set(), None), one)
    assert about_one_ticket((set(), set(), 7), (token, set(), 7), "")
    assert not about_one_ticket((token, {one}, None), ({"u"}, {two}, None), "")
    assert not about_one_ticket((set(), set(), None), (set(), set(), None), "")
    assert not about_one_ticket((token, {one}, 7), (set(), set(), 8), two)
