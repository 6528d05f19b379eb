"""HTTP bodies of feedback."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from services.tickets.schemas.inputs import Comment
from services.tickets.schemas.outputs import FeedbackOut
from services.tickets.usecases.rating import Vote
from shared.kit.model import Body, Instant, InstantOrDate, Out
from shared.vocabulary import Priority

Score = Annotated[int, Field(ge=1, le=5)]


class VoteIn(Body):
    """What a link's holder casts; without a score the link's own counts."""

    score: Score | None = None
    comment: Comment | None = None
    reopen: bool = False

    def vote(self, *, said: bool) -> Vote:
        return Vote(self.score, self.comment, said, self.reopen)


class FeedbackIn(Body):
    """A rating; a `comment` that is not sent leaves an earlier one alone."""

    score: Score
    comment: Comment | None = None
    reopen: bool = False

    def vote(self) -> Vote:
        return Vote(self.score, self.comment, "comment" in self.model_fields_set, self.reopen)


class FeedbackGivenOut(FeedbackOut):
    """What was given; `may_reopen_until` where the same score with `reopen` would reopen."""

    reopened: bool
    may_reopen_until: Instant | None


class VoteOut(Out):
    """What was cast by a link; `open` while it may be changed."""

    number: str
    score: int
    open: bool
    reopened: bool
    may_reopen_until: Instant | None


def _split(values: Any) -> Any:
    """`?score=1,2` says the same as `?score=1&score=2`."""
    if not isinstance(values, list):
        return values
    return [part for value in values for part in str(value).split(",")]


class RatingsWish(BaseModel):
    """Which ratings; a date is the beginning of its day where the company is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: Annotated[InstantOrDate | None, Field(alias="from")] = None
    end: Annotated[InstantOrDate | None, Field(alias="to")] = None
    score: Annotated[list[Score] | None, BeforeValidator(_split), Field(max_length=5)] = None
    organization_id: UUID | None = None
    department_id: UUID | None = None
    assignee_id: UUID | None = None
    priority: Priority | None = None
    commented: bool | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str | None, Field(max_length=1024)] = None

    def narrow(self, start: datetime | None, end: datetime | None) -> dict[str, Any]:
        """By name, as far as it is asked for."""
        names = ("organization_id", "department_id", "assignee_id", "priority", "commented")
        plain = {name: getattr(self, name) for name in (*names, "score")}
        return {**plain, "start": start, "end": end}


class RatingOut(FeedbackOut):
    """What a customer said of a resolution, and whose it was; names of agents are for staff."""

    ticket_id: UUID
    number: str
    reopened: bool
    by_link: bool
    organization_id: UUID
    organization_name: str | None
    department_id: UUID
    department_name: str | None
    assignee_id: UUID | None
    assignee_name: str | None
    priority: Priority


class RatingsPage(Out):
    items: list[RatingOut]
    next_cursor: str | None
