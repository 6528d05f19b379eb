"""How many tickets each of a caller's views holds, told fast and truly enough to be looked at."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

from services.tickets.domain.listing import Filters
from services.tickets.domain.rights import Viewer
from services.tickets.domain.views import COUNTED, recalled
from services.tickets.store import counting as store
from services.tickets.store import views
from services.tickets.store.counting import TooSlow
from services.tickets.store.rows import Condition, Row
from services.tickets.usecases import narrowing, tagging
from services.tickets.usecases.sight import staff_only
from shared.kit.callers import Caller
from shared.kit.context import Context

MOST: Final = 200
"""Views that are counted for one caller."""
TOGETHER: Final = 12
FRESH: Final = 3.0
"""Seconds for which the same answer is told again, unless the caller has written meanwhile."""
GIVEN: Final = 300
GIVEN_EACH: Final = 100
"""Milliseconds for a statement of many views, and for one whose company was too slow."""
SLOW_FOR: Final = 60.0

Asked = tuple[Filters, Sequence[Condition]]
Question = tuple[UUID, Asked | None]


@dataclass(slots=True)
class Memory:
    """What was told to whom, and which views take too long."""

    told: dict[Viewer, tuple[float, int, dict[str, Any]]] = field(default_factory=dict)
    slow: dict[tuple[UUID, UUID, int], float] = field(default_factory=dict)

    def sweep(self, now: float) -> None:
        self.told = {who: kept for who, kept in self.told.items() if now - kept[0] < FRESH}
        self.slow = {key: until for key, until in self.slow.items() if until > now}


_memories: WeakKeyDictionary[Any, Memory] = WeakKeyDictionary()


async def counts(context: Context, caller: Caller) -> dict[str, Any]:
    """At most a few seconds old, and never older than what the caller did last here."""
    memory = _memories.setdefault(context.database, Memory())
    now, writes = monotonic(), context.writes.of(caller.id)
    viewer = staff_only(caller)
    kept = memory.told.get(viewer)
    if kept is not None and now - kept[0] < FRESH and kept[1] == writes:
        return kept[2]
    memory.sweep(now)
    answer = await _count(context, caller, viewer, memory)
    memory.told[viewer] = (now, writes, answer)
    return answer


async def _count(
    context: Context, caller: Caller, viewer: Viewer, memory: Memory
) -> dict[str, Any]:
    async with context.tx(caller) as tx:
        rows = await views.listed(tx, viewer, None, MOST)
        at = tx.now
    asked = [(row, await _question(context, caller, viewer, row)) for row in rows]
    found = await _found(context, caller, viewer, asked, memory)
    return {"items": [_told(row["id"], found) for row in rows], "at": at}


async def _question(context: Context, caller: Caller, viewer: Viewer, row: Row) -> Asked | None:
    filters = recalled(row["filters"])
    if filters is None:
        return None
    filters = await tagging.settled(context, filters)
    more = await narrowing.conditions(context, caller, viewer, filters, lenient=True)
    return filters, more


async def _found(
    context: Context,
    caller: Caller,
    viewer: Viewer,
    asked: Sequence[tuple[Row, Asked | None]],
    memory: Memory,
) -> dict[UUID, int | None]:
    """A view that asks for what is no more holds nothing; one that takes too long, who knows."""
    found: dict[UUID, int | None] = {row["id"]: 0 for row, one in asked if one is None}
    open_ones = [(row, one) for row, one in asked if one is not None]
    now = monotonic()
    for row, _ in open_ones:
        if memory.slow.get(_key(caller, row), 0.0) > now:
            found[row["id"]] = None
    left = [(row, one) for row, one in open_ones if row["id"] not in found]
    for start in range(0, len(left), TOGETHER):
        found |= await _some(context, caller, viewer, left[start : start + TOGETHER], memory)
    return found


async def _some(
    context: Context,
    caller: Caller,
    viewer: Viewer,
    some: Sequence[tuple[Row, Asked]],
    memory: Memory,
) -> dict[UUID, int | None]:
    given = GIVEN if len(some) > 1 else GIVEN_EACH
    try:
        async with context.tx(caller) as tx:
            numbers = await store.count(
                tx, viewer, [one for _, one in some], most=COUNTED, milliseconds=given
            )
    except TooSlow:
        if len(some) == 1:
            memory.slow[_key(caller, some[0][0])] = monotonic() + SLOW_FOR
            return {some[0][0]["id"]: None}
        found: dict[UUID, int | None] = {}
        for one in some:
            found |= await _some(context, caller, viewer, [one], memory)
        return found
    return {row["id"]: number for (row, _), number in zip(some, numbers, strict=True)}


def _key(caller: Caller, row: Row) -> tuple[UUID, UUID, int]:
    return caller.id, row["id"], row["version"]


def _told(view_id: UUID, found: dict[UUID, int | None]) -> dict[str, Any]:
    number = found[view_id]
    if number is None:
        return {"view_id": view_id, "count": None, "more": True}
    return {"view_id": view_id, "count": min(number, COUNTED), "more": number > COUNTED}
