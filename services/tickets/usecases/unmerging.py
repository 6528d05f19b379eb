"""Undoing a merge within a day: exactly what moved with it comes back, also out of a chain."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from services.tickets.domain.words import Action, number_text
from services.tickets.problems.bonds import UnmergeExpired
from services.tickets.store import chains, followers, held, leaving, links, merges, messages
from services.tickets.store.merges import Merge
from services.tickets.store.rows import Row
from services.tickets.usecases import moving
from services.tickets.usecases.binding import held_by
from services.tickets.usecases.following import tell_followers
from services.tickets.usecases.life import Life
from services.tickets.usecases.sight import see, staff_only
from services.tickets.usecases.watching import unwatch
from shared.events.ticket import TicketParticipantRemoved, TicketUnlinked, TicketUnmerged
from shared.kit.callers import Caller
from shared.kit.problems import Conflict, NotFound
from shared.kit.tx import Tx
from shared.vocabulary import Status

UNDO: Final = timedelta(hours=24)
"""So long a merge can be taken back."""


async def unmerge(tx: Tx, caller: Caller, ticket_id: UUID) -> tuple[Row, Life]:
    """The ticket lives by itself again; what was written meanwhile stays where it was written."""
    viewer = staff_only(caller)
    await see(tx, viewer, ticket_id)
    places = await chains.chain(tx, ticket_id)
    await links.hold(tx, places)
    lives: dict[UUID, Life] = {}
    for one in sorted(places):
        life = await held_by(tx, caller, viewer, one)
        if life is None:
            raise NotFound
        lives[one] = life
    source = lives[ticket_id]
    if source.ticket.status is not Status.MERGED:
        source.refuse()
    if await chains.chain(tx, ticket_id) != places:
        raise Conflict
    known = await merges.of_sources(tx, places[:-1])
    merge = known.get(ticket_id)
    if merge is None or tx.now - merge.at > UNDO:
        raise UnmergeExpired
    later = [known[one] for one in places[1:-1] if one in known]
    return await _undo(tx, merge, [lives[one] for one in places], later)


async def _undo(tx: Tx, merge: Merge, lives: list[Life], later: list[Merge]) -> tuple[Row, Life]:
    source, target, end = lives[0], lives[1], lives[-1]
    elsewhere = [one.ticket.id for one in lives[1:]]
    taken = merge.taken
    await messages.move(tx, taken.messages, elsewhere, source.ticket.id)
    await held.move(tx, taken.mails, elsewhere, source.ticket.id)
    await _take_people_out(tx, merge, lives[1:], later)
    await moving.give_links(tx, taken.links, source.ticket, end.ticket.id)
    for one in later:
        left = moving.links_left(one.taken.links, taken.links, source.ticket.id, one.source_id)
        await merges.forget(tx, one, taken, left)
    await merges.end(tx, merge)
    for life in lives:
        life.change(**await messages.last_words(tx, life.ticket.id))
    moving.reindex(source, end)
    _state(source, target)
    if end is not target:
        end.note("unmerged_from", {"number": number_text(source.ticket.number)})
    for life in lives[1:]:
        await life.save()
    return await source.save(), source


def _state(source: Life, target: Life) -> None:
    actor, ends = source.actor.id, (source.ticket, target.ticket)
    target.state(
        TicketUnlinked(**target.base, other_id=ends[0].id, kind="merged_from", actor_id=actor)
    )
    target.note("unmerged_from", {"number": number_text(ends[0].number)})
    source.change(merged_into=None)
    source.come_back(Action.UNMERGE)
    source.state(
        TicketUnmerged(
            **source.base,
            from_id=ends[1].id,
            actor_id=actor,
            from_version=target.ticket.version,
        )
    )
    source.note("unmerged", {"number": number_text(ends[1].number)})


async def _take_people_out(tx: Tx, merge: Merge, lives: list[Life], later: list[Merge]) -> None:
    """Whoever came with this merge goes with it, unless they have spoken here themselves."""
    records = [merge, *later]
    people, colleagues = set(merge.taken.people), set(merge.taken.followers)
    departments = set(merge.taken.departments)
    for life, record in zip(lives, records, strict=False):
        people &= set(record.taken.people)
        colleagues &= set(record.taken.followers)
        departments &= set(record.taken.departments)
        gone = await leaving.drop_participants(tx, life.ticket.id, sorted(people), silent_only=True)
        for person_id in gone:
            actor = life.actor.id
            life.state(TicketParticipantRemoved(**life.base, person_id=person_id, actor_id=actor))
        if await followers.drop(tx, life.ticket.id, sorted(colleagues)):
            await tell_followers(life)
        unwatch(life, departments)
