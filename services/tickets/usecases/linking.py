"""Links: two tickets belong together, each seen from its own side."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.tickets.domain.bonds import Bond, Kind, Side, bond, kept_as, seen_from, side_of
from services.tickets.domain.kindly import told_status
from services.tickets.domain.lifecycle import TERMINAL
from services.tickets.domain.words import number_text
from services.tickets.problems.bonds import LinkCycle
from services.tickets.store import links, seals
from services.tickets.store.rows import Row
from services.tickets.usecases.binding import both
from services.tickets.usecases.life import Life
from services.tickets.usecases.moving import incidents_of, leads_back
from services.tickets.usecases.replying import begin
from services.tickets.usecases.sight import see, staff_only, viewer_of
from shared.events.ticket import TicketLinked, TicketUnlinked
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.tx import Tx

Place = tuple[datetime, UUID, str]
Span = tuple[Place | None, int]


async def link(
    tx: Tx, caller: Caller, ticket_id: UUID, other_id: UUID, side: Side
) -> tuple[Row, Life]:
    """`other_id` is the `side` of this ticket from now on; saying it again is no news."""
    life, other = await both(tx, caller, ticket_id, other_id, "/ticket_id")
    for one in (life, other):
        if one.ticket.status in TERMINAL:
            one.refuse()
    wish = bond(ticket_id, other_id, side)
    if await leads_back(tx, wish):
        raise LinkCycle
    if await links.add(tx, wish, life.ticket.organization_id):
        fact = TicketLinked(**life.base, other_id=other_id, kind=side, actor_id=life.actor.id)
        life.state(fact)
        _note_both("linked", wish, life, other)
        await other.save()
        await links.count_reports(tx, incidents_of([wish]))
    return await life.save(), life


async def unlink(
    tx: Tx, caller: Caller, ticket_id: UUID, other_id: UUID, side: Side | None
) -> None:
    """One link between two tickets ends, or all; what is not linked stays so."""
    viewer = staff_only(caller)
    if ticket_id == other_id:
        return
    await links.hold(tx, (ticket_id, other_id))
    lives = {one: await begin(tx, caller, one, viewer) for one in (ticket_id, other_id)}
    life, other = lives[ticket_id], lives[other_id]
    wish = bond(ticket_id, other_id, side) if side else None
    cut = await links.drop(tx, (ticket_id, other_id), wish)
    for gone in cut:
        kind = side_of(gone, ticket_id)
        fact = TicketUnlinked(**life.base, other_id=other_id, kind=kind, actor_id=life.actor.id)
        life.state(fact)
        _note_both("unlinked", gone, life, other)
    await other.save()
    await life.save()
    await links.count_reports(tx, incidents_of(cut))


async def listed(
    context: Context,
    caller: Caller,
    ticket_id: UUID,
    side: Side | None,
    span: Span,
) -> tuple[list[dict[str, Any]], list[Any] | None]:
    """What a ticket is linked with, as far as the caller sees it; oldest first."""
    viewer, limit = viewer_of(caller), span[1]
    async with context.tx(caller) as tx:
        await see(tx, viewer, ticket_id)
        rows = await links.page(tx, viewer, ticket_id, kept_as(side) if side else None, span)
    shown = rows[:limit]
    items = [await _told(context, row, staff=viewer.staff) for row in shown]
    if len(rows) <= limit:
        return items, None
    last = shown[-1]
    return items, [last["created_at"], last["id"], last["kind"]]


async def _told(context: Context, row: Row, *, staff: bool) -> dict[str, Any]:
    box = await context.vault.box(row["owner_id"])
    return {
        "kind": seen_from(Kind(row["kind"]), outward=row["outward"]),
        "ticket": {
            "id": row["id"],
            "number": number_text(row["number"]),
            "subject": seals.subject_of(box, row),
            "status": told_status(row["status"], staff=staff),
            "priority": row["priority"],
        },
        "created_at": row["created_at"],
        "actor_id": row["actor_id"] if staff else None,
    }


def _note_both(kind: str, one: Bond, life: Life, other: Life) -> None:
    """Each side tells it in its own words; a foreign organization's number is for staff."""
    public = life.ticket.organization_id == other.ticket.organization_id
    for near, far in ((life, other), (other, life)):
        data = {"number": number_text(far.ticket.number), "kind": side_of(one, near.ticket.id)}
        near.note(kind, data, public=public)
