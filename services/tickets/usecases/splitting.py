"""Splitting: messages that are about something else get a ticket of their own."""

from dataclasses import dataclass
from uuid import UUID

from services.tickets.domain.bonds import Side, bond
from services.tickets.domain.lifecycle import TERMINAL, customer_was_answered
from services.tickets.domain.splitting import Beginning, Moved, beginning
from services.tickets.domain.words import number_text
from services.tickets.problems.bonds import (
    MESSAGE_UNKNOWN,
    NOTHING_LEFT,
    RequesterUnconfirmed,
)
from services.tickets.store import links, messages, splitting, tickets
from services.tickets.store.numbers import next_number
from services.tickets.store.rows import Row
from services.tickets.usecases import moving
from services.tickets.usecases.directory import require_department
from services.tickets.usecases.life import Life
from services.tickets.usecases.replying import begin
from services.tickets.usecases.sight import staff_only
from shared.events.ticket import (
    TicketMessageAdded,
    TicketOpened,
    TicketParticipantAdded,
    TicketSplit,
)
from shared.kit.callers import Caller
from shared.kit.problems import ValidationFailed
from shared.kit.tx import Tx
from shared.vocabulary import Direction, Priority


@dataclass(frozen=True, slots=True)
class Split:
    """What goes, and what the new ticket is to be."""

    message_ids: tuple[UUID, ...]
    subject: str
    department_id: UUID | None = None
    priority: Priority | None = None


async def split(tx: Tx, caller: Caller, ticket_id: UUID, wish: Split) -> tuple[Row, Life]:
    """A new ticket with these messages and their files; its customer gets its number once."""
    viewer = staff_only(caller)
    if wish.department_id is not None:
        await require_department(tx.context, wish.department_id, caller.locale)
    number = await next_number(tx.context)
    old = await begin(tx, caller, ticket_id, viewer)
    if old.ticket.status in TERMINAL:
        old.refuse()
    if old.ticket.unconfirmed:
        raise RequesterUnconfirmed
    moved = await _moved(tx, caller, ticket_id, wish.message_ids)
    people = await tickets.participants(tx, ticket_id)
    start = beginning(moved, old.ticket.requester_id, {old.ticket.requester_id, *people}, tx.now)
    row = await splitting.add(tx, old.box, old.ticket, (number, wish.subject), start, wish)
    new = Life(tx, row, old.box, old.actor)
    new.veil = old.veil
    await messages.move(tx, [one.id for one in moved], [ticket_id], new.ticket.id)
    _open(old, new, start)
    _retell(new, moved, start)
    await _bring_people(new, (old.ticket.requester_id, *people))
    await links.add(tx, bond(ticket_id, new.ticket.id, Side.RELATED), new.ticket.organization_id)
    for life in (old, new):
        life.change(**await messages.last_words(tx, life.ticket.id))
    _tell_old(old, new, moved)
    moving.reindex(old, new)
    await old.save()
    return await new.save(), new


async def _moved(tx: Tx, caller: Caller, ticket_id: UUID, wanted: tuple[UUID, ...]) -> list[Moved]:
    """All of them are on the ticket, and something that the customer can read stays there."""
    found = await splitting.named(tx, ticket_id, wanted)
    if len(found) != len(set(wanted)):
        texts = MESSAGE_UNKNOWN
        raise ValidationFailed.of("/message_ids", "unknown_message", texts, caller.locale)
    if not await splitting.leaves_some(tx, ticket_id, wanted):
        raise ValidationFailed.of("/message_ids", "nothing_left", NOTHING_LEFT, caller.locale)
    return found


def _open(old: Life, new: Life, start: Beginning) -> None:
    ticket, first = new.ticket, start.first
    new.state(
        TicketOpened(
            **{**new.base, "at": start.at},
            number=ticket.number,
            requester_id=ticket.requester_id,
            department_id=ticket.department_id,
            priority=ticket.priority,
            status=ticket.status,
            channel=ticket.channel,
            locale=ticket.locale,
            message_id=first.id,
            author_kind=first.author_kind,
            acknowledge=start.acknowledge,
            automatic=first.automatic or not first.public,
            split_from=old.ticket.id,
        )
    )
    new.note("split_from", {"number": number_text(old.ticket.number)})


def _retell(new: Life, moved: list[Moved], start: Beginning) -> None:
    """The other messages, dated as they were: an answer among them is an answer still."""
    for one in moved:
        if one.id == start.first.id:
            continue
        new.state(
            TicketMessageAdded(
                **{**new.base, "at": one.at},
                message_id=one.id,
                direction=Direction(one.direction),
                public=one.public,
                author_id=one.author_id,
                author_kind=one.author_kind,
                automatic=one.automatic,
                channel=one.channel,
                moved=True,
            )
        )


async def _bring_people(new: Life, people: tuple[UUID, ...]) -> None:
    """Whoever could read the messages where they were reads them where they are."""
    for person_id in people:
        if await tickets.add_participant(new.tx, new.ticket, person_id):
            actor = new.actor.id
            new.state(TicketParticipantAdded(**new.base, person_id=person_id, actor_id=actor))


def _tell_old(old: Life, new: Life, moved: list[Moved]) -> None:
    heard = old.ticket.last_customer_message_at is None
    old.state(
        TicketSplit(
            **old.base,
            new_id=new.ticket.id,
            message_ids=tuple(one.id for one in moved),
            mail_ids=tuple(one.mail_id for one in moved if one.mail_id is not None),
            answered=heard or customer_was_answered(old.ticket),
            actor_id=old.actor.id,
        )
    )
    old.note("split_off", {"number": number_text(new.ticket.number)})
