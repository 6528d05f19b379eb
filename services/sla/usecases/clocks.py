"""Starting a ticket's clocks and letting them hear what happens to it."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.sla.domain.happenings import Happening
from services.sla.domain.settle import Stated
from services.sla.domain.terms import CHANGES, Terms, course, first_terms
from services.sla.domain.words import Kind
from services.sla.store import breaches, clocks, happenings, sight
from services.sla.store.clockrows import ClockRow
from services.sla.store.matching import basis
from services.sla.usecases import choosing
from services.sla.usecases.rulebook import Rulebook, rulebook
from services.sla.usecases.stating import Ground, Occasion, Settled, any_lives, settle_row
from shared.events.sla import ClockState, SlaClockStarted
from shared.events.ticket import TicketOpened
from shared.kit.tx import Tx
from shared.vocabulary import AuthorKind
from shared.worktime import instant, micros

SOON: Final = timedelta(seconds=1)
"""A timer nearer than this would be missed by the loop's own sleep, so it is woken."""


async def start(tx: Tx, fact: TicketOpened, ref: UUID) -> None:
    """The promise of a ticket: contract, policy, calendars, and all that is to be armed."""
    found = await basis(tx, fact.organization_id, fact.at.date())
    book = await rulebook(tx, found.revision)
    row = _new_row(fact, found.revision, choosing.opening_terms(book, found, fact))
    row.happenings = _opened(fact, ref)
    ground = await ground_of(tx, book, row)
    row.sequence = 1  # the start is the first fact; what is already due follows it
    settled = settle_row(tx, row, ground, Occasion(max(tx.now, fact.at)))
    tx.emit(_started(row, ground), sequence=1)
    clocks.add(tx, _who(fact, ref), row, settled.armed)
    for more in row.happenings[1:]:
        await happenings.add(tx, (row.ticket_id, row.organization_id), more)
    await breaches.add(tx, settled.breaches)
    wake_if_soon(tx, settled)


async def hear(tx: Tx, ticket_id: UUID, happening: Happening, *, cause: str) -> None:
    """One more fact: fold anew, state what changed, arm what is next."""
    row = await clocks.lock(tx, ticket_id)
    if row is None:
        return
    if not await happenings.add(tx, (ticket_id, row.organization_id), happening):
        return
    row.happenings.append(happening)
    _follow(row, happening)
    ruled = happening.kind is Kind.PRIORITY and await choosing.again(tx, row, "priority", happening)
    occasion = Occasion(max(tx.now, instant(happening.at)), cause, ruled=ruled)
    await rearm(tx, row, occasion)


async def rearm(tx: Tx, row: ClockRow, occasion: Occasion) -> None:
    """Settle a locked clock and replace its timers."""
    settled = settle_row(tx, row, await _judged(tx, row, occasion.now), occasion)
    await clocks.save(tx, [(row, settled.open)])
    await breaches.add(tx, settled.breaches)
    await clocks.arm(tx, [(row, settled.armed, occasion.cause)], occasion.now)
    wake_if_soon(tx, settled)


async def _judged(tx: Tx, row: ClockRow, now: datetime) -> Ground:
    """A clock that has ended keeps the calendars it ended under, unless it runs again now."""
    kept = await ground_of(tx, await book_of(tx, row), row)
    if row.judged_by is None or not any_lives(kept.read(row.happenings, micros(now))):
        return kept
    return await ground_of(tx, await rulebook(tx, row.revision), row)


async def move_to_department(tx: Tx, ticket_id: UUID, department_id: UUID, step: Happening) -> None:
    """Another department sees the ticket; its policy may be another one too."""
    row = await clocks.lock(tx, ticket_id)
    if row is None:
        return
    await sight.place(tx, ticket_id, "department_id", department_id)
    row.department_id = department_id
    if await choosing.again(tx, row, "department_id", step):
        now = max(tx.now, instant(step.at))
        await rearm(tx, row, Occasion(now, "department", ruled=True))


async def assign(tx: Tx, ticket_id: UUID, assignee_id: UUID | None) -> None:
    await sight.place(tx, ticket_id, "assignee_id", assignee_id)


def conceal(tx: Tx, ticket_id: UUID, organization_id: UUID, *, hidden: bool) -> None:
    """A request of the form is no customer's before somebody has confirmed it."""
    if hidden:
        sight.hide(tx, ticket_id, organization_id)
    else:
        sight.show(tx, ticket_id)


async def watch(tx: Tx, ticket_id: UUID, department_ids: tuple[UUID, ...]) -> None:
    await sight.watch(tx, ticket_id, list(department_ids))


async def book_of(tx: Tx, row: ClockRow) -> Rulebook:
    """What a clock is judged by: today's rules while it lives, then those that it ended under."""
    book = await rulebook(tx, row.revision)
    return book if row.judged_by is None else book.as_of(row.judged_by)


async def ground_of(tx: Tx, book: Rulebook, row: ClockRow) -> Ground:
    """Policies and calendars of all terms that a clock has had."""
    policy = await book.policy(tx, row.policy_id, row.policy_version, row.kind)
    rules = await book.rules(tx, row.terms)
    if not any(one.kind in CHANGES for one in row.happenings):
        return Ground(policy, rules, rules)
    first = first_terms(row.terms, row.happenings)
    life = course(first, row.happenings)
    held = {terms.key: await book.rules(tx, terms) for _, terms in life}
    return Ground(policy, rules, held[first.key], held)


def wake_if_soon(tx: Tx, settled: Settled) -> None:
    horizon = micros(tx.now + SOON)
    if any(one.at <= horizon for one in settled.armed):
        tx.wake("timers")


def _new_row(fact: TicketOpened, revision: int, terms: Terms) -> ClockRow:
    return ClockRow(
        ticket_id=fact.ticket_id,
        organization_id=fact.organization_id,
        department_id=fact.department_id,
        priority=fact.priority.value,
        status=fact.status.value,
        policy_id=terms.policy_id,
        policy_version=terms.version,
        contract_id=terms.contract_id,
        calendar_id=terms.calendar_id,
        opened_at=fact.at,
        settled_at=fact.at,
        generation=1,
        sequence=0,
        next_due_at=None,
        clocks=[],
        stated=Stated(),
        revision=revision,
        kind=terms.kind,
    )


def _opened(fact: TicketOpened, ref: UUID) -> list[Happening]:
    """Written by staff to the customer, the first message is an answer at once (sla.md 5.5)."""
    at, cause = micros(fact.at), str(ref)
    created = Happening(at, Kind.CREATED, fact.priority.value, fact.status.value, ref=cause)
    if fact.author_kind is not AuthorKind.STAFF or fact.automatic:
        return [created]
    return [created, Happening(at, Kind.AGENT_REPLY, ref=cause, ordinal=1)]


def _who(fact: TicketOpened, ref: UUID) -> dict[str, Any]:
    return {
        "number": fact.number,
        "requester_id": fact.requester_id,
        "assignee_id": fact.assignee_id,
        "channel": fact.channel.value,
        "outage": fact.outage,
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
