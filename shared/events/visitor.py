"""What tickets states about the people behind the web form's addresses."""

from uuid import UUID

from shared.events.base import Fact, Instant


class VisitorFact(Fact):
    """Common to facts about a visitor: the person that their address belongs to."""

    SUBJECT = "person_id"
    person_id: UUID
    at: Instant


class VisitorConfirmed(VisitorFact):
    """The reader of the address says that a request of the form is theirs."""

    TYPE = "visitor.confirmed.v1"


class VisitorUnconfirmed(VisitorFact):
    """Nobody has said so of any request yet; told of those who came before this was asked.

    `asked_at`: when the first of them came.
    """

    TYPE = "visitor.unconfirmed.v1"
    asked_at: Instant
