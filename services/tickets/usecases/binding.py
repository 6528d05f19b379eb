"""Two tickets in one verb: merge and link; both must be in the caller's sight (T36)."""

from uuid import UUID

from services.tickets import problems
from services.tickets.domain.lifecycle import TERMINAL
from services.tickets.domain.rights import Viewer
from services.tickets.domain.words import Action, Ticket, number_text
from services.tickets.store import held, links, messages, tickets
from services.tickets.store.rows import Row
from services.tickets.usecases.life import Life
from services.tickets.usecases.replying import begin
from services.tickets.usecases.sight import staff_only
from services.tickets.usecases.watching import watch
from shared.events.ticket import TicketLinked, TicketMerged
from shared.kit.callers import Caller
from shared.kit.problems import NotFound, ValidationFailed
from shared.kit.tx import Tx
from shared.vocabulary import Status


async def merge(tx: Tx, caller: Caller, ticket_id: UUID, into_id: UUID) -> tuple[Row, Life]:
    """The ticket lives on in another one: messages and files move, its people join."""
    source, target = await _both(tx, caller, ticket_id, into_id, "/into")
    if not _mergeable(source.ticket, target.ticket):
        raise _refused(caller, "/into", "not_mergeable")
    if source.ticket.status is Status.RESOLVED:
        source.disarm_closing()
    source.move(Action.MERGE)
    source.change(merged_into=target.ticket.id)
    actor = source.actor.id
    source.state(TicketMerged(**source.base, into_id=target.ticket.id, actor_id=actor))
    source.note("merged", {"number": number_text(target.ticket.number)})
    await messages.move(tx, ticket_id, into_id)
    await held.move(tx, ticket_id, into_id)
    await _bring_people(tx, source.ticket, target)
    target.state(
        TicketLinked(**target.base, other_id=ticket_id, kind="merged_from", actor_id=actor)
    )
    target.note("merged_from", {"number": number_text(source.ticket.number)})
    watch(target, source.ticket.watching_department_ids)
    await target.save()
    tx.wake("tickets.index")
    return await source.save(), source


async def link(
    tx: Tx, caller: Caller, ticket_id: UUID, other_id: UUID, kind: str
) -> tuple[Row, Life]:
    """Two tickets belong together; saying it again is no news."""
    life, other = await _both(tx, caller, ticket_id, other_id, "/ticket_id")
    if await links.add(tx, life.ticket, other_id, kind):
        life.state(TicketLinked(**life.base, other_id=other_id, kind=kind, actor_id=life.actor.id))
        public = life.ticket.organization_id == other.ticket.organization_id
        data = {"number": number_text(other.ticket.number), "kind": kind}
        life.note("linked", data, public=public)
    return await life.save(), life


async def _both(
    tx: Tx, caller: Caller, ticket_id: UUID, other_id: UUID, pointer: str
) -> tuple[Life, Life]:
    """Both held, in the order of their ids, so that two callers never wait for each other."""
    viewer = staff_only(caller)
    if ticket_id == other_id:
        raise _refused(caller, pointer, "same_ticket")
    held = {one: await _held(tx, caller, viewer, one) for one in sorted((ticket_id, other_id))}
    life, other = held[ticket_id], held[other_id]
    if life is None:
        raise NotFound
    if other is None:
        texts = problems.TICKET_UNKNOWN
        raise ValidationFailed.of(pointer, "unknown_ticket", texts, caller.locale)
    return life, other


async def _held(tx: Tx, caller: Caller, viewer: Viewer, ticket_id: UUID) -> Life | None:
    try:
        return await begin(tx, caller, ticket_id, viewer)
    except NotFound:
        return None


def _mergeable(source: Ticket, target: Ticket) -> bool:
    same = source.organization_id == target.organization_id
    return same and target.status not in TERMINAL | {Status.CLOSED}


def _refused(caller: Caller, pointer: str, code: str) -> ValidationFailed:
    return ValidationFailed.of(pointer, code, problems.MERGE_REFUSED, caller.locale)


async def _bring_people(tx: Tx, source: Ticket, target: Life) -> None:
    for person_id in (source.requester_id, *await tickets.participants(tx, source.id)):
        await tickets.add_participant(tx, target.ticket, person_id)
