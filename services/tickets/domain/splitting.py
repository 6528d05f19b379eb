"""What a ticket begins with that is split off another: from when its promise counts, for whom.

The promise counts from the first customer message that moved: the customer has waited since
then, and must not begin to wait again because the desk sorted its papers. Without one it counts
from now.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.vocabulary import AuthorKind, Channel


@dataclass(frozen=True, slots=True)
class Moved:
    """A message on its way to another ticket."""

    id: UUID
    at: datetime
    author_id: UUID | None
    author_kind: AuthorKind
    channel: Channel
    public: bool
    automatic: bool
    direction: str
    mail_id: UUID | None

    @property
    def asks(self) -> bool:
        """Whether a customer waits for an answer to it."""
        return self.public and not self.automatic and self.author_kind is AuthorKind.CUSTOMER


@dataclass(frozen=True, slots=True)
class Beginning:
    """How the new ticket begins."""

    first: Moved
    at: datetime
    requester_id: UUID
    acknowledge: bool


def beginning(
    moved: Sequence[Moved], requester_id: UUID, people: Collection[UUID], now: datetime
) -> Beginning:
    """`moved` is oldest first; `people` take part in the ticket that the messages come from."""
    asked = next((one for one in moved if one.asks), None)
    if asked is None:
        first = next((one for one in moved if one.public), moved[0])
        return Beginning(first, now, requester_id, acknowledge=first.public)
    known = asked.author_id is not None and asked.author_id in people
    owner = asked.author_id if known and asked.author_id is not None else requester_id
    return Beginning(asked, asked.at, owner, acknowledge=True)
