"""Rows of organizations and their mail domains."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, insert

from services.gateway import tables
from services.gateway.domain.people import Organization
from shared.kit.tables import table
from shared.kit.tx import Tx
from shared.vocabulary import Locale

_NAME = "identity.organization.name"
_ORGANIZATION = table(tables.Organization)
_SELECT = """
    select o.id, o.name_sealed, o.locale, o.timezone, o.version, o.created_at, o.updated_at,
        array(select d.domain from identity.organization_domain d
            where d.organization_id = o.id order by d.domain) as domains
    from identity.organization o"""


async def insert_organization(tx: Tx, made: Organization) -> bool:
    """Whether it is new; an id that exists is left as it is."""
    box = await tx.context.vault.box(made.id)
    values = {
        "id": made.id,
        "name_sealed": box.seal(_NAME, made.id, made.name),
        "locale": made.locale.value,
        "timezone": made.timezone,
        "version": made.version,
        "created_at": made.created_at,
        "updated_at": made.updated_at,
    }
    found = await tx.scalar("select 1 from identity.organization where id = :id", {"id": made.id})
    if found is None:
        await tx.execute(insert(_ORGANIZATION).values(**values))
    return found is None


async def update_organization(tx: Tx, changed: Organization) -> None:
    box = await tx.context.vault.box(changed.id)
    await tx.execute(
        """update identity.organization set name_sealed = :name, locale = :locale,
            timezone = :timezone, version = :version, updated_at = :now where id = :id""",
        {
            "id": changed.id,
            "name": box.seal(_NAME, changed.id, changed.name),
            "locale": changed.locale.value,
            "timezone": changed.timezone,
            "version": changed.version,
            "now": changed.updated_at,
        },
    )


async def claim_domains(tx: Tx, organization_id: UUID, domains: Iterable[str]) -> list[str]:
    """Make these the organization's domains; returns those that another one holds."""
    wanted = sorted(set(domains))
    await tx.execute(
        """delete from identity.organization_domain
            where organization_id = :id and not domain = any(cast(:wanted as text[]))""",
        {"id": organization_id, "wanted": wanted},
    )
    await tx.execute(
        """insert into identity.organization_domain (domain, organization_id)
            select unnest(cast(:wanted as text[])), :id on conflict do nothing""",
        {"id": organization_id, "wanted": wanted},
    )
    rows = await tx.rows(
        """select domain from identity.organization_domain
            where domain = any(cast(:wanted as text[])) and organization_id <> :id""",
        {"id": organization_id, "wanted": wanted},
    )
    return [row["domain"] for row in rows]


async def find_organization(
    tx: Tx, organization_id: UUID, *, lock: bool = False
) -> Organization | None:
    query = f"{_SELECT} where o.id = :id {'for update' if lock else ''}"
    row = await tx.row(query, {"id": organization_id})
    return await _organization(tx, row) if row else None


async def owners_of(tx: Tx, domains: Collection[str]) -> dict[str, UUID]:
    """Whose customers write from these mail domains, where somebody's do."""
    rows = await tx.rows(
        "select domain, organization_id from identity.organization_domain"
        " where domain = any(cast(:domains as text[]))",
        {"domains": list(domains)},
    )
    return {row["domain"]: row["organization_id"] for row in rows}


async def find_organizations(tx: Tx, wanted: Collection[UUID]) -> dict[UUID, Organization]:
    """These organizations by id; unknown ids are left out."""
    query = f"{_SELECT} where o.id = any(cast(:ids as uuid[]))"
    rows = await tx.rows(query, {"ids": list(wanted)})
    return {row["id"]: await _organization(tx, row) for row in rows}


async def timezones(tx: Tx, organization_ids: Iterable[UUID]) -> dict[UUID, str]:
    rows = await tx.rows(
        "select id, timezone from identity.organization where id = any(cast(:ids as uuid[]))",
        {"ids": list(organization_ids)},
    )
    return {row["id"]: row["timezone"] for row in rows}


async def list_organizations(
    tx: Tx, only: UUID | None, after: UUID | None, limit: int
) -> Sequence[Organization]:
    """In the order of their making; `only` is the wall of a customer."""
    rows = await tx.rows(
        f"""{_SELECT} where (cast(:only as uuid) is null or o.id = :only)
            and (cast(:after as uuid) is null or o.id > :after) order by o.id limit :limit""",
        {"only": only, "after": after, "limit": limit},
    )
    return [await _organization(tx, row) for row in rows]


async def _organization(tx: Tx, row: RowMapping) -> Organization:
    box = await tx.context.vault.box(row["id"])
    fields: dict[str, Any] = {key: row[key] for key in ("id", "timezone", "version")}
    return Organization(
        **fields,
        name=box.open(_NAME, row["id"], row["name_sealed"]),
        domains=tuple(row["domains"]),
        locale=Locale(row["locale"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
