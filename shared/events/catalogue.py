"""THE event book: for each fact its model, who states it, who listens, whether partners see it."""

from typing import Final

from shared.events import escalation, identity, mail, notify, sla, timer, visitor
from shared.events.base import Fact
from shared.events.entry import Entry
from shared.events.ticketbook import HOOK, PROJECT, TICKET

__all__ = ["BOOK", "TYPES", "Entry"]


_SLA: Final = (
    Entry(
        sla.SlaClockStarted,
        ("sla",),
        {
            "tickets": PROJECT + " and keeps the reopen window",
            "notify": "puts the promised time into the acknowledgement",
        },
    ),
    Entry(sla.SlaClockUpdated, ("sla",), {"tickets": PROJECT, "escalation": "pauses its wait"}),
    Entry(
        sla.SlaWarning,
        ("sla",),
        {"tickets": PROJECT, "notify": "tells the assignee; " + HOOK},
        partner_visible=True,
    ),
    Entry(
        sla.SlaBreached,
        ("sla",),
        {"tickets": PROJECT, "escalation": "climbs the ladder", "notify": HOOK},
        partner_visible=True,
    ),
    Entry(
        sla.SlaBreachVoided, ("sla",), {"tickets": PROJECT, "escalation": "calls the ladder off"}
    ),
    Entry(
        sla.SlaCalendarUnconfirmed, ("sla",), {"notify": "tells the administrators to confirm it"}
    ),
    Entry(sla.SlaExcused, ("sla",), {"tickets": PROJECT}),
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
        {"tickets": PROJECT, "escalation": "ends the ladder", "notify": HOOK},
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
            "notify": "mails the people named; " + HOOK,
        },
        partner_visible=True,
    ),
    Entry(
        escalation.EscalationAcknowledged,
        ("escalation",),
        {"tickets": PROJECT, "notify": HOOK},
        partner_visible=True,
    ),
    Entry(escalation.EscalationSkipped, ("escalation",), {"notify": "tells the fallback"}),
    Entry(
        escalation.EscalationEnded,
        ("escalation",),
        {"tickets": PROJECT, "notify": HOOK},
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

_VISITOR: Final = (
    Entry(
        visitor.VisitorConfirmed, ("tickets",), {"gateway": "shows the person to their colleagues"}
    ),
    Entry(
        visitor.VisitorUnconfirmed,
        ("tickets",),
        {"gateway": "hides from customers whom the form alone has made"},
    ),
)

BOOK: Final = (*TICKET, *_SLA, *_ESCALATION, *_MAIL, *_NOTIFY, *_IDENTITY, *_VISITOR)

TYPES: Final[dict[str, type[Fact]]] = {entry.fact.TYPE: entry.fact for entry in BOOK}
"""Fact model by its wire type."""
