"""Breaches that come alone to clocks at peace: struck together, inside the database.

What a group of them says differs in ids and an instant, so the fact is rendered once for each
group. Whatever is less simple (several timers of one ticket, a warning, a clock to which
something happened) is left to `firing`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID, uuid4

import orjson

from services.sla.domain.clock import Breach
from services.sla.domain.striking import broken
from services.sla.domain.words import Cause
from services.sla.store import strikes
from services.sla.store.claims import Alike
from services.sla.store.strikes import Strike
from services.sla.usecases.facts import breached
from services.sla.usecases.rulebook import Rulebook
from shared.events.sla import SlaBreached
from shared.kit.stencil import SUBJECT, instant_mark, stencil
from shared.kit.tx import Tx
from shared.worktime import micros

_ORGANIZATION: Final = uuid4()
_DEPARTMENT: Final = uuid4()
_DUE: Final = instant_mark()


@dataclass(frozen=True, slots=True)
class _Served:
    """A clock of which only the terms are known."""

    priority: str
    policy_id: UUID
    policy_version: int
    department_id: UUID = _DEPARTMENT


async def together(tx: Tx, book: Rulebook, groups: Sequence[Alike], now: datetime) -> None:
    """Break the promises of these groups, with everything that is written and said of it."""
    found = [
        Strike(one, list(map(_change, one.dues)), await _text(tx, book, one, now)) for one in groups
    ]
    await strikes.strike(tx, now, SlaBreached.nats_subject(), found)


@lru_cache(maxsize=1024)
def _change(due: datetime) -> str:
    """Remembered: many promises end in the instant at which the office opens."""
    return orjson.dumps(broken(due)).decode()


async def _text(tx: Tx, book: Rulebook, group: Alike, now: datetime) -> str:
    """The fact of each ticket of a group, with holes for what differs."""
    policy = await book.policy(tx, group.policy_id, group.policy_version, group.kind)
    served = _Served(group.priority, group.policy_id, group.policy_version)
    due = micros(_DUE)
    breach = Breach(group.metric, group.cycle, due, due, Cause.ELAPSED)
    common = {"ticket_id": SUBJECT, "organization_id": _ORGANIZATION, "at": now}
    fact = breached(served, breach, policy, common)
    return stencil(tx, fact, _ORGANIZATION, _DEPARTMENT, _DUE)
