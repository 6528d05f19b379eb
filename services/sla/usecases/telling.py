"""Short explanations for mails and webhooks, as of the instant at which a promise broke.

Everybody who is told of a breach is told the same figures: those of that instant.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from services.sla.domain.ledger import Unbalanced
from services.sla.usecases.accounting import Account, at_moment, open_file
from services.sla.usecases.presenting import told
from shared.kit.context import Context
from shared.kit.logging import get_logger
from shared.kit.problems import NotFound
from shared.vocabulary import Metric
from shared.worktime import WorktimeError

_log = get_logger("explain")


@dataclass(frozen=True, slots=True)
class Wish:
    """One promise of one ticket at one instant."""

    key: str
    ticket_id: UUID
    metric: Metric
    as_of: datetime

    @classmethod
    def read(cls, key: str) -> Self | None:
        """From `ticket:metric:instant`; None for anything else."""
        try:
            ticket, metric, instant = key.split(":", 2)
            as_of = datetime.fromisoformat(instant)
            found = cls(key, UUID(ticket), Metric(metric), as_of)
        except ValueError:
            return None
        return found if as_of.tzinfo is not None else None


async def explanations(context: Context, keys: Iterable[str]) -> list[dict[str, Any]]:
    """What can be told; between two of them the timers have their turn."""
    found: list[dict[str, Any]] = []
    for wish in filter(None, map(Wish.read, keys)):
        shown = await _explanation(context, wish)
        if shown is not None:
            found.append({"id": wish.key, **shown})
        await asyncio.sleep(0)
    return found


async def _explanation(context: Context, wish: Wish) -> dict[str, Any] | None:
    try:
        async with context.tx() as tx:
            file = await open_file(tx, wish.ticket_id)
        if wish.as_of < file.sight.row.opened_at:
            return None
        return told(Account(at_moment(file, wish.as_of), wish.metric))
    except (NotFound, WorktimeError):
        return None
    except Unbalanced:
        _log.warning("ledger_unbalanced", ticket_id=str(wish.ticket_id), metric=wish.metric.value)
        return None
