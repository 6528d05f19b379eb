"""Replaying real tickets under a draft, in pieces that leave room for the timers.

Each piece is read in a transaction of its own. Between two tickets everybody else has a turn:
a thread would hold the interpreter for milliseconds whenever a timer wants it. One request does
about a second's work and says where the next goes on; one replay at a time is enough for a house.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from services.sla.domain.fold import Rules, fold
from services.sla.domain.policy import Policy
from services.sla.domain.promises import rules
from services.sla.domain.ration import TooMuchWork
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
PLENTY: Final = 30_000
"""What happened to the tickets of one request, all in all; beyond it the answer is `truncated`."""
_TICKET: Final = 3
"""What a ticket costs by itself, in the same unit."""
_LONG: Final = 400
_REST: Final = 0.05
"""After a piece the desk has at least as much of the processor as the piece took, up to this."""

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
    last: Place | None = None
    """The oldest ticket that was judged."""
    truncated: bool = False
    left: int = PLENTY
    _rules: dict[Any, Rules] = field(default_factory=dict)

    async def go_over(self, found: Sequence["Case"]) -> None:
        """As many of the tickets as there is room for, one after the other."""
        for case in found:
            size = len(case.ticket.happenings)
            self.left -= size + _TICKET
            self.truncated = self.left < 0 < self.tally.tickets
            if self.truncated or not await self._took(case, size):
                return
            self.last = case.place
            await asyncio.sleep(0)

    async def _took(self, case: "Case", size: int) -> bool:
        try:
            if size > _LONG:
                await asyncio.to_thread(self.take, case)
            else:
                self.take(case)
        except TooMuchWork:  # the draft's calendars are costly: go on from here another time
            if not self.tally.tickets:
                raise
            self.truncated = True
        return not self.truncated

    def take(self, case: "Case") -> None:
        """Judge a ticket twice: pure arithmetic."""
        until = micros(self.until)
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

    place: Place
    ticket: Ticket
    ground: Ground
    new_ground: Ground
    book: Rulebook
    drafted: Rulebook
    fallback: str
    kind: ContractKind | None


async def replay(
    context: Context, caller: Caller, scope: Scope, draft: Draft, page: tuple[Place | None, int]
) -> Replay:
    """Tickets of the scope judged twice, the newest first: those after a place, so many changes."""
    if id(context) in _busy:
        raise TooManyRequests(retry_after=5)
    _busy.add(id(context))
    try:
        return await _replay(context, caller, scope, draft, page)
    finally:
        _busy.discard(id(context))


async def _replay(
    context: Context, caller: Caller, scope: Scope, draft: Draft, page: tuple[Place | None, int]
) -> Replay:
    after, most_changes = page
    under_way = Replay(draft, context.clock.now(), Tally(most_changes), left=PLENTY)
    while True:
        places, cases = await _piece(context, caller, scope, (draft, after))
        began = time.monotonic()
        await under_way.go_over(cases)
        if under_way.truncated or len(places) < PIECE:
            return under_way
        after = places[-1]
        await asyncio.sleep(min(_REST, time.monotonic() - began))


async def _piece(
    context: Context, caller: Caller, scope: Scope, which: tuple[Draft, Place | None]
) -> tuple[list[Place], list[Case]]:
    draft, after = which
    async with context.tx(caller) as tx:
        places = await replays.page(tx, caller, scope, after, PIECE)
        known = {place.ticket_id: place for place in places}
        cases, drafts = [], dict[Rulebook, Rulebook]()
        for row in await clocks.read_many(tx, list(known)):  # in the order of the page
            place = known[row.ticket_id]
            ticket = Ticket(row.ticket_id, place.number, row.priority, row.happenings)
            book = await book_of(tx, row)
            if book not in drafts:
                drafts[book] = book.with_calendars(draft.calendars) if draft.calendars else book
            drafted = drafts[book]
            ground = await ground_of(tx, book, row)
            new_ground = ground if draft.policies else await ground_of(tx, drafted, row)
            fallback = str(row.calendar_id)
            cases.append(Case(place, ticket, ground, new_ground, book, drafted, fallback, row.kind))
        return places, cases
