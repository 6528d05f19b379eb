"""F16 with the classifier broken on purpose: every robot, bounce and loop passes for a human.

A hostile autoresponder speaks to a real door, parser and routing of intake; what opens a ticket
there is acknowledged by notify. The caps alone are left to end it.
"""

from collections import Counter
from collections.abc import AsyncIterator
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import pytest
from typing_extensions import override

from services.intake.domain.mail import Mail
from services.intake.usecases import route
from shared.kit.context import Context
from shared.vocabulary import MailClass
from tests.contexts import MakeContext
from tests.fakes.mailbox import Letter
from tests.services.intake.conftest import SUPPORT, Office, directory, nameserver, office
from tests.services.intake.test_intake_flow import letter, routed
from tests.services.notify.colleagues import Colleagues
from tests.services.notify.desk import Desk

__all__ = ["directory", "nameserver", "office"]

IN_THREE_HOURS: Final = 10
FIRST: Final = 12
NAMES: Final = ("robot@hostile.example", "robot+a1@hostile.example", "ROBOT+b2@Hostile.Example")
"""One mailbox."""
GUISES: Final = (
    ("Auto-Submitted: auto-replied", "Precedence: bulk"),
    ("Auto-Submitted: auto-generated",),
    ("X-Autoreply: yes", "X-Auto-Response-Suppress: All"),
    ("List-Id: <all.hostile.example>",),
    ("Content-Type: multipart/report; report-type=delivery-status; boundary=r",),
    (),
)


class House(Colleagues):
    """The department has the address that intake's door knows."""

    @override
    def department(self) -> dict[str, Any]:
        return {**super().department(), "mailbox": SUPPORT}


class Storm:
    """The robot, and what tickets does between the two services."""

    def __init__(self, office: Office, desk: Desk) -> None:
        self._office = office
        self._desk = desk
        self._guises = cycle(GUISES)
        self._names = cycle(NAMES)
        self._answered = 0
        self.ends = Counter[str]()

    async def write(
        self, subject: str, *lines: str, to: str = SUPPORT, name: str = "", null: bool = False
    ) -> None:
        """One mail in, and on to a ticket as it was decided."""
        name = name or next(self._names)
        raw = letter(*lines, *next(self._guises), sender=name, subject=subject)
        seen = await self._office.handle(raw, "<>" if null else name, to)
        self.ends[f"{seen['class']} {seen['decision']}"] += 1
        if seen["decision"] != "new":
            return
        acknowledge = (await routed(self._office, seen))["acknowledge"]
        opened = await self._office.ticket(name, mail_id=seen["id"])
        person = await self._desk.person(name)
        self._desk.colleagues.add_ticket(
            person, id=opened.ticket_id, number=opened.number, subject=subject
        )
        told = self._desk.opened(person, opened.ticket_id, acknowledge=acknowledge)
        await self._desk.hear(told)
        await self._desk.hear(self._desk.promised(opened.ticket_id))

    async def answer_everything(self) -> None:
        """Twice and at once, until nothing more comes: to its reply address, and anew."""
        while len(heard := await self.heard()) > self._answered:
            for one in heard[self._answered :]:
                self._answered += 1
                await self._answer(one, self._answered)

    async def heard(self) -> list[Letter]:
        await self._desk.work()
        return self._desk.mailbox.letters()

    async def _answer(self, one: Letter, number: int) -> None:
        mark = f"X-Sanad-Loop: {one.message['X-Sanad-Loop']}"
        about = f"In-Reply-To: {one.message['Message-ID']}"
        reply_to = str(one.message["Reply-To"])
        await self.write(f"Re: {number}", about, mark, to=reply_to, name=one.recipient)
        await self.write(f"Automatic reply: {number}", mark, null=True)


@pytest.fixture
async def house(make_context: MakeContext, tmp_path: Path) -> AsyncIterator[Desk]:
    context: Context = make_context("notify", support_address=SUPPORT)
    yield Desk(context, tmp_path / "out", House())
    await context.close()


@pytest.fixture
def deceived(monkeypatch: pytest.MonkeyPatch) -> None:
    def human(_context: Context, _mail: Mail, _ours: object) -> tuple[MailClass, str]:
        return MailClass.HUMAN, "nothing"

    monkeypatch.setattr(route, "_class", human)


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("deceived")
async def test_a_robot_that_passes_for_a_human_hears_ten_times_in_three_hours(
    office: Office, house: Desk
) -> None:
    storm = Storm(office, house)
    for number in range(FIRST):
        await storm.write(f"buy this {number}")
        await storm.answer_everything()
    assert len(await storm.heard()) == IN_THREE_HOURS
    assert storm.ends == {"human new": FIRST + IN_THREE_HOURS, "human reply": IN_THREE_HOURS}
    unsaid = Counter(one["reason"] for one in await house.deliveries() if one["reason"])
    assert unsaid == {"too_many": FIRST}
    async with house.context.tx() as tx:
        await tx.execute(
            "update notify.delivery set composed_at = composed_at - interval '3 hours 1 second'"
        )
    for number in range(IN_THREE_HOURS + 1):
        await storm.write(f"and this {number}")
    await storm.answer_everything()
    letters = await storm.heard()
    assert len(letters) == 2 * IN_THREE_HOURS
    assert not any(b"buy this" in one.raw or b"and this" in one.raw for one in letters)
