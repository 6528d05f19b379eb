"""Why a promise is due when it is: every change of its due instant, in order (sla.md 6)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from services.sla.domain.clock import Clock, Target
from services.sla.domain.happenings import Happening
from services.sla.domain.living import LivingTicket, tell
from services.sla.domain.rules import NO_OTHERS, Rules
from services.sla.domain.terms import named
from services.sla.domain.words import Kind, Mode
from shared.vocabulary import Metric
from shared.worktime import Micros

_BY_KIND: Final[Mapping[Kind, str]] = {
    Kind.PRIORITY: "retarget",
    Kind.TERMS: "terms",
    Kind.VERSION: "terms",
    Kind.JOINED: "merge",
    Kind.PARTED: "unmerge",
}
_OTHERS: Final = frozenset({Kind.JOINED, Kind.PARTED})
"""Their values name other tickets, which the reader may not see."""
_BY_MODE: Final[Mapping[Mode, str]] = {
    Mode.PAUSED: "pause",
    Mode.STOPPED: "stop",
    Mode.ANSWERED: "answered",
    Mode.CANCELLED: "cancelled",
}
_BACK: Final[Mapping[Mode, str]] = {
    Mode.PAUSED: "resume",
    Mode.STOPPED: "reopen",
    Mode.CANCELLED: "restored",
}


@dataclass(frozen=True, slots=True)
class Stand:
    """Where one clock stands right after a happening."""

    cycle: int
    mode: Mode
    due: Micros | None
    target: Target


@dataclass(frozen=True, slots=True)
class Step:
    """A happening, and where it left the clocks."""

    what: Happening
    stands: Mapping[Metric, Stand]


@dataclass(frozen=True, slots=True)
class Change:
    """The due instant before and after something happened; null while nothing was due."""

    at: Micros
    cause: str
    value: str
    ref: str | None
    before: Micros | None
    after: Micros | None


def steps(
    rules: Rules,
    happenings: Iterable[Happening],
    as_of: Micros,
    others: Mapping[str, Rules] = NO_OTHERS,
) -> Iterator[Step]:
    """The fold, looked at after each of its steps."""
    ticket = LivingTicket(rules, others)
    for happening in tell(ticket, happenings, as_of):
        clocks = (ticket.first, *ticket.exchanges[-1:], ticket.resolution)
        yield Step(happening, {clock.metric: _stand(clock) for clock in clocks if clock})


def changes(walked: Iterable[Step], metric: Metric) -> Iterator[Change]:
    """What moved the due instant of a metric; its own beginning is none."""
    before: Stand | None = None
    for step in walked:
        after = step.stands.get(metric)
        if after is not None and before is not None and after != before:
            yield _change(step.what, before, after)
        before = after


def _stand(clock: Clock) -> Stand:
    return Stand(clock.cycle, clock.mode, clock.due(), clock.target)


def _change(what: Happening, before: Stand, after: Stand) -> Change:
    cause = _cause(what, before, after)
    value = "" if what.kind in _OTHERS else named(what) or what.value
    return Change(what.at, cause, value, what.ref, before.due, after.due)


def _cause(what: Happening, before: Stand, after: Stand) -> str:
    if after.cycle != before.cycle:
        return "asked"
    if after.mode is before.mode:
        return _BY_KIND.get(what.kind, what.kind.value)
    return _BY_MODE.get(after.mode) or _BACK.get(before.mode, what.kind.value)
