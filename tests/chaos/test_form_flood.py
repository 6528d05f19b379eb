"""F16: the open form names a victim a thousand times; the victim's inbox hardly notices (T33)."""

import asyncio
import hashlib
import random
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from email.message import EmailMessage
from itertools import count
from pathlib import Path

import httpx
import pytest

from tests.chaos.weather import Weather
from tests.journeys.desk import Desk

pytestmark = [pytest.mark.slow, pytest.mark.journey, pytest.mark.timeout(1800)]

SOURCES = 50
MOST = 3
"""Mails that a victim may get, whatever is posted."""
BAIT = "cheap-pills.example"
_LANES = 8
_EASY = "6"


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """Its proof of work is cheap: an attacker has machines, this test has not."""
    with tempfile.TemporaryDirectory(prefix="sanad-flood-") as folder:
        base = Path(folder)
        base.chmod(0o711)
        desk = Desk(base / "home", {"SANAD_TICKETS_PROOF_BITS": _EASY})
        await desk.start()
        try:
            yield desk
        finally:
            await desk.stop()


async def test_a_thousand_forms_from_fifty_addresses_reach_a_victim_three_times(
    desk: Desk, dice: random.Random, many: Callable[[str, int], int]
) -> None:
    """Each source is a network address of its own, as the edge sees it."""
    posts = many("FORMS", 1000)
    victim = f"victim{dice.randrange(10**6)}@inbox.example"
    answers: Counter[int] = Counter()
    numbers = iter(range(posts))
    doors = [_from(desk, source) for source in range(SOURCES)]
    async with asyncio.TaskGroup() as lanes:
        for _ in range(_LANES):
            lanes.create_task(_flood(dice, doors, numbers, victim, answers))
    for door in doors:
        await door.aclose()
    await Weather(desk).quiet(within=240)
    await asyncio.sleep(5)  # acknowledgements wait two seconds for their promise
    await Weather(desk).quiet(within=60)
    mails = [mail for mail in desk.outgoing("") if _mailbox(mail) == victim]
    print(f"{posts} forms from {SOURCES} addresses: {dict(answers)}, {len(mails)} mails")
    assert answers == {201: posts}
    assert 1 <= len(mails) <= MOST
    assert [_bait(mail) for mail in mails] == [""] * len(mails)
    assert {mail["Auto-Submitted"] for mail in mails} == {"auto-replied"}


async def _flood(
    dice: random.Random,
    doors: list[httpx.AsyncClient],
    numbers: Iterator[int],
    victim: str,
    answers: Counter[int],
) -> None:
    """All sources in turn, whichever lane is the fastest: none of them reaches its limit."""
    for number in numbers:  # one iterator, shared by all lanes
        door = doors[number % len(doors)]
        answers[await _post(door, number, _written(dice, victim))] += 1


def _written(dice: random.Random, victim: str) -> str:
    """One mailbox has many writings: letters in another case, a name behind a plus."""
    tagged = victim.replace("@", f"+{dice.randrange(10**6)}@")
    return dice.choice([victim, victim.upper(), victim.title(), tagged])


def _from(desk: Desk, source: int) -> httpx.AsyncClient:
    """All of 127/8 is this machine: the edge sees another peer each time."""
    transport = httpx.AsyncHTTPTransport(local_address=f"127.0.1.{source + 1}")
    return httpx.AsyncClient(base_url=desk.endpoints["http"], transport=transport, timeout=30)


async def _post(door: httpx.AsyncClient, number: int, address: str) -> int:
    challenge = (await door.get("/v1/public/challenge")).json()
    form = {
        "subject": f"You won! http://{BAIT}/{number}",
        "body": f"Claim it at http://{BAIT}/{number}\n{BAIT}",
        "requester": {"email": address, "name": f"Dear friend, see {BAIT}"},
        "proof": _prove(challenge["salt"], challenge["difficulty"]),
    }
    answer = await door.post("/v1/public/tickets", json=form)
    return answer.status_code


def _prove(salt: str, bits: int) -> dict[str, str]:
    for nonce in count():
        digest = hashlib.sha256(f"{salt}{nonce}".encode()).digest()
        if int.from_bytes(digest, "big") >> (256 - bits) == 0:
            return {"salt": salt, "nonce": str(nonce)}
    raise AssertionError("unreachable")


def _mailbox(mail: EmailMessage) -> str:
    """Whose inbox it fills."""
    local, _, domain = str(mail["To"]).strip("<>").casefold().partition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _bait(mail: EmailMessage) -> str:
    """What of the attacker's words is in a mail, in whatever way it is coded."""
    headers = [str(value) for value in mail.values()]
    parts = [
        str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"
    ]
    told = "\n".join([*headers, *parts, mail.as_string()]).casefold()
    return next((word for word in (BAIT, "you won", "dear friend", "claim it") if word in told), "")
