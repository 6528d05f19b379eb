"""What changed between two tellings of a ticket's promises, as entries of its timeline."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from services.tickets.domain.promises import Clocks, as_outside
from shared.vocabulary import Metric

Clock = Mapping[str, Any]
Told = tuple[str, dict[str, Any]]
"""Kind and data of an entry: ids, instants and seconds, no personal text."""

_RUNNING: Final = "running"
_PAUSED: Final = "paused"
_MET: Final = "met"
_STOPPED: Final = "stopped"


def moved(old: Clocks, clocks: Iterable[Clock], cause: str) -> Iterator[Told]:
    """Pauses, resumptions, new due instants and late answers; kept promises have their own fact."""
    for clock in clocks:
        before = old.get(clock["metric"])
        if before is not None and clock.get("target_seconds") is not None:
            yield from _moved(before, clock, cause)


def moved_outside(old: Clocks, clocks: Iterable[Clock] | None, cause: str) -> Iterator[Told]:
    """The same for customers alone, who are told that a ticket is closed that was set aside."""
    for kind, data in moved(as_outside(old) or {}, clocks or (), cause):
        yield kind, {**data, "outside": True}


def _moved(before: Clock, after: Clock, cause: str) -> Iterator[Told]:
    metric, due = {"metric": after["metric"]}, {"due_at": after.get("due_at")}
    was, now = before.get("state"), after["state"]
    if now == _PAUSED and was != _PAUSED:
        yield "sla_paused", {**metric, **_counted(after)}
    elif now == _RUNNING and was == _PAUSED:
        yield "sla_resumed", {**metric, **due}
    elif now == _RUNNING and was != _RUNNING:
        yield "sla_reopened" if _again(was, after) else "sla_asked", {**metric, **due}
    elif _late(before, after):
        yield "sla_late", {**metric, **due, **_counted(after), **lateness(after)}
    elif now == was == _RUNNING and before.get("due_at") != after.get("due_at"):
        yield "sla_moved", {**metric, **due, "was_due_at": before.get("due_at"), "cause": cause}


def _again(was: str | None, after: Clock) -> bool:
    """Of answers each question has a clock of its own, the first one apart."""
    if after["metric"] == Metric.RESOLUTION:
        return was in {_MET, _STOPPED}
    return was == _STOPPED and bool(after["metric"] == Metric.FIRST_RESPONSE)


def _late(before: Clock, after: Clock) -> bool:
    return bool(after.get("breached_at") and after.get("met_at") and not before.get("met_at"))


def _counted(clock: Clock) -> dict[str, Any]:
    return {name: clock.get(name) for name in ("target_seconds", "counted_seconds")}


def lateness(clock: Clock) -> dict[str, Any]:
    """By how much counted time a promise was exceeded."""
    target, counted = clock.get("target_seconds"), clock.get("counted_seconds")
    if target is None or counted is None or counted <= target:
        return {}
    return {"late_seconds": counted - target}


def warned(clock: Clock, point: float) -> dict[str, Any]:
    """What a warning leaves: a share of the target, or below zero the seconds themselves."""
    target = clock.get("target_seconds")
    if point < 0:
        return {"left_seconds": int(-point)}
    return {} if target is None else {"left_seconds": target - int(target * point)}
