"""Rows of what happened to a ticket: appended, each step of the ticket and part of it once."""

from uuid import UUID

from services.sla.domain.happenings import Happening
from shared.kit.tx import Tx
from shared.worktime import instant


async def add(tx: Tx, clock: tuple[UUID, UUID], happening: Happening) -> bool:
    """One more thing that happened to a ticket; False when it was known already.

    `clock` is the ticket's id and its organization's.
    """
    done = await tx.execute(
        "insert into sla.clock_event"
        " (ticket_id, organization_id, ordinal, part, at, kind, value, status, ref)"
        " values (:ticket_id, :organization_id, :ordinal, :part, :at, :kind, :value, :status, :ref)"
        " on conflict do nothing",
        {
            "ticket_id": clock[0],
            "organization_id": clock[1],
            "ordinal": happening.ordinal,
            "part": happening.part,
            "at": instant(happening.at),
            "kind": happening.kind.value,
            "value": happening.value,
            "status": happening.status,
            "ref": UUID(happening.ref) if happening.ref else None,
        },
    )
    return bool(done.rowcount)
