"""What happened to a ticket, told in the words of whoever reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from services.tickets.domain.kindly import told_entry
from services.tickets.domain.peoplestories import PEOPLE
from services.tickets.domain.placeholders import plain
from services.tickets.domain.stories import tell
from services.tickets.domain.unnamed import number_of
from services.tickets.store import directory, relatives, seals, timeline
from services.tickets.store.rows import Row
from services.tickets.usecases import answers
from services.tickets.usecases.answers import Cards
from services.tickets.usecases.fieldbook import book_of
from services.tickets.usecases.fieldtelling import FieldTeller
from services.tickets.usecases.figures import INSIDE, NAMELESS, figures, zone_of
from services.tickets.usecases.sight import see, viewer_of
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.crypto import Box
from shared.vocabulary import Locale

_NOBODY: Final = {"id": None, "name": None}
_BEGINNING: Final = (datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))


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
        named = [one for one in map(number_of, (row["data"] for row in rows)) if one is not None]
        unseen = await relatives.unseen_numbers(tx, viewer, named)
    async with context.tx() as tx:
        names = {one["id"]: one[f"name_{locale}"] for one in await directory.departments(tx)}
        zone = await zone_of(tx, row["organization_id"])
    shown = rows[:limit]
    known = [told_entry(one, staff=viewer.staff) for one in shown]
    entries = [one for one in known if one is not None]
    cards = await answers.cards_for(context, _people(entries))
    box = await context.vault.box(row["organization_id"])
    reader = Reader(locale, zone, viewer.staff, unseen)
    told = FieldTeller(await book_of(context), box, locale, viewer.staff, row["tags"])
    items = [_entry(one, box, (cards, names), reader, told) for one in entries if told.tells(one)]
    more = len(rows) > limit
    return items, [shown[-1]["at"], shown[-1]["id"]] if more else None


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a story."""

    locale: Locale
    zone: str
    staff: bool
    unseen: frozenset[int]
    """Tickets that they may not see, by number."""


def _entry(
    row: Row, box: Box, names: tuple[Cards, dict[UUID, str]], reader: Reader, fields: FieldTeller
) -> dict[str, Any]:
    cards, departments = names
    known = fields.data(row)
    data = {key: value for key, value in known.items() if reader.staff or key not in INSIDE}
    if number_of(data) in reader.unseen:
        del data["number"]
    data |= _named(data, cards)
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
