"""Rows of people, positions and absences."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.dialects.postgresql import insert

from services.escalation.domain.people import Absence, Directory
from services.escalation.tables import Department, Person, Position
from shared.kit.tables import table
from shared.kit.tx import Tx
from shared.vocabulary import Role

_PERSON = table(Person)
_POSITION = table(Position)
_DEPARTMENT = table(Department)


async def put_person(tx: Tx, values: dict[str, Any]) -> None:
    await _put(tx, _PERSON, "user_id", values)


async def put_position(tx: Tx, values: dict[str, Any]) -> None:
    await _put(tx, _POSITION, "position", values)


async def put_department(tx: Tx, values: dict[str, Any]) -> None:
    await _put(tx, _DEPARTMENT, "id", values)


async def _put(tx: Tx, target: Any, key: str, values: dict[str, Any]) -> None:
    changes = {name: value for name, value in values.items() if name != key}
    statement = insert(target).values(values)
    await tx.execute(statement.on_conflict_do_update(index_elements=[key], set_=changes))


async def disable_person(tx: Tx, user_id: UUID) -> None:
    await tx.execute(
        "update escalation.person set disabled = true where user_id = :user_id",
        {"user_id": user_id},
    )


async def directory(tx: Tx) -> Directory:
    """Everything that the question "who holds this role now?" needs."""
    positions = await tx.rows("select role, department_id, user_ids from escalation.position")
    absences = await tx.rows(
        "select user_id, deputy_id, starts_at, ends_at from escalation.absence"
        " where starts_at <= :now and ends_at > :now order by starts_at, id",
        {"now": tx.now},
    )
    people = await tx.rows("select user_id, roles, disabled from escalation.person order by 1")
    return Directory(
        positions={(Role(row["role"]), row["department_id"]): row["user_ids"] for row in positions},
        players=_players(people),
        absences=[_absence(row) for row in absences],
        disabled=frozenset(row["user_id"] for row in people if row["disabled"]),
    )


def _players(people: list[RowMapping]) -> dict[Role, list[UUID]]:
    players: dict[Role, list[UUID]] = {}
    for row in people:
        for role in row["roles"]:
            players.setdefault(Role(role), []).append(row["user_id"])
    return players


def _absence(row: RowMapping) -> Absence:
    return Absence(row["user_id"], row["deputy_id"], row["starts_at"], row["ends_at"])


async def departments(tx: Tx) -> list[RowMapping]:
    return await tx.rows(
        "select id, name_ar, name_en, is_default from escalation.department"
        " order by is_default desc, name_en, id"
    )


async def staff_exists(tx: Tx, user_id: UUID) -> bool:
    """Whether the person is known, works here and is not disabled."""
    found = await tx.scalar(
        "select true from escalation.person where user_id = :user_id and not disabled"
        " and not roles <@ cast(:customers as text[])",
        {"user_id": user_id, "customers": [Role.CUSTOMER, Role.CUSTOMER_ADMIN]},
    )
    return bool(found)


async def put_absence(tx: Tx, values: dict[str, Any]) -> None:
    await tx.execute(
        "insert into escalation.absence"
        " (id, user_id, deputy_id, starts_at, ends_at, created_by, created_at) values"
        " (:id, :user_id, :deputy_id, :starts_at, :ends_at, :created_by, :created_at)",
        values,
    )


async def absence(tx: Tx, absence_id: UUID) -> RowMapping | None:
    return await tx.row("select * from escalation.absence where id = :id", {"id": absence_id})


async def drop_absence(tx: Tx, absence_id: UUID) -> None:
    await tx.execute("delete from escalation.absence where id = :id", {"id": absence_id})


async def absences(
    tx: Tx, user_id: UUID | None, since: datetime, after: UUID | None, limit: int
) -> list[RowMapping]:
    """Absences that are not over yet, oldest entry first."""
    return await tx.rows(
        "select * from escalation.absence where ends_at > :since"
        " and (cast(:user_id as uuid) is null or user_id = :user_id)"
        " and (cast(:after as uuid) is null or id > :after) order by id limit :limit",
        {"since": since, "user_id": user_id, "after": after, "limit": limit},
    )
