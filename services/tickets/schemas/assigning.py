"""Assignment: what callers send and are answered."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field

from services.tickets.domain.assigning import DEFAULT_CAPACITY, Mode, Skill
from shared.kit.model import Body, Out
from shared.vocabulary import Locale

Capacity = Annotated[int, Field(ge=0, le=1_000)]


def _distinct(languages: list[Locale]) -> list[Locale]:
    return sorted(set(languages))


Languages = Annotated[list[Locale], Field(min_length=1, max_length=2), AfterValidator(_distinct)]


class DepartmentRuleIn(Body):
    """`default_capacity` is for agents without one of their own.

    `language`: whether who speaks the customer's language goes first, or alone, or is not asked
    for. `reassign_when_absent` passes on what somebody has who is away.
    """

    mode: Mode
    default_capacity: Capacity = DEFAULT_CAPACITY
    language: Skill = Skill.PREFER
    reassign_when_absent: bool = False


class PersonRuleIn(Body):
    """A field that is not sent stays as it is; a null `capacity` is the department's default."""

    capacity: Capacity | None = None
    languages: Languages = Field(default_factory=list)
    paused: bool = False

    def values(self) -> dict[str, Any]:
        """Only what was sent."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class AgentOut(Out):
    person_id: UUID
    capacity: int
    open: int
    languages: list[Locale]
    paused: bool
    absent: bool
    free: bool


class QueueOut(Out):
    """`reason`: why it waits, or null.

    One of manual, no_agents, all_away, no_language (nobody here speaks it), speakers_full (who
    speaks it has no room, others have), all_full.
    """

    count: int
    more: bool
    reason: str | None


class DepartmentRuleOut(Out):
    department_id: UUID
    mode: Mode
    default_capacity: int
    language: Skill
    reassign_when_absent: bool
    agents: list[AgentOut]
    unassigned: QueueOut
    version: int


class PersonRuleOut(Out):
    person_id: UUID
    capacity: int | None
    languages: list[Locale]
    paused: bool
    absent: bool
    version: int
