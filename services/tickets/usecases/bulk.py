"""The same steps on many tickets, in one transaction: each is done or refused by itself.

All are locked by one statement in the order of their ids, so that two who want some of the same
wait and never block each other; what the tickets become is decided in memory by the same acts as
the verbs by name, and written in few statements (docs/adr/0018).
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from services.tickets.domain import rights
from services.tickets.domain.rights import Viewer
from services.tickets.domain.steps import Note, Placed, Recipe, Say
from services.tickets.domain.words import number_text
from services.tickets.domain.written import steps_of
from services.tickets.problems import macros as refusals
from services.tickets.store import chains, macros, tickets
from services.tickets.store.rows import Row
from services.tickets.usecases import recipes, unheard
from services.tickets.usecases.applying import applied
from services.tickets.usecases.filling import Words, learn
from services.tickets.usecases.life import Actor, Life
from services.tickets.usecases.sight import staff_only
from services.tickets.usecases.stepping import Play, told
from shared.kit.callers import Caller
from shared.kit.problem import Problem
from shared.kit.problems import NotFound, PreconditionFailed, ValidationFailed
from shared.kit.tx import Tx
from shared.vocabulary import Locale, Localized

_NAMELESS: Final = Localized(ar="", en="")
_BREATH: Final = 25
"""After so many tickets whoever else waits for this process has a turn."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to do with which tickets; a version is the one that the caller believes in."""

    wanted: Mapping[UUID, int | None]
    macro_id: UUID | None = None
    actions: Sequence[dict[str, Any]] = ()
    message: Localized | None = None
    reader: Locale = Locale.AR


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps, and what is known about the world around the tickets."""

    recipe: Recipe
    row: tuple[Placed, ...]
    words: Words
    order: Order
    viewer: Viewer
    homes: Mapping[UUID, UUID]
    """Where words on merged tickets belong; other steps are for the very tickets."""

    @property
    def concerned(self) -> list[UUID]:
        return [*{*self.order.wanted, *self.homes.values()}]


Outcome = tuple[str, Problem | None, int]


async def bulk(tx: Tx, caller: Caller, order: Order) -> dict[str, Any]:
    """One item for each ticket; what is refused leaves nothing behind and stops nobody else."""
    plan = await _plan(tx, caller, order)
    rows = await tickets.hold_all(tx, plan.viewer, plan.concerned)
    await _learn(tx, plan, rows)
    held = {row["id"]: row for row in rows}
    played: dict[UUID, Outcome] = {}
    known: dict[UUID, dict[str, Any]] = {}
    for number, row in enumerate((one for one in rows if one["id"] in order.wanted), 1):
        home = held.get(plan.homes.get(row["id"], row["id"]))
        known[row["id"]] = await _one(tx, plan, (row, home), played)
        if not number % _BREATH:
            await asyncio.sleep(0)
    items = [known.get(one) or _unknown(one, order.reader) for one in order.wanted]
    count = {word: sum(one["status"] == word for one in items) for word in _OUTCOMES}
    if plan.recipe.id is not None and count["done"]:
        macros.used(tx, plan.recipe.id, count["done"])
    return {"items": items, **count}


async def _learn(tx: Tx, plan: Plan, rows: Sequence[Row]) -> None:
    """One look for what else each ticket would ask by itself."""
    await tx.context.vault.learn(row["organization_id"] for row in rows)
    if any(isinstance(one.step, Say) and one.step.public for one in plan.row):
        await unheard.learn(tx, (row["requester_id"] for row in rows))


_OUTCOMES: Final = ("done", "unchanged", "refused")


async def _plan(tx: Tx, caller: Caller, order: Order) -> Plan:
    viewer, context = staff_only(caller), tx.context
    _require_sound(caller, order)
    async with context.tx(caller) as look:
        if order.macro_id is not None:
            recipe, row = await recipes.gather(look, viewer, order.macro_id)
        else:
            recipe, row = await _bare(look, viewer, order)
    if order.message is not None:
        row = recipes.retold(row, recipe, Say(order.message))
    if order.macro_id is None:
        await recipes.require_references(context, caller, recipe.steps)
    else:
        await recipes.require_references(context, caller, [one.step for one in row])
    words_alone = all(isinstance(one.step, Say | Note) for one in row)
    homes = await chains.ends(tx, list(order.wanted)) if words_alone else {}
    plan = Plan(recipe, row, Words(caller.id, caller.locale), order, viewer, homes)
    return replace(plan, words=await learn(context, caller, viewer, plan.concerned, row))


def _require_sound(caller: Caller, order: Order) -> None:
    message = order.message or _NAMELESS
    texts = dict.fromkeys((message["ar"], message["en"]))
    said = [("/message", text) for text in texts if text]
    recipes.require_placeholders(caller.locale, said + recipes.notes_of(order.actions))


async def _bare(tx: Tx, viewer: Viewer, order: Order) -> tuple[Recipe, tuple[Placed, ...]]:
    """Actions that no macro holds; those that they run are."""
    recipe = Recipe(None, _NAMELESS, None, True, steps_of(order.actions))
    if not recipe.runs:
        return recipe, recipes.unfolded(recipe, {})
    rows = await macros.reached(tx, viewer, recipe.runs)
    known = {one["id"]: recipes.recipe_of(one) for one in rows if one["usable"]}
    for index, action in enumerate(order.actions):
        if action["do"] == "run" and UUID(action["macro_id"]) not in known:
            pointer, texts = f"/actions/{index}/macro_id", refusals.MACRO_UNKNOWN
            raise ValidationFailed.of(pointer, "unknown_macro", texts, tx.caller.locale)
    return recipe, recipes.unfolded(recipe, known)


async def _one(
    tx: Tx, plan: Plan, place: tuple[Row, Row | None], played: dict[UUID, Outcome]
) -> dict[str, Any]:
    """Several that were merged into one ticket have one home, which hears the words once."""
    row, home = place
    if home is None:
        return _unknown(row["id"], plan.order.reader)
    believed = plan.order.wanted[row["id"]]
    if believed is not None and believed != row["version"]:
        return _item(row, "refused", told(PreconditionFailed(), plan.order.reader))
    if home["id"] not in played:
        played[home["id"]] = await _outcome(tx, plan, home)
    status, refusal, version = played[home["id"]]
    problem = None if refusal is None else told(refusal, plan.order.reader)
    return _item(row, status, problem, version if home is row else None)


async def _outcome(tx: Tx, plan: Plan, row: Row) -> Outcome:
    box = await tx.context.vault.box(row["organization_id"])
    try:
        async with tx.attempt():
            life = await _play(plan, Life(tx, row, box, _actor(plan, row)))
    except Problem as refusal:
        return "refused", refusal, row["version"]
    changed = life.ticket.version != row["version"]
    return "done" if changed else "unchanged", None, life.ticket.version


async def _play(plan: Plan, life: Life) -> Life:
    await Play(life, plan.words).through(plan.row)
    if plan.recipe.id is not None:
        applied(life, plan.recipe)
    life.leave()
    return life


def _actor(plan: Plan, row: Row) -> Actor:
    return Actor(plan.viewer.id, rights.voice(plan.viewer, row["requester_id"]))


def _item(
    row: Row, status: str, problem: dict[str, Any] | None, version: int | None = None
) -> dict[str, Any]:
    return {
        "ticket_id": row["id"],
        "number": number_text(row["number"]),
        "status": status,
        "problem": problem,
        "version": row["version"] if version is None else version,
    }


def _unknown(ticket_id: UUID, reader: Locale) -> dict[str, Any]:
    """Not there, or not for this caller: nobody can tell which."""
    return {
        "ticket_id": ticket_id,
        "number": None,
        "status": "refused",
        "problem": told(NotFound(), reader),
        "version": None,
    }
