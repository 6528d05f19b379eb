"""Making and changing policies: every change is a new version, tickets keep theirs."""

from typing import Any
from uuid import UUID

from services.sla.domain.policy import ALWAYS_OPEN_KEY
from services.sla.problems import refused
from services.sla.store import rules as store
from shared.kit.callers import Caller
from shared.kit.ids import uuid7
from shared.kit.problems import NotFound, PreconditionFailed
from shared.kit.tx import Tx

Document = dict[str, Any]


async def create(tx: Tx, caller: Caller, document: Document) -> Document:
    """`document` is a checked policy body (contracts.md, policy object)."""
    await _require_calendars(tx, caller, document)
    policy_id = uuid7()
    await store.add_policy(tx, policy_id, tx.now)
    await _add_version(tx, caller, policy_id, 1, document)
    return await get(tx, policy_id)


async def change(
    tx: Tx, caller: Caller, policy_id: UUID, changes: Document, expected: int | None
) -> Document:
    """The next version: what is left out stays as it is."""
    row = await store.policy(tx, policy_id, lock=True)
    if row is None:
        raise NotFound
    if expected is not None and expected != row["version"]:
        raise PreconditionFailed
    document = {**row["document"], **changes}
    await _require_calendars(tx, caller, document)
    await _add_version(tx, caller, policy_id, row["version"] + 1, document)
    return await get(tx, policy_id)


async def get(tx: Tx, policy_id: UUID) -> Document:
    row = await store.policy(tx, policy_id)
    if row is None:
        raise NotFound
    return shown(row)


async def page(tx: Tx, after: UUID, limit: int) -> list[Document]:
    return [shown(row) for row in await store.policies(tx, after, limit)]


def shown(row: dict[str, Any]) -> Document:
    named = ("id", "version", "created_at", "updated_at")
    return {**row["document"], **{name: row[name] for name in named}}


async def _add_version(
    tx: Tx, caller: Caller, policy_id: UUID, version: int, document: Document
) -> None:
    await store.add_policy_version(
        tx,
        {
            "policy_id": policy_id,
            "version": version,
            "document": document,
            "created_at": tx.now,
            "created_by": caller.id,
        },
    )


async def _require_calendars(tx: Tx, caller: Caller, document: Document) -> None:
    for priority, row in document["targets"].items():
        for metric, promise in row.items():
            named = promise.get("calendar")
            if named is None or named == ALWAYS_OPEN_KEY:
                continue
            if await store.calendar(tx, UUID(str(named))) is None:
                place = f"#/targets/{priority}/{metric}/calendar"
                raise refused(place, "unknown_calendar", caller.locale)
