"""What callers send and are answered about tickets that belong together, and about their people."""

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import PydanticCustomError

from services.tickets.domain.bonds import Side
from services.tickets.schemas.inputs import Subject
from services.tickets.schemas.outputs import PersonOut
from services.tickets.usecases.splitting import Split
from shared.kit.model import Body, Instant, Out
from shared.vocabulary import Priority, Status

MOST_MESSAGES = 200

Kind = Literal["related", "parent", "child", "duplicate_of", "has_duplicate", "incident", "report"]
"""What the other ticket is to this one."""
Listed = Kind | Literal["follow_up_of", "followed_up_by"]
"""The same, with what only opening a ticket says."""


Number = Annotated[str, Field(pattern=r"^SND-[1-9][0-9]{0,17}$")]
"""How people know a ticket."""


def _either(value: Any, choose: ValidatorFunctionWrapHandler) -> Any:
    """What is neither is told of both, not of the first that was tried."""
    try:
        return choose(value)
    except ValidationError:
        raise PydanticCustomError("id_or_number", "Neither an id nor a number") from None


Named = Annotated[UUID | Number, WrapValidator(_either)]
"""A ticket by its id or by the number that people know."""


class MergeIn(Body):
    into: Named


class LinkIn(Body):
    """`ticket_id` is the `kind` of this ticket: its parent, its incident, one of its reports."""

    ticket_id: Named
    kind: Kind


class SplitIn(Body):
    """Which messages get a ticket of their own, with their files."""

    message_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_MESSAGES)]
    subject: Subject
    department_id: UUID | None = None
    priority: Priority | None = None

    def wish(self: Self) -> Split:
        ids = tuple(dict.fromkeys(self.message_ids))
        return Split(ids, self.subject, self.department_id, self.priority)


class WatcherIn(Body):
    """Who wants to hear of the ticket; the caller, when nobody is named."""

    user_id: UUID | None = None


class LinkedOut(Out):
    id: UUID
    number: str
    subject: str
    status: Status
    priority: Priority


class LinkOut(Out):
    """A link as it is seen from the ticket that was asked about."""

    kind: Side
    ticket: LinkedOut
    created_at: Instant
    actor_id: UUID | None


class LinkPage(Out):
    items: list[LinkOut]
    next_cursor: str | None


class WatcherOut(Out):
    person: PersonOut
    since: Instant


class WatcherList(Out):
    items: list[WatcherOut]
    next_cursor: str | None = None


class ParticipantOut(Out):
    person: PersonOut
    role: Literal["requester", "participant"]
    since: Instant


class ParticipantList(Out):
    items: list[ParticipantOut]
    next_cursor: str | None = None
