"""The facts that a clock states, as they go out."""

from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

from services.sla.domain.clock import Breach
from services.sla.domain.fold import Idle
from services.sla.domain.policy import Policy, Step
from shared.events.sla import LadderStep, SlaBreached, SlaPauseOverdue, SlaWarning
from shared.events.timer import Delay
from shared.vocabulary import Metric, Priority
from shared.worktime import instant


class Served(Protocol):
    """What a breach tells of the clock that it broke."""

    @property
    def priority(self) -> str: ...
    @property
    def department_id(self) -> UUID: ...
    @property
    def policy_id(self) -> UUID: ...
    @property
    def policy_version(self) -> int: ...


def warning(
    common: dict[str, Any], metric: Metric, mark: float, due_at: datetime, target: int | None
) -> SlaWarning:
    """A mark below zero is so many seconds before the due instant; its share is told as well."""
    if mark > 0:
        return SlaWarning(**common, metric=metric, point=mark, due_at=due_at)
    share = round(max(0.0, 1 + mark / target), 4) if target else 0.0
    seconds = int(-mark)
    return SlaWarning(**common, metric=metric, point=share, due_at=due_at, before_seconds=seconds)


def pause_overdue(idle: Idle, common: dict[str, Any]) -> SlaPauseOverdue:
    return SlaPauseOverdue(
        **common,
        limit=idle.limit.value,
        paused_since=instant(idle.since),
        due_at=instant(idle.at),
    )


def breached(row: Served, breach: Breach, policy: Policy, common: dict[str, Any]) -> SlaBreached:
    return SlaBreached(
        **common,
        metric=breach.metric,
        cycle=breach.cycle,
        due_at=instant(breach.due),
        breached_at=instant(breach.at),
        fired_at=common["at"],
        cause=breach.cause.value,
        priority=Priority(row.priority),
        department_id=row.department_id,
        policy_id=row.policy_id,
        policy_version=row.policy_version,
        ladder=ladder(policy, breach.metric),
    )


def ladder(policy: Policy, metric: Metric) -> tuple[LadderStep, ...]:
    """The rungs of a metric as a breach carries them: a snapshot that later edits never touch."""
    return _wire(policy.rungs(metric))


@lru_cache(maxsize=1024)
def _wire(steps: tuple[Step, ...]) -> tuple[LadderStep, ...]:
    return tuple(map(_rung, steps))


def _rung(step: Step) -> LadderStep:
    after = step.after
    wire = "breach" if after is None else Delay(seconds=after.seconds, business_days=after.days)
    return LadderStep.model_validate(
        {
            "metric": step.metric,
            "level": step.level,
            "after": wire,
            "to": step.to,
            "action": step.action,
            "priorities": step.priorities,
        }
    )
