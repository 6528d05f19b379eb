"""A policy as a value: promises per priority, when clocks stand still, whom a breach climbs to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.sla.domain.durations import Duration, iso_seconds
from services.sla.domain.words import NextStarts
from shared.vocabulary import Localized, Metric, Priority, Role

ALWAYS_OPEN_KEY: Final = "always_open"
BREACH: Final = "breach"


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised; without a calendar the contract's or the company's counts."""

    target: Duration
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A rung of the ladder; `after` counts from the previous rung of its metric."""

    metric: Metric
    level: int
    after: Duration | None
    to: Role
    action: tuple[str, ...]
    priorities: tuple[Priority, ...] | None


@dataclass(frozen=True)
class Policy:
    """One version of a policy; never changed once a ticket has it."""

    name: str | Localized
    targets: Mapping[str, Mapping[Metric, Promise]]
    pause_statuses: frozenset[str]
    pause_metrics: frozenset[str]
    stop_statuses: frozenset[str]
    warn_at: tuple[float, ...]
    next_response_starts: NextStarts
    resolve_answers: bool
    ladder: tuple[Step, ...]
    reopen_window: int

    def calendars(self, fallback: str) -> frozenset[str]:
        """The ids of all calendars that this policy counts on."""
        named = (p.calendar or fallback for row in self.targets.values() for p in row.values())
        return frozenset(named) - {ALWAYS_OPEN_KEY} | {fallback}

    def rungs(self, metric: Metric) -> tuple[Step, ...]:
        return tuple(step for step in self.ladder if step.metric is metric)


def read_policy(document: Mapping[str, Any]) -> Policy:
    """The policy behind a stored document (contracts.md, policy object; already checked)."""
    return Policy(
        name=document["name"],
        targets={
            priority: {Metric(metric): _promise(item) for metric, item in row.items()}
            for priority, row in document["targets"].items()
        },
        pause_statuses=frozenset(document["pause_statuses"]),
        pause_metrics=frozenset(document["pause_metrics"]),
        stop_statuses=frozenset(document["stop_statuses"]),
        warn_at=tuple(document["warn_at"]),
        next_response_starts=NextStarts(document["next_response_starts"]),
        resolve_answers=document["resolve_counts_as_first_response"],
        ladder=_ladder(document["ladder"]),
        reopen_window=iso_seconds(document["reopen_window"]),
    )


def _promise(item: Mapping[str, Any]) -> Promise:
    return Promise(Duration.read(item["target"]), item.get("calendar"))


def _ladder(items: list[dict[str, Any]]) -> tuple[Step, ...]:
    """Steps with their level: the ordinal within the metric (decisions.md 5)."""
    levels: dict[Metric, int] = {}
    steps: list[Step] = []
    for item in items:
        metric = Metric(item["metric"])
        levels[metric] = levels.get(metric, 0) + 1
        after = None if item["after"] == BREACH else Duration.read(item["after"])
        chosen = (item.get("when") or {}).get("priority")
        priorities = tuple(Priority(p) for p in chosen) if chosen is not None else None
        action = tuple(item["action"])
        steps.append(Step(metric, levels[metric], after, Role(item["to"]), action, priorities))
    return tuple(steps)
