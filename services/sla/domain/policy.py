"""A policy as a value: promises per priority, when clocks stand still, whom a breach climbs to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from services.sla.domain.durations import Duration, iso_seconds
from services.sla.domain.words import ContractKind, Limit, NextStarts
from shared.vocabulary import Localized, Metric, Priority, Role

ALWAYS_OPEN_KEY: Final = "always_open"
BREACH: Final = "breach"
KINDS: Final[Mapping[str, Any]] = {
    ContractKind.EMERGENCY.value: {"always_open": [Priority.P1.value]}
}
"""What a policy that says nothing about kinds of contract means: emergency support is for P1, day
and night (requirements R7, R23)."""
Document = Mapping[str, Any]


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
    warn_before: tuple[int, ...] = ()
    reopen_floor: int = 0
    pause_limits: tuple[tuple[Limit, Duration], ...] = ()

    @property
    def marks(self) -> tuple[float, ...]:
        """Where to warn, as the fold reads it (`Rules.marks`)."""
        return (*self.warn_at, *(-float(seconds) for seconds in self.warn_before))

    def calendars(self, fallback: str) -> frozenset[str]:
        """The ids of all calendars that this policy counts on."""
        named = (p.calendar or fallback for row in self.targets.values() for p in row.values())
        return frozenset(named) - {ALWAYS_OPEN_KEY} | {fallback}

    def rungs(self, metric: Metric) -> tuple[Step, ...]:
        return self._rungs[metric]

    @cached_property
    def _rungs(self) -> Mapping[Metric, tuple[Step, ...]]:
        return {one: tuple(step for step in self.ladder if step.metric is one) for one in Metric}


def read_policy(document: Document, kind: ContractKind | None = None) -> Policy:
    """The policy behind a stored document (already checked), for one kind of contract."""
    document = under(document, kind)
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
        warn_before=tuple(map(iso_seconds, document.get("warn_before") or ())),
        reopen_floor=iso_seconds(document.get("reopen_floor") or "PT0S"),
        pause_limits=tuple(_limits(document)),
    )


def under(document: Document, kind: ContractKind | None) -> Document:
    """The document as it counts under a kind of contract: promises, ladder, round the clock."""
    kinds = document.get("kinds")
    own = (KINDS if kinds is None else kinds).get(kind.value) if kind else None
    if own is None:
        return document
    targets = {priority: dict(row) for priority, row in document["targets"].items()}
    for priority, row in (own.get("targets") or {}).items():
        targets.setdefault(priority, {}).update(row)
    for priority in own.get("always_open") or ():
        row = targets.get(priority, {})
        targets[priority] = {m: {**one, "calendar": ALWAYS_OPEN_KEY} for m, one in row.items()}
    ladder = own.get("ladder")
    return {
        **document,
        "targets": targets,
        "ladder": document["ladder"] if ladder is None else ladder,
    }


def _limits(document: Document) -> Iterator[tuple[Limit, Duration]]:
    named = {Limit.REMINDER: "pause_reminder", Limit.RESOLVE: "pause_auto_resolve"}
    for limit, name in named.items():
        if document.get(name) is not None:
            yield limit, Duration.read(document[name])


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
