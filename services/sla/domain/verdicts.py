"""How a promise stands at a moment, in one word and one figure."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from services.sla.domain.fold import Reading
from services.sla.domain.words import Mode
from shared.worktime import Micros

Outcome = Literal[
    "none", "running", "paused", "kept", "late", "due_now", "missed", "cancelled", "stopped"
]
Afterwards = Literal["voided", "excused"]

_AFTERWARDS: Final[tuple[Afterwards, ...]] = ("voided", "excused")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`seconds` is left, to spare or over, by the outcome; `afterwards` what became of a breach."""

    outcome: Outcome
    seconds: int = 0
    due: Micros | None = None
    afterwards: tuple[Afterwards, ...] = ()


def verdict(reading: Reading, facts: Collection[str]) -> Verdict:
    """`facts` is the record of the cycle: it may know of a breach that begins at this moment."""
    amount = reading.amount
    if amount is None or reading.mode is None:
        return Verdict("none")
    left = amount - reading.used
    afterwards = tuple(one for one in _AFTERWARDS if one in facts)
    outcome = _outcome(reading, left, broken="breached" in facts and "voided" not in facts)
    return Verdict(outcome, reading.over or reading.left or 0, reading.due, afterwards)


def _outcome(reading: Reading, left: Micros, *, broken: bool) -> Outcome:
    if left < 0:
        return "late"
    if reading.open_breach is not None:
        return "missed" if left else "due_now"
    if reading.mode is Mode.CANCELLED:
        return "cancelled"
    if reading.mode is Mode.RUNNING:
        return "due_now" if broken and not left else "running"
    if reading.left_open:
        return "stopped"
    return "paused" if reading.mode is Mode.PAUSED else "kept"
