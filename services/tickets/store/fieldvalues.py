"""Rows that filters by custom fields read; the values themselves lie sealed in the ticket."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.dialects.postgresql import insert

from services.tickets.domain.fieldfilters import FieldFilter, folded, words_of
from services.tickets.domain.fields import LISTED, NUMBERS, Field, FieldType
from services.tickets.store.rows import Condition
from services.tickets.tables import CustomValue
from shared.kit.tables import table
from shared.kit.tx import Tx

VALUE = table(CustomValue)
_LENGTH: Final = 16
_ADD: Final = insert(VALUE).on_conflict_do_nothing()
_DROP: Final = "delete from tickets.custom_value where ticket_id = :ticket and field_id = :field"
_WORDY: Final = frozenset({*LISTED, FieldType.BOOLEAN})

Kept = tuple[Field, Any]
"""A field and its value on one ticket."""


def token(key: bytes, field_id: UUID, text: str) -> bytes:
    """Stands for a text of one field: folded, keyed, and of no use for another field."""
    return hmac.digest(key, field_id.bytes + folded(text).encode(), hashlib.sha256)[:_LENGTH]


def add(tx: Tx, place: tuple[UUID, UUID], kept: Iterable[Kept], key: bytes) -> None:
    """Rows of values that have none yet; `place` = ticket, organization."""
    for field, value in kept:
        for row in _rows(place, field, value, key):
            tx.write(_ADD, row, place[0])


def replace(
    tx: Tx, place: tuple[UUID, UUID], fields: Iterable[Field], kept: Iterable[Kept], key: bytes
) -> None:
    """Rows of these fields as they are now; an empty value has none."""
    for field in fields:
        tx.write(_DROP, {"ticket": place[0], "field": field.id}, place[0])
    add(tx, place, kept, key)


async def waiting(tx: Tx, after: UUID | None, limit: int) -> list[RowMapping]:
    """Tickets with custom values in the order of their ids, held: no editor comes between."""
    return await tx.rows(
        """select t.id, t.organization_id, t.custom from tickets.ticket t
        where t.custom is not null and t.id > :after order by t.id limit :limit
        for no key update of t""",
        {"after": after or UUID(int=0), "limit": limit},
    )


async def index_again(tx: Tx, ticket_ids: Sequence[UUID]) -> None:
    """The search index looks at these tickets anew."""
    await tx.execute(
        "update tickets.ticket set reindex = true where id = any(:ids)", {"ids": list(ticket_ids)}
    )
    tx.wake("tickets.index")


async def drop(tx: Tx, field_id: UUID, limit: int) -> int:
    """Some rows of a field that is no longer filtered by."""
    result = await tx.execute(
        """delete from tickets.custom_value v using (select ticket_id, word
            from tickets.custom_value where field_id = :field limit :limit) gone
        where v.field_id = :field and v.ticket_id = gone.ticket_id and v.word = gone.word""",
        {"field": field_id, "limit": limit},
    )
    return int(result.rowcount)


def conditions(filters: Iterable[FieldFilter]) -> Iterator[Condition]:
    """Each filter as a condition on `tickets.ticket t`.

    Ids and words of ours stand as literals: the planner sees how common they are.
    """
    for index, one in enumerate(filters):
        text, params = _compared(one, f"custom_{index}")
        rows = f"tickets.custom_value v where v.field_id = '{one.field_id}' and {text}"
        yield f"t.id in (select v.ticket_id from {rows})", params


def _compared(one: FieldFilter, name: str) -> Condition:
    if one.type in _WORDY:
        words = ", ".join("'" + str(word).replace("'", "''") + "'" for word in one.values)
        return f"v.word <> '' and v.word in ({words})", {}
    if one.tokens:
        return f"v.token = any(cast(:{name} as bytea[]))", {name: list(one.tokens)}
    column, kind = ("number", "numeric") if one.type in NUMBERS else ("day", "date")
    return _spanned(one, name, column, kind)


def _spanned(one: FieldFilter, name: str, column: str, kind: str) -> Condition:
    plain = Decimal if kind == "numeric" else date.fromisoformat
    ends = {"low": (">=", one.low), "high": ("<=", one.high)}
    parts = [f"v.{column} is not null"]
    params: dict[str, Any] = {}
    for end, (sign, value) in ends.items():
        if value is not None:
            parts.append(f"v.{column} {sign} cast(:{name}_{end} as {kind})")
            params[f"{name}_{end}"] = plain(str(value))
    if one.values:
        parts.append(f"v.{column} = any(cast(:{name} as {kind}[]))")
        params[name] = [plain(str(value)) for value in one.values]
    return " and ".join(parts), params


def _rows(
    place: tuple[UUID, UUID], field: Field, value: Any, key: bytes
) -> Iterator[dict[str, Any]]:
    ticket_id, organization_id = place
    row: dict[str, Any] = {
        "ticket_id": ticket_id,
        "organization_id": organization_id,
        "field_id": field.id,
        "word": "",
        "number": None,
        "day": None,
        "token": None,
    }
    if field.type in _WORDY:
        yield from (row | {"word": word} for word in words_of(field.type, value))
    elif field.type in NUMBERS:
        yield row | {"number": Decimal(repr(value))}
    elif field.type is FieldType.DATE:
        yield row | {"day": date.fromisoformat(value)}
    else:
        yield row | {"token": token(key, field.id, value)}
