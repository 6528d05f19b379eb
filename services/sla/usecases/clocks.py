"""Starting a ticket's clocks and letting them hear what happens to it."""

from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.sla.domain.fold import Happening
from services.sla.domain.ledger import local_date
from services.sla.domain.promises import Contract, serving
from services.sla.domain.settle import Stated
from services.sla.domain.words import Kind
from services.sla.store import breaches, clocks, sight
from services.sla.store.clockrows import ClockRow
from services.sla.store.rules import Basis, basis
from services.sla.usecases.rulebook import Rulebook, rulebook
from services.sla.usecases.stating import Ground, Occasion, Settled, settle_row
from shared.events.sla import ClockState, SlaClockStarted
from shared.events.ticket import TicketOpened
from shared.kit.tx import Tx
from shared.vocabulary import COMPANY_CALENDAR, DEFAULT_POLICY
from shared.worktime import instant, micros

SOON: Final = timedelta(seconds=1)
"""A timer nearer than this would be missed by the loop's own sleep, so it is woken."""


async def start(tx: Tx, fact: TicketOpened, ref: UUID) -> None:
    """The promise of a ticket: contract, policy, calendars, and all that is to be armed."""
    found = await basis(tx, fact.organization_id, fact.at.date())
    book = await rulebook(tx, found.revision)
    row = _new_row(fact, found, _serving(book, found, fact.at))
    row.happenings = [
        Happening(
            micros(fact.at),
            Kind.CREATED,
            fact.priority.value,
            fact.status.value,
            ref=str(ref),
        )
    ]
    ground = await ground_of(tx, book, row)
    row.sequence = 1  # the start is the first fact; what is already due follows it
    settled = settle_row(tx, row, ground, Occasion(max(tx.now, fact.at)))
    tx.emit(_started(row, ground), sequence=1)
    await clocks.add(tx, _who(fact, ref), row, settled.armed)
    await breaches.add(tx, settled.breaches)
    wake_if_soon(tx, settled)


async def hear(tx: Tx, ticket_id: UUID, ordinal: int, happening: Happening, *, cause: str) -> None:
    """One more fact: fold anew, state what changed, arm what is next."""
    row = await clocks.lock(tx, ticket_id)
    if row is None:
        return
    await clocks.add_happening(tx, (ticket_id, row.organization_id), ordinal, happening)
    row.happenings.append(happening)
    _follow(row, happening)
    await rearm(tx, row, Occasion(max(tx.now, instant(happening.at)), cause))


async def rearm(tx: Tx, row: ClockRow, occasion: Occasion) -> None:
    """Settle a locked clock and replace its timers."""
    book = await rulebook(tx, row.revision)
    settled = settle_row(tx, row, await ground_of(tx, book, row), occasion)
    await clocks.save(tx, [(row, settled.open)])
    await breaches.add(tx, settled.breaches)
    await clocks.arm(tx, row, settled.armed, (occasion.now, occasion.cause))
    wake_if_soon(tx, settled)


async def move_to_department(tx: Tx, ticket_id: UUID, department_id: UUID) -> None:
    await sight.place(tx, ticket_id, "department_id", department_id)


async def assign(tx: Tx, ticket_id: UUID, assignee_id: UUID | None) -> None:
    await sight.place(tx, ticket_id, "assignee_id", assignee_id)


async def ground_of(tx: Tx, book: Rulebook, row: ClockRow) -> Ground:
    """Policy and calendars that a clock began with."""
    policy = await book.policy(tx, row.policy_id, row.policy_version)
    rules = await book.rules(tx, row.policy_id, row.policy_version, row.calendar_id)
    return Ground(policy, rules)


def wake_if_soon(tx: Tx, settled: Settled) -> None:
    horizon = micros(tx.now + SOON)
    if any(one.at <= horizon for one in settled.armed):
        tx.wake("timers")


def _serving(book: Rulebook, found: Basis, at: datetime) -> Contract | None:
    """Contracts begin and end with the civil day of the calendar that they count on."""

    def day(contract: Contract) -> date:
        timeline = book.calendars[str(contract.calendar_id or COMPANY_CALENDAR)]
        return local_date(timeline, micros(at))

    return serving(found.contracts, day)


def _new_row(fact: TicketOpened, found: Basis, contract: Contract | None) -> ClockRow:
    policy_id = contract.policy_id if contract else DEFAULT_POLICY
    return ClockRow(
        ticket_id=fact.ticket_id,
        organization_id=fact.organization_id,
        department_id=fact.department_id,
        priority=fact.priority.value,
        status=fact.status.value,
        policy_id=policy_id,
        policy_version=found.versions[policy_id],
        contract_id=contract.id if contract else None,
        calendar_id=(contract.calendar_id if contract else None) or COMPANY_CALENDAR,
        opened_at=fact.at,
        settled_at=fact.at,
        generation=1,
        sequence=0,
        next_due_at=None,
        clocks=[],
        stated=Stated(),
        revision=found.revision,
    )


def _who(fact: TicketOpened, ref: UUID) -> dict[str, Any]:
    return {
        "number": fact.number,
        "requester_id": fact.requester_id,
        "assignee_id": fact.assignee_id,
        "ref": ref,
    }


def _started(row: ClockRow, ground: Ground) -> SlaClockStarted:
    return SlaClockStarted(
        ticket_id=row.ticket_id,
        organization_id=row.organization_id,
        at=row.settled_at,
        policy_id=row.policy_id,
        policy_version=row.policy_version,
        contract_id=row.contract_id,
        reopen_window_seconds=ground.policy.reopen_window,
        clocks=tuple(ClockState.model_validate(one) for one in row.clocks),
        next_due_at=row.next_due_at,
    )


def _follow(row: ClockRow, happening: Happening) -> None:
    if happening.kind is Kind.PRIORITY:
        row.priority = happening.value
    elif happening.kind is Kind.STATUS:
        row.status = happening.value
