"""The account of one promise: its ledger, its due instant and why, its timers, in words."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, Final, TypeVar
from uuid import UUID

from services.sla.domain import wording
from services.sla.domain.causes import Change, Step, changes, steps
from services.sla.domain.clock import Target
from services.sla.domain.daybook import Day, daybook, kinds
from services.sla.domain.fold import Reading, Readings
from services.sla.domain.ledger import Line, Totals, balanced, ledger, since
from services.sla.domain.naming import Names
from services.sla.domain.verdicts import Verdict, verdict
from services.sla.domain.wording import Promise, Zone
from services.sla.problems import refused
from services.sla.store import pasttimers
from services.sla.store import sight as sight_store
from services.sla.store.rules import organization_timezone
from services.sla.usecases.directory import require_sight
from services.sla.usecases.explaining import Sight, folded, load
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.tx import Tx
from shared.vocabulary import NUMBER_PREFIX, Localized, Metric
from shared.worktime import ALWAYS_OPEN, Compiled, Micros, Shift, Wall, WorktimeError, micros

Shown = dict[str, Any]
T = TypeVar("T")
_LONG: Final = timedelta(days=100)


@dataclass(frozen=True)
class File:
    """A ticket's clocks with all that an account of them draws on."""

    sight: Sight
    number: str
    past: list[Shown]
    timezone: str
    """Of the organization's wall clock."""


async def see(context: Context, caller: Caller, ticket_id: UUID) -> File:
    """The file of a ticket behind the caller's rights."""
    await require_sight(context, caller, ticket_id)
    async with context.tx(caller) as tx:
        file = await _read(tx, ticket_id)
    async with context.tx() as look:
        return await _placed(look, file)


async def open_file(tx: Tx, ticket_id: UUID) -> File:
    """The file as stored; the caller's right to it is checked elsewhere."""
    return await _placed(tx, await _read(tx, ticket_id))


async def _read(tx: Tx, ticket_id: UUID) -> File:
    sight = await load(tx, ticket_id)
    number = f"{NUMBER_PREFIX}{await sight_store.number(tx, ticket_id)}"
    return File(sight, number, await pasttimers.of_ticket(tx, ticket_id), sight.book.company_zone)


async def _placed(tx: Tx, file: File) -> File:
    """Where the organization is, which a customer's own transaction may not look up."""
    timezone = await organization_timezone(tx, file.sight.row.organization_id)
    return replace(file, timezone=timezone or file.timezone)


async def aside(file: File, as_of: datetime, work: Callable[[], T]) -> T:
    """Years of days are told in a thread, so that no timer waits for them."""
    if as_of - file.sight.row.opened_at < _LONG:
        return work()
    return await asyncio.to_thread(work)


@dataclass(frozen=True)
class Moment:
    """All clocks of a file at one instant; the accounts of its metrics share it."""

    file: File
    as_of: datetime
    readings: Readings
    steps: tuple[Step, ...]

    @property
    def at(self) -> Micros:
        return micros(self.as_of)


def at_moment(file: File, as_of: datetime) -> Moment:
    sight = file.sight
    ground = sight.ground
    walked = steps(ground.first, sight.row.happenings, micros(as_of), ground.held)
    return Moment(file, as_of, folded(sight, as_of), tuple(walked))


@dataclass(frozen=True)
class Account:
    """One metric at one moment; everything else follows from it."""

    moment: Moment
    metric: Metric

    @property
    def reading(self) -> Reading:
        return self.moment.readings[self.metric]

    @cached_property
    def lines(self) -> list[Line]:
        return ledger(self.reading, self.moment.at)

    @cached_property
    def totals(self) -> Totals:
        """Seen to add up before anybody is shown it (sla.md 6)."""
        return balanced(self.lines, self._span())

    @cached_property
    def target(self) -> Target:
        """What the clock counted towards at that moment."""
        stand = self.moment.steps[-1].stands.get(self.metric) if self.moment.steps else None
        rules = self.moment.file.sight.ground.rules
        return (
            stand.target
            if stand
            else rules.target(self.moment.file.sight.row.priority, self.metric)
        )

    @cached_property
    def zone(self) -> Zone:
        """Days are cut where the promise counts; without a calendar, where the customer is."""
        timeline = self.target.timeline
        placeless = isinstance(timeline, Compiled) and timeline.calendar is ALWAYS_OPEN
        return zone_of(self.moment.file.timezone if placeless else timeline.timezone)

    @cached_property
    def shifts(self) -> list[Shift]:
        lines = self.lines
        return self.zone.wall.shifts(lines[0].start, lines[-1].end) if lines else []

    @cached_property
    def _names(self) -> list[Names]:
        """Names by the calendars that this promise has counted on, the newest first."""
        book = self.moment.file.sight.book
        past = (stage.timeline for stage in reversed(self.reading.stages))
        timelines = {id(one): one for one in (self.target.timeline, *past)}.values()
        calendars = filter(None, map(book.named, timelines))
        return [book.names[one] for one in calendars if one in book.names]

    def named(self, reason: str, ref: str | None) -> Localized | None:
        """What a holiday or season is called."""
        if ref is None:
            return None
        return next((one[reason, ref] for one in self._names if (reason, ref) in one), None)

    def days(self) -> list[Day]:
        return daybook(self.lines, self.zone.wall, self.shifts)

    def changes(self) -> Iterator[Change]:
        return changes(self.moment.steps, self.metric)

    def record(self) -> list[Shown]:
        """What became of this metric's broken promises."""
        return [one for one in self.moment.file.sight.record if one["metric"] == self.metric.value]

    def text(self) -> Localized:
        """What was promised, when it is due, what was counted, where the rest went."""
        reading = self.reading
        running = self.lines
        if self.metric is Metric.NEXT_RESPONSE and reading.mode and reading.start is not None:
            running = since(running, reading.start)
        spent = wording.parts(kinds(running), self.named)
        return wording.summary(self.metric, self._promise(), self._verdict(), spent, self.zone)

    def _span(self) -> tuple[Micros, Micros] | None:
        start = self.reading.stages[0].start if self.reading.stages else self.reading.start
        return None if start is None else (start, self.moment.at)

    def _promise(self) -> Promise | None:
        target = self.reading.target
        if target is None:
            return None
        return Promise(target, self.target.days, round_the_clock(self.target))

    def _verdict(self) -> Verdict:
        cycle = self.reading.cycle
        facts = frozenset(one["fact"] for one in self.record() if one["cycle"] == cycle)
        return verdict(self.reading, facts)


def accounts_of(
    file: File, caller: Caller, as_of: datetime, metric: Metric | None
) -> list["Account"]:
    """The account of a metric, or of all; a refusal where counting leads beyond its horizon."""
    try:
        moment = at_moment(file, as_of)
    except WorktimeError as error:
        raise refused("?as_of", "invalid_duration", caller.locale) from error
    return [Account(moment, one) for one in Metric if metric in {one, None}]


def round_the_clock(target: Target) -> bool:
    timeline = target.timeline
    return isinstance(timeline, Compiled) and timeline.calendar.always_open


@lru_cache(maxsize=1024)
def zone_of(timezone: str) -> Zone:
    """A zone's wall clock, and its place in both languages."""
    return Zone(Wall(timezone), _place(timezone))


def _place(timezone: str) -> Localized | None:
    if timezone in {"UTC", "Etc/UTC"}:
        return None
    from babel.dates import get_timezone_location  # noqa: PLC0415 - megabytes, for words alone

    ar, en = (get_timezone_location(timezone, locale=one, return_city=True) for one in ("ar", "en"))
    return Localized(ar=ar, en=en)
