"""Gives tickets that nobody has to those whose turn it is: beside the doors, a batch at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.tickets.domain.assigning import (
    Candidate,
    Reason,
    Skill,
    Turn,
    choose,
    loaded,
    servable,
)
from services.tickets.store import assigning as store
from services.tickets.store.rows import Row
from services.tickets.usecases.life import HOUSE, Life
from services.tickets.usecases.verbs import give
from shared.kit.context import Context
from shared.kit.tx import Tx
from shared.vocabulary import Locale

BATCH: Final = 20


@dataclass(frozen=True, slots=True)
class Done:
    """What one pass over the departments came to."""

    more: bool
    """There was a full batch: the next pass comes at once."""
    skipped: bool
    """Somebody was just changing a ticket: it is looked at again soon."""
    next_change: datetime | None
    """When somebody goes away or comes back."""


async def in_force(context: Context) -> list[UUID]:
    """The departments whose tickets are given out in turn."""
    async with context.tx() as tx:
        return [row["department_id"] for row in await store.rules_in_force(tx)]


async def allot(context: Context, departments: list[UUID]) -> Done:
    """One batch for each department, each in a transaction of its own."""
    more = skipped = False
    for department_id in departments:
        async with context.tx() as tx:
            await store.take_turn(tx)
            rule = await store.rule(tx, department_id, lock=True)
            if rule is None or rule["mode"] != "round_robin":
                continue
            round_ = await _round(tx, rule)
            found = await round_.give_out()
            more = more or found.more
            skipped = skipped or found.skipped
    async with context.tx() as tx:
        following = await store.next_change(tx)
    return Done(more, skipped, following)


async def _round(tx: Tx, rule: Row) -> "_Round":
    agents = await store.agents(tx, rule["department_id"], rule["default_capacity"])
    return _Round(tx, rule, agents)


class _Round:
    """One batch of a department: whoever takes a ticket has one more for the next choice."""

    def __init__(self, tx: Tx, rule: Row, agents: list[Candidate]) -> None:
        self._tx = tx
        self._id: UUID = rule["department_id"]
        self._agents = agents
        self._skill = Skill(rule["language"])
        self._takes_over: bool = rule["reassign_when_absent"]
        self._last: UUID | None = rule["last_assigned_id"]
        self._given = 0

    async def give_out(self) -> Done:
        locales = servable(self._agents, self._skill, self._tx.now)
        if not locales:
            return Done(more=False, skipped=False, next_change=None)
        wanted = await store.unassigned(self._tx, self._id, locales, BATCH)
        skipped = await self._give(wanted, "round_robin", lambda row: row["assignee_id"] is None)
        if self._takes_over and (away := self._away()):
            left = await store.left_behind(self._tx, self._id, away, locales, BATCH)
            skipped |= await self._give(left, "absence", lambda row: row["assignee_id"] in away)
            wanted += left
        if self._given and self._last is not None:
            await store.remember(self._tx, self._id, self._last)
        return Done(bool(self._given) and len(wanted) >= BATCH, skipped, None)

    def _away(self) -> list[UUID]:
        """Away for a while; a pause is for what is new."""
        now = self._tx.now
        return [one.id for one in self._agents if any(span.covers(now) for span in one.absences)]

    async def _give(self, wanted: list[UUID], rule: str, still: Callable[[Row], bool]) -> bool:
        """Whether any was skipped because somebody is just changing it."""
        if not wanted:
            return False
        rows = await store.claimed(self._tx, wanted)
        for row in rows:
            if still(row) and row["department_id"] == self._id:
                await self._give_one(row, rule)
        return len(rows) < len(wanted)

    async def _give_one(self, row: Row, rule: str) -> None:
        """Nobody handles a ticket that they have asked for themselves."""
        but = frozenset({row["requester_id"], row["assignee_id"]} - {None})
        turn = Turn(Locale(row["locale"]), self._skill, self._last, but)
        chosen = choose(self._agents, turn, self._tx.now)
        if isinstance(chosen, Reason):
            return
        box = await self._tx.context.vault.box(row["organization_id"])
        life = Life(self._tx, row, box, HOUSE)
        give(life, chosen, "manual", rule)
        life.leave()
        self._agents = loaded(self._agents, chosen)
        self._last, self._given = chosen, self._given + 1
