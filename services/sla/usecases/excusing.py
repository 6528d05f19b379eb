"""Excusing a broken promise: the breach stays on record, and so does who excused it and why."""

from typing import Any, Protocol
from uuid import UUID

from services.sla.problems import AlreadyExcused, NotBreached
from services.sla.store import breaches, clocks
from services.sla.store.clockrows import ClockRow
from services.sla.usecases.directory import require_sight
from services.sla.usecases.records import PUBLIC_REASON, REASON, place_of
from services.sla.usecases.stating import emit
from shared.events.sla import SlaExcused
from shared.kit.callers import Caller
from shared.kit.problems import Forbidden, NotFound
from shared.kit.tx import Tx
from shared.vocabulary import Metric


class Said(Protocol):
    """Why: to the desk, and to the customer where that is said."""

    @property
    def reason(self) -> str: ...

    @property
    def public_reason(self) -> str | None: ...


async def excuse(
    tx: Tx, caller: Caller, ticket_id: UUID, promise: tuple[Metric, int], said: Said
) -> None:
    """Reports show the breach raw and excused; a second excuse is refused."""
    if caller.kind != "user":
        raise Forbidden  # an excuse is somebody's word
    await require_sight(tx.context, caller, ticket_id)
    row = await clocks.lock(tx, ticket_id)
    if row is None:
        raise NotFound
    breach = await _broken(tx, row, promise)
    metric, cycle = promise
    box = await tx.context.vault.box(row.organization_id)
    place, told = place_of(ticket_id, metric, cycle), said.public_reason
    sealed = {
        "reason": box.seal(REASON, place, said.reason),
        "public_reason": None if told is None else box.seal(PUBLIC_REASON, place, told),
    }
    await breaches.excuse(tx, {**breach, "actor_id": caller.id, **sealed, "at": tx.now})
    fact = SlaExcused(
        ticket_id=ticket_id,
        organization_id=row.organization_id,
        at=tx.now,
        metric=metric,
        cycle=cycle,
        actor_id=caller.id,
    )
    emit(tx, row, fact)
    await clocks.save_struck(tx, [row])


async def _broken(tx: Tx, row: ClockRow, promise: tuple[Metric, int]) -> dict[str, Any]:
    """The breach that is excused: it stands, and nobody has excused it yet."""
    record = [
        one
        for one in await breaches.of_ticket(tx, row.ticket_id)
        if (one["metric"], one["cycle"]) == promise
    ]
    if any(one["fact"] == "excused" for one in record):
        raise AlreadyExcused
    if not record or record[-1]["fact"] != "breached":
        raise NotBreached
    return {**record[-1], "ticket_id": row.ticket_id}
