"""The part of the event book about tickets, and the phrases that its other parts share."""

from typing import Final

from shared.events import ticket
from shared.events.entry import Entry

CLOCK: Final = "folds it into the clocks"
ROUTE: Final = "remembers where the ticket belongs and whether it still waits"
DOORWAY: Final = "remembers who may see the ticket"
HOOK: Final = "queues the partners' webhooks"
PROJECT: Final = "shows it on the ticket"

TICKET: Final = (
    Entry(
        ticket.TicketOpened,
        ("tickets",),
        {
            "sla": "starts the clocks",
            "escalation": ROUTE,
            "notify": "acknowledges to the requester; " + HOOK,
            "intake": "marks the mail applied and learns the thread",
        },
        partner_visible=True,
    ),
    Entry(
        ticket.TicketMessageAdded,
        ("tickets",),
        {
            "sla": CLOCK,
            "notify": "mails a public reply to the requester; " + HOOK,
            "intake": "marks the mail applied and learns the thread",
        },
        partner_visible=True,
    ),
    Entry(
        ticket.TicketPriorityChanged,
        ("tickets",),
        {"sla": CLOCK, "escalation": ROUTE, "notify": HOOK},
        partner_visible=True,
    ),
    Entry(
        ticket.TicketStatusChanged,
        ("tickets",),
        {
            "sla": CLOCK,
            "escalation": ROUTE,
            "notify": "tells who watches, holds mails about spam back; " + HOOK,
            "intake": "learns the status",
        },
        partner_visible=True,
    ),
    Entry(
        ticket.TicketAssigned,
        ("tickets",),
        {"sla": DOORWAY, "escalation": DOORWAY, "notify": HOOK},
        partner_visible=True,
    ),
    Entry(
        ticket.TicketDepartmentChanged,
        ("tickets",),
        {
            "sla": DOORWAY + "; matches its policy",
            "escalation": ROUTE,
            "notify": HOOK,
            "intake": "shows its mails to the new department",
        },
        partner_visible=True,
    ),
    Entry(
        ticket.TicketWatched,
        ("tickets",),
        {
            "intake": "lets these departments read the ticket's mails",
            "sla": DOORWAY,
            "escalation": DOORWAY,
        },
    ),
    Entry(
        ticket.TicketParticipantAdded,
        ("tickets",),
        {"intake": "knows that this person may answer on the ticket"},
    ),
    Entry(
        ticket.TicketParticipantRemoved,
        ("tickets",),
        {
            "intake": "knows that this person may answer no more",
            "notify": "shows this person nothing more",
        },
    ),
    Entry(
        ticket.TicketFollowed, ("tickets",), {"notify": "knows which colleagues want to hear of it"}
    ),
    Entry(ticket.TicketWaitStarted, ("tickets",), {"notify": HOOK}, partner_visible=True),
    Entry(
        ticket.TicketResolved,
        ("tickets",),
        {"notify": "sends the resolution mail; " + HOOK, "intake": "learns the reopen window"},
        partner_visible=True,
    ),
    Entry(ticket.TicketReopened, ("tickets",), {"notify": HOOK}, partner_visible=True),
    Entry(ticket.TicketClosed, ("tickets",), {"notify": HOOK}, partner_visible=True),
    Entry(
        ticket.TicketMerged,
        ("tickets",),
        {
            "sla": "cancels the clocks; the other ticket's take over the earlier promise",
            "escalation": "stops the ladder",
            "notify": HOOK,
            "intake": "follows the thread to its target",
        },
        partner_visible=True,
    ),
    Entry(
        ticket.TicketUnmerged,
        ("tickets",),
        {
            "sla": "gives the promises back",
            "notify": HOOK,
            "intake": "follows the thread no further",
        },
        partner_visible=True,
    ),
    Entry(
        ticket.TicketSplit,
        ("tickets",),
        {
            "sla": "ends the wait that went along",
            "notify": HOOK,
            "intake": "follows the mails that moved",
        },
        partner_visible=True,
    ),
    Entry(ticket.TicketLinked, ("tickets",), {"notify": HOOK}, partner_visible=True),
    Entry(ticket.TicketUnlinked, ("tickets",), {"notify": HOOK}, partner_visible=True),
    Entry(
        ticket.TicketFeedbackGiven,
        ("tickets",),
        {"notify": "tells who is in charge of a low score; " + HOOK},
        partner_visible=True,
    ),
    Entry(
        ticket.TicketEdited,
        ("tickets",),
        {
            "sla": "knows whether it is an outage, and whether customers see it",
            "escalation": "shows a confirmed request of the form to its customers",
            "notify": "leaves in peace who denied the request; " + HOOK,
        },
        partner_visible=True,
    ),
    Entry(
        ticket.TicketEscalationRequested,
        ("tickets",),
        {"escalation": "raises the asked level", "notify": HOOK},
        partner_visible=True,
    ),
)
