"""What intake learns from tickets and the directory: threads, people, mailboxes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.intake.store import mailboxes, mails, threads
from services.intake.store import sent as sent_store
from services.intake.store.sent import Sent
from services.intake.store.threads import Thread
from services.intake.usecases import secrets
from shared.events.identity import DepartmentFact
from shared.events.mail import MailApplied
from shared.events.notify import NotifySent
from shared.events.ticket import TicketOpened
from shared.kit.tx import Tx

_PLACE: Final = "intake.opening"


async def opened(tx: Tx, fact: TicketOpened, requester: str | None) -> None:
    """A ticket exists; its requester may answer on it."""
    thread = Thread(
        fact.ticket_id,
        fact.number,
        fact.organization_id,
        fact.requester_id,
        fact.status,
        fact.department_id,
    )
    threads.put(tx, thread)
    if requester:
        tag = secrets.person_tag(tx.context, requester)
        threads.add_person(tx, fact.ticket_id, tag)
    if fact.mail_id is not None:
        await applied(tx, fact.mail_id, fact.ticket_id, opens=True)


async def spoke(tx: Tx, ticket_id: UUID, person: str | None) -> None:
    """Somebody wrote from the customer's side, or was let in by staff: they take part."""
    if person:
        threads.add_person(tx, ticket_id, secrets.person_tag(tx.context, person))


def sent(tx: Tx, fact: NotifySent) -> None:
    """A provider that writes an id of its own leaves nothing of ours for an answer to quote."""
    if fact.provider_message_id and fact.ticket_id is not None:
        tag = secrets.message_tag(tx.context, fact.provider_message_id)
        sent_store.put(tx, tag, Sent(fact.ticket_id, fact.inside))


async def applied(tx: Tx, mail_id: UUID, ticket_id: UUID, *, opens: bool = False) -> None:
    """The mail has come to its end: it is on a ticket. Hearing it twice changes nothing.

    Whose mail `opens` a ticket takes part in it; one let in just once does not in another's.
    """
    opening = await _opening(tx)
    known = opening if mail_id in opening else await mails.apply(tx, {mail_id: (ticket_id, None)})
    row = known.get(mail_id)
    if row is None:
        return
    fact = MailApplied(mail_id=mail_id, at=tx.now, ticket_id=ticket_id)
    tx.emit(fact, sequence=row["version"])
    if row["speaker"] is not None and (opens or not row["once"]):
        threads.add_person(tx, ticket_id, row["speaker"])


async def _opening(tx: Tx) -> Mapping[UUID, Mapping[str, Any] | None]:
    """Mails that open tickets in this batch of facts, written at once; each is about one fact."""
    if _PLACE not in tx.known:
        named = [(one.data, getattr(one.data, "mail_id", None)) for one in tx.beside]
        count = Counter(mail_id for _, mail_id in named)
        tickets = {
            mail_id: (fact.ticket_id, fact.department_id)
            for fact, mail_id in named
            if isinstance(fact, TicketOpened) and mail_id is not None and count[mail_id] == 1
        }
        rows = await mails.apply(tx, tickets) if tickets else {}
        tx.known[_PLACE] = {mail_id: rows.get(mail_id) for mail_id in tickets}
    found: Mapping[UUID, Mapping[str, Any] | None] = tx.known[_PLACE]
    return found


async def department(tx: Tx, fact: DepartmentFact) -> None:
    address = fact.mailbox.strip().lower() if fact.mailbox else None
    await mailboxes.put(tx, fact.department_id, address, is_default=fact.is_default)


async def moved(tx: Tx, ticket_id: UUID, department_id: UUID) -> None:
    """The ticket and its mails are another department's."""
    await threads.set_department(tx, ticket_id, department_id)


async def watched(tx: Tx, ticket_id: UUID, department_ids: Sequence[UUID]) -> None:
    """These departments look on at the ticket, and no others: they read its mails."""
    await threads.set_watchers(tx, ticket_id, department_ids)


async def status(tx: Tx, ticket_id: UUID, to: str) -> None:
    await threads.set_status(tx, ticket_id, to)


async def window(tx: Tx, ticket_id: UUID, until: datetime) -> None:
    await threads.set_window(tx, ticket_id, until)


async def merged(tx: Tx, ticket_id: UUID, into: UUID | None) -> None:
    await threads.set_merged(tx, ticket_id, into)


async def mails_moved(tx: Tx, ticket_id: UUID, to: UUID, mail_ids: Sequence[UUID]) -> None:
    if mail_ids:
        await threads.move_mails(tx, ticket_id, to, mail_ids)


async def left(tx: Tx, ticket_id: UUID, person: str | None) -> None:
    """Staff took somebody out: what they write speaks for a stranger."""
    if person:
        await threads.drop_person(tx, ticket_id, secrets.person_tag(tx.context, person))
