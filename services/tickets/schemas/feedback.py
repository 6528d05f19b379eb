"""HTTP bodies of feedback."""

from typing import Annotated

from pydantic import Field

from services.tickets.schemas.inputs import Comment
from services.tickets.schemas.outputs import FeedbackOut
from services.tickets.usecases.rating import Vote
from shared.kit.model import Body, Instant, Out

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
