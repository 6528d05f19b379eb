"""What a ticket's terms are chosen from, in one look, and the terms that it then has."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import orjson
from sqlalchemy import RowMapping

from services.sla.domain.matching import Candidate
from services.sla.domain.promises import Contract
from services.sla.domain.words import ContractKind
from services.sla.store.clockrows import ClockRow
from services.sla.store.rules import REVISION
from shared.kit.tx import Tx
from shared.vocabulary import DEFAULT_POLICY


@dataclass(frozen=True, slots=True)
class Basis:
    """Contracts around a date, and the policies to try under each (under none: the house's).

    Versions are the newest ones.
    """

    contracts: tuple[Contract, ...]
    versions: dict[UUID, int]
    candidates: dict[UUID | None, tuple[Candidate, ...]]
    revision: int


_LISTED = "jsonb_agg(jsonb_build_array(m.id, m.version, m.match) order by {order})"
_OF_CONTRACT = f"""(select {_LISTED.format(order="array_position(c.policy_ids, m.id)")}::text
    from sla.policy m where m.id = any(c.policy_ids))"""
_OF_HOUSE = f"""(select {_LISTED.format(order="(m.match ->> 'rank')::int, m.id")}::text
    from sla.policy m where m.match ->> 'rank' is not null)"""
_BASIS = f"""
    select c.id, c.kind, c.policy_id, c.policy_ids, c.calendar_id, c.starts_on, c.ends_on,
        coalesce(p.version, 0) as version, d.version as default_version,
        case when c.policy_ids <> '{{}}' then {_OF_CONTRACT} end as listed,
        {_OF_HOUSE} as ranked, {REVISION} as revision
    from sla.policy d
    left join sla.contract c on c.organization_id = :organization_id
        and c.starts_on <= :last and (c.ends_on is null or c.ends_on >= :first)
    left join sla.policy p on p.id = c.policy_id
    where d.id = :default"""


async def basis(tx: Tx, organization_id: UUID, near: date) -> Basis:
    """Contracts of an organization around a date, and the policies that may serve."""
    place = ("basis", organization_id, near)
    if place not in tx.known:
        tx.known[place] = await _basis(tx, organization_id, near)
    found: Basis = tx.known[place]
    return found


async def _basis(tx: Tx, organization_id: UUID, near: date) -> Basis:
    rows = await tx.rows(
        _BASIS,
        {
            "organization_id": organization_id,
            "default": DEFAULT_POLICY,
            "first": near - timedelta(days=1),
            "last": near + timedelta(days=1),
        },
    )
    found = [row for row in rows if row["id"] is not None]
    versions = {row["policy_id"]: row["version"] for row in found}
    versions[DEFAULT_POLICY] = rows[0]["default_version"]
    candidates: dict[UUID | None, tuple[Candidate, ...]] = {
        row["id"]: tuple(_candidates(row["listed"])) for row in found
    }
    candidates[None] = tuple(_candidates(rows[0]["ranked"]))
    return Basis(tuple(map(_contract, found)), versions, candidates, rows[0]["revision"])


async def channel(tx: Tx, ticket_id: UUID) -> str:
    """The door through which a ticket came."""
    word: str = await tx.scalar(
        "select channel from sla.clock where ticket_id = :ticket_id", {"ticket_id": ticket_id}
    )
    return word


def _candidates(text: str | None) -> Iterable[Candidate]:
    for policy_id, version, match in orjson.loads(text) if text else ():
        yield Candidate.read(UUID(policy_id), version, match)


def _contract(row: RowMapping) -> Contract:
    return Contract(
        row["id"],
        ContractKind(row["kind"]),
        row["policy_id"],
        row["calendar_id"],
        row["starts_on"],
        row["ends_on"],
        tuple(row["policy_ids"]),
    )


async def put_terms(tx: Tx, row: ClockRow) -> None:
    """What the ticket is served under from now on."""
    await tx.execute(
        "update sla.clock set policy_id = :policy_id, policy_version = :version,"
        " contract_id = :contract_id, contract_kind = :kind, calendar_id = :calendar_id"
        " where ticket_id = :ticket_id",
        {
            "ticket_id": row.ticket_id,
            "policy_id": row.policy_id,
            "version": row.policy_version,
            "contract_id": row.contract_id,
            "kind": row.kind,
            "calendar_id": row.calendar_id,
        },
    )
