"""What callers send."""

from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

import orjson
from pydantic import AfterValidator, Discriminator, Field, model_validator
from pydantic import Tag as Branch
from pydantic_core import PydanticCustomError

from services.tickets.domain.opening import Draft, Requester
from services.tickets.schemas.addresses import Address
from shared.kit.model import Body, Line, Prose
from shared.vocabulary import Channel, Locale, Priority

SUBJECT: Final = 250
BODY: Final = 200_000
_CUSTOM: Final = 16 * 1024

Subject = Annotated[str, Line(SUBJECT)]
Text = Annotated[str, Prose(BODY)]
Reason = Annotated[str, Prose(2000)]
Tag = Annotated[str, Line(50)]
Name = Annotated[str, Line(200)]
Comment = Annotated[str, Prose(4000)]
Uploads = Annotated[list[UUID], Field(max_length=20)]


def _bounded(custom: dict[str, Any]) -> dict[str, Any]:
    if len(orjson.dumps(custom)) > _CUSTOM:
        raise PydanticCustomError("too_large", "The custom fields are too large")
    return custom


def _distinct(tags: list[str]) -> list[str]:
    return list(dict.fromkeys(tags))


def _who(value: Any) -> str:
    return "me" if value == "me" else "uuid"


Assignee = Annotated[
    Annotated[Literal["me"], Branch("me")] | Annotated[UUID, Branch("uuid")], Discriminator(_who)
]
Custom = Annotated[dict[str, Any], AfterValidator(_bounded)]
Tags = Annotated[list[Tag], Field(max_length=20), AfterValidator(_distinct)]


class RequesterIn(Body):
    """Whom a ticket is for."""

    email: Address
    name: Name | None = None
    locale: Locale | None = None

    def value(self) -> Requester:
        return Requester(self.email, self.name, self.locale)


class TicketIn(Body):
    """A new ticket; a customer's priority is a wish, staff set the effective one.

    `follow_up_of`: a closed ticket that this one goes on with; its department is the default.
    """

    subject: Subject
    body: Text
    priority: Priority | None = None
    department_id: UUID | None = None
    requester: RequesterIn | None = None
    organization_id: UUID | None = None
    upload_ids: Uploads = Field(default_factory=list)
    tags: Tags = Field(default_factory=list)
    custom: Custom | None = None
    channel: Literal[Channel.WEB, Channel.PORTAL, Channel.API, Channel.PHONE] | None = None
    follow_up_of: UUID | None = None

    def draft(self) -> Draft:
        return Draft(
            subject=self.subject,
            body=self.body,
            priority=self.priority,
            department_id=self.department_id,
            organization_id=self.organization_id,
            requester=self.requester.value() if self.requester else None,
            upload_ids=tuple(self.upload_ids),
            tags=tuple(self.tags),
            custom=self.custom,
            channel=self.channel,
            follow_up_of=self.follow_up_of,
        )


class TicketPatch(Body):
    """What may change; a field that is not sent stays as it is."""

    subject: Subject | None = None
    priority: Priority | None = None
    department_id: UUID | None = None
    assignee_id: Assignee | None = None
    tags: Tags | None = None
    custom: Custom | None = None
    reason: Reason | None = None

    @model_validator(mode="after")
    def _not_emptied(self) -> Self:
        for name in ("subject", "priority", "department_id", "tags"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise PydanticCustomError("null", "This field cannot be emptied")
        return self

    def fields(self) -> dict[str, Any]:
        """Only what was sent."""
        return {name: getattr(self, name) for name in self.model_fields_set - {"reason"}}


class MessageIn(Body):
    """A message; `public: false` is an internal note of the desk."""

    body: Text
    public: bool = True
    upload_ids: Uploads = Field(default_factory=list)


class AssignIn(Body):
    """`me` is whoever asks."""

    assignee_id: Assignee | None


class WaitIn(Body):
    """`message` is a public reply that goes out first."""

    waited_for: Annotated[Literal["customer", "third_party"], Field(alias="for")]
    message: Text | None = None
    reason: Reason | None = None


class ReasonIn(Body):
    reason: Reason | None = None


class EscalateIn(Body):
    reason: Reason
    level: Annotated[int, Field(ge=1, le=10)] | None = None


class ParticipantIn(Body):
    email: Address
