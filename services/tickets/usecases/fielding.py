"""Custom values on their way to a ticket: checked, told on the timeline, made findable.

Macros and bulk actions call `put` on the ticket they hold; doors come by PATCH and opening.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import orjson

from services.tickets.domain.faults import Fault, Refused
from services.tickets.domain.fieldrules import (
    Change,
    Place,
    changes,
    emptied,
    lacking,
    lacking_after_move,
    merged,
)
from services.tickets.domain.fields import Customers, Field, Need
from services.tickets.domain.fieldvalues import canonical, fits
from services.tickets.domain.opening import Opening
from services.tickets.problems.fields import failed, fault
from services.tickets.store import fields as definitions
from services.tickets.store import fieldvalues, seals
from services.tickets.store.rows import Row
from services.tickets.usecases.fieldbook import Book, at_hand, book_of
from services.tickets.usecases.life import Life
from services.tickets.usecases.sight import viewer_of
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.tx import Tx
from shared.vocabulary import Locale

MOST_BYTES: Final = 16 * 1024
TOKENS: Final = "custom-field"
"""The purpose of the key by which texts become tokens."""
Wish = Mapping[str, Any]


async def opened(
    context: Context, caller: Caller, place: Place, wish: Wish | None
) -> dict[str, Any] | None:
    """The values of a ticket about to be opened; before its transaction begins."""
    book = await book_of(context)
    found = _checked(book, place, ({}, wish or {}), caller.locale)
    custom = merged({}, found)
    _refuse(lacking(book.by_key, place, custom, Need.CREATE), caller.locale)
    return custom or None


async def index_opening(tx: Tx, opening: Opening, ticket_id: UUID) -> None:
    """Rows by which filters find the new ticket, and that its fields are in use."""
    if not opening.custom:
        return
    fields = (await book_of(tx.context)).by_key
    definitions.use(tx, [fields[key] for key in opening.custom if key in fields], ticket_id)
    kept = _findable(fields, opening.custom)
    key = tx.context.keys.derive(TOKENS)
    fieldvalues.add(tx, (ticket_id, opening.organization_id), kept, key)


def put(life: Life, wish: Wish | None) -> bool:
    """Change values key by key, null empties; keys that are not named stay. Whether it is news.

    So two people who edit different fields of one ticket lose nothing of each other's work.
    """
    book, caller = at_hand(life.tx.context), life.tx.caller
    before, locale = custom_of(life), caller.locale
    viewer = viewer_of(caller)
    place = Place(life.ticket.department_id, viewer.staff, viewer.free)
    wanted = emptied(book.by_key, place, before) if wish is None else wish
    found = _checked(book, place, (before, wanted), locale)
    if not found:
        return False
    after = merged(before, found)
    if len(orjson.dumps(after)) > MOST_BYTES:
        raise fault("/custom", "too_large", locale)
    life.custom = after
    life.sealed["custom"] = seals.seal_json(life.box, seals.CUSTOM, life.ticket.id, after)
    _tell(life, found)
    _make_findable(life, found)
    return True


def check_resolvable(life: Life) -> None:
    """Whoever resolves says what the desk wants to know; the house itself owes nobody an answer."""
    if life.tx.caller.kind in {"user", "client"}:
        _refuse(_unsaid(life), life.tx.caller.locale)


def lacking_to_resolve(life: Life) -> list[str]:
    """The keys of what a solution should have said, and did not."""
    return [one.pointer.removeprefix("/custom/") for one in _unsaid(life)]


def _unsaid(life: Life) -> list[Fault]:
    book = at_hand(life.tx.context)
    place = Place(life.ticket.department_id, staff=True)
    if not any(Need.RESOLVE in field.definition.required for field in book.by_key.values()):
        return []
    return lacking(book.by_key, place, custom_of(life), Need.RESOLVE)


def check_moved(life: Life) -> None:
    """A ticket comes to a department with what that asks of every ticket of its own."""
    book = at_hand(life.tx.context)
    faults = lacking_after_move(book.by_key, life.ticket.department_id, custom_of(life))
    _refuse(faults, life.tx.caller.locale)


def custom_of(life: Life) -> dict[str, Any]:
    """The values as they are now, with what this transaction changed."""
    if life.custom is None:
        row = life.row
        life.custom = seals.unseal_json(life.box, seals.CUSTOM, row["id"], row["custom"]) or {}
    return life.custom


async def rows_of(tx: Tx, row: Row, field: Field) -> None:
    """The rows of one field on an old ticket, made by the worker."""
    box = await tx.context.vault.box(row["organization_id"])
    custom = seals.unseal_json(box, seals.CUSTOM, row["id"], row["custom"]) or {}
    kept = _findable({field.key: field}, custom)
    place = (row["id"], row["organization_id"])
    fieldvalues.replace(tx, place, [field], kept, tx.context.keys.derive(TOKENS))


def _checked(
    book: Book, place: Place, values: tuple[Wish, Wish], locale: Locale
) -> tuple[Change, ...]:
    before, wish = values
    try:
        return changes(book.by_key, place, before, wish)
    except Refused as refusal:
        raise failed(refusal, locale) from refusal


def _refuse(faults: list[Fault], locale: Locale) -> None:
    if faults:
        raise failed(Refused(faults), locale)


def _findable(fields: Mapping[str, Field], custom: Wish) -> list[fieldvalues.Kept]:
    """In the form of their fields: older free data under a key may be written differently."""
    known = ((fields[key], value) for key, value in custom.items() if key in fields)
    return [
        (field, canonical(field.definition, value, value))
        for field, value in known
        if field.definition.filterable and fits(field.definition, value)
    ]


def _tell(life: Life, found: tuple[Change, ...]) -> None:
    if any(one.field is None for one in found):
        life.note("edited", {"fields": ["custom"]}, public=False)
    for one in found:
        if one.field is not None:
            public = one.field.definition.customers is not Customers.HIDDEN
            data = {"field_id": str(one.field.id), "key": one.key, "change": _kind(one)}
            life.note("field_changed", data, public=public, detail=[one.old, one.new])


def _kind(one: Change) -> str:
    if one.old is None:
        return "set"
    return "emptied" if one.new is None else "other"


def _make_findable(life: Life, found: tuple[Change, ...]) -> None:
    fields = [one.field for one in found if one.field is not None]
    definitions.use(life.tx, fields, life.ticket.id)
    findable = [field for field in fields if field.definition.filterable]
    values = {one.field.id: one.new for one in found if one.field is not None}
    kept = [(field, values[field.id]) for field in findable if values[field.id] is not None]
    place = (life.ticket.id, life.ticket.organization_id)
    key = life.tx.context.keys.derive(TOKENS)
    fieldvalues.replace(life.tx, place, findable, kept, key)
