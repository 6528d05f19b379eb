"""What identity events told us: people, departments, organizations."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Table
from sqlalchemy.dialects.postgresql import insert

from services.tickets.tables import Department, Organization, Person
from shared.kit.tables import table
from shared.kit.tx import Tx

PERSON = table(Person)
DEPARTMENT = table(Department)
ORGANIZATION = table(Organization)


async def put_person(tx: Tx, values: dict[str, Any]) -> None:
    await _put(tx, PERSON, values)


async def put_department(tx: Tx, values: dict[str, Any]) -> None:
    await _put(tx, DEPARTMENT, values)


async def put_organization(tx: Tx, values: dict[str, Any]) -> None:
    await _put(tx, ORGANIZATION, values)


async def disable(tx: Tx, person_id: UUID) -> None:
    await tx.execute("update tickets.person set disabled = true where id = :id", {"id": person_id})


async def person(tx: Tx, person_id: UUID) -> RowMapping | None:
    return await tx.row("select * from tickets.person where id = :id", {"id": person_id})


async def disabled(tx: Tx, people: Iterable[UUID]) -> frozenset[UUID]:
    """Those of the people who are known as disabled."""
    rows = await tx.rows(
        "select id from tickets.person where id = any(:people) and disabled",
        {"people": list(people)},
    )
    return frozenset(row["id"] for row in rows)


async def department(tx: Tx, department_id: UUID) -> RowMapping | None:
    return await tx.row("select * from tickets.department where id = :id", {"id": department_id})


async def departments(tx: Tx) -> list[RowMapping]:
    return await tx.rows("select * from tickets.department")


async def zones(tx: Tx, organization_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The time zones of organizations that we know."""
    rows = await tx.rows(
        "select id, timezone from tickets.organization where id = any(:ids)",
        {"ids": list(organization_ids)},
    )
    return {row["id"]: row["timezone"] for row in rows}


async def organization(tx: Tx, organization_id: UUID) -> RowMapping | None:
    return await tx.row(
        "select * from tickets.organization where id = :id", {"id": organization_id}
    )


async def known_organization(tx: Tx, organization_id: UUID) -> bool:
    """Whether an event told of it or a ticket is its own."""
    return bool(
        await tx.scalar(
            """select exists (select from tickets.organization where id = :id)
                or exists (select from tickets.ticket where organization_id = :id)""",
            {"id": organization_id},
        )
    )


async def _put(tx: Tx, target: Table, values: dict[str, Any]) -> None:
    wish = insert(target).values(**values)
    rest = {name: wish.excluded[name] for name in values if name != "id"}
    await tx.execute(wish.on_conflict_do_update(index_elements=["id"], set_=rest))
