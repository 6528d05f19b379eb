"""Macros: found within the caller's rights, most used first; uses are added up apart."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, update
from sqlalchemy import insert as insert_into

from services.tickets.domain.rights import Reach, Viewer
from services.tickets.tables import Macro, MacroUse
from shared.kit.ids import uuid7
from shared.kit.tables import table
from shared.kit.tx import Tx

MACRO = table(Macro)
_USED = insert_into(table(MacroUse))
_VISIBLE: Final = """(m.shared = 'all' or (m.shared = 'private' and m.owner_id = :viewer)
    or (m.shared = 'department' and (:everything or m.department_id = any(:departments))))"""
_LIVING: Final = "m.deleted_at is null"
_FOLDED_AT_ONCE: Final = 5000

Place = tuple[int, int, UUID]
"""Uses, position and id of a page's last row."""


async def add(tx: Tx, values: dict[str, Any]) -> RowMapping:
    row = await tx.row(insert_into(MACRO).values(**values).returning(*MACRO.c))
    assert row is not None
    return row


async def find(tx: Tx, viewer: Viewer, macro_id: UUID, *, lock: bool = False) -> RowMapping | None:
    """The macro, if this viewer may use it."""
    return await tx.row(
        f"select m.* from tickets.macro m where m.id = :id and {_LIVING} and {_VISIBLE}"
        f" {'for no key update' if lock else ''}",
        {"id": macro_id, **_rights(viewer)},
    )


async def reached(tx: Tx, viewer: Viewer, macro_ids: Sequence[UUID]) -> list[RowMapping]:
    """These macros and all that they run, each once; `usable` says whether this viewer may."""
    return await tx.rows(
        f"""with recursive closure (id) as (
            select unnest(cast(:ids as uuid[]))
            union
            select unnest(m.runs) from closure c join tickets.macro m on m.id = c.id
            where {_LIVING})
        select m.*, {_VISIBLE} as visible, m.active and {_VISIBLE} as usable
        from closure c join tickets.macro m on m.id = c.id where {_LIVING}""",
        {"ids": list(macro_ids), **_rights(viewer)},
    )


async def one_at_a_time(tx: Tx) -> None:
    """Two who save at the same time could close a circle that neither of them sees."""
    await tx.execute("select pg_advisory_xact_lock(hashtext('tickets.macro'))")


async def change(tx: Tx, macro_id: UUID, values: dict[str, Any]) -> RowMapping:
    statement = (
        update(MACRO)
        .where(MACRO.c.id == macro_id)
        .values(**values, version=MACRO.c.version + 1, updated_at=tx.now)
        .returning(*MACRO.c)
    )
    row = await tx.row(statement)
    assert row is not None
    return row


async def listed(
    tx: Tx,
    viewer: Viewer,
    words: Sequence[str],
    place: Place | None,
    *,
    active: bool,
    limit: int,
) -> list[RowMapping]:
    """A page, most used first, and one row more when there is a next one."""
    params: dict[str, Any] = {"active": active, "limit": limit + 1, **_rights(viewer)}
    found, after = "", ""
    if words:
        found = "and m.folded like all (cast(:patterns as text[]))"
        params["patterns"] = [f"%{_literal(word)}%" for word in words]
    if place is not None:
        after = "and (-m.uses, m.position, m.id) > (:uses, :position, :after)"
        params |= {"uses": -place[0], "position": place[1], "after": place[2]}
    return await tx.only(
        f"""select m.* from tickets.macro m where {_LIVING} and m.active = :active
            and {_VISIBLE} {found} {after}
        order by -m.uses, m.position, m.id limit :limit""",
        params,
    )


def used(tx: Tx, macro_id: UUID, times: int) -> None:
    """Noted beside the effect; nobody waits for a count."""
    tx.write(_USED, {"id": uuid7(), "macro_id": macro_id, "times": times}, macro_id)
    tx.wake("tickets.macros")


async def add_up(tx: Tx) -> int:
    """Uses become counts; how many were taken."""
    return int(
        await tx.scalar(
            f"""with taken as (delete from tickets.macro_use where id = any(array(
                select id from tickets.macro_use order by id
                limit {_FOLDED_AT_ONCE} for update skip locked)) returning macro_id, times),
            sums as (select macro_id, sum(times) as times from taken group by macro_id),
            added as (update tickets.macro m set uses = m.uses + s.times
                from sums s where m.id = s.macro_id)
            select count(*) from taken"""
        )
    )


def _rights(viewer: Viewer) -> dict[str, Any]:
    return {
        "viewer": viewer.id,
        "everything": viewer.reach is Reach.ALL,
        "departments": list(viewer.department_ids),
    }


def _literal(word: str) -> str:
    for special in "\\%_":
        word = word.replace(special, f"\\{special}")
    return word
