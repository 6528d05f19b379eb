"""Moving open tickets onto other terms: asked for at once, done in small steps (sla.md 5.8).

Like a recount, a timer of the house hands them to the loop chunk by chunk, so that promises which
fall due meanwhile never wait for all of it; each change is dated by the request.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.sla.domain.terms import version_of
from services.sla.store import applying as store
from services.sla.store import rules
from services.sla.store.applying import Wish
from services.sla.store.calendars import NOBODY
from services.sla.store.clockrows import ClockRow
from services.sla.store.timers import TimerRow
from services.sla.usecases import choosing
from shared.kit.problems import NotFound
from shared.kit.tx import Tx

Shown = dict[str, Any]
KIND: Final = "applying"
CHUNK: Final = 100
_AFTER_THEM: Final = timedelta(milliseconds=1)


async def policy(tx: Tx, policy_id: UUID) -> Shown:
    """The open tickets of a policy move onto its newest version, as of now."""
    row = await rules.policy(tx, policy_id)
    if row is None:
        raise NotFound
    return await _begin(tx, row["version"], Wish("policy", policy_id, row["version"], tx.now))


async def contract(tx: Tx, contract_id: UUID) -> Shown:
    """The open tickets of a contract's customer are served as its contracts say today."""
    row = await rules.contract(tx, contract_id)
    if row is None:
        raise NotFound
    wish = Wish("contract", row["organization_id"], 0, tx.now)
    return await _begin(tx, row["version"], wish)


async def go_on(tx: Tx, timer: TimerRow, now: datetime) -> bool:
    """The next tickets; whether those were the last."""
    _, what, wished, version = timer.key.split(":")
    after, at = await store.place(tx, timer.key)
    return await _hand_out(tx, Wish(what, UUID(wished), int(version), at), after, now)


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


async def _begin(tx: Tx, version: int, wish: Wish) -> Shown:
    tickets = await store.count(tx, wish)
    await _hand_out(tx, wish, NOBODY, tx.now)
    tx.wake("timers")
    return {"version": version, "at": tx.now, "tickets": tickets}


async def _hand_out(tx: Tx, wish: Wish, after: UUID, now: datetime) -> bool:
    last = await store.hand_out(tx, wish, after, CHUNK)
    if last is not None:
        key = f"{KIND}:{wish.what}:{wish.id}:{wish.version}"
        await store.put(tx, key, KIND, (last, wish.at), now + _AFTER_THEM)
    return last is None
