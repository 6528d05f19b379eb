"""Rows of calendars, policies and contracts, and their versions."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Table, insert, literal_column, select, update

from services.sla.tables import (
    Calendar,
    CalendarVersion,
    Contract,
    ContractVersion,
    Policy,
    PolicyVersion,
)
from shared.kit.tables import table
from shared.kit.tx import Tx
from shared.vocabulary import Localized

Row = dict[str, Any]

_CALENDAR, _CALENDAR_VERSION = table(Calendar), table(CalendarVersion)
_POLICY, _POLICY_VERSION = table(Policy), table(PolicyVersion)
_CONTRACT, _CONTRACT_VERSION = table(Contract), table(ContractVersion)

_SAID = (
    *("organization_id", "kind", "policy_id", "policy_ids", "calendar_id"),
    *("starts_on", "ends_on", "uptime_target"),
)
"""What a contract says."""
REVISION = "(select coalesce(max(revision), 0) from sla.calendar_version)"
"""Moves with every calendar version, so that a process knows when its copies are old."""

_CALENDARS = select(
    _CALENDAR, _CALENDAR_VERSION.c.document, _CALENDAR_VERSION.c.effective_from
).join(
    _CALENDAR_VERSION,
    (_CALENDAR_VERSION.c.calendar_id == _CALENDAR.c.id)
    & (_CALENDAR_VERSION.c.version == _CALENDAR.c.version),
)
_POLICIES = select(_POLICY, _POLICY_VERSION.c.document).join(
    _POLICY_VERSION,
    (_POLICY_VERSION.c.policy_id == _POLICY.c.id)
    & (_POLICY_VERSION.c.version == _POLICY.c.version),
)


async def one_at_a_time(tx: Tx, what: str) -> None:
    """Holds other replicas back until this transaction ends."""
    await tx.execute("select pg_advisory_xact_lock(hashtext(:what))", {"what": what})


async def calendar_versions(tx: Tx) -> list[Row]:
    """Every version of every calendar, oldest first."""
    versions = _CALENDAR_VERSION.c
    statement = select(
        versions.calendar_id,
        versions.version,
        versions.document,
        versions.effective_from,
        literal_column("revision"),
    )
    return _dicts(await tx.rows(statement.order_by(versions.calendar_id, versions.version)))


async def revision(tx: Tx) -> int:
    number: int = await tx.scalar(f"select {REVISION}")
    return number


async def calendar(tx: Tx, calendar_id: UUID, *, lock: bool = False) -> Row | None:
    if lock:
        await _hold(tx, _CALENDAR, calendar_id)
    return _dict(await tx.row(_CALENDARS.where(_CALENDAR.c.id == calendar_id)))


async def _hold(tx: Tx, head: Table, row_id: UUID) -> None:
    """Lock a head before its newest version is read.

    In one statement the version of the old head would be joined to the new one, and nothing found.
    """
    await tx.execute(select(head.c.id).where(head.c.id == row_id).with_for_update())


async def calendars(tx: Tx, after: UUID, limit: int) -> list[Row]:
    found = _CALENDARS.where(_CALENDAR.c.id > after)
    return _dicts(await tx.rows(found.order_by(_CALENDAR.c.id).limit(limit)))


async def add_calendar(tx: Tx, calendar_id: UUID, name: Localized, now: datetime) -> None:
    values = {"id": calendar_id, "name": name, "version": 0, "created_at": now, "updated_at": now}
    await tx.execute(insert(_CALENDAR).values(values))


async def add_calendar_version(tx: Tx, values: dict[str, Any]) -> None:
    """The next version; the caller holds the calendar's row.

    Revisions become known in their order: a process that has seen one has seen those before.
    """
    await one_at_a_time(tx, "sla.calendar_version")
    await tx.execute(insert(_CALENDAR_VERSION).values(values))
    changed = {"version": values["version"], "updated_at": values["created_at"]}
    await tx.execute(
        update(_CALENDAR).where(_CALENDAR.c.id == values["calendar_id"]).values(changed)
    )


async def policy(tx: Tx, policy_id: UUID, *, lock: bool = False) -> Row | None:
    if lock:
        await _hold(tx, _POLICY, policy_id)
    return _dict(await tx.row(_POLICIES.where(_POLICY.c.id == policy_id)))


async def policy_version(tx: Tx, policy_id: UUID) -> int:
    """The number of a policy's newest version."""
    number: int = await tx.scalar(select(_POLICY.c.version).where(_POLICY.c.id == policy_id))
    return number


async def policies(tx: Tx, after: UUID, limit: int) -> list[Row]:
    found = _POLICIES.where(_POLICY.c.id > after)
    return _dicts(await tx.rows(found.order_by(_POLICY.c.id).limit(limit)))


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
    changed = {
        "version": values["version"],
        "updated_at": values["created_at"],
        "match": values["document"].get("match"),
    }
    await tx.execute(update(_POLICY).where(_POLICY.c.id == values["policy_id"]).values(changed))


async def policy_versions(tx: Tx, policy_id: UUID, below: int, limit: int) -> list[Row]:
    """Versions of a policy, newest first, each with its document."""
    versions = _POLICY_VERSION.c
    statement = select(_POLICY_VERSION).where(
        versions.policy_id == policy_id, versions.version < below
    )
    return _dicts(await tx.rows(statement.order_by(versions.version.desc()).limit(limit)))


async def known_policies(tx: Tx, policy_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the ids that name a policy."""
    statement = select(_POLICY.c.id).where(_POLICY.c.id.in_(policy_ids))
    return {row["id"] for row in await tx.rows(statement)}


async def contract(tx: Tx, contract_id: UUID, *, lock: bool = False) -> Row | None:
    statement = select(_CONTRACT).where(_CONTRACT.c.id == contract_id)
    return _dict(await tx.row(statement.with_for_update() if lock else statement))


async def contracts(tx: Tx, organization_id: UUID | None, after: UUID, limit: int) -> list[Row]:
    statement = select(_CONTRACT).where(_CONTRACT.c.id > after)
    if organization_id is not None:
        statement = statement.where(_CONTRACT.c.organization_id == organization_id)
    return _dicts(await tx.rows(statement.order_by(_CONTRACT.c.id).limit(limit)))


async def twin(tx: Tx, values: dict[str, Any]) -> bool:
    """Whether another contract of the organization says exactly the same.

    Until this transaction ends, nobody else writes a contract of the organization.
    """
    await one_at_a_time(tx, f"sla.contract:{values['organization_id']}")
    said = _CONTRACT.c
    same = (said[name].is_not_distinct_from(values[name]) for name in _SAID)
    return await tx.row(select(said.id).where(said.id != values["id"], *same)) is not None


async def add_contract(tx: Tx, values: dict[str, Any], version: dict[str, Any]) -> None:
    """A contract and the first line of its history."""
    await tx.execute(insert(_CONTRACT).values(values))
    await tx.execute(insert(_CONTRACT_VERSION).values(version))


async def change_contract(
    tx: Tx, contract_id: UUID, values: dict[str, Any], version: dict[str, Any]
) -> None:
    """The contract as it is now; what it was stays on record."""
    await tx.execute(update(_CONTRACT).where(_CONTRACT.c.id == contract_id).values(values))
    await tx.execute(insert(_CONTRACT_VERSION).values(version))


async def contract_versions(tx: Tx, contract_id: UUID, below: int, limit: int) -> list[Row]:
    """Versions of a contract, newest first."""
    versions = _CONTRACT_VERSION.c
    statement = select(_CONTRACT_VERSION).where(
        versions.contract_id == contract_id, versions.version < below
    )
    return _dicts(await tx.rows(statement.order_by(versions.version.desc()).limit(limit)))


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


def _dict(row: RowMapping | None) -> Row | None:
    return None if row is None else _dicts([row])[0]


def _dicts(rows: Iterable[RowMapping]) -> list[Row]:
    return [{str(name): value for name, value in row.items()} for row in rows]
