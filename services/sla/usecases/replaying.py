"""Replaying real tickets under a draft, in pieces that leave room for the timers.

Each piece is read in a transaction of its own and folded beside the event loop, so that clocks
go on firing meanwhile; one replay at a time is enough for a house.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from services.sla.domain.fold import Rules, fold
from services.sla.domain.policy import Policy
from services.sla.domain.promises import rules
from services.sla.domain.replay import Judge, Judged, Tally, Ticket
from services.sla.domain.words import ContractKind
from services.sla.store import clocks, replays
from services.sla.store.replays import Place, Scope
from services.sla.usecases.clocks import book_of, ground_of
from services.sla.usecases.rulebook import Rulebook
from services.sla.usecases.stating import Ground
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.problems import TooManyRequests
from shared.worktime import Micros, Timeline, micros

PIECE: Final = 40
MOST: Final = 10_000
"""Tickets; beyond it the answer says `truncated`."""

_busy: set[int] = set()


@dataclass(frozen=True)
class Draft:
    """What to judge by: without a policy each ticket keeps its own, on the calendars given.

    A policy is one for each kind of contract, and one for tickets without any.
    """

    policies: Mapping[ContractKind | None, Policy] | None
    calendars: Mapping[str, Timeline]


@dataclass
class Replay:
    """A replay under way."""

    draft: Draft
    until: datetime
    tally: Tally
    oldest: datetime | None = None
    truncated: bool = False
    _rules: dict[Any, Rules] = field(default_factory=dict)

    def take(self, found: Sequence["Case"]) -> None:
        """Judge some tickets twice: pure arithmetic, away from the event loop."""
        until = micros(self.until)
        for case in found:
            self.tally.add(case.ticket, self._old(case, until), self._new(case, until))

    def _old(self, case: "Case", until: Micros) -> Judged:
        readings = case.ground.read(case.ticket.happenings, until)
        judge = Judge(case.ground.policy, case.book.calendars, case.fallback)
        return judge.judge(case.ticket, readings, until)

    def _new(self, case: "Case", until: Micros) -> Judged:
        """Without a draft policy each ticket keeps all terms that it has had."""
        happenings, calendars = case.ticket.happenings, case.drafted.calendars
        if self.draft.policies is None:
            policy, readings = case.ground.policy, case.new_ground.read(happenings, until)
        else:
            policy = self.draft.policies[case.kind]
            readings = fold(self._drafted(policy, case), happenings, until)
        return Judge(policy, calendars, case.fallback).judge(case.ticket, readings, until)

    def _drafted(self, policy: Policy, case: "Case") -> Rules:
        key = (case.kind, case.fallback, case.drafted)
        if key not in self._rules:
            self._rules[key] = rules(policy, case.drafted.calendars, case.fallback)
        return self._rules[key]


@dataclass(frozen=True)
class Case:
    """A ticket with everything that it was judged by, and the calendars of the draft."""

    ticket: Ticket
    ground: Ground
    new_ground: Ground
    book: Rulebook
    drafted: Rulebook
    fallback: str
    kind: ContractKind | None


async def replay(
    context: Context, caller: Caller, scope: Scope, draft: Draft, most_changes: int
) -> Replay:
    """The newest tickets of the scope, at most `MOST`, judged twice."""
    if id(context) in _busy:
        raise TooManyRequests(retry_after=5)
    _busy.add(id(context))
    try:
        return await _replay(context, caller, scope, draft, most_changes)
    finally:
        _busy.discard(id(context))


async def _replay(
    context: Context, caller: Caller, scope: Scope, draft: Draft, most_changes: int
) -> Replay:
    under_way = Replay(draft, context.clock.now(), Tally(most_changes))
    after: Place | None = None
    while True:
        places, cases = await _piece(context, caller, scope, (draft, after))
        room = MOST - under_way.tally.tickets
        await asyncio.to_thread(under_way.take, cases[:room])
        under_way.truncated = len(cases) > room
        if places:
            after = places[-1]
            under_way.oldest = places[: room or None][-1].opened_at
        if under_way.truncated or len(places) < PIECE:
            return under_way


async def _piece(
    context: Context, caller: Caller, scope: Scope, which: tuple[Draft, Place | None]
) -> tuple[list[Place], list[Case]]:
    draft, after = which
    async with context.tx(caller) as tx:
        places = await replays.page(tx, caller, scope, after, PIECE)
        numbers = {place.ticket_id: place.number for place in places}
        cases, drafts = [], dict[Rulebook, Rulebook]()
        for row in await clocks.read_many(tx, list(numbers)):  # in the order of the page
            ticket = Ticket(row.ticket_id, numbers[row.ticket_id], row.priority, row.happenings)
            book = await book_of(tx, row)
            if book not in drafts:
                drafts[book] = book.with_calendars(draft.calendars) if draft.calendars else book
            drafted = drafts[book]
            ground = await ground_of(tx, book, row)
            new_ground = ground if draft.policies else await ground_of(tx, drafted, row)
            fallback = str(row.calendar_id)
            cases.append(Case(ticket, ground, new_ground, book, drafted, fallback, row.kind))
        return places, cases
