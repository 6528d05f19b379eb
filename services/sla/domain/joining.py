"""What a merged ticket leaves to the one that it lives on in: the promises still owed.

The other ticket's clock takes each over where it stands, so that nobody who waits is promised
less because the desk put two tickets together (docs/adr/0020).
"""

import json
from typing import Final

from services.sla.domain.fold import Reading, Readings
from services.sla.domain.heritage import Owed
from services.sla.domain.words import Mode
from shared.vocabulary import Metric
from shared.worktime import Micros, WorktimeError, deadline

_OWED: Final = frozenset({Mode.RUNNING, Mode.PAUSED})
_ANSWERS: Final = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE)


def left_by(readings: Readings, source: str, at: Micros) -> str:
    """What is owed on a ticket that ends at `at`, as its happening on the other one carries it."""
    answers = (_owed(readings[metric], source, at) for metric in _ANSWERS)
    wait = next((one for one in answers if one is not None), None)
    solution = _owed(readings[Metric.RESOLUTION], source, at)
    told = {"from": source, "wait": _told(wait), "resolution": _told(solution)}
    return json.dumps(told, separators=(",", ":"))


def _told(owed: Owed | None) -> list[int] | None:
    return None if owed is None else [owed.due, owed.used]


def _owed(reading: Reading, source: str, at: Micros) -> Owed | None:
    """A pause is no later promise: what is left counts as if it ended now."""
    if reading.mode not in _OWED or reading.amount is None:
        return None
    due = reading.due
    if due is None:
        try:
            left = max(0, reading.amount - reading.used)
            due = deadline(reading.stages[-1].timeline, at, left)
        except (WorktimeError, IndexError):
            return None
    return Owed(source, due, reading.used)
