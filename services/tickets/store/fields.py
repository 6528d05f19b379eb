"""Definitions of custom fields, and what a worker still owes to them."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, update
from sqlalchemy.dialects.postgresql import insert

from services.tickets.domain.fields import (
    Customers,
    Definition,
    Field,
    FieldType,
    Filling,
    Need,
    Option,
)
from services.tickets.tables import CustomField
from shared.kit.tables import table
from shared.kit.tx import Tx
from shared.vocabulary import Localized

FIELD = table(CustomField)
SETTLING: Final = timedelta(seconds=3)
"""After it every process knows the definition: what is written then has its row by itself."""
_USE: Final = "select tickets.use_field(:id)"
_LOCK: Final = "select pg_advisory_xact_lock(hashtext('tickets.custom_field'))"


async def every(tx: Tx) -> list[Field]:
    rows = await tx.only("select * from tickets.custom_field order by position, id")
    return [to_field(row) for row in rows]


async def hold(tx: Tx, field_id: UUID) -> Field | None:
    """The field, locked: two editors come one after the other."""
    row = await tx.row(
        "select * from tickets.custom_field where id = :id for update", {"id": field_id}
    )
    return to_field(row) if row is not None else None


async def count(tx: Tx) -> int:
    """How many there are; nobody makes another one meanwhile."""
    await tx.execute(_LOCK)
    return int(await tx.scalar("select count(*) from tickets.custom_field"))


async def add(tx: Tx, field: Field) -> bool:
    """False when its key is taken."""
    values = _columns(field) | {"created_at": field.created_at}
    wish = insert(FIELD).values(**values).on_conflict_do_nothing(index_elements=["key"])
    return await tx.scalar(wish.returning(FIELD.c.id)) is not None


async def put(tx: Tx, field: Field) -> None:
    """The field as it is now; a change of `filling` begins from the start, a moment later."""
    values = _columns(field)
    await tx.execute(update(FIELD).where(FIELD.c.id == field.id).values(**values))


async def begin_filling(tx: Tx, field_id: UUID, filling: Filling) -> None:
    await tx.execute(
        """update tickets.custom_field set filling = :filling, filled_to = null, fill_at = :at
        where id = :id""",
        {"id": field_id, "filling": filling.value, "at": tx.now + SETTLING},
    )


def use(tx: Tx, found: Iterable[Field], about: UUID) -> None:
    """From now on their types stay; customers write no definitions, so a function does it."""
    for field in found:
        if not field.used:
            tx.write(_USE, {"id": field.id}, about)


async def next_filling(tx: Tx) -> RowMapping | None:
    """A field whose rows are owed, by one worker at a time.

    The field itself is not held: editors of tickets may wait for it with a ticket in hand.
    """
    return await tx.row(
        """select * from tickets.custom_field where filling is not null and fill_at <= :now
            and pg_try_advisory_xact_lock(hashtext('tickets.fields'))
        order by fill_at limit 1""",
        {"now": tx.now},
    )


async def filled(tx: Tx, row: RowMapping, to: UUID | None) -> None:
    """How far it is, None = all done; unless it was decided otherwise meanwhile."""
    await tx.execute(
        """update tickets.custom_field set filled_to = cast(:to as uuid),
            filling = case when cast(:to as uuid) is null then null else filling end
        where id = :id and fill_at = :began""",
        {"id": row["id"], "to": to, "began": row["fill_at"]},
    )


async def owed(tx: Tx) -> bool:
    """Whether some field or tag still waits for its old tickets."""
    found = await tx.scalar(
        """select exists (select 1 from tickets.custom_field where filling is not null)
            or exists (select 1 from tickets.tag_job where finished_at is null)"""
    )
    return bool(found)


def to_field(row: RowMapping) -> Field:
    filling = row["filling"]
    return Field(
        id=row["id"],
        definition=Definition(
            key=row["key"],
            label=_texts(row["label"]),
            help=_texts(row["help"]) if row["help"] else None,
            type=FieldType(row["type"]),
            options=tuple(
                Option(one["value"], _texts(one["label"]), one["retired"]) for one in row["options"]
            ),
            department_id=row["department_id"],
            required=tuple(Need(one) for one in row["required"]),
            customers=Customers(row["customers"]),
            **{name: row[name] for name in _SAME},
        ),
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        used=row["used"],
        filling=Filling(filling) if filling else None,
    )


_SAME: Final = ("minimum", "maximum", "max_length", "position", "active", "filterable")


def _texts(value: Any) -> Localized:
    return Localized(ar=value["ar"], en=value["en"])


def _columns(field: Field) -> dict[str, Any]:
    one = field.definition
    return {
        "id": field.id,
        "key": one.key,
        "label": dict(one.label),
        "help": dict(one.help) if one.help else None,
        "type": one.type.value,
        "options": [
            {"value": each.value, "label": dict(each.label), "retired": each.retired}
            for each in one.options
        ],
        "department_id": one.department_id,
        "required": [each.value for each in one.required],
        "customers": one.customers.value,
        **{name: getattr(one, name) for name in _SAME},
        "version": field.version,
        "updated_at": field.updated_at,
    }
