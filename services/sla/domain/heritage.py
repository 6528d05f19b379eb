"""Promises that a clock took over from a ticket that was merged into its own."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.worktime import Micros

if TYPE_CHECKING:
    from services.sla.domain.clock import Breach, Target


@dataclass(frozen=True, slots=True)
class Owed:
    """A promise of another ticket: when it is due, and what was counted of it."""

    source: str
    due: Micros
    used: Micros


@dataclass(frozen=True, slots=True)
class Left:
    """All that a merged ticket owes: an answer, a solution."""

    source: str
    wait: Owed | None
    resolution: Owed | None


@dataclass(frozen=True, slots=True)
class Heir:
    """A promise taken over by a clock.

    Under the `target` of that day it is used up at `cap`; under a later one the clock has a
    `lead`, as the other ticket's own clock would have had. `breach` was known before. One of which
    nothing can be counted here any more is due when it was (`fixed`).
    """

    source: str
    due: Micros
    fixed: bool
    cap: Micros
    lead: Micros
    target: "Target"
    breach: "Breach | None"


def read(value: str) -> Left:
    """What `joining.left_by` wrote."""
    told = json.loads(value)
    source = str(told["from"])
    wait, solution = told["wait"], told["resolution"]
    return Left(
        source, Owed(source, *wait) if wait else None, Owed(source, *solution) if solution else None
    )


def amount_of(own: Micros | None, heirs: Iterable[Heir], target: "Target") -> Micros | None:
    """What may be counted in all: never more than any promise that was taken over allows."""
    known = list(heirs)
    lead = max((one.lead for one in known if one.target != target), default=0)
    caps = [one.cap for one in known if one.target == target]
    amounts = caps if own is None else [*caps, max(0, own - lead)]
    return min(amounts, default=None)
