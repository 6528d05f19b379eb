"""Cutting a span into open and closed stretches that each say why (sla.md 6)."""

from collections.abc import Iterator

from shared.worktime.hours import Stretch
from shared.worktime.instants import DAY, Micros
from shared.worktime.timeline import Timeline


def partition(timeline: Timeline, start: Micros, end: Micros) -> list[Stretch]:
    """`[start, end)` without a gap or overlap, in order; neighbours of one kind are joined."""
    joined: list[Stretch] = []
    for part in _clipped(timeline, start, end):
        last = joined[-1] if joined else None
        if last and (last.open, last.reason, last.ref) == (part.open, part.reason, part.ref):
            joined[-1] = Stretch(last.start, part.end, part.open, part.reason, part.ref)
        else:
            joined.append(part)
    return joined


def _clipped(timeline: Timeline, start: Micros, end: Micros) -> Iterator[Stretch]:
    if end <= start:
        return
    for number in range(start // DAY, (end - 1) // DAY + 1):
        for part in timeline.stretches(number):
            low, high = max(part.start, start), min(part.end, end)
            if low < high:
                yield Stretch(low, high, part.open, part.reason, part.ref)
