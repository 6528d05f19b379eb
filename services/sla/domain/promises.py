"""Which promises hold for a ticket: its contract, its policy, its calendars."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.sla.domain.clock import Target
from services.sla.domain.policy import Policy, Promise
from services.sla.domain.rules import Rules
from services.sla.domain.words import ContractKind, NextStarts
from shared.vocabulary import Metric, Status
from shared.worktime import SECOND, Timeline


@dataclass(frozen=True, slots=True)
class Contract:
    """What a customer bought, and from when to when (both dates included)."""

    id: UUID
    kind: ContractKind
    policy_id: UUID
    calendar_id: UUID | None
    starts_on: date
    ends_on: date | None
    policy_ids: tuple[UUID, ...] = ()
    """Policies to try before `policy_id`, in order (`matching.first_fit`)."""

    def in_force(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


def serving(contracts: Iterable[Contract], day: Callable[[Contract], date]) -> Contract | None:
    """The contract that serves a new ticket: of several in force, the one that began last.

    `day` is the civil date of the ticket where the contract's calendar counts.
    """
    fitting = [contract for contract in contracts if contract.in_force(day(contract))]
    return max(fitting, key=lambda contract: (contract.starts_on, contract.id), default=None)


def rules(policy: Policy, calendars: Mapping[str, Timeline], fallback: str, key: str = "") -> Rules:
    """The policy with its calendars resolved; `fallback` is the contract's, else the company's."""

    def target(promise: Promise) -> Target:
        timeline = calendars[promise.calendar or fallback]
        return Target(timeline, promise.target.seconds, promise.target.days)

    return Rules(
        targets={
            priority: {metric: target(promise) for metric, promise in row.items()}
            for priority, row in policy.targets.items()
        },
        timeline=calendars[fallback],
        pause_statuses=policy.pause_statuses,
        pause_metrics=policy.pause_metrics,
        stop_statuses=policy.stop_statuses,
        every_message=policy.next_response_starts is NextStarts.EVERY_CUSTOMER_MESSAGE,
        unsolved=_unsolved(policy.stop_statuses),
        first_stops=True,
        resolve_answers=policy.resolve_answers,
        marks=policy.marks,
        reopen_floor=policy.reopen_floor * SECOND,
        pause_limits=policy.pause_limits,
        key=key,
    )


def _unsolved(stop_statuses: frozenset[str]) -> frozenset[str]:
    """Closing is no solution, unless the policy knows of no other one."""
    return stop_statuses & {Status.CLOSED} if Status.RESOLVED in stop_statuses else frozenset()


def step_calendar(policy: Policy, priority: str, fallback: str) -> str:
    """The calendar that ladder delays of a ticket run on: its resolution's (sla.md 7)."""
    row = policy.targets.get(priority, {})
    promise = row.get(Metric.RESOLUTION) or row.get(Metric.FIRST_RESPONSE)
    return (promise.calendar if promise else None) or fallback
