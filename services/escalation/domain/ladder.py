"""The ladder of a broken promise: which rung is next, when, and what happens on it (sla.md 7)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal
from uuid import UUID

from services.escalation.domain.words import End, Hold, Standing
from shared.vocabulary import Metric, Priority, Role

Action = Literal["assign", "notify"]


@dataclass(frozen=True, slots=True)
class Wait:
    """How long after the previous rung: counted seconds or business days; both null = at once."""

    seconds: int | None = None
    business_days: int | None = None

    @property
    def at_once(self) -> bool:
        return self.seconds is None and self.business_days is None


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the policy's ladder, as it was when the promise broke."""

    level: int
    to: Role
    action: tuple[Action, ...]
    after: Wait = Wait()
    priorities: tuple[Priority, ...] | None = None

    def serves(self, priority: Priority) -> bool:
        return self.priorities is None or priority in self.priorities


@dataclass(frozen=True, slots=True)
class Ladder:
    """The climb of one metric of one ticket; `reached` is the highest level dealt with."""

    metric: Metric
    cycle: int
    rungs: tuple[Rung, ...]
    reached: int = 0
    standing: Standing = Standing.CLIMBING

    def following(self) -> Rung | None:
        """The lowest rung above what was reached."""
        above = [rung for rung in self.rungs if rung.level > self.reached]
        return min(above, key=lambda rung: rung.level, default=None)


class Deed(StrEnum):
    """What happened on a rung."""

    RAISED = "raised"
    NO_ONE = "no_one"
    PRIORITY = "priority"


@dataclass(frozen=True, slots=True)
class Step:
    """A rung that was dealt with: raised to `people`, or passed over for a reason."""

    rung: Rung
    deed: Deed
    people: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Climb:
    """The outcome of climbing: the ladder afterwards, the steps in order, the rung to wait for."""

    ladder: Ladder
    steps: tuple[Step, ...] = ()
    wait_for: Rung | None = None
    ended: End | None = None


Holders = Callable[[Role], tuple[UUID, ...]]


def climb(ladder: Ladder, holders: Holders, priority: Priority, upto: int | None = None) -> Climb:
    """Deal with the next rung, then with each that comes at once; `upto` climbs to that level.

    A rung that nobody holds is recorded and the next one comes at once; a rung for other
    priorities is recorded and the next one waits its own time. Levels are never left out.
    A rung that somebody asked for (`upto`) comes whatever the priority.
    """
    steps: list[Step] = []
    while (rung := ladder.following()) is not None:
        if steps and not _comes_now(steps[-1], rung, upto):
            return Climb(ladder, tuple(steps), wait_for=rung)
        asked = upto is not None and rung.level <= upto
        steps.append(_deal(rung, holders, None if asked else priority))
        ladder = replace(ladder, reached=rung.level, standing=Standing.CLIMBING)
    ladder = replace(ladder, standing=Standing.ENDED)
    return Climb(ladder, tuple(steps), ended=End.EXHAUSTED)


def _comes_now(last: Step, rung: Rung, upto: int | None) -> bool:
    if upto is not None and rung.level <= upto:
        return True
    return last.deed is Deed.NO_ONE or rung.after.at_once


def _deal(rung: Rung, holders: Holders, priority: Priority | None) -> Step:
    if priority is not None and not rung.serves(priority):
        return Step(rung, Deed.PRIORITY)
    people = holders(rung.to)
    return Step(rung, Deed.RAISED, people) if people else Step(rung, Deed.NO_ONE)


def begin(ladder: Ladder, holders: Holders, priority: Priority) -> Climb:
    """The promise broke: the first rung at once when it says so, else its wait begins."""
    rung = ladder.following()
    if rung is None or rung.after.at_once:
        return climb(ladder, holders, priority)
    return Climb(ladder, wait_for=rung)


def fire(
    ladder: Ladder, level: int, hold: Hold, holders: Holders, priority: Priority
) -> Climb | None:
    """A rung's wait is over; None when the timer speaks of a rung that is no longer the next.

    While the ticket waits for the customer the rung is postponed; it comes at the resume.
    """
    rung = ladder.following()
    if rung is None or rung.level != level or ladder.standing is not Standing.CLIMBING:
        return None
    if hold in {Hold.STOPPED, Hold.ENDED}:
        return stop(ladder, End.STOPPED, for_good=hold is Hold.ENDED)
    if hold is Hold.PAUSED:
        return Climb(replace(ladder, standing=Standing.POSTPONED))
    return climb(ladder, holders, priority)


def stop(ladder: Ladder, end: End, *, for_good: bool) -> Climb | None:
    """Solved, voided or cancelled; unless `for_good`, a reopening lets the ladder go on."""
    if ladder.standing is Standing.ENDED:
        return None
    standing = Standing.ENDED if for_good else Standing.STOPPED
    already = ladder.standing is Standing.STOPPED
    if already and standing is Standing.STOPPED:
        return None
    return Climb(replace(ladder, standing=standing), ended=None if already else end)


def settle(ladder: Ladder, hold: Hold, holders: Holders, priority: Priority) -> Climb | None:
    """What a change of the ticket's state does to a ladder; None when nothing."""
    if hold in {Hold.STOPPED, Hold.ENDED}:
        return stop(ladder, End.STOPPED, for_good=hold is Hold.ENDED)
    if hold is Hold.PAUSED and ladder.standing is Standing.POSTPONED:
        return None
    return go_on(ladder, holders, priority)


def go_on(ladder: Ladder, holders: Holders, priority: Priority) -> Climb | None:
    """The ticket moves again: a postponed rung comes at once, a stopped ladder waits anew."""
    if ladder.standing is Standing.POSTPONED:
        return climb(ladder, holders, priority)
    rung = ladder.following()
    if ladder.standing is not Standing.STOPPED or rung is None:
        return None
    if rung.after.at_once:
        return climb(ladder, holders, priority)
    return Climb(replace(ladder, standing=Standing.CLIMBING), wait_for=rung)
