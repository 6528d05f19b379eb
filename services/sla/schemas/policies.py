"""HTTP bodies of policies."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from services.sla.domain.durations import BadDuration, iso_seconds
from services.sla.domain.policy import KINDS
from services.sla.domain.words import ContractKind, NextStarts
from shared.kit.model import Body, Instant, Line, Out
from shared.vocabulary import Channel, Metric, Priority, Role, Status


def _iso(text: str) -> str:
    try:
        iso_seconds(text)
    except BadDuration:
        raise PydanticCustomError("invalid_duration", "A duration such as PT4H") from None
    return text


def _positive(text: str) -> str:
    if iso_seconds(_iso(text)) == 0:
        raise PydanticCustomError("invalid_duration", "A duration longer than nothing")
    return text


Iso = Annotated[str, Field(max_length=40, examples=["PT4H"]), AfterValidator(_iso)]
LongIso = Annotated[str, Field(max_length=40, examples=["PT4H"]), AfterValidator(_positive)]
Percent = Annotated[float, Field(gt=0, lt=1)]
ShortLine = Annotated[str, Line(200)]


class Name(Body):
    """A name in both languages."""

    ar: ShortLine
    en: ShortLine


class BusinessDays(Body):
    """A wait or target in business days."""

    business_days: Annotated[int, Field(ge=1, le=1000)]


class TargetIn(Body):
    """A promise; without a calendar the contract's counts, else the company's."""

    target: LongIso | BusinessDays
    calendar: Literal["always_open"] | UUID | None = None


class WhenIn(Body):
    """Restricts a rung to priorities."""

    priority: list[Priority]


class StepIn(Body):
    """A rung: how long after the previous one of its metric, to whom, what is done."""

    metric: Metric
    after: Literal["breach"] | Iso | BusinessDays
    to: Role
    action: Annotated[list[Literal["assign", "notify"]], Field(min_length=1, max_length=2)]
    when: WhenIn | None = None


Targets = dict[Priority, dict[Metric, TargetIn]]
Statuses = Annotated[list[Status], Field(max_length=8)]
Points = Annotated[list[Percent], Field(max_length=5)]
Ladder = Annotated[list[StepIn], Field(max_length=20)]


def _pausable(metrics: list[Metric]) -> list[Metric]:
    if Metric.FIRST_RESPONSE in metrics:
        raise PydanticCustomError("never_pauses", "The first response never pauses")
    return metrics


class KindIn(Body):
    """What differs under one kind of contract.

    `targets` replace promises metric by metric, a `ladder` replaces the whole ladder; all promises
    of the priorities in `always_open`, and with them the delays of their ladder, count round the
    clock.
    """

    targets: Targets | None = None
    ladder: Ladder | None = None
    always_open: Annotated[list[Priority], Field(max_length=4)] = Field(default_factory=list)


class MatchIn(Body):
    """Which tickets a policy is for: every condition that is given must hold.

    With a `rank` the policy is one of the house: tickets without a contract in force try those
    in the order of their ranks, then get the default policy. Without one it is tried only for
    contracts that list it in `policy_ids`. A ticket is matched when it opens, and again when its
    priority or department changes and a policy in question reads that; when nothing fits then,
    the policy that it has is kept.
    """

    rank: Annotated[int, Field(ge=0, le=100_000)] | None = None
    contract_kind: Annotated[list[ContractKind], Field(min_length=1, max_length=3)] | None = None
    department_id: Annotated[list[UUID], Field(min_length=1, max_length=200)] | None = None
    channel: Annotated[list[Channel], Field(min_length=1, max_length=6)] | None = None
    priority: Annotated[list[Priority], Field(min_length=1, max_length=4)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_dump(exclude_none=True):
            raise PydanticCustomError("empty_match", "A rank or a condition is needed")
        return self


Kinds = dict[ContractKind, KindIn]
Wait = LongIso | BusinessDays
Pausable = Annotated[list[Metric], Field(max_length=3), AfterValidator(_pausable)]


def _kinds() -> Kinds:
    return {ContractKind(kind): KindIn.model_validate(own) for kind, own in KINDS.items()}


class PolicyIn(Body):
    """A policy (contracts.md, policy object). All of it may be seconds long.

    `warn_at` are shares of the target, `warn_before` counted times before the due instant.
    `pause_reminder` is how long the desk may wait for a customer before the assignee is told,
    `pause_auto_resolve` before the ticket is resolved. `reopen_floor` is the least that a
    reopened ticket has left of an unbroken resolution. `kinds` is what differs by the kind of
    the contract; left out, an emergency contract counts P1 round the clock.
    """

    name: ShortLine | Name
    targets: Targets
    pause_statuses: Statuses = Field(default_factory=lambda: [Status.WAITING_CUSTOMER])
    pause_metrics: Pausable = Field(default_factory=lambda: [Metric.RESOLUTION])
    stop_statuses: Statuses = Field(default_factory=lambda: [Status.RESOLVED, Status.CLOSED])
    warn_at: Points = Field(default_factory=lambda: [0.75])
    next_response_starts: NextStarts = NextStarts.OLDEST_UNANSWERED
    resolve_counts_as_first_response: bool = False
    ladder: Ladder = Field(default_factory=list)
    reopen_window: Iso = "PT24H"
    reopen_floor: Iso = "PT0S"
    warn_before: Annotated[list[LongIso], Field(max_length=5)] = Field(default_factory=list)
    pause_reminder: Wait | None = Field(default_factory=lambda: BusinessDays(business_days=5))
    pause_auto_resolve: Wait | None = None
    kinds: Kinds = Field(default_factory=_kinds)
    match: MatchIn | None = None


class PolicyPatch(Body):
    """The fields that a new version changes; null takes reminder, auto-resolve or match away."""

    name: ShortLine | Name | None = None
    targets: Targets | None = None
    pause_statuses: Statuses | None = None
    pause_metrics: Pausable | None = None
    stop_statuses: Statuses | None = None
    warn_at: Points | None = None
    next_response_starts: NextStarts | None = None
    resolve_counts_as_first_response: bool | None = None
    ladder: Ladder | None = None
    reopen_window: Iso | None = None
    reopen_floor: Iso | None = None
    warn_before: Annotated[list[LongIso], Field(max_length=5)] | None = None
    pause_reminder: Wait | None = None
    pause_auto_resolve: Wait | None = None
    kinds: Kinds | None = None
    match: MatchIn | None = None


class PolicyOut(PolicyIn):
    """The newest version of a policy; tickets keep the one that they began with."""

    id: UUID
    version: int
    created_at: Instant
    updated_at: Instant


class PolicyList(Out):
    """A page of policies."""

    items: list[PolicyOut]
    next_cursor: str | None = None


class PolicyVersionOut(PolicyIn):
    """One version of a policy, as the tickets that have it are served."""

    id: UUID
    version: int
    created_at: Instant
    created_by: UUID


class PolicyVersionList(Out):
    """A page of versions, newest first."""

    items: list[PolicyVersionOut]
    next_cursor: str | None = None


class AppliedOut(Out):
    """How many open tickets move onto `version`, as of `at`; it is done within moments."""

    version: int
    at: Instant
    tickets: int
