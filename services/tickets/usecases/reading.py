"""Reading within the caller's rights.

Each read closes its transaction before people's names are asked for: never HTTP inside one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from services.tickets.domain.kindly import asked_states, told_states
from services.tickets.domain.listing import Filters
from services.tickets.domain.peoplestories import PEOPLE
from services.tickets.domain.placeholders import plain
from services.tickets.domain.rights import Viewer
from services.tickets.domain.stories import tell
from services.tickets.domain.veil import Veil
from services.tickets.store import (
    chains,
    directory,
    held,
    incidents,
    listing,
    messages,
    seals,
    tickets,
    timeline,
    visitors,
)
from services.tickets.store import feedback as ratings
from services.tickets.store.listing import Order
from services.tickets.store.rows import Row
from services.tickets.usecases import answers, holding, narrowing, searching, tagging, telling
from services.tickets.usecases.answers import Cards
from services.tickets.usecases.fieldbook import book_of, veil_of
from services.tickets.usecases.fieldtelling import FieldTeller
from services.tickets.usecases.figures import INSIDE, NAMELESS, figures, zone_of
from services.tickets.usecases.sight import see, viewer_of
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.crypto import Box
from shared.kit.problems import NotFound, ValidationFailed
from shared.kit.tx import Tx
from shared.vocabulary import Channel, Locale

FIRST_MESSAGES: Final = 20
_NOBODY: Final = {"id": None, "name": None}
_BEGINNING: Final = (datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))

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
        merged = row["merged_into"] is not None
        end = await chains.living_id(tx, ticket_id) if merged else None
    answer, tag = await _tell_ticket(context, row, page, veil, full=with_messages)
    return answer | {"merged_into_final": end} | inside, tag


async def ticket_by_number(context: Context, caller: Caller, number: int) -> Tagged:
    viewer = viewer_of(caller)
    veil = await veil_of(context, viewer)
    async with context.tx(caller) as tx:
        found = await tickets.find_by_number(tx, viewer, number)
        if found is None:
            raise NotFound
        row = await _living(tx, viewer, found)
        inside = await _inside(tx, row) if viewer.staff else {}
    answer, tag = await _tell_ticket(context, row, ([], []), veil, full=False)
    return answer | inside, tag


async def _inside(tx: Tx, row: Row) -> dict[str, Any]:
    """What only the desk sees: mails that wait, a stranger's word, how far reports are told."""
    mails = await held.of_ticket(tx, row["id"], holding.SHOWN) if row["held_mails"] else ()
    asked = await visitors.find(tx, row["id"]) if row["channel"] == Channel.FORM else None
    word = (asked["word"] or "pending") if asked else None
    reports = await incidents.progress(tx, row["id"]) if row["reports"] else None
    return {"held_mails": holding.told(mails), "requester_answer": word, "reports": reports}


async def _living(tx: Tx, viewer: Viewer, row: Row) -> Row:
    """The ticket that a merged one lives on in, where the viewer sees it."""
    if row["merged_into"] is None:
        return row
    end = await tickets.find(tx, viewer, await chains.living_id(tx, row["id"]))
    return end or row


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
        return await _told(context, viewer, found), place
    veil = await veil_of(context, viewer)
    async with context.tx(caller) as tx:
        rows = await listing.states(tx, viewer, filters, more, order)
        shown = await telling.page(tx, viewer, veil, rows[:limit])
    place = listing.place_of(rows[limit - 1], sort) if len(rows) > limit else None
    return await telling.joined(context, shown), place


async def _told(context: Context, viewer: Viewer, rows: Sequence[Row]) -> list[dict[str, Any]]:
    veil = await veil_of(context, viewer)
    cards = await answers.cards_for(context, [row["requester_id"] for row in rows])
    return [
        answers.ticket(row, await context.vault.box(row["organization_id"]), veil, cards)
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
        row = await _living(tx, viewer, await see(tx, viewer, ticket_id))
        rows, files = await messages.page(
            tx, row["id"], internal=viewer.staff, after=after, limit=limit
        )
    shown = rows[:limit]
    items = await _tell_messages(context, row, (shown, files), staff=viewer.staff)
    more = len(rows) > limit
    return items, [shown[-1]["created_at"], shown[-1]["id"]] if more else None


async def story(
    context: Context,
    caller: Caller,
    ticket_id: UUID,
    after: tuple[datetime, UUID] | None,
    order: tuple[Locale, int],
) -> tuple[list[dict[str, Any]], list[Any] | None]:
    """What happened, oldest first, in the reader's language; reasons are the desk's own."""
    locale, limit = order
    viewer = viewer_of(caller)
    async with context.tx(caller) as tx:
        row = await see(tx, viewer, ticket_id)
        rows = await timeline.listed(
            tx, ticket_id, internal=viewer.staff, after=after or _BEGINNING, limit=limit
        )
    async with context.tx() as tx:
        names = {one["id"]: one[f"name_{locale}"] for one in await directory.departments(tx)}
        zone = await zone_of(tx, row["organization_id"])
    shown = rows[:limit]
    cards = await answers.cards_for(context, _people(shown))
    box = await context.vault.box(row["organization_id"])
    reader = Reader(locale, zone, staff=viewer.staff)
    told = FieldTeller(await book_of(context), box, locale, staff=viewer.staff)
    items = [_entry(one, box, (cards, names), reader, told) for one in shown if told.tells(one)]
    more = len(rows) > limit
    return items, [shown[-1]["at"], shown[-1]["id"]] if more else None


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


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a story."""

    locale: Locale
    zone: str
    staff: bool


def _entry(
    row: Row, box: Box, names: tuple[Cards, dict[UUID, str]], reader: Reader, fields: FieldTeller
) -> dict[str, Any]:
    cards, departments = names
    known = fields.data(row)
    data = {key: value for key, value in known.items() if reader.staff or key not in INSIDE}
    data = told_states(data, staff=reader.staff) | _named(data, cards)
    if "department_id" in data:
        data["department"] = departments.get(UUID(data["department_id"]), "…")
    named = reader.staff or row["kind"] not in NAMELESS
    who = answers.person(row["actor_id"] if named else None, cards) or _NOBODY
    told = tell(row["kind"], data, reader.locale, figures(data, reader.locale, reader.zone))
    entry = {
        "id": row["id"],
        "at": row["at"],
        "kind": row["kind"],
        "text": told,
        "actor": {"kind": row["actor_kind"], "id": who["id"], "name": who["name"]},
        "data": data,
    }
    if reader.staff:
        entry["reason"] = seals.unseal(box, seals.REASON, row["id"], row["reason"])
    return entry


def _people(rows: Sequence[Row]) -> list[UUID | None]:
    """Whoever did something in these entries, or is told of in them."""
    told = (one["data"][key] for one in rows for key in PEOPLE if (one["data"] or {}).get(key))
    return [*(one["actor_id"] for one in rows), *map(UUID, told)]


def _named(data: dict[str, Any], cards: Cards) -> dict[str, str]:
    """The names of those whom an entry is about, as far as they are known."""
    ids = {name: data[key] for key, name in PEOPLE.items() if data.get(key)}
    found = {name: cards.get(UUID(one), answers.NOBODY).name for name, one in ids.items()}
    return {name: plain(known) for name, known in found.items() if known}


async def _tell_ticket(
    context: Context,
    row: Row,
    page: tuple[list[Row], list[Row]],
    veil: Veil,
    *,
    full: bool,
) -> Tagged:
    box = await context.vault.box(row["organization_id"])
    cards = await answers.cards_for(context, [row["requester_id"]])
    answer = answers.ticket(row, box, veil, cards)
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
