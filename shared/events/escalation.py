"""What escalation states about the ladder."""

from typing import Literal
from uuid import UUID

from shared.events.base import Fact, Instant
from shared.vocabulary import Metric, Role


class EscalationFact(Fact):
    """Common to ladder facts."""

    ticket_id: UUID
    organization_id: UUID
    escalation_id: UUID
    at: Instant


class EscalationRaised(EscalationFact):
    """A rung was reached; `user_ids` are the people told, `assign_to` who now holds the ticket."""

    TYPE = "escalation.raised.v1"
    metric: Metric
    level: int
    to_role: Role
    user_ids: tuple[UUID, ...]
    action: tuple[Literal["assign", "notify"], ...]
    assign_to: UUID | None = None
    cause: Literal["breach", "ladder", "manual"]
    due_at: Instant | None = None


class EscalationAcknowledged(EscalationFact):
    """Somebody took it; reminders of that level stop."""

    TYPE = "escalation.acknowledged.v1"
    level: int
    actor_id: UUID


class EscalationSkipped(EscalationFact):
    """Nobody holds the role: the fallback is told and the next rung comes at once."""

    TYPE = "escalation.skipped.v1"
    metric: Metric
    level: int
    to_role: Role
    reason: Literal["no_one", "priority"]


class EscalationEnded(EscalationFact):
    """The ladder of a metric is over: solved, voided, or at its last rung."""

    TYPE = "escalation.ended.v1"
    metric: Metric
    reason: Literal["stopped", "voided", "cancelled", "exhausted"]


class AbsenceFact(Fact):
    """Common to absences: who is away, and nothing of why."""

    SUBJECT = "absence_id"
    absence_id: UUID
    user_id: UUID
    at: Instant


class EscalationAbsenceNoted(AbsenceFact):
    """Somebody is or will be away in [starts_at, ends_at)."""

    TYPE = "escalation.absence_noted.v1"
    starts_at: Instant
    ends_at: Instant


class EscalationAbsenceEnded(AbsenceFact):
    """An absence was taken back: the person is here, or will be. Its own end needs no fact."""

    TYPE = "escalation.absence_ended.v1"
