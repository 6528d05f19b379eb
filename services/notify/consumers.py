"""Events door of notify: who is told, what partners see, what is projected for both."""

from typing import Any

from services.notify import usecases
from services.notify.store import projection
from shared.events.base import Event
from shared.events.catalogue import BOOK
from shared.events.escalation import EscalationRaised, EscalationSkipped
from shared.events.identity import (
    IdentityUserCreated,
    IdentityUserDisabled,
    IdentityUserUpdated,
    UserState,
)
from shared.events.mail import MailBounced, MailRouted
from shared.events.sla import (
    SlaBreached,
    SlaCalendarUnconfirmed,
    SlaClockStarted,
    SlaPauseOverdue,
    SlaWarning,
)
from shared.events.ticket import (
    TicketAssigned,
    TicketClosed,
    TicketDepartmentChanged,
    TicketEdited,
    TicketFeedbackGiven,
    TicketFollowed,
    TicketMessageAdded,
    TicketOpened,
    TicketParticipantRemoved,
    TicketReopened,
    TicketResolved,
    TicketStatusChanged,
)
from shared.kit.bus import Consumers
from shared.kit.context import Context
from shared.kit.tx import Tx
from shared.vocabulary import AuthorKind, Direction, MailClass, SenderAuth, Status

consumers = Consumers("notify", linger=0.05)

Ticket = dict[str, Any] | None
Departments = list[dict[str, Any]] | None


async def ask_ticket(event: Event[Any], context: Context) -> Ticket:
    """Who takes part in the ticket: facts carry ids of few."""
    path = f"/internal/tickets/{event.data.ticket_id}"
    ticket: dict[str, Any] = await context.peers.get("tickets", path)
    return ticket


async def ask_ticket_of_reply(event: Event[TicketMessageAdded], context: Context) -> Ticket:
    """Only public words of staff go out by mail."""
    return await ask_ticket(event, context) if _goes_out(event.data) else None


def _goes_out(fact: TicketMessageAdded) -> bool:
    spoken = fact.public and fact.direction is Direction.OUTBOUND
    new = not fact.automatic and not fact.moved
    return spoken and fact.author_kind is AuthorKind.STAFF and new


@consumers.on(TicketOpened)
async def acknowledge(event: Event[TicketOpened], tx: Tx) -> None:
    fact = event.data
    values = {
        "ticket_id": fact.ticket_id,
        "organization_id": fact.organization_id,
        "number": fact.number,
        "requester_id": fact.requester_id,
        "assignee_id": fact.assignee_id,
        "department_id": fact.department_id,
        "unconfirmed": fact.confirm,
        "version": event.sequence,
    }
    projection.put_ticket(tx, values)
    usecases.acknowledge(tx, event, tx.context.settings.notify_ack_wait)


@consumers.on(SlaClockStarted)
async def learn_promise(event: Event[SlaClockStarted], tx: Tx) -> None:
    usecases.learn_promise(tx, event.data)


@consumers.on(TicketMessageAdded, ask_ticket_of_reply)
async def mail_reply(event: Event[TicketMessageAdded], tx: Tx, ticket: Ticket) -> None:
    fact = event.data
    by_customer = fact.author_kind is AuthorKind.CUSTOMER and fact.public
    if by_customer and fact.author_id and not fact.once:
        await projection.add_participant(tx, fact.ticket_id, fact.author_id)
    if by_customer:
        await usecases.tell_of_message(tx, event)
    if ticket is not None and ticket["status"] != Status.SPAM:
        await projection.put_participants(tx, fact.ticket_id, usecases.audience(ticket))
        await usecases.mail_reply(tx, event, ticket)


@consumers.on(TicketStatusChanged)
async def tell_watchers(event: Event[TicketStatusChanged], tx: Tx) -> None:
    await usecases.tell_of_status(tx, event)


@consumers.on(TicketFollowed)
async def note_watchers(event: Event[TicketFollowed], tx: Tx) -> None:
    await projection.put_watchers(tx, event.data.ticket_id, list(event.data.person_ids))


@consumers.on(TicketParticipantRemoved)
async def forget_participant(event: Event[TicketParticipantRemoved], tx: Tx) -> None:
    await usecases.see_no_more(tx, event.data.ticket_id, event.data.person_id)


@consumers.on(TicketResolved, ask_ticket)
async def mail_resolution(event: Event[TicketResolved], tx: Tx, ticket: Ticket) -> None:
    assert ticket is not None
    await usecases.call_off(tx, event.data.ticket_id)
    await usecases.mail_resolution(tx, event, ticket)


@consumers.on(TicketReopened, ask_ticket)
async def tell_reopened(event: Event[TicketReopened], tx: Tx, ticket: Ticket) -> None:
    assert ticket is not None
    await usecases.tell_reopened(tx, event, ticket)


@consumers.on(TicketFeedbackGiven, usecases.ask_in_charge)
async def tell_rating(event: Event[TicketFeedbackGiven], tx: Tx, departments: Departments) -> None:
    await usecases.tell_rating(tx, event, departments)


@consumers.on(TicketClosed, ask_ticket)
async def tell_closed(event: Event[TicketClosed], tx: Tx, ticket: Ticket) -> None:
    """Of spam nobody is written to: a mail to its sender would go to whomever it names."""
    assert ticket is not None
    if not event.data.outside:
        await usecases.call_off(tx, event.data.ticket_id)
        await usecases.tell_closed(tx, event, ticket)


@consumers.on(TicketAssigned)
async def tell_assignee(event: Event[TicketAssigned], tx: Tx) -> None:
    fact = event.data
    await projection.change_ticket(tx, fact.ticket_id, "assignee_id", fact.assignee_id)
    await usecases.tell_assignee(tx, event)


@consumers.on(TicketDepartmentChanged)
async def note_department(event: Event[TicketDepartmentChanged], tx: Tx) -> None:
    fact = event.data
    await projection.change_ticket(tx, fact.ticket_id, "department_id", fact.to_department_id)


@consumers.on(EscalationRaised)
async def tell_escalation(event: Event[EscalationRaised], tx: Tx) -> None:
    await usecases.tell_escalation(tx, event)


@consumers.on(EscalationSkipped)
async def tell_fallback(event: Event[EscalationSkipped], tx: Tx) -> None:
    await usecases.tell_fallback(tx, event)


@consumers.on(SlaCalendarUnconfirmed)
async def tell_unconfirmed(event: Event[SlaCalendarUnconfirmed], tx: Tx) -> None:
    await usecases.tell_unconfirmed(tx, event)


@consumers.on(SlaWarning)
async def warn_assignee(event: Event[SlaWarning], tx: Tx) -> None:
    await usecases.warn_assignee(tx, event)


async def ask_departments(event: Event[SlaBreached], context: Context) -> Departments:
    """Who runs the department, when the ladder leaves the breach to us."""
    if not usecases.uncalled(event.data):
        return None
    found: list[dict[str, Any]] = (await context.peers.get("gateway", "/internal/departments"))[
        "items"
    ]
    return found


@consumers.on(SlaBreached, ask_departments)
async def tell_breach(event: Event[SlaBreached], tx: Tx, departments: Departments) -> None:
    if departments is not None:
        await usecases.tell_breach(tx, event, departments)


@consumers.on(SlaPauseOverdue)
async def remind_assignee(event: Event[SlaPauseOverdue], tx: Tx) -> None:
    await usecases.remind_of_wait(tx, event)


@consumers.on(MailBounced)
async def mark_bounced(event: Event[MailBounced], tx: Tx) -> None:
    """The exact mail came back; a dead address is not acknowledged again (mail.md 10)."""
    await usecases.mark_bounced(tx, event.id, event.data)


@consumers.on(MailRouted)
async def know_alive(event: Event[MailRouted], tx: Tx) -> None:
    """An address that a person writes from is not dead, whatever came back before."""
    fact = event.data
    if fact.mail_class is MailClass.HUMAN and fact.sender_auth is not SenderAuth.FAIL:
        projection.mark_alive(tx, fact.requester_id)


@consumers.on(IdentityUserCreated)
async def know_person(event: Event[IdentityUserCreated], tx: Tx) -> None:
    projection.put_person(tx, _person(event.data))


@consumers.on(IdentityUserUpdated)
async def update_person(event: Event[IdentityUserUpdated], tx: Tx) -> None:
    projection.put_person(tx, _person(event.data))
    if event.data.disabled:
        await usecases.bar(tx, event.data.user_id)


@consumers.on(IdentityUserDisabled)
async def disable_person(event: Event[IdentityUserDisabled], tx: Tx) -> None:
    await projection.disable_person(tx, event.data.user_id)
    await usecases.bar(tx, event.data.user_id)


@consumers.on(TicketEdited)
async def leave_in_peace(event: Event[TicketEdited], tx: Tx) -> None:
    """Who says that a request is not theirs hears nothing more of it."""
    fact = event.data
    if fact.denied_by is not None:
        await usecases.leave_in_peace(tx, fact.ticket_id, fact.denied_by)
    if fact.unconfirmed is not None:
        await usecases.conceal(tx, event, hidden=fact.unconfirmed)


for entry in BOOK:
    if entry.partner_visible and entry.fact in {SlaBreached, EscalationRaised}:
        consumers.on(entry.fact, usecases.explanation_of)(usecases.publish_explained)
    elif entry.partner_visible:
        consumers.on(entry.fact)(usecases.publish)


def _person(fact: UserState) -> dict[str, Any]:
    return {
        "user_id": fact.user_id,
        "organization_id": fact.organization_id,
        "roles": [role.value for role in fact.roles],
        "locale": fact.locale.value,
        "disabled": fact.disabled,
    }
