"""Whom a broken promise would have called, and when: a ladder climbed in hindsight (sla.md 7).

The escalation service climbs it live, rung by rung; here the whole life of the clock is known,
so the climb is a walk over its stages. Both follow the same rules: a rung of another priority is
passed over in its own time, a pause postpones, a solved ticket ends the climb until it is
reopened and then the rung waits anew.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from services.sla.domain.clock import Breach, Stage
from services.sla.domain.durations import waited
from services.sla.domain.policy import Step
from services.sla.domain.words import Mode
from shared.vocabulary import Metric, Role
from shared.worktime import Micros, Timeline, WorktimeError


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody with this role is woken."""

    metric: Metric
    level: int
    to: Role
    at: Micros


@dataclass(frozen=True)
class Slope:
    """What a climb depends on besides its rungs."""

    stages: Sequence[Stage]
    timeline: Timeline
    priority: Callable[[Micros], str]
    until: Micros


def calls(rungs: Sequence[Step], breach: Breach, slope: Slope) -> Iterator[Call]:
    """Every call of one broken promise up to the slope's end, in order."""
    life = _life(breach, slope.stages)
    since = breach.at
    for rung in rungs:
        at = _comes(rung, since, life, slope)
        if at is None or at > slope.until:
            return
        if rung.priorities is None or slope.priority(at) in rung.priorities:
            yield Call(rung.metric, rung.level, rung.to, at)
        since = at


def _life(breach: Breach, stages: Sequence[Stage]) -> list[Stage]:
    """The breach's own clock from the breach on: what follows without a gap."""
    found: list[Stage] = []
    for stage in stages:
        if stage.end < breach.at or (stage.end == breach.at and stage.mode is Mode.RUNNING):
            continue
        if found and stage.start > found[-1].end:
            break
        found.append(stage)
    return found


def _comes(rung: Step, since: Micros, life: Sequence[Stage], slope: Slope) -> Micros | None:
    """When the rung is reached, if the clock lets it; None when the climb is over."""
    due = _due(rung, since, slope.timeline)
    for stage in life:
        if due is None or stage.start > due:
            break
        if stage.mode in {Mode.ANSWERED, Mode.CANCELLED}:
            return None
        if stage.mode is Mode.STOPPED and since < stage.end:
            since = stage.end
            due = _due(rung, since, slope.timeline) if stage is not life[-1] else None
        elif stage.mode is Mode.PAUSED and due < stage.end:
            due = stage.end if stage is not life[-1] else None
    return due if due is not None and _is_alive(due, life, slope.until) else None


def _is_alive(due: Micros, life: Sequence[Stage], until: Micros) -> bool:
    """Whether the clock still has a stage at that instant: an answered exchange has none."""
    return not life or due <= life[-1].end or life[-1].end >= until


def _due(rung: Step, since: Micros, timeline: Timeline) -> Micros | None:
    if rung.after is None:
        return since
    try:
        return waited(timeline, since, rung.after)
    except WorktimeError:
        return None
