"""Damaged mails: each is read, each ends in one visible state, good ones go on between them."""

import os
import random
import time
from uuid import uuid4

import pytest

from services.intake.adapters.child import TOOLS
from services.intake.adapters.frames import answer, read_answer
from services.intake.adapters.pages import read_page
from services.intake.domain import limits
from services.intake.domain.mail import Envelope, Reading, read_mail, unreadable
from tests.services.intake.conftest import Office
from tests.services.intake.mutants import mutants

FINAL = {"routed", "held", "quarantined", "duplicate", "loop"}


@pytest.fixture
def dice() -> random.Random:
    """SANAD_MUTANTS_SEED repeats what a failed run printed."""
    seed = int(os.environ.get("SANAD_MUTANTS_SEED") or random.SystemRandom().randrange(10**6))
    print(f"\nSANAD_MUTANTS_SEED={seed}")
    return random.Random(seed)  # noqa: S311 - dice, not keys


def test_every_damaged_mail_is_read_within_the_limits(dice: random.Random) -> None:
    slowest = 0.0
    for raw in mutants(dice, 1000):
        began = time.process_time()
        parsed = read_mail(raw, Envelope("a@b.example"), Reading(), read_page, tools=TOOLS)
        slowest = max(slowest, time.process_time() - began)
        mail = parsed.mail
        assert read_answer(*answer(parsed)).mail == mail
        assert len(mail.body_text) <= limits.TEXT
        assert len(parsed.files) <= limits.FILES
        assert not {"\x00", "\ud800"} & set(mail.subject + mail.body_text + (mail.body_html or ""))
        assert all(file.name and "/" not in file.name for file in parsed.files)
        assert unreadable(raw, Envelope("a@b.example"), Reading()).mail.sender == "a@b.example"
    print(f"slowest {slowest:.2f} s of processor time")
    assert slowest < 5


async def test_damaged_mails_end_visibly_and_good_ones_pass_between(
    office: Office, dice: random.Random
) -> None:
    sent, good = [], []
    for number, raw in enumerate(mutants(dice, 60)):
        mark = b"X-Mutant: %d %s\r\n" % (number, uuid4().hex.encode())
        sent.append(await office.send(mark + raw, f"mutant-{number}@strange.example"))
        if number % 10 == 0:
            text = f"From: sara@client.example\r\nSubject: good\r\n\r\n{uuid4().hex}\r\n"
            good.append(await office.send(text.encode()))
    for mail_id in sent:
        seen = await office.settled(mail_id, within=30)
        assert seen["state"] in FINAL, seen
        types = [fact["type"] for fact in await office.facts(mail_id)]
        ends = [one for one in types if one not in {"mail.accepted.v1", "mail.bounced.v1"}]
        assert len(ends) == (seen["state"] not in {"duplicate", "loop"}), types
    for mail_id in good:
        assert (await office.settled(mail_id))["state"] == "routed"
