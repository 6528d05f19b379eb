"""Saved views: whose they are, and what was done to those that others read."""

from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, insert, update

from services.tickets.domain.rights import Reach, Viewer
from services.tickets.domain.views import Holding, Sharing
from services.tickets.tables import View, ViewChange
from shared.kit.ids import uuid7
from shared.kit.tables import table
from shared.kit.tx import Tx

VIEW = table(View)
CHANGE = table(ViewChange)
_SEEN = """(v.owner_id = :viewer or v.shared = 'all' or (v.shared = 'department'
    and (cast(:everywhere as bool) or v.department_id = any(:departments))))"""
_LOCKED = " for no key update of v"


def holding_of(row: RowMapping) -> Holding:
    """The row as the rules see it."""
    return Holding(Sharing(row["shared"]), row["owner_id"], row["department_id"])


async def find(tx: Tx, viewer: Viewer, view_id: UUID, *, lock: bool = False) -> RowMapping | None:
    """The view, if this viewer may see it."""
    held = _LOCKED if lock else ""
    statement = f"select v.* from tickets.view v where v.id = :id and {_SEEN}{held}"
    return await tx.row(statement, {"id": view_id, **_params(viewer)})


async def listed(
    tx: Tx, viewer: Viewer, after: tuple[int, UUID] | None, limit: int
) -> list[RowMapping]:
    """Those that a viewer may see, in their order."""
    place = after or (-1, UUID(int=0))
    return await tx.rows(
        f"""select v.* from tickets.view v where {_SEEN}
            and (v.position, v.id) > (:place, :place_id)
        order by v.position, v.id limit :limit""",
        {"place": place[0], "place_id": place[1], "limit": limit, **_params(viewer)},
    )


async def siblings(tx: Tx, view: Holding) -> int:
    """How many there are of the same kind already; those who make one wait for each other."""
    place = str(view.department_id or (view.owner_id if view.shared is Sharing.PRIVATE else "all"))
    await tx.execute("select pg_advisory_xact_lock(hashtextextended(:place, 6))", {"place": place})
    found: int = await tx.scalar(
        """select count(*) from tickets.view where shared = :shared
            and department_id is not distinct from cast(:department as uuid)
            and (:shared <> 'private' or owner_id = :owner)""",
        {
            "shared": view.shared.value,
            "department": view.department_id,
            "owner": view.owner_id,
        },
    )
    return found


async def add(tx: Tx, values: dict[str, Any]) -> RowMapping:
    made = {**values, "id": uuid7(), "version": 1, "created_at": tx.now, "updated_at": tx.now}
    row = await tx.row(insert(VIEW).values(**made).returning(*VIEW.c))
    assert row is not None
    return row


async def change(tx: Tx, view_id: UUID, values: dict[str, Any]) -> RowMapping:
    row = await tx.row(
        update(VIEW)
        .where(VIEW.c.id == view_id)
        .values(**values, version=VIEW.c.version + 1, updated_at=tx.now)
        .returning(*VIEW.c)
    )
    assert row is not None
    return row


async def drop(tx: Tx, view_id: UUID) -> None:
    await tx.execute("delete from tickets.view where id = :id", {"id": view_id})


async def record(tx: Tx, view_id: UUID, actor_id: UUID, kind: str, view: Holding) -> None:
    """For the audit: what others read was made, changed or taken away."""
    values = {
        "id": uuid7(),
        "view_id": view_id,
        "at": tx.now,
        "actor_id": actor_id,
        "kind": kind,
        "shared": view.shared.value,
        "department_id": view.department_id,
    }
    await tx.execute(insert(CHANGE).values(**values))


def _params(viewer: Viewer) -> dict[str, Any]:
    return {
        "viewer": viewer.id,
        "everywhere": viewer.reach is Reach.ALL,
        "departments": list(viewer.department_ids),
    }
