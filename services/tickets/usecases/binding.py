"""Merging: the ticket lives on in another one; both must be in the caller's sight (T36)."""

from uuid import UUID

from services.tickets import problems
from services.tickets.domain.lifecycle import LIVE, legal_now, takes_in, turns_to_desk
from services.tickets.domain.rights import Viewer
from services.tickets.domain.words import Action, Ticket, number_text, parse_number
from services.tickets.problems.bonds import (
    LINKED_WITH_ITSELF,
    MERGED_WITH_ITSELF,
    OF_ANOTHER_ORGANIZATION,
    MergeCycle,
    RequesterUnconfirmed,
    TargetEnded,
)
from services.tickets.store import chains, followers, held, links, merges, messages, tickets
from services.tickets.store.merges import Taken
from services.tickets.store.rows import Row
from services.tickets.usecases import moving
from services.tickets.usecases.believing import foresee
from services.tickets.usecases.following import tell_followers
from services.tickets.usecases.life import Life
from services.tickets.usecases.replying import begin
from services.tickets.usecases.sight import staff_only
from services.tickets.usecases.watching import watch
from shared.events.ticket import TicketLinked, TicketMerged
from shared.kit.callers import Caller
from shared.kit.problems import NotFound, ValidationFailed
from shared.kit.tx import Tx
from shared.vocabulary import Status


async def named(tx: Tx, caller: Caller, wanted: UUID | str) -> UUID:
    """The ticket that goes by this number, as far as the caller sees it."""
    if isinstance(wanted, UUID):
        return wanted
    number = parse_number(wanted)
    found = await tickets.find_by_number(tx, staff_only(caller), number) if number else None
    if found is None:
        raise NotFound
    return UUID(str(found["id"]))


async def merge(tx: Tx, caller: Caller, ticket_id: UUID, into_id: UUID) -> tuple[Row, Life]:
    """Messages, files, links and people move; what moved is kept, so that it can be undone."""
    source, target = await both(tx, caller, ticket_id, into_id, "/into")
    await _check(tx, caller, source, target)
    before, number = source.ticket.status, source.ticket.number
    source.set_aside(Action.MERGE)
    source.change(merged_into=into_id)
    taken = await _take(tx, source, target)
    if turns_to_desk(before, target.ticket.status):
        target.move(Action.ANSWER)
    actor = source.actor.id
    fact = TicketLinked(**target.base, other_id=ticket_id, kind="merged_from", actor_id=actor)
    target.state(fact)
    version = target.ticket.version
    target.note("merged_from", {"number": number_text(number)})
    source.state(TicketMerged(**source.base, into_id=into_id, actor_id=actor, into_version=version))
    source.note("merged", {"number": number_text(target.ticket.number)})
    await merges.add(tx, (ticket_id, into_id), source.ticket.organization_id, taken)
    await target.save()
    return await source.save(), source


async def _take(tx: Tx, source: Life, target: Life) -> Taken:
    """Move everything; what of it is new to the target goes on record."""
    source_id, target_id = source.ticket.id, target.ticket.id
    moved = await messages.ids_of(tx, source_id)
    await messages.move(tx, moved, [source_id], target_id)
    mails = await held.ids_of(tx, source_id)
    await held.move(tx, mails, [source_id], target_id)
    people = [source.ticket.requester_id, *await tickets.participants(tx, source_id)]
    joined = [one for one in people if await tickets.add_participant(tx, target.ticket, one)]
    heard = [one["person_id"] for one in await followers.of_ticket(tx, source_id)]
    following = await followers.add(tx, target.ticket, heard)
    known = target.ticket.watching_department_ids
    watch(target, (source.ticket.department_id, *source.ticket.watching_department_ids))
    departments = tuple(one for one in target.ticket.watching_department_ids if one not in known)
    tied = await moving.take_links(tx, source.ticket, target.ticket)
    if following:
        await tell_followers(target)
    moving.reindex(source, target)
    target.change(**await messages.last_words(tx, target_id))
    return Taken(moved, mails, tuple(joined), departments, tuple(following), tied)


async def both(
    tx: Tx, caller: Caller, ticket_id: UUID, other_id: UUID, pointer: str
) -> tuple[Life, Life]:
    """Both held, in the order of their ids, so that two callers never wait for each other."""
    viewer = staff_only(caller)
    if ticket_id == other_id:
        texts = MERGED_WITH_ITSELF if pointer == "/into" else LINKED_WITH_ITSELF
        raise ValidationFailed.of(pointer, "same_ticket", texts, caller.locale)
    await foresee(tx, viewer, ticket_id)
    await links.hold(tx, (ticket_id, other_id))
    lives = {one: await held_by(tx, caller, viewer, one) for one in (ticket_id, other_id)}
    life, other = lives[ticket_id], lives[other_id]
    if life is None:
        raise NotFound
    if other is None:
        texts = problems.TICKET_UNKNOWN
        raise ValidationFailed.of(pointer, "unknown_ticket", texts, caller.locale)
    return life, other


async def held_by(tx: Tx, caller: Caller, viewer: Viewer, ticket_id: UUID) -> Life | None:
    try:
        return await begin(tx, caller, ticket_id, viewer)
    except NotFound:
        return None


async def _check(tx: Tx, caller: Caller, source: Life, target: Life) -> None:
    """Only a living ticket of the same organization takes another one in."""
    if source.ticket.organization_id != target.ticket.organization_id:
        texts = OF_ANOTHER_ORGANIZATION
        raise ValidationFailed.of("/into", "not_mergeable", texts, caller.locale)
    _require_confirmed(source.ticket, target.ticket)
    end = await chains.living_id(tx, target.ticket.id)
    if end == source.ticket.id:
        raise MergeCycle(into=str(end))
    if not source.moves(Action.MERGE):
        source.refuse()
    status = target.ticket.status
    if not takes_in(source.ticket.status, status):
        legal = [str(one) for one in legal_now(target.ticket, target.at)]
        into = str(end) if status is Status.MERGED else None
        raise TargetEnded(status, legal, into, waits=source.ticket.status in LIVE)


def _require_confirmed(source: Ticket, target: Ticket) -> None:
    """Only what one visitor has yet to confirm goes together (ADR 0029)."""
    hidden = source.unconfirmed and target.unconfirmed
    one_hand = hidden and source.requester_id == target.requester_id
    if (source.unconfirmed or target.unconfirmed) and not one_hand:
        raise RequesterUnconfirmed
