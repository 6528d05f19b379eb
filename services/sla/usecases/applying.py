"""Moving open tickets onto other terms: asked for at once, done in small steps (sla.md 5.8)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.sla.domain.terms import version_of
from services.sla.store import rules, timers
from services.sla.store.clockrows import ClockRow
from services.sla.store.timers import TimerRow
from services.sla.usecases import choosing
from shared.kit.problems import NotFound
from shared.kit.tx import Tx

Shown = dict[str, Any]


async def policy(tx: Tx, policy_id: UUID) -> Shown:
    """The open tickets of a policy move onto its newest version, as of now."""
    row = await rules.policy(tx, policy_id)
    if row is None:
        raise NotFound
    moved = await timers.apply_policy(tx, policy_id, row["version"], tx.now)
    return _accepted(tx, row["version"], moved)


async def contract(tx: Tx, contract_id: UUID) -> Shown:
    """The open tickets of a contract's customer are served as its contracts say today."""
    row = await rules.contract(tx, contract_id)
    if row is None:
        raise NotFound
    moved = await timers.apply_contracts(tx, row["organization_id"], tx.now)
    return _accepted(tx, row["version"], moved)


async def take(tx: Tx, row: ClockRow, due: Sequence[TimerRow]) -> str | None:
    """Obey the timers of a locked ticket; names what brought it other terms, if anything did."""
    ruled = None
    for timer in due:
        _, _, what, *policy_id = timer.key.split(":")
        if what == "contract":
            changed = await choosing.by_contract(tx, row, timer.due_at)
        else:
            newest = await rules.policy_version(tx, UUID(policy_id[0]))
            value = version_of(UUID(policy_id[0]), newest)
            changed = await choosing.by_version(tx, row, timer.due_at, value)
        ruled = what if changed else ruled
    return ruled


def _accepted(tx: Tx, version: int, tickets: int) -> Shown:
    tx.wake("timers")
    return {"version": version, "at": tx.now, "tickets": tickets}
