"""A house is never without promises: the company's calendar and the default policy."""

from datetime import UTC, datetime
from typing import Final

from services.sla.domain import defaults
from services.sla.store import rules as store
from services.sla.usecases import calendars
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.tx import Tx
from shared.vocabulary import COMPANY_CALENDAR, DEFAULT_POLICY

_EVER: Final = datetime(2000, 1, 1, tzinfo=UTC)


async def seed(context: Context) -> None:
    """Idempotent, whatever number of replicas start at once."""
    async with context.tx() as tx:
        await store.one_at_a_time(tx, "sla.seed")
        await _calendar(tx)
        await _policy(tx)


async def _calendar(tx: Tx) -> None:
    if await store.calendar(tx, COMPANY_CALENDAR) is not None:
        return
    await store.add_calendar(tx, COMPANY_CALENDAR, defaults.COMPANY_CALENDAR_NAME, tx.now)
    version = (COMPANY_CALENDAR, 1)
    await calendars.add_version(tx, Caller.system().id, version, defaults.COMPANY_CALENDAR, _EVER)


async def _policy(tx: Tx) -> None:
    if await store.policy(tx, DEFAULT_POLICY) is not None:
        return
    await store.add_policy(tx, DEFAULT_POLICY, tx.now)
    await store.add_policy_version(
        tx,
        {
            "policy_id": DEFAULT_POLICY,
            "version": 1,
            "document": defaults.POLICY,
            "created_at": tx.now,
            "created_by": Caller.system().id,
        },
    )
