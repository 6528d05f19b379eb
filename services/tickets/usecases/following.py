"""Colleagues who want to hear of a ticket that they see anyway: watching gives nobody sight."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.tickets.domain import rights
from services.tickets.domain.rights import ASSIGNABLE_ROLES, Ownership, Viewer
from services.tickets.domain.words import Ticket
from services.tickets.problems.bonds import WATCHER_UNKNOWN
from services.tickets.store import directory, followers, tickets
from services.tickets.store.rows import Row
from services.tickets.usecases import answers
from services.tickets.usecases.answers import Cards
from services.tickets.usecases.life import Life
from services.tickets.usecases.replying import begin
from services.tickets.usecases.sight import see, staff_only, viewer_of
from shared.events.ticket import TicketFollowed
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.problems import Forbidden, ValidationFailed
from shared.kit.tx import Tx


async def follow(tx: Tx, caller: Caller, ticket_id: UUID, person_id: UUID | None) -> Life:
    """Let a colleague hear of the ticket from now on; saying it again is no news."""
    viewer = staff_only(caller)
    wanted = person_id or caller.id
    if wanted != caller.id:
        await _require(tx, caller, ticket_id, wanted)
    elif caller.kind != "user":
        raise Forbidden
    life = await begin(tx, caller, ticket_id, viewer)
    if await followers.add(tx, life.ticket, [wanted]):
        life.note("follower_added", {"person_id": str(wanted)}, public=False)
        await tell_followers(life)
    await life.save()
    return life


async def unfollow(tx: Tx, caller: Caller, ticket_id: UUID, person_id: UUID) -> None:
    """Tell a colleague no more; saying it again is no news."""
    life = await begin(tx, caller, ticket_id, staff_only(caller))
    if await followers.drop(tx, life.ticket.id, [person_id]):
        life.note("follower_removed", {"person_id": str(person_id)}, public=False)
        await tell_followers(life)
    await life.save()


async def listed(context: Context, caller: Caller, ticket_id: UUID) -> list[dict[str, Any]]:
    """Who watches; customers are not told which colleagues do."""
    viewer = viewer_of(caller)
    async with context.tx(caller) as tx:
        await see(tx, viewer, ticket_id)
        rows = await followers.of_ticket(tx, ticket_id) if viewer.staff else []
    return _shown(rows, await answers.cards_for(context, [one["person_id"] for one in rows]))


async def told(life: Life) -> list[dict[str, Any]]:
    """The same inside a transaction: names come from memory only."""
    rows = await followers.of_ticket(life.tx, life.ticket.id)
    cards = answers.known_cards(life.tx.context, [one["person_id"] for one in rows])
    return _shown(rows, cards)


def _shown(rows: Sequence[Row], cards: Cards) -> list[dict[str, Any]]:
    return [
        {"person": answers.person(one["person_id"], cards), "since": one["added_at"]}
        for one in rows
    ]


async def tell_followers(life: Life) -> None:
    """State who they are now."""
    rows = await followers.of_ticket(life.tx, life.ticket.id)
    people = tuple(row["person_id"] for row in rows)
    life.state(TicketFollowed(**life.base, person_ids=people))


async def hearing(tx: Tx, ticket_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Who of them may see their tickets today: nobody else is told anything of it."""
    found: dict[UUID, list[UUID]] = {}
    for row in await followers.with_rights(tx, ticket_ids):
        theirs = Ownership(
            row["organization_id"],
            row["requester_id"],
            row["department_id"],
            row["assignee_id"],
            watching=frozenset(row["watching_department_ids"]),
        )
        if row["roles"] is None or _may_see(row["person_id"], row, theirs):
            found.setdefault(row["ticket_id"], []).append(row["person_id"])
    return found


def _may_see(person_id: UUID, row: Row, ticket: Ownership) -> bool:
    if row["disabled"] or ASSIGNABLE_ROLES.isdisjoint(row["roles"]):
        return False
    viewer = Viewer(
        id=person_id,
        reach=rights.reach_of_user(frozenset(row["roles"])),
        staff=True,
        department_ids=frozenset(row["department_ids"]),
    )
    return rights.sees(viewer, ticket)


def owned_by(ticket: Ticket) -> Ownership:
    return Ownership(
        ticket.organization_id,
        ticket.requester_id,
        ticket.department_id,
        ticket.assignee_id,
        watching=frozenset(ticket.watching_department_ids),
        unconfirmed=ticket.unconfirmed,
    )


async def _require(tx: Tx, caller: Caller, ticket_id: UUID, person_id: UUID) -> None:
    """A colleague whom we know and who sees the ticket already."""
    async with tx.context.tx(caller) as look:
        row = await see(look, staff_only(caller), ticket_id)
    async with tx.context.tx() as look:
        person = await directory.person(look, person_id)
    if person is None or not _may_see(person_id, person, owned_by(tickets.to_ticket(row))):
        texts = WATCHER_UNKNOWN
        raise ValidationFailed.of("/user_id", "unknown_watcher", texts, caller.locale)
