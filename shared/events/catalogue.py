"""THE event book: for each fact its model, who states it, who listens, whether partners see it."""

from dataclasses import dataclass, field
from typing import Final

from shared.events import escalation, identity, mail, notify, sla, ticket, timer
from shared.events.base import Fact


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the book; `listeners` maps a service to what it does with the fact."""

    fact: type[Fact]
    publisher: tuple[str, ...]
    listeners: dict[str, str] = field(default_factory=dict)
    partner_visible: bool = False
    unheard: str = ""
    """Why a fact without listeners is stated all the same."""


_CLOCK = "folds it into the clocks"
_ROUTE = "remembers where the ticket belongs and whether it still waits"
_DOORWAY = "remembers who may see the ticket"
_HOOK = "queues the partners' webhooks"
_PROJECT = "shows it on the ticket"

_TICKET: Final = (
    Entry(
        ticket.TicketOpened,
        ("tickets",),
        {
            "sla": "starts the clocks",
            "escalation": _ROUTE,
            "notify": "acknowledges to the requester; " + _HOOK,
            "intake": "marks the mail applied and learns the thread",
        },
        partner_visible=True,
    ),
    Entry(
        ticket.TicketMessageAdded,
        ("tickets",),
        {
            "sla": _CLOCK,
            "notify": "mails a public reply to the requester; " + _HOOK,
            "intake": "marks the mail applied and learns the thread",
        },
        partner_visible=True,
    ),
    Entry(
        ticket.TicketPriorityChanged,
        ("tickets",),
        {"sla": _CLOCK, "escalation": _ROUTE, "notify": _HOOK},
        partner_visible=True,
    ),
    Entry(
        ticket.TicketStatusChanged,
        ("tickets",),
        {"sla": _CLOCK, "escalation": _ROUTE, "notify": _HOOK, "intake": "learns the status"},
        partner_visible=True,
    ),
    Entry(
        ticket.TicketAssigned,
        ("tickets",),
        {"sla": _DOORWAY, "escalation": _DOORWAY, "notify": _HOOK},
        partner_visible=True,
    ),
    Entry(
        ticket.TicketDepartmentChanged,
        ("tickets",),
        {
            "sla": _DOORWAY + "; matches its policy",
            "escalation": _ROUTE,
            "notify": _HOOK,
            "intake": "shows its mails to the new department",
        },
        partner_visible=True,
    ),
    Entry(ticket.TicketWatched, ("tickets",), {"sla": _DOORWAY, "escalation": _DOORWAY}),
    Entry(
        ticket.TicketParticipantAdded,
        ("tickets",),
        {"intake": "knows that this person may answer on the ticket"},
    ),
    Entry(ticket.TicketWaitStarted, ("tickets",), {"notify": _HOOK}, partner_visible=True),
    Entry(
        ticket.TicketResolved,
        ("tickets",),
        {"notify": "sends the resolution mail; " + _HOOK, "intake": "learns the reopen window"},
        partner_visible=True,
    ),
    Entry(ticket.TicketReopened, ("tickets",), {"notify": _HOOK}, partner_visible=True),
    Entry(ticket.TicketClosed, ("tickets",), {"notify": _HOOK}, partner_visible=True),
    Entry(
        ticket.TicketMerged,
        ("tickets",),
        {
            "sla": "cancels the clocks",
            "escalation": "ends the ladder",
            "notify": _HOOK,
            "intake": "follows the thread to its target",
        },
        partner_visible=True,
    ),
    Entry(ticket.TicketLinked, ("tickets",), {"notify": _HOOK}, partner_visible=True),
    Entry(ticket.TicketFeedbackGiven, ("tickets",), {"notify": _HOOK}, partner_visible=True),
    Entry(
        ticket.TicketEdited,
        ("tickets",),
        {"sla": "knows whether it is an outage", "notify": _HOOK},
        partner_visible=True,
    ),
    Entry(
        ticket.TicketEscalationRequested,
        ("tickets",),
        {"escalation": "raises the asked level", "notify": _HOOK},
        partner_visible=True,
    ),
)

_SLA: Final = (
    Entry(
        sla.SlaClockStarted,
        ("sla",),
        {
            "tickets": _PROJECT + " and keeps the reopen window",
            "notify": "puts the promised time into the acknowledgement",
        },
    ),
    Entry(sla.SlaClockUpdated, ("sla",), {"tickets": _PROJECT, "escalation": "pauses its wait"}),
    Entry(
        sla.SlaWarning,
        ("sla",),
        {"tickets": _PROJECT, "notify": "tells the assignee; " + _HOOK},
        partner_visible=True,
    ),
    Entry(
        sla.SlaBreached,
        ("sla",),
        {"tickets": _PROJECT, "escalation": "climbs the ladder", "notify": _HOOK},
        partner_visible=True,
    ),
    Entry(
        sla.SlaBreachVoided, ("sla",), {"tickets": _PROJECT, "escalation": "calls the ladder off"}
    ),
    Entry(
        sla.SlaCalendarUnconfirmed, ("sla",), {"notify": "tells the administrators to confirm it"}
    ),
    Entry(sla.SlaExcused, ("sla",), {"tickets": _PROJECT}),
    Entry(
        sla.SlaPauseOverdue,
        ("sla",),
        {
            "tickets": "resolves the ticket where the policy says so",
            "notify": "tells the assignee that the customer stays silent",
        },
    ),
    Entry(
        sla.SlaMet,
        ("sla",),
        {"tickets": _PROJECT, "escalation": "ends the ladder", "notify": _HOOK},
        partner_visible=True,
    ),
    Entry(timer.TimerRequested, ("tickets", "escalation"), {"sla": "arms or moves the timer"}),
    Entry(timer.TimerCancelled, ("tickets", "escalation"), {"sla": "disarms the timer"}),
    Entry(
        timer.TimerFired,
        ("sla",),
        {"tickets": "closes the resolved ticket", "escalation": "climbs the next rung"},
    ),
)

_ESCALATION: Final = (
    Entry(
        escalation.EscalationRaised,
        ("escalation",),
        {
            "tickets": "shows the level and obeys the assignment",
            "notify": "mails the people named; " + _HOOK,
        },
        partner_visible=True,
    ),
    Entry(
        escalation.EscalationAcknowledged,
        ("escalation",),
        {"tickets": _PROJECT, "notify": _HOOK},
        partner_visible=True,
    ),
    Entry(escalation.EscalationSkipped, ("escalation",), {"notify": "tells the fallback"}),
    Entry(
        escalation.EscalationEnded,
        ("escalation",),
        {"tickets": _PROJECT, "notify": _HOOK},
        partner_visible=True,
    ),
    Entry(
        escalation.EscalationAbsenceNoted,
        ("escalation",),
        {"tickets": "gives new tickets to those who are here"},
    ),
    Entry(
        escalation.EscalationAbsenceEnded,
        ("escalation",),
        {"tickets": "gives tickets to who is back"},
    ),
)

_KEPT = "the feed of operators and the audit log to come"

_MAIL: Final = (
    Entry(mail.MailAccepted, ("intake",), unheard=_KEPT),
    Entry(
        mail.MailRouted,
        ("intake",),
        {
            "tickets": "opens the ticket or adds the reply",
            "notify": "an address that writes may be written to again",
        },
    ),
    Entry(mail.MailApplied, ("intake",), unheard=_KEPT),
    Entry(mail.MailHeld, ("intake",), {"tickets": "shows that a mail waits for a word"}),
    Entry(mail.MailRejected, ("intake",), {"tickets": "shows that a waiting mail was refused"}),
    Entry(mail.MailQuarantined, ("intake",), unheard=_KEPT),
    Entry(mail.MailBounced, ("intake",), {"notify": "marks the delivery bounced"}),
)

_NOTIFY: Final = (
    Entry(
        notify.NotifySent,
        ("notify",),
        {
            "tickets": "moves the reopen window to the mail's instant",
            "intake": "knows the ticket by the provider's id of the mail",
        },
    ),
    Entry(notify.NotifyBounced, ("notify",), {"tickets": "notes at the message that it came back"}),
    Entry(
        notify.NotifySuppressed,
        ("notify",),
        {"tickets": "notes the acknowledgement that was not sent"},
    ),
    Entry(notify.NotifyFailed, ("notify",), unheard=_KEPT),
    Entry(notify.NotifyWebhookDisabled, ("notify",), unheard=_KEPT),
)

_PEOPLE = "knows who may do what and who is told"

_IDENTITY: Final = (
    Entry(
        identity.IdentityUserCreated,
        ("gateway",),
        {"tickets": _PEOPLE, "escalation": _PEOPLE, "notify": _PEOPLE},
    ),
    Entry(
        identity.IdentityUserUpdated,
        ("gateway",),
        {"tickets": _PEOPLE, "escalation": _PEOPLE, "notify": _PEOPLE},
    ),
    Entry(
        identity.IdentityUserDisabled,
        ("gateway",),
        {"tickets": _PEOPLE, "escalation": _PEOPLE, "notify": _PEOPLE},
    ),
    Entry(
        identity.IdentitySessionRevoked,
        ("gateway",),
        unheard="the kit of every service: it refuses the session's tokens",
    ),
    Entry(
        identity.IdentityOrganizationUpdated,
        ("gateway",),
        {"tickets": "knows the language", "sla": "knows the organization"},
    ),
    Entry(
        identity.IdentityDepartmentCreated,
        ("gateway",),
        {"tickets": "knows the department", "intake": "routes its mailbox", "escalation": _PEOPLE},
    ),
    Entry(
        identity.IdentityDepartmentUpdated,
        ("gateway",),
        {"tickets": "knows the department", "intake": "routes its mailbox", "escalation": _PEOPLE},
    ),
    Entry(identity.IdentityPositionUpdated, ("gateway",), {"escalation": _PEOPLE}),
)

BOOK: Final = (*_TICKET, *_SLA, *_ESCALATION, *_MAIL, *_NOTIFY, *_IDENTITY)

TYPES: Final[dict[str, type[Fact]]] = {entry.fact.TYPE: entry.fact for entry in BOOK}
"""Fact model by its wire type."""
