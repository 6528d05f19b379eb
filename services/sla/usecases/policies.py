"""Making and changing policies: every change is a new version, tickets keep theirs."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from services.sla.domain.policy import ALWAYS_OPEN_KEY
from services.sla.problems import refused
from services.sla.store import rules as store
from services.sla.usecases.countable import beyond
from services.sla.usecases.rulebook import rulebook
from shared.kit.callers import Caller
from shared.kit.etags import Versions
from shared.kit.ids import uuid7
from shared.kit.problems import NotFound, PreconditionFailed
from shared.kit.tx import Tx
from shared.vocabulary import COMPANY_CALENDAR

Document = dict[str, Any]


async def create(tx: Tx, caller: Caller, document: Document) -> Document:
    """`document` is a checked policy body (contracts.md, policy object)."""
    await _require_sound(tx, caller, document)
    policy_id = uuid7()
    await store.add_policy(tx, policy_id, tx.now)
    await _add_version(tx, caller, policy_id, 1, document)
    return await get(tx, policy_id)


async def change(
    tx: Tx, caller: Caller, policy_id: UUID, changes: Document, expected: Versions | None
) -> Document:
    """The next version: what is left out stays as it is."""
    row = await store.policy(tx, policy_id, lock=True)
    if row is None:
        raise NotFound
    if expected is not None and row["version"] not in expected:
        raise PreconditionFailed
    document = {**row["document"], **changes}
    await _require_sound(tx, caller, document)
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


async def versions(tx: Tx, policy_id: UUID, below: int, limit: int) -> list[Document]:
    """All that a policy has ever said, newest first."""
    if await store.policy(tx, policy_id) is None:
        raise NotFound
    return [_version(row) for row in await store.policy_versions(tx, policy_id, below, limit)]


async def version(tx: Tx, policy_id: UUID, number: int) -> Document:
    rows = await store.policy_versions(tx, policy_id, number + 1, 1)
    if not rows or rows[0]["version"] != number:
        raise NotFound
    return _version(rows[0])


def _version(row: dict[str, Any]) -> Document:
    named = {name: row[name] for name in ("version", "created_at", "created_by")}
    return {**row["document"], "id": row["policy_id"], **named}


async def _require_sound(tx: Tx, caller: Caller, document: Document) -> None:
    """Every calendar that a promise names must exist, and let the promise be counted."""
    for place, named in named_calendars(document):
        if await store.calendar(tx, UUID(str(named))) is None:
            raise refused(place, "unknown_calendar", caller.locale)
    calendars = (await rulebook(tx)).calendars
    found = beyond(document, calendars, str(COMPANY_CALENDAR), tx.now)
    if found is not None:
        raise refused(*found, caller.locale)


def named_calendars(document: Document) -> Iterator[tuple[str, Any]]:
    """Every calendar that a policy names, with its place in the body."""
    tables = [("#/targets", document["targets"])]
    for kind, own in (document.get("kinds") or {}).items():
        tables.append((f"#/kinds/{kind}/targets", own.get("targets") or {}))
    for place, table in tables:
        for priority, row in table.items():
            for metric, promise in row.items():
                if promise.get("calendar") not in {None, ALWAYS_OPEN_KEY}:
                    yield f"{place}/{priority}/{metric}/calendar", promise["calendar"]
