"""What breaches, timers and changes of a ticket do to its ladders."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.escalation.domain import ladder as rules
from services.escalation.domain.holds import hold
from services.escalation.domain.ladder import Climb, Holders, Ladder, Rung
from services.escalation.domain.timing import TimerKey
from services.escalation.domain.words import Cause, End, Hold, Standing
from services.escalation.store import ladders as store
from services.escalation.store import tickets
from services.escalation.store.ladders import Kept
from services.escalation.store.tickets import Ticket
from services.escalation.usecases.climbing import Ascent, carry_out, holders_of, move_each
from shared.kit.tx import Tx
from shared.vocabulary import Metric

MANUAL_CYCLE = 0
"""Ladders that a person began before any promise broke."""


async def begin_ladder(
    tx: Tx, ticket: Ticket, begun: Ladder, broken_at: datetime, policy: tuple[UUID, int]
) -> None:
    """A promise broke: keep the snapshot of its ladder and climb what comes at once.

    Levels that a person has already asked for by hand are not raised a second time.
    """
    known = await store.ladders(tx, ticket.id)
    if any(_same(one, begun.metric, begun.cycle) for one in known):
        return
    by_hand = next((one for one in known if _same(one, begun.metric, MANUAL_CYCLE)), None)
    if by_hand is not None:
        begun = replace(begun, reached=by_hand.ladder.reached)
        _retire(tx, ticket, by_hand)
    kept = Kept(ticket.id, begun, None, broken_at)
    climb = rules.begin(begun, await holders_of(tx, ticket), ticket.priority)
    kept = carry_out(tx, Ascent(ticket, kept, Cause.BREACH, broken_at), climb, policy)
    await _settle(tx, ticket, [*(one for one in known if one is not by_hand), kept])


def _retire(tx: Tx, ticket: Ticket, by_hand: Kept) -> None:
    """The broken promise's own ladder takes over from the one begun by hand."""
    over = Climb(replace(by_hand.ladder, standing=Standing.ENDED))
    carry_out(tx, Ascent(ticket, by_hand, Cause.MANUAL, tx.now), over)


async def fire(tx: Tx, key: TimerKey, due_at: datetime) -> None:
    """A rung's wait is over."""
    ticket = await tickets.lock_ticket(tx, key.ticket_id)
    if ticket is None:
        return
    known = await store.ladders(tx, ticket.id)
    kept = next((one for one in known if _same(one, key.metric, key.cycle)), None)
    if kept is None:
        return
    holders = await holders_of(tx, ticket)
    standing = _hold(ticket, kept)
    climb = rules.fire(kept.ladder, key.level, standing, holders, ticket.priority)
    fired = replace(kept, waits_for=None)  # it has fired: nothing is left to cancel
    carry_out(tx, Ascent(ticket, fired, Cause.LADDER, due_at), climb)


async def settle(tx: Tx, ticket_id: UUID) -> None:
    """The ticket or its clocks changed: stop, end, or go on with each ladder."""
    ticket = await tickets.lock_ticket(tx, ticket_id)
    if ticket is None:
        return
    await _settle(tx, ticket, await store.ladders(tx, ticket_id))


async def _settle(tx: Tx, ticket: Ticket, known: Sequence[Kept]) -> None:
    def decide(kept: Kept, holders: Holders) -> Climb | None:
        return rules.settle(kept.ladder, _hold(ticket, kept), holders, ticket.priority)

    # Most changes move nothing: ask the rule without people first.
    moving = [one for one in known if _alive(one) and _would_move(ticket, one)]
    await move_each(tx, ticket, moving, decide)


async def end(tx: Tx, ticket_id: UUID, reason: End, metric: Metric | None, cycle: int) -> None:
    """One promise's ladder, or all of a ticket's, is over: for good, unless it was set aside."""
    ticket = await tickets.lock_ticket(tx, ticket_id)
    if ticket is None:
        return
    known = await store.ladders(tx, ticket_id)
    chosen = [one for one in known if metric is None or _same(one, metric, cycle)]
    for_good = reason is not End.CANCELLED
    await move_each(
        tx, ticket, chosen, lambda one, _: rules.stop(one.ladder, reason, for_good=for_good)
    )


async def escalate(tx: Tx, ticket_id: UUID, level: int | None, rungs: tuple[Rung, ...]) -> None:
    """A person asked for the ladder to climb now: the next level, or all up to the asked one."""
    ticket = await tickets.lock_ticket(tx, ticket_id)
    if ticket is None or _hold_of(ticket) in {Hold.STOPPED, Hold.ENDED}:
        return
    known = [o for o in await store.ladders(tx, ticket_id) if o.ladder.metric is Metric.RESOLUTION]
    fresh = Kept(ticket_id, Ladder(Metric.RESOLUTION, MANUAL_CYCLE, rungs), None, None)
    kept = known[-1] if known else fresh
    rung = kept.ladder.following()
    if rung is None or (level is not None and level < rung.level):
        return
    upto = level if level is not None else rung.level
    climb = rules.climb(kept.ladder, await holders_of(tx, ticket), ticket.priority, upto)
    carry_out(tx, Ascent(ticket, kept, Cause.MANUAL, tx.now), climb)


def _same(kept: Kept, metric: Metric, cycle: int) -> bool:
    return kept.ladder.metric is metric and kept.ladder.cycle == cycle


def _alive(kept: Kept) -> bool:
    return kept.ladder.standing is not Standing.ENDED


def _hold(ticket: Ticket, kept: Kept) -> Hold:
    metric = kept.ladder.metric
    return hold(ticket.status, metric, ticket.clocks.get(metric), kept.broken_at)


def _hold_of(ticket: Ticket) -> Hold:
    return hold(ticket.status, Metric.RESOLUTION, ticket.clocks.get(Metric.RESOLUTION))


def _would_move(ticket: Ticket, kept: Kept) -> bool:
    def nobody(_: object) -> tuple[UUID, ...]:
        return ()

    return rules.settle(kept.ladder, _hold(ticket, kept), nobody, ticket.priority) is not None
