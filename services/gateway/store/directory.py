"""Rows of departments and positions."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.dialects.postgresql import insert

from services.gateway import tables
from services.gateway.domain.directory import (
    COMPANY,
    Department,
    DepartmentRole,
    PositionRole,
)
from shared.kit.tables import table
from shared.kit.tx import Tx
from shared.vocabulary import Localized, Role

_DEPARTMENT = table(tables.Department)
_POSITION = table(tables.Position)
_SELECT = """
    select d.id, d.name_ar, d.name_en, d.mailbox, d.is_default, d.version,
        d.created_at, d.updated_at
    from identity.department d"""


async def insert_department(tx: Tx, made: Department) -> bool:
    """Whether it is new; False where the id or the mailbox is taken."""
    statement = insert(_DEPARTMENT).values(
        id=made.id, is_default=made.is_default, created_at=made.created_at, **_values(made)
    )
    found = await tx.scalar(statement.on_conflict_do_nothing().returning(_DEPARTMENT.c.id))
    return found is not None


async def update_department(tx: Tx, changed: Department) -> None:
    await tx.execute(
        _DEPARTMENT.update().where(_DEPARTMENT.c.id == changed.id).values(**_values(changed))
    )


async def mailbox_holder(tx: Tx, mailbox: str) -> UUID | None:
    found: UUID | None = await tx.scalar(
        "select id from identity.department where mailbox = :mailbox", {"mailbox": mailbox}
    )
    return found


async def find_department(tx: Tx, department_id: UUID, *, lock: bool = False) -> Department | None:
    query = f"{_SELECT} where d.id = :id {'for update' if lock else ''}"
    row = await tx.row(query, {"id": department_id})
    return _department(row) if row else None


async def list_departments(tx: Tx, after: UUID | None, limit: int) -> Sequence[Department]:
    """In the order of their making."""
    rows = await tx.rows(
        f"""{_SELECT} where cast(:after as uuid) is null or d.id > :after
            order by d.id limit :limit""",
        {"after": after, "limit": limit},
    )
    return [_department(row) for row in rows]


async def missing_departments(tx: Tx, department_ids: Iterable[UUID]) -> Sequence[UUID]:
    """Those of the ids that name no department."""
    wanted = set(department_ids)
    rows = await tx.rows(
        "select id from identity.department where id = any(cast(:ids as uuid[]))",
        {"ids": list(wanted)},
    )
    return sorted(wanted - {row["id"] for row in rows})


async def positions(
    tx: Tx, department_ids: Iterable[UUID | None]
) -> dict[tuple[UUID | None, Role], tuple[UUID, ...]]:
    """Who holds which role, in these departments; None stands for the company."""
    scopes = [str(department_id or COMPANY) for department_id in department_ids]
    rows = await tx.rows(
        """select department_id, role, user_ids from identity.position
            where scope = any(cast(:scopes as text[]))""",
        {"scopes": scopes},
    )
    return {(row["department_id"], Role(row["role"])): tuple(row["user_ids"]) for row in rows}


async def set_position(
    tx: Tx, department_id: UUID | None, role: PositionRole | DepartmentRole, holders: list[UUID]
) -> bool:
    """Whether that changed anything."""
    written = insert(_POSITION).values(
        scope=str(department_id or COMPANY),
        role=role.value,
        department_id=department_id,
        user_ids=holders,
        updated_at=tx.now,
    )
    statement = written.on_conflict_do_update(
        index_elements=["scope", "role"],
        set_={"user_ids": written.excluded.user_ids, "updated_at": written.excluded.updated_at},
        where=_POSITION.c.user_ids != written.excluded.user_ids,
    )
    return await tx.scalar(statement.returning(_POSITION.c.scope)) is not None


def _values(department: Department) -> dict[str, str | int | datetime | None]:
    return {
        "name_ar": department.name["ar"],
        "name_en": department.name["en"],
        "mailbox": department.mailbox,
        "version": department.version,
        "updated_at": department.updated_at,
    }


def _department(row: RowMapping) -> Department:
    return Department(
        id=row["id"],
        name=Localized(ar=row["name_ar"], en=row["name_en"]),
        mailbox=row["mailbox"],
        is_default=row["is_default"],
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
