"""Event door of intake: mailboxes from the directory, threads from tickets."""

from services.intake.usecases import people, threads
from services.intake.usecases.threads import applied
from shared.events.base import Event
from shared.events.identity import IdentityDepartmentCreated, IdentityDepartmentUpdated
from shared.events.notify import NotifySent
from shared.events.ticket import (
    TicketDepartmentChanged,
    TicketMerged,
    TicketMessageAdded,
    TicketOpened,
    TicketParticipantAdded,
    TicketParticipantRemoved,
    TicketResolved,
    TicketSplit,
    TicketStatusChanged,
    TicketUnmerged,
    TicketWatched,
)
from shared.kit.bus import Consumers
from shared.kit.context import Context
from shared.kit.tx import Tx
from shared.vocabulary import AuthorKind

consumers = Consumers("intake", linger=0.05)


async def _requester(event: Event[TicketOpened], context: Context) -> str | None:
    """The address that may answer; a mail's own sender is known already."""
    if event.data.mail_id is not None:
        return None
    return await people.address_of(context, event.data.requester_id)


async def _author(event: Event[TicketMessageAdded], context: Context) -> str | None:
    """The address of a customer who wrote by another door than mail."""
    fact = event.data
    by_customer = fact.author_kind is AuthorKind.CUSTOMER and fact.public and not fact.automatic
    if fact.mail_id is not None or fact.author_id is None or not by_customer:
        return None
    return await people.address_of(context, fact.author_id)


async def _participant(
    event: Event[TicketParticipantAdded] | Event[TicketParticipantRemoved], context: Context
) -> str | None:
    return await people.address_of(context, event.data.person_id)


@consumers.on(IdentityDepartmentCreated)
async def department_created(event: Event[IdentityDepartmentCreated], tx: Tx) -> None:
    await threads.department(tx, event.data)


@consumers.on(IdentityDepartmentUpdated)
async def department_updated(event: Event[IdentityDepartmentUpdated], tx: Tx) -> None:
    await threads.department(tx, event.data)


@consumers.on(TicketOpened, prefetch=_requester)
async def opened(event: Event[TicketOpened], tx: Tx, requester: str | None) -> None:
    await threads.opened(tx, event.data, requester)


@consumers.on(TicketMessageAdded, prefetch=_author)
async def message_added(event: Event[TicketMessageAdded], tx: Tx, author: str | None) -> None:
    await threads.spoke(tx, event.data.ticket_id, author)
    if event.data.mail_id is not None:
        await applied(tx, event.data.mail_id, event.data.ticket_id)


@consumers.on(TicketParticipantAdded, prefetch=_participant)
async def participant_added(
    event: Event[TicketParticipantAdded], tx: Tx, address: str | None
) -> None:
    await threads.spoke(tx, event.data.ticket_id, address)


@consumers.on(TicketParticipantRemoved, prefetch=_participant)
async def participant_removed(
    event: Event[TicketParticipantRemoved], tx: Tx, address: str | None
) -> None:
    await threads.left(tx, event.data.ticket_id, address)


@consumers.on(TicketDepartmentChanged)
async def department_changed(event: Event[TicketDepartmentChanged], tx: Tx) -> None:
    await threads.moved(tx, event.data.ticket_id, event.data.to_department_id)


@consumers.on(TicketWatched)
async def watched(event: Event[TicketWatched], tx: Tx) -> None:
    """Departments that look on at a ticket may read its mails."""
    await threads.watched(tx, event.data.ticket_id, event.data.watching_department_ids)


@consumers.on(NotifySent)
async def sent(event: Event[NotifySent], tx: Tx) -> None:
    threads.sent(tx, event.data)


@consumers.on(TicketStatusChanged)
async def status_changed(event: Event[TicketStatusChanged], tx: Tx) -> None:
    await threads.status(tx, event.data.ticket_id, event.data.to_status)


@consumers.on(TicketResolved)
async def resolved(event: Event[TicketResolved], tx: Tx) -> None:
    await threads.window(tx, event.data.ticket_id, event.data.reopen_until)


@consumers.on(TicketMerged)
async def merged(event: Event[TicketMerged], tx: Tx) -> None:
    """Answers to the merged ticket go to the one it lives on in."""
    await threads.merged(tx, event.data.ticket_id, event.data.into_id)


@consumers.on(TicketUnmerged)
async def unmerged(event: Event[TicketUnmerged], tx: Tx) -> None:
    """Answers to it are its own again."""
    await threads.merged(tx, event.data.ticket_id, None)


@consumers.on(TicketSplit)
async def split(event: Event[TicketSplit], tx: Tx) -> None:
    """Answers to a mail that moved go where it is now."""
    await threads.mails_moved(tx, event.data.ticket_id, event.data.new_id, event.data.mail_ids)
