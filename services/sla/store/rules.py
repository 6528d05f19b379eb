"""Rows of calendars, policies and contracts, and their versions."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, insert, select, update

from services.sla.domain.promises import Contract
from services.sla.domain.words import ContractKind
from services.sla.tables import Calendar, CalendarVersion, Policy, PolicyVersion
from services.sla.tables import Contract as ContractRow
from shared.kit.tables import table
from shared.kit.tx import Tx

_CALENDAR, _CALENDAR_VERSION = table(Calendar), table(CalendarVersion)
_POLICY, _POLICY_VERSION = table(Policy), table(PolicyVersion)
_CONTRACT = table(ContractRow)

REVISION = "(select coalesce(max(revision), 0) from sla.calendar_version)"
"""Moves with every calendar version, so that a process knows when its copies are old."""

_CALENDARS = """
    select c.id, c.name, c.version, c.created_at, c.updated_at, v.document, v.effective_from
    from sla.calendar c join sla.calendar_version v
        on v.calendar_id = c.id and v.version = c.version"""
_POLICIES = """
    select p.id, p.version, p.created_at, p.updated_at, v.document
    from sla.policy p join sla.policy_version v on v.policy_id = p.id and v.version = p.version"""


async def calendar_versions(tx: Tx) -> list[RowMapping]:
    """Every version of every calendar, oldest first."""
    return await tx.rows(
        "select calendar_id, version, document, effective_from, revision"
        " from sla.calendar_version order by calendar_id, version"
    )


async def calendar(tx: Tx, calendar_id: UUID, *, lock: bool = False) -> RowMapping | None:
    statement = _CALENDARS + " where c.id = :id" + (" for update of c" if lock else "")
    return await tx.row(statement, {"id": calendar_id})


async def calendars(tx: Tx, after: UUID, limit: int) -> list[RowMapping]:
    statement = _CALENDARS + " where c.id > :after order by c.id limit :limit"
    return await tx.rows(statement, {"after": after, "limit": limit})


async def add_calendar(tx: Tx, calendar_id: UUID, name: dict[str, str], now: datetime) -> None:
    values = {"id": calendar_id, "name": name, "version": 0, "created_at": now, "updated_at": now}
    await tx.execute(insert(_CALENDAR).values(values))


async def add_calendar_version(tx: Tx, values: dict[str, Any]) -> None:
    """The next version; the caller holds the calendar's row."""
    await tx.execute(insert(_CALENDAR_VERSION).values(values))
    changed = {"version": values["version"], "updated_at": values["created_at"]}
    await tx.execute(
        update(_CALENDAR).where(_CALENDAR.c.id == values["calendar_id"]).values(changed)
    )


async def policy(tx: Tx, policy_id: UUID, *, lock: bool = False) -> RowMapping | None:
    statement = _POLICIES + " where p.id = :id" + (" for update of p" if lock else "")
    return await tx.row(statement, {"id": policy_id})


async def policies(tx: Tx, after: UUID, limit: int) -> list[RowMapping]:
    statement = _POLICIES + " where p.id > :after order by p.id limit :limit"
    return await tx.rows(statement, {"after": after, "limit": limit})


async def policy_document(tx: Tx, policy_id: UUID, version: int) -> dict[str, Any]:
    """One version's document; it exists, clocks refer to it by a foreign key."""
    versions = _POLICY_VERSION.c
    statement = select(versions.document).where(
        versions.policy_id == policy_id, versions.version == version
    )
    document: dict[str, Any] = await tx.scalar(statement)
    return document


async def add_policy(tx: Tx, policy_id: UUID, now: datetime) -> None:
    values = {"id": policy_id, "version": 0, "created_at": now, "updated_at": now}
    await tx.execute(insert(_POLICY).values(values))


async def add_policy_version(tx: Tx, values: dict[str, Any]) -> None:
    """The next version; the caller holds the policy's row."""
    await tx.execute(insert(_POLICY_VERSION).values(values))
    changed = {"version": values["version"], "updated_at": values["created_at"]}
    await tx.execute(update(_POLICY).where(_POLICY.c.id == values["policy_id"]).values(changed))


async def contract(tx: Tx, contract_id: UUID, *, lock: bool = False) -> RowMapping | None:
    statement = select(_CONTRACT).where(_CONTRACT.c.id == contract_id)
    return await tx.row(statement.with_for_update() if lock else statement)


async def contracts(
    tx: Tx, organization_id: UUID | None, after: UUID, limit: int
) -> list[RowMapping]:
    statement = select(_CONTRACT).where(_CONTRACT.c.id > after)
    if organization_id is not None:
        statement = statement.where(_CONTRACT.c.organization_id == organization_id)
    return await tx.rows(statement.order_by(_CONTRACT.c.id).limit(limit))


async def bought(tx: Tx, organization_id: UUID, first: date, last: date) -> Sequence[Contract]:
    """Contracts of an organization that overlap a span of dates."""
    rows = await tx.rows(
        "select id, kind, policy_id, calendar_id, starts_on, ends_on from sla.contract"
        " where organization_id = :organization_id and starts_on <= :last"
        " and (ends_on is null or ends_on >= :first)",
        {"organization_id": organization_id, "first": first, "last": last},
    )
    return [
        Contract(
            row["id"],
            ContractKind(row["kind"]),
            row["policy_id"],
            row["calendar_id"],
            row["starts_on"],
            row["ends_on"],
        )
        for row in rows
    ]


async def add_contract(tx: Tx, values: dict[str, Any]) -> None:
    await tx.execute(insert(_CONTRACT).values(values))


async def change_contract(tx: Tx, contract_id: UUID, values: dict[str, Any]) -> None:
    await tx.execute(update(_CONTRACT).where(_CONTRACT.c.id == contract_id).values(values))


async def put_organization(tx: Tx, organization_id: UUID, locale: str, timezone: str) -> None:
    """An organization as gateway last told it."""
    await tx.execute(
        "insert into sla.organization (id, locale, timezone) values (:id, :locale, :timezone)"
        " on conflict (id) do update set locale = excluded.locale, timezone = excluded.timezone",
        {"id": organization_id, "locale": locale, "timezone": timezone},
    )


async def organization_timezone(tx: Tx, organization_id: UUID) -> str | None:
    zone: str | None = await tx.scalar(
        "select timezone from sla.organization where id = :id", {"id": organization_id}
    )
    return zone
