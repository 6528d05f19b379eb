"""Outage tickets of a customer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.sla.store.sight import condition
from shared.kit.callers import Caller
from shared.kit.tx import Tx


async def outage_tickets(
    tx: Tx, caller: Caller, organization_id: UUID, span: tuple[datetime, datetime]
) -> list[dict[str, Any]]:
    """Those that may have lasted into a span; `seen` says whether the caller may know which."""
    where, params = condition(caller)
    rows = await tx.rows(
        f"""select ticket_id, number, ({where}) as seen from sla.clock
        where organization_id = :organization_id and outage and opened_at < :end
            and (open or settled_at >= :start)
        order by opened_at, ticket_id""",
        {"organization_id": organization_id, "start": span[0], "end": span[1], **params},
    )
    return [{str(name): value for name, value in row.items()} for row in rows]


async def mark(tx: Tx, ticket_id: UUID, *, outage: bool) -> None:
    """Whether a ticket counts as an outage."""
    await tx.execute(
        "update sla.clock set outage = :outage where ticket_id = :ticket_id",
        {"ticket_id": ticket_id, "outage": outage},
    )
