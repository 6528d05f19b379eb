"""Making and changing contracts: the one in force chooses the policy of a new ticket."""

from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter

from services.sla.problems import ContractExists, refused
from services.sla.store import rules as store
from services.sla.usecases.countable import beyond
from services.sla.usecases.directory import require_organization
from services.sla.usecases.rulebook import rulebook
from shared.kit.callers import Caller, Seat
from shared.kit.etags import Versions
from shared.kit.ids import uuid7
from shared.kit.problems import NotFound, PreconditionFailed
from shared.kit.tx import Tx

Values = dict[str, Any]
_TERMS: Final = TypeAdapter(dict[str, Any])


async def create(tx: Tx, caller: Caller, values: Values) -> Values:
    await require_organization(tx.context, caller, values["organization_id"])
    await _require_rules(tx, caller, values)
    row = {"id": uuid7(), "version": 1, "created_at": tx.now, "updated_at": tx.now, **values}
    if await store.twin(tx, row):
        raise ContractExists
    await store.add_contract(tx, row, _version(caller, row))
    return row


async def change(
    tx: Tx, caller: Caller, contract_id: UUID, changes: Values, expected: Versions | None
) -> Values:
    row = await store.contract(tx, contract_id, lock=True)
    if row is None:
        raise NotFound
    if expected is not None and row["version"] not in expected:
        raise PreconditionFailed
    after = {**row, **changes, "version": row["version"] + 1, "updated_at": tx.now}
    await _require_rules(tx, caller, after)
    if after["ends_on"] is not None and after["ends_on"] < after["starts_on"]:
        raise refused("#/ends_on", "ends_before_start", caller.locale)
    if await store.twin(tx, after):
        raise ContractExists
    await store.change_contract(tx, contract_id, after, _version(caller, after))
    return after


async def get(tx: Tx, caller: Caller, contract_id: UUID) -> Values:
    row = await store.contract(tx, contract_id)
    if row is None or not _visible(caller, row["organization_id"]):
        raise NotFound
    return row


async def versions(
    tx: Tx, caller: Caller, contract_id: UUID, place: tuple[int, int]
) -> list[Values]:
    """All that a contract has ever said, newest first: below a version, so many."""
    await get(tx, caller, contract_id)
    rows = await store.contract_versions(tx, contract_id, *place)
    hidden = {"created_by": None} if caller.seat is Seat.CUSTOMER else {}
    return [{**row, **hidden} for row in rows]


def _version(caller: Caller, row: Values) -> Values:
    stamps = {"id", "version", "created_at", "updated_at"}
    said = {name: value for name, value in row.items() if name not in stamps}
    return {
        "contract_id": row["id"],
        "version": row["version"],
        "organization_id": row["organization_id"],
        "document": _TERMS.dump_python(said, mode="json"),
        "created_at": row["updated_at"],
        "created_by": caller.id,
    }


async def page(
    tx: Tx, caller: Caller, organization_id: UUID | None, after: UUID, limit: int
) -> list[Values]:
    """Customers see their own organization's contracts, whatever they ask for."""
    mine = caller.organization_id if caller.seat is Seat.CUSTOMER else organization_id
    return await store.contracts(tx, mine, after, limit)


def _visible(caller: Caller, organization_id: UUID) -> bool:
    return caller.seat is not Seat.CUSTOMER or caller.organization_id == organization_id


async def _require_rules(tx: Tx, caller: Caller, values: Values) -> None:
    if await store.policy(tx, values["policy_id"]) is None:
        raise refused("#/policy_id", "unknown_policy", caller.locale)
    known = await store.known_policies(tx, values["policy_ids"]) if values["policy_ids"] else set()
    for place, policy_id in enumerate(values["policy_ids"]):
        if policy_id not in known:
            raise refused(f"#/policy_ids/{place}", "unknown_policy", caller.locale)
    named = values.get("calendar_id")
    if named is not None and await store.calendar(tx, named) is None:
        raise refused("#/calendar_id", "unknown_calendar", caller.locale)
    if named is not None:
        await _require_countable(tx, caller, values)


async def _require_countable(tx: Tx, caller: Caller, values: Values) -> None:
    """The calendar of a contract lets every promise of its policies be counted."""
    calendars = (await rulebook(tx)).calendars
    for policy_id in (values["policy_id"], *values["policy_ids"]):
        row = await store.policy(tx, policy_id)
        document = row["document"] if row else {}
        if beyond(document, calendars, str(values["calendar_id"]), tx.now):
            raise refused("#/calendar_id", "invalid_duration", caller.locale)
