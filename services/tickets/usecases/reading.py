"""Reading within the caller's rights.

Each read closes its transaction before people's names are asked for: never HTTP inside one.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.tickets.domain.kindly import asked_states
from services.tickets.domain.listing import Filters
from services.tickets.domain.rights import Viewer
from services.tickets.domain.veil import Veil
from services.tickets.store import (
    chains,
    held,
    incidents,
    listing,
    messages,
    relatives,
    seals,
    tickets,
    visitors,
)
from services.tickets.store import feedback as ratings
from services.tickets.store.listing import Order
from services.tickets.store.rows import Row
from services.tickets.usecases import answers, holding, narrowing, searching, tagging, telling
from services.tickets.usecases.fieldbook import veil_of
from services.tickets.usecases.sight import living, see, viewer_of
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.problems import NotFound, ValidationFailed
from shared.kit.tx import Tx
from shared.vocabulary import Channel

FIRST_MESSAGES: Final = 20

Tagged = tuple[dict[str, Any], str]


async def ticket(
    context: Context, caller: Caller, ticket_id: UUID, *, with_messages: bool = False
) -> Tagged:
    """One ticket, with its first messages when asked for; and its entity tag."""
    viewer = viewer_of(caller)
    page: tuple[list[Row], list[Row]] = ([], [])
    veil = await veil_of(context, viewer)
    async with context.tx(caller) as tx:
        row = await tickets.find_only(tx, viewer, ticket_id)
        if row is None:
            raise NotFound
        if with_messages:
            page = await messages.page(
                tx, ticket_id, internal=viewer.staff, after=None, limit=FIRST_MESSAGES
            )
        inside = await _inside(tx, row) if viewer.staff else {}
        unseen = await relatives.unseen(tx, viewer, [row])
        end = await _end(tx, viewer, row)
    answer, tag = await _tell_ticket(context, row, page, (veil, unseen), full=with_messages)
    return answer | {"merged_into_final": end} | inside, tag


async def ticket_by_number(context: Context, caller: Caller, number: int) -> Tagged:
    viewer = viewer_of(caller)
    veil = await veil_of(context, viewer)
    async with context.tx(caller) as tx:
        found = await tickets.find_by_number(tx, viewer, number)
        if found is None:
            raise NotFound
        row = await living(tx, viewer, found)
        inside = await _inside(tx, row) if viewer.staff else {}
        unseen = await relatives.unseen(tx, viewer, [row])
    answer, tag = await _tell_ticket(context, row, ([], []), (veil, unseen), full=False)
    return answer | inside, tag


async def _inside(tx: Tx, row: Row) -> dict[str, Any]:
    """What only the desk sees: mails that wait, a stranger's word, how far reports are told."""
    mails = await held.of_ticket(tx, row["id"], holding.SHOWN) if row["held_mails"] else ()
    asked = await visitors.find(tx, row["id"]) if row["channel"] == Channel.FORM else None
    word = (asked["word"] or "pending") if asked else None
    reports = await incidents.progress(tx, row["id"]) if row["reports"] else None
    return {"held_mails": holding.told(mails), "requester_answer": word, "reports": reports}


async def _end(tx: Tx, viewer: Viewer, row: Row) -> UUID | None:
    """Where a chain of merges ends, if the viewer sees it."""
    if row["merged_into"] is None:
        return None
    end = await chains.living_id(tx, row["id"])
    return None if await relatives.unseen_among(tx, viewer, [end]) else end


async def ticket_list(
    context: Context, caller: Caller, filters: Filters, order: Order, *, lenient: bool = False
) -> tuple[bytes | list[dict[str, Any]], list[Any] | None]:
    """A page of tickets, as JSON text when it was not searched for, and where it goes on."""
    sort, _, limit = order
    viewer = viewer_of(caller)
    filters = await tagging.settled(context, filters)
    states = asked_states(filters.status, staff=viewer.staff)
    if states is None:
        return [], None
    filters = replace(filters, status=states)
    unasked = replace(filters, q=None)
    more = await narrowing.conditions(context, caller, viewer, unasked, lenient=lenient)
    if filters.q is not None:
        try:
            found, place = await searching.found(context, caller, filters, more, order)
        except ValidationFailed:
            if not lenient:
                raise
            return [], None
        return await _told(context, caller, found), place
    veil = await veil_of(context, viewer)
    async with context.tx(caller) as tx:
        rows = await listing.states(tx, viewer, filters, more, order)
        shown = await telling.page(tx, viewer, veil, rows[:limit])
    place = listing.place_of(rows[limit - 1], sort) if len(rows) > limit else None
    return await telling.joined(context, shown), place


async def _told(context: Context, caller: Caller, rows: Sequence[Row]) -> list[dict[str, Any]]:
    viewer = viewer_of(caller)
    veil = await veil_of(context, viewer)
    async with context.tx(caller) as tx:
        unseen = await relatives.unseen(tx, viewer, rows)
    cards = await answers.cards_for(context, [row["requester_id"] for row in rows])
    return [
        answers.ticket(row, await context.vault.box(row["organization_id"]), veil, cards, unseen)
        for row in rows
    ]


async def message_list(
    context: Context,
    caller: Caller,
    ticket_id: UUID,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> tuple[list[dict[str, Any]], list[Any] | None]:
    """A page of messages, oldest first."""
    viewer = viewer_of(caller)
    async with context.tx(caller) as tx:
        row = await living(tx, viewer, await see(tx, viewer, ticket_id))
        rows, files = await messages.page(
            tx, row["id"], internal=viewer.staff, after=after, limit=limit
        )
    shown = rows[:limit]
    items = await _tell_messages(context, row, (shown, files), staff=viewer.staff)
    more = len(rows) > limit
    return items, [shown[-1]["created_at"], shown[-1]["id"]] if more else None


async def feedback(context: Context, caller: Caller, ticket_id: UUID) -> list[dict[str, Any]]:
    """The ratings of a ticket's resolutions."""
    async with context.tx(caller) as tx:
        row = await see(tx, viewer_of(caller), ticket_id)
        rows = await ratings.of_ticket(tx, ticket_id)
    box = await context.vault.box(row["organization_id"])
    return [
        {
            "score": one["score"],
            "comment": seals.unseal(box, seals.COMMENT, ticket_id, one["comment"]),
            "given_at": one["given_at"],
            "reopen_count": one["reopen_count"],
        }
        for one in rows
    ]


async def _tell_ticket(
    context: Context,
    row: Row,
    page: tuple[list[Row], list[Row]],
    sight: tuple[Veil, Collection[UUID]],
    *,
    full: bool,
) -> Tagged:
    veil, unseen = sight
    box = await context.vault.box(row["organization_id"])
    cards = await answers.cards_for(context, [row["requester_id"]])
    answer = answers.ticket(row, box, veil, cards, unseen)
    if full:
        shown = (page[0][:FIRST_MESSAGES], page[1])
        answer["messages"] = await _tell_messages(context, row, shown, staff=veil.staff)
    return answer, answers.tag_of(row)


async def _tell_messages(
    context: Context,
    row: Row,
    page: tuple[Sequence[Row], Sequence[Row]],
    *,
    staff: bool,
) -> list[dict[str, Any]]:
    box = await context.vault.box(row["organization_id"])
    rows, files = page
    cards = await answers.cards_for(context, [one["author_id"] for one in rows])
    return [
        answers.message(
            one,
            box,
            [file for file in files if file["message_id"] == one["id"]],
            cards,
            staff=staff,
        )
        for one in rows
    ]
