"""Which tickets a replay goes over: newest first, page by page through the index of openings."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.sla.store.sight import condition
from shared.kit.callers import Caller
from shared.kit.tx import Tx


@dataclass(frozen=True, slots=True)
class Place:
    """A ticket in the order of the replay."""

    opened_at: datetime
    ticket_id: UUID
    number: int


@dataclass(frozen=True, slots=True)
class Scope:
    """Tickets opened since an instant; of one organization, of one policy where named."""

    since: datetime
    organization_id: UUID | None = None
    policy_id: UUID | None = None


async def page(
    tx: Tx, caller: Caller, scope: Scope, after: Place | None, limit: int
) -> list[Place]:
    """The next tickets that the caller may see, older than `after`."""
    seen, params = condition(caller)
    where = ["opened_at >= :since", seen]
    params |= {"since": scope.since, "limit": limit}
    if after is not None:
        where.append("(opened_at, ticket_id) < (:opened_at, :ticket_id)")
        params |= {"opened_at": after.opened_at, "ticket_id": after.ticket_id}
    if scope.organization_id is not None:
        where.append("organization_id = :organization_id")
        params["organization_id"] = scope.organization_id
    if scope.policy_id is not None:
        where.append("policy_id = :policy_id")
        params["policy_id"] = scope.policy_id
    rows = await tx.rows(
        f"select opened_at, ticket_id, number from sla.clock where {' and '.join(where)}"
        " order by opened_at desc, ticket_id desc limit :limit",
        params,
    )
    return [Place(row["opened_at"], row["ticket_id"], row["number"]) for row in rows]
