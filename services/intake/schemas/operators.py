"""Bodies of what operators say and ask beside single mails."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.intake.usecases.overview import Numbers
from shared.kit.model import Body, Instant, Out, Prose


class RejectIn(Body):
    """Why a mail is refused; kept sealed beside it."""

    reason: Annotated[str, Prose(1000)]


class SteerIn(Body):
    """Where a mail goes once it is released; what is left out stays as it is."""

    department_id: UUID | None = None
    ticket_id: UUID | None = None
    """null: into a new ticket."""

    def wish(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True)


class WaitingOut(Out):
    count: int
    oldest_at: Instant


class CountsOut(Out):
    """`states` counts what came since then; `waiting` counts all that has not come to its end."""

    since: Instant
    states: dict[str, int]
    waiting: dict[str, WaitingOut] = Field(default_factory=dict)

    @classmethod
    def of(cls, numbers: Numbers) -> "CountsOut":
        waiting = {state: WaitingOut(**told) for state, told in numbers.waiting.items()}
        return cls(since=numbers.since, states=dict(numbers.states), waiting=waiting)
