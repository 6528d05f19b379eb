"""Rules: a policy version with its calendars resolved, all that the fold needs besides facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from services.sla.domain.clock import Target
from services.sla.domain.durations import Duration
from shared.vocabulary import Metric
from shared.worktime import Micros, Timeline


@dataclass(frozen=True)
class Rules:
    """`key` names the terms they come from; imagined rules have none."""

    targets: Mapping[str, Mapping[Metric, Target]]
    timeline: Timeline
    pause_statuses: frozenset[str] = frozenset()
    pause_metrics: frozenset[str] = frozenset()
    stop_statuses: frozenset[str] = frozenset()
    every_message: bool = False
    unsolved: frozenset[str] = frozenset()
    """Stop statuses that solve nothing: a ticket that only gets there has no solution."""
    first_stops: bool = False
    """Whether a ticket that has ended owes no first response any more (docs/adr/0025)."""
    resolve_answers: bool = False
    marks: tuple[float, ...] = ()
    """Where to warn: a share of the target, or below zero the seconds before it is used up."""
    reopen_floor: Micros = 0
    pause_limits: tuple[tuple[str, Duration], ...] = ()
    key: str = ""

    def target(self, priority: str, metric: Metric) -> Target:
        found = self.targets.get(priority, {}).get(metric)
        return found or Target(self.timeline)


NO_OTHERS: Final[Mapping[str, Rules]] = MappingProxyType({})
"""For a story in which the rules never change."""
