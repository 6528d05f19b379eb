"""Rows of people, positions and absences."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import RowMapping
from sqlalchemy.dialects.postgresql import insert

from services.escalation.domain.colleagues import Colleague
from services.escalation.domain.people import Absence, Directory
from services.escalation.tables import Department, Person, Position
from shared.kit.tables import table
from shared.kit.tx import Tx
from shared.vocabulary import CUSTOMER_ROLES, Role

_PERSON = table(Person)
_POSITION = table(Position)
_DEPARTMENT = table(Department)

_ROLES = frozenset(str(role) for role in Role)
_SOUND = "starts_at >= timestamptz '1900-01-01Z' and ends_at <= timestamptz '2200-01-01Z'"
"""Rows outside what Python and the wire can say count for nothing: one must not stop ladders."""


_KNOWN = "escalation.directory"
_DIRECTORY = f"""
    select (select coalesce(json_agg(json_build_array(role, department_id, user_ids)), '[]')
            from escalation.position)::text as positions,
        (select coalesce(json_agg(json_build_array(user_id, deputy_id, starts_at, ends_at)
                order by starts_at, id), '[]')
            from escalation.absence
            where starts_at <= :now and ends_at > :now and {_SOUND})::text as absences,
        (select coalesce(json_agg(json_build_array(user_id, roles, disabled) order by user_id),
                '[]')
            from escalation.person where disabled or not roles <@ cast(:customers as text[])
            )::text as people"""
"""One question instead of three; of the customers only those that cannot answer any more."""


async def put_person(tx: Tx, values: dict[str, Any]) -> None:
    await _put(tx, _PERSON, "user_id", values)


async def put_position(tx: Tx, values: dict[str, Any]) -> None:
    await _put(tx, _POSITION, "position", values)


async def put_department(tx: Tx, values: dict[str, Any]) -> None:
    await _put(tx, _DEPARTMENT, "id", values)


async def _put(tx: Tx, target: Any, key: str, values: dict[str, Any]) -> None:
    changes = {name: value for name, value in values.items() if name != key}
    statement = insert(target).values(values)
    tx.known.pop(_KNOWN, None)
    await tx.execute(statement.on_conflict_do_update(index_elements=[key], set_=changes))


async def disable_person(tx: Tx, user_id: UUID) -> None:
    tx.known.pop(_KNOWN, None)
    await tx.execute(
        "update escalation.person set disabled = true where user_id = :user_id",
        {"user_id": user_id},
    )


async def directory(tx: Tx) -> Directory:
    """Everything that the question "who holds this role now?" needs; one answer serves a batch."""
    known: Directory | None = tx.known.get(_KNOWN)
    if known is None:
        row = await tx.row(_DIRECTORY, {"now": tx.now, "customers": list(CUSTOMER_ROLES)})
        assert row is not None
        known = tx.known[_KNOWN] = _read(orjson.loads(row["positions"]), row)
    return known


def _read(positions: list[Any], row: RowMapping) -> Directory:
    people = orjson.loads(row["people"])
    return Directory(
        positions={
            (Role(role), UUID(department) if department else None): list(map(UUID, users))
            for role, department, users in positions
            if role in _ROLES
        },
        players=_players(people),
        absences=[_absence(one) for one in orjson.loads(row["absences"])],
        disabled=frozenset(UUID(user) for user, _, disabled in people if disabled),
    )


def _players(people: list[Any]) -> dict[Role, list[UUID]]:
    players: dict[Role, list[UUID]] = {}
    for user, roles, _ in people:
        for role in _ROLES.intersection(roles):
            players.setdefault(Role(role), []).append(UUID(user))
    return players


def _absence(one: list[Any]) -> Absence:
    user, deputy, starts, ends = one
    return Absence(
        UUID(user),
        UUID(deputy) if deputy else None,
        datetime.fromisoformat(starts),
        datetime.fromisoformat(ends),
    )


async def departments(tx: Tx) -> list[RowMapping]:
    return await tx.rows(
        "select id, name_ar, name_en, is_default from escalation.department"
        " order by is_default desc, name_en, id"
    )


async def colleague(tx: Tx, user_id: UUID) -> Colleague | None:
    """The person when they work here, with the departments of their positions as well."""
    row = await tx.row(
        """select p.department_ids, p.disabled,
            array(select q.department_id from escalation.position q
                where p.user_id = any(q.user_ids) and q.department_id is not null) as led,
            array(select q.role from escalation.position q
                where p.user_id = any(q.user_ids) and q.department_id is null) as held
            from escalation.person p where p.user_id = :user_id
            and not p.roles <@ cast(:customers as text[])""",
        {"user_id": user_id, "customers": list(CUSTOMER_ROLES)},
    )
    if row is None:
        return None
    departments = frozenset([*row["department_ids"], *row["led"]])
    return Colleague(user_id, departments, frozenset(row["held"]), row["disabled"])


async def put_absence(tx: Tx, values: dict[str, Any]) -> None:
    await tx.execute(
        "insert into escalation.absence"
        " (id, user_id, deputy_id, starts_at, ends_at, created_by, created_at) values"
        " (:id, :user_id, :deputy_id, :starts_at, :ends_at, :created_by, :created_at)",
        values,
    )


async def absent_person(tx: Tx, absence_id: UUID) -> UUID | None:
    """Whose absence it is."""
    found: UUID | None = await tx.scalar(
        "select user_id from escalation.absence where id = :id", {"id": absence_id}
    )
    return found


async def drop_absence(tx: Tx, absence_id: UUID) -> bool:
    """Whether it was still there."""
    statement = "delete from escalation.absence where id = :id returning true"
    return bool(await tx.scalar(statement, {"id": absence_id}))


async def unsaid(tx: Tx) -> list[RowMapping]:
    """Absences to come that no fact has told of; they count as told now."""
    return await tx.rows(
        f"""update escalation.absence set stated = true
        where not stated and ends_at > :now and {_SOUND} returning *""",
        {"now": tx.now},
    )


async def absences(
    tx: Tx, user_id: UUID | None, since: datetime, after: UUID | None, limit: int
) -> list[RowMapping]:
    """Absences that are not over yet, oldest entry first."""
    return await tx.rows(
        f"select * from escalation.absence where ends_at > :since and {_SOUND}"
        " and (cast(:user_id as uuid) is null or user_id = :user_id)"
        " and (cast(:after as uuid) is null or id > :after) order by id limit :limit",
        {"since": since, "user_id": user_id, "after": after, "limit": limit},
    )
