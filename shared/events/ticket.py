"""What tickets states about a ticket's life; each fact is one step of the ticket's version."""

from typing import Literal
from uuid import UUID

from shared.events.base import Fact, Instant
from shared.vocabulary import AuthorKind, Channel, Direction, Locale, Priority, Status


class TicketFact(Fact):
    """Common to every ticket fact: whose ticket and when it happened."""

    ticket_id: UUID
    organization_id: UUID
    at: Instant


class TicketOpened(TicketFact):
    """A ticket exists; `at` is the instant that the clocks count from (mail: receipt time)."""

    TYPE = "ticket.opened.v1"
    number: int
    requester_id: UUID
    department_id: UUID
    assignee_id: UUID | None = None
    priority: Priority
    requested_priority: Priority | None = None
    status: Status
    channel: Channel
    locale: Locale
    message_id: UUID
    author_kind: AuthorKind
    acknowledge: bool = True
    automatic: bool = False
    mail_id: UUID | None = None
    follow_up_of: UUID | None = None
    confirm: bool = False
    """Nobody has proven the requester: the acknowledgement asks whether the request is theirs."""
    split_from: UUID | None = None
    """The ticket that its first messages were moved from."""
    outage: bool = False
    """Marked as an outage: while it is P1 and unsolved it counts against the uptime."""


class TicketMessageAdded(TicketFact):
    """A message joined the ticket; `automatic` ones move no clock and no status.

    `once`: its author was let in with this mail alone and takes no part in the ticket.
    `moved`: it came with a split from the ticket where everybody has read it already.
    """

    TYPE = "ticket.message_added.v1"
    message_id: UUID
    direction: Direction
    public: bool
    author_id: UUID | None = None
    author_kind: AuthorKind
    automatic: bool = False
    channel: Channel
    mail_id: UUID | None = None
    once: bool = False
    moved: bool = False


class TicketPriorityChanged(TicketFact):
    """The effective priority moved."""

    TYPE = "ticket.priority_changed.v1"
    from_priority: Priority
    to_priority: Priority
    actor_id: UUID | None = None


class TicketStatusChanged(TicketFact):
    """The status moved; a specific fact (resolved, reopened, ...) may follow as its own step."""

    TYPE = "ticket.status_changed.v1"
    from_status: Status
    to_status: Status
    actor_id: UUID | None = None
    cause: str | None = None
    """What was done: `respond answer wait_for_customer resolve reopen close merge spam` ..."""


class TicketAssigned(TicketFact):
    """The ticket has another assignee, or none."""

    TYPE = "ticket.assigned.v1"
    assignee_id: UUID | None = None
    previous_id: UUID | None = None
    actor_id: UUID | None = None
    cause: Literal["manual", "escalation"] = "manual"
    rule: str | None = None
    """The house's own rule that chose, when no person did: `round_robin`, or `absence` when a
    colleague took over from who is away. A later version may know more of them."""


class TicketDepartmentChanged(TicketFact):
    """Another department owns the ticket."""

    TYPE = "ticket.department_changed.v1"
    from_department_id: UUID
    to_department_id: UUID
    actor_id: UUID | None = None


class TicketWatched(TicketFact):
    """These departments look on beside the owner: all of them, as it is now."""

    TYPE = "ticket.watched.v1"
    watching_department_ids: tuple[UUID, ...]


class TicketParticipantAdded(TicketFact):
    """Staff let a further person take part: they see the ticket and may answer by mail."""

    TYPE = "ticket.participant_added.v1"
    person_id: UUID
    actor_id: UUID | None = None


class TicketParticipantRemoved(TicketFact):
    """A person takes part no more: no sight, no mail, no answer by mail."""

    TYPE = "ticket.participant_removed.v1"
    person_id: UUID
    actor_id: UUID | None = None


class TicketFollowed(TicketFact):
    """These colleagues hear of the ticket: all of them, as it is now."""

    TYPE = "ticket.followed.v1"
    person_ids: tuple[UUID, ...]


class TicketWaitStarted(TicketFact):
    """The desk waits for somebody outside."""

    TYPE = "ticket.wait_started.v1"
    waiting_for: Literal["customer", "third_party"]
    actor_id: UUID | None = None
    message_id: UUID | None = None


class TicketResolved(TicketFact):
    """Solved; a reply until `reopen_until` reopens it (requirements R14)."""

    TYPE = "ticket.resolved.v1"
    actor_id: UUID | None = None
    message_id: UUID | None = None
    reopen_until: Instant
    reopen_count: int
    incident_id: UUID | None = None
    """The incident whose solution is this ticket's too."""


class TicketReopened(TicketFact):
    """The same ticket lives again."""

    TYPE = "ticket.reopened.v1"
    actor_id: UUID | None = None
    message_id: UUID | None = None
    reopen_count: int
    cause: Literal["mail", "portal", "staff", "feedback"]


class TicketClosed(TicketFact):
    """Classified as closed (requirements R15)."""

    TYPE = "ticket.closed.v1"
    actor_id: UUID | None = None
    cause: Literal["timer", "staff"]
    outside: bool = False
    """Told to customers only: the ticket was set aside as spam, which they do not learn."""


class TicketMerged(TicketFact):
    """The ticket lives on in another one, which takes its promises over.

    `into_version` is the step of the other ticket that says so.
    """

    TYPE = "ticket.merged.v1"
    into_id: UUID
    actor_id: UUID | None = None
    into_version: int | None = None


class TicketUnmerged(TicketFact):
    """A merge was undone: the ticket lives by itself again, and so do its promises.

    `from_version` is the step of the other ticket that says so.
    """

    TYPE = "ticket.unmerged.v1"
    from_id: UUID
    actor_id: UUID | None = None
    from_version: int


class TicketSplit(TicketFact):
    """Messages were moved to a new ticket; `answered`: none is left that waits for an answer."""

    TYPE = "ticket.split.v1"
    new_id: UUID
    message_ids: tuple[UUID, ...]
    mail_ids: tuple[UUID, ...] = ()
    answered: bool
    actor_id: UUID | None = None


class TicketLinked(TicketFact):
    """Two tickets belong together."""

    TYPE = "ticket.linked.v1"
    other_id: UUID
    kind: str
    actor_id: UUID | None = None


class TicketUnlinked(TicketFact):
    """Two tickets no longer belong together."""

    TYPE = "ticket.unlinked.v1"
    other_id: UUID
    kind: str
    actor_id: UUID | None = None


class TicketFeedbackGiven(TicketFact):
    """The customer rated the resolution, 1 to 5."""

    TYPE = "ticket.feedback_given.v1"
    score: int


class TicketEscalationRequested(TicketFact):
    """A person asked for the ladder to climb now."""

    TYPE = "ticket.escalation_requested.v1"
    actor_id: UUID | None = None
    level: int | None = None


class TicketEdited(TicketFact):
    """What describes the ticket changed; `fields` names the columns, not their content."""

    TYPE = "ticket.edited.v1"
    fields: tuple[Literal["subject", "tags", "custom"], ...]
    actor_id: UUID | None = None
    outage: bool | None = None
    """Whether the ticket is marked as an outage now; None when the tags did not change."""
    denied_by: UUID | None = None
    """Who has just said that the request of the form is not theirs: they hear nothing more."""
    unconfirmed: bool | None = None
    """Whether no customer may see the request of the form; None when that did not change."""
