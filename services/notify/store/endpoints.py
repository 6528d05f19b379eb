"""Rows of partners' endpoints; a caller bound to an organization sees only its own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.dialects.postgresql import insert

from services.notify.tables import Endpoint as EndpointRow
from shared.kit.callers import Caller, Seat
from shared.kit.context import Context
from shared.kit.crypto import Box
from shared.kit.tables import table
from shared.kit.tx import Tx
from shared.vocabulary import RESERVED_ORGANIZATION

_ENDPOINT = table(EndpointRow)
_SEALED = ("url", "description", "secret", "previous_secret")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint with its texts open."""

    id: UUID
    organization_id: UUID | None
    url: str
    description: str | None
    secret: str
    previous_secret: str | None
    previous_until: datetime | None
    event_types: list[str]
    enabled: bool
    disabled_reason: str | None
    failing_since: datetime | None
    created_by: UUID
    created_at: datetime
    updated_at: datetime
    version: int

    def secrets(self, now: datetime) -> list[str]:
        """The secrets that sign at this moment: two while a rotation lasts."""
        old = self.previous_secret
        rotating = old is not None and self.previous_until is not None and now < self.previous_until
        return [self.secret, old] if rotating and old is not None else [self.secret]


async def _box(context: Context, organization_id: UUID | None) -> Box:
    return await context.vault.box(organization_id or RESERVED_ORGANIZATION)


async def opened(context: Context, row: RowMapping) -> Endpoint:
    """A row with its sealed columns opened."""
    box = await _box(context, row["organization_id"])
    texts = {
        name: box.open(f"notify.endpoint.{name}", row["id"], row[name]) if row[name] else None
        for name in _SEALED
    }
    names = (name for name in Endpoint.__slots__ if name not in _SEALED)
    # The columns carry the names of the fields; their types are the table's.
    return Endpoint(**{name: row[name] for name in names}, **texts)  # type: ignore[arg-type]


async def sealed(
    context: Context, endpoint_id: UUID, organization_id: UUID | None, values: dict[str, Any]
) -> dict[str, Any]:
    """Column values with their texts sealed; null stays null."""
    box = await _box(context, organization_id)
    return {
        name: box.seal(f"notify.endpoint.{name}", endpoint_id, value)
        if name in _SEALED and value is not None
        else value
        for name, value in values.items()
    }


async def insert_endpoint(tx: Tx, values: dict[str, Any]) -> Endpoint:
    ready = await sealed(tx.context, values["id"], values["organization_id"], values)
    row = await tx.row(insert(_ENDPOINT).values(ready).returning(_ENDPOINT))
    assert row is not None
    return await opened(tx.context, row)


async def update_endpoint(tx: Tx, endpoint: Endpoint, values: dict[str, Any]) -> Endpoint:
    ready = await sealed(tx.context, endpoint.id, endpoint.organization_id, values)
    statement = _ENDPOINT.update().where(_ENDPOINT.c.id == endpoint.id)
    more = {"updated_at": tx.now, "version": _ENDPOINT.c.version + 1}
    row = await tx.row(statement.values({**ready, **more}).returning(_ENDPOINT))
    assert row is not None
    return await opened(tx.context, row)


async def count(tx: Tx, organization_id: UUID | None) -> int:
    """How many endpoints an organization (or the house) has."""
    found = await tx.scalar(
        "select count(*) from notify.endpoint"
        " where organization_id is not distinct from cast(:organization_id as uuid)",
        {"organization_id": organization_id},
    )
    return int(found)


async def delete_endpoint(tx: Tx, endpoint_id: UUID) -> None:
    await tx.execute("delete from notify.endpoint where id = :id", {"id": endpoint_id})


def _own(caller: Caller) -> str:
    """Clients of an organization manage its endpoints; staff belong to no customer."""
    bound = caller.seat is Seat.CUSTOMER
    return "organization_id = :mine" if bound else "true"


async def endpoint(
    tx: Tx, caller: Caller, endpoint_id: UUID, *, lock: bool = False
) -> Endpoint | None:
    """The endpoint when it is the caller's to manage."""
    row = await tx.row(
        f"select * from notify.endpoint where id = :id and {_own(caller)}"
        + (" for update" if lock else ""),
        {"id": endpoint_id, "mine": caller.organization_id},
    )
    return await opened(tx.context, row) if row else None


async def endpoints(tx: Tx, caller: Caller, after: UUID | None, limit: int) -> list[Endpoint]:
    rows = await tx.rows(
        f"select * from notify.endpoint where {_own(caller)}"
        " and (cast(:after as uuid) is null or id > :after) order by id limit :limit",
        {"mine": caller.organization_id, "after": after, "limit": limit},
    )
    return [await opened(tx.context, row) for row in rows]


async def endpoints_by_id(tx: Tx, ids: list[UUID]) -> list[Endpoint]:
    rows = await tx.rows("select * from notify.endpoint where id = any(:ids)", {"ids": ids})
    return [await opened(tx.context, row) for row in rows]


async def listening(tx: Tx, organization_id: UUID, *, inside: bool) -> list[RowMapping]:
    """Endpoints that events of an organization go to, with the patterns they asked for.

    Events of inside work go only to endpoints that belong to no customer.
    """
    asked, found = tx.known.get("listening", (frozenset(), []))
    if organization_id not in asked:
        beside = {getattr(event.data, "organization_id", None) for event in tx.beside}
        asked = frozenset({organization_id, *beside} - {None})
        found = await tx.rows(
            "select id, organization_id, event_types from notify.endpoint where enabled"
            " and (organization_id is null or organization_id = any(:organizations))",
            {"organizations": list(asked)},
        )
        tx.known["listening"] = (asked, found)
    heard = {None} if inside else {None, organization_id}
    return [row for row in found if row["organization_id"] in heard]


async def disable(tx: Tx, endpoint_id: UUID, reason: str) -> RowMapping | None:
    """The endpoint when this made the difference; a second reason changes nothing."""
    return await tx.row(
        "update notify.endpoint set enabled = false, disabled_reason = :reason,"
        " updated_at = :now, version = version + 1 where id = :id and enabled returning *",
        {"id": endpoint_id, "reason": reason, "now": tx.now},
    )
