"""Mails that come in at once: fewer commits than mails, and each is still a mail of its own."""

import asyncio
from typing import Any

from services.intake.domain.mail import Envelope
from services.intake.usecases.accept import seal
from services.intake.usecases.taking import Taking
from tests.services.intake.conftest import SUPPORT, Office

TOGETHER = 12


def letter(number: int) -> bytes:
    return (
        f"From: Sara <sara{number}@client.example>\r\nTo: {SUPPORT}\r\n"
        f"Subject: Together {number}\r\n\r\nNumber {number} is down.\r\n"
    ).encode()


async def test_mails_that_come_together_share_a_commit_and_nothing_else(office: Office) -> None:
    taking = Taking(office.context)
    envelopes = [
        Envelope(f"sara{n}@client.example", (SUPPORT,), "127.0.0.1", "client.example")
        for n in range(TOGETHER)
    ]
    taken = await asyncio.gather(*(taking.take(letter(n), envelopes[n]) for n in range(TOGETHER)))
    async with office.context.tx() as tx:
        commits = await tx.scalar(
            """select count(distinct accepted_at) from intake.inbound_mail
            where id = any(cast(:ids as uuid[]))""",
            {"ids": taken},
        )
    assert commits < TOGETHER
    first = [(await office.facts(str(one)))[0] for one in taken]
    assert [one["data"]["mail_id"] for one in first] == [str(one) for one in taken]
    assert {(one["type"], one["sequence"]) for one in first} == {("mail.accepted.v1", 1)}
    assert len({one["traceparent"] for one in first}) == TOGETHER
    for number, mail_id in enumerate(taken):
        seen: dict[str, Any] = await office.settled(mail_id)
        assert seen["subject"] == f"Together {number}", seen


async def test_a_mail_that_the_database_refuses_takes_no_other_with_it(office: Office) -> None:
    taking = Taking(office.context)
    about = Envelope("sara@client.example", (SUPPORT,), "127.0.0.1", "client.example")
    known = await taking.take(letter(100), about)
    again = {"id": known, **await seal(office.context, known, letter(100), about)}

    async def refused() -> None:
        await taking._gathering.add(again, 1)  # an id that is taken

    told = await asyncio.gather(
        taking.take(letter(101), about),
        refused(),
        taking.take(letter(102), about),
        return_exceptions=True,
    )
    assert [isinstance(one, Exception) for one in told] == [False, True, False]
    for mail_id in (told[0], told[2]):
        assert len(await office.facts(str(mail_id))) >= 1
        await office.settled(str(mail_id))
