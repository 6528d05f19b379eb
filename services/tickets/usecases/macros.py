"""Macros and canned replies: made, changed, listed and dropped by staff."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.tickets.domain.folding import fold
from services.tickets.domain.rights import Reach, Viewer
from services.tickets.domain.steps import Recipe
from services.tickets.domain.written import steps_of
from services.tickets.problems import macros as refusals
from services.tickets.store import macros
from services.tickets.store.rows import Row
from services.tickets.usecases import answers
from services.tickets.usecases.answers import Cards
from services.tickets.usecases.directory import require_department
from services.tickets.usecases.recipes import (
    recipe_of,
    require_placeholders,
    require_references,
    texts_of,
    unfolded,
)
from services.tickets.usecases.sight import staff_only
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.etags import Versions
from shared.kit.ids import uuid7
from shared.kit.problems import Forbidden, NotFound, PreconditionFailed, ValidationFailed
from shared.kit.tx import Tx
from shared.vocabulary import Localized

Values = dict[str, Any]
_LIST_COLUMNS = (
    *("id", "public", "actions", "shared", "department_id", "position", "active", "uses"),
    *("version", "created_at", "updated_at"),
)


async def make(tx: Tx, caller: Caller, values: Values) -> Row:
    """Whoever makes a macro owns it."""
    viewer = staff_only(caller)
    await _require_places(tx.context, caller, viewer, values)
    macro_id = uuid7()
    values = await _checked(tx, caller, viewer, {**values, "id": macro_id})
    own = {"owner_id": caller.id, "created_at": tx.now, "updated_at": tx.now}
    return await macros.add(tx, {**values, **own})


async def change(
    tx: Tx, caller: Caller, macro_id: UUID, sent: Values, version: Versions | None
) -> Row:
    """What was sent; the rest stays, and both together must still make a sound macro."""
    viewer = staff_only(caller)
    await _require_places(tx.context, caller, viewer, sent)
    row = await _hold(tx, viewer, macro_id, version)
    if sent.get("shared", "department") != "department":
        sent = {"department_id": None, **sent}
    merged = {name: row[name] for name in (*_WRITTEN, "id")} | sent
    values = await _checked(tx, caller, viewer, merged)
    return await macros.change(tx, macro_id, {name: values[name] for name in _CHANGING})


async def drop(tx: Tx, caller: Caller, macro_id: UUID, version: Versions | None) -> None:
    """Set aside: nobody finds it any more, stories that name it keep their words."""
    viewer = staff_only(caller)
    await _hold(tx, viewer, macro_id, version)
    await macros.change(tx, macro_id, {"deleted_at": tx.now})


async def read(context: Context, caller: Caller, macro_id: UUID) -> Row:
    async with context.tx(caller) as tx:
        row = await macros.find(tx, staff_only(caller), macro_id)
    if row is None:
        raise NotFound
    return row


async def listed(
    context: Context,
    caller: Caller,
    q: str | None,
    place: macros.Place | None,
    *,
    active: bool,
    limit: int,
) -> tuple[list[Row], list[Any] | None]:
    """Those that the caller may use, most used first; and where the next page begins."""
    words = fold(q or "").split()
    async with context.tx(caller) as tx:
        rows = await macros.listed(tx, staff_only(caller), words, place, active=active, limit=limit)
    shown = rows[:limit]
    if len(rows) <= limit:
        return shown, None
    return shown, [shown[-1][name] for name in ("uses", "position", "id")]


def shown(row: Row, cards: Cards) -> dict[str, Any]:
    """The macro as callers see it."""
    body = None
    if row["body_ar"] is not None:
        body = Localized(ar=row["body_ar"], en=row["body_en"])
    owner = answers.person(row["owner_id"], cards) or {}
    return {
        **{name: row[name] for name in _LIST_COLUMNS},
        "name": Localized(ar=row["name_ar"], en=row["name_en"]),
        "body": body,
        "owner": owner,
    }


async def add_up(context: Context) -> bool:
    """Uses become counts; whether more may be waiting."""
    async with context.tx() as tx:
        return await macros.add_up(tx) > 0


_WRITTEN = (
    *("name_ar", "name_en", "body_ar", "body_en", "public", "actions"),
    *("shared", "department_id", "position", "active"),
)
_CHANGING = (*_WRITTEN, "runs", "folded")


async def _hold(tx: Tx, viewer: Viewer, macro_id: UUID, version: Versions | None) -> Row:
    """The macro, locked, for somebody who may change it."""
    row = await macros.find(tx, viewer, macro_id, lock=True)
    if row is None:
        raise NotFound
    if not _may_change(tx.caller, viewer, row):
        raise Forbidden
    if version is not None and row["version"] not in version:
        raise PreconditionFailed
    return row


def _may_change(caller: Caller, viewer: Viewer, row: Row) -> bool:
    """Its owner; what is shared also by those who lead."""
    leads = viewer.reach is Reach.ALL or caller.plays("supervisor", "manager")
    return row["owner_id"] == viewer.id or leads


async def _require_places(context: Context, caller: Caller, viewer: Viewer, sent: Values) -> None:
    """What only others can tell, asked before anything is held."""
    department_id = sent.get("department_id")
    if department_id is not None:
        await require_department(context, department_id, caller.locale)
        if viewer.reach is not Reach.ALL and department_id not in viewer.department_ids:
            texts = refusals.DEPARTMENT_FOREIGN
            raise ValidationFailed.of("/department_id", "foreign_department", texts, caller.locale)
    await require_references(context, caller, steps_of(sent.get("actions", ())))


async def _checked(tx: Tx, caller: Caller, viewer: Viewer, values: Values) -> Values:
    """The columns of a sound macro, or what is wrong with it."""
    _require_sense(caller, values)
    require_placeholders(caller.locale, texts_of(values))
    recipe = recipe_of(values)
    if recipe.runs:
        await _require_straight(tx, caller, viewer, recipe, values)
    texts = [values[f"{part}_{one}"] or "" for part in ("name", "body") for one in ("ar", "en")]
    folded = fold("\n".join(texts))
    return {**values, "runs": list(recipe.runs), "folded": folded}


def _require_sense(caller: Caller, values: Values) -> None:
    named, shared = values["department_id"] is not None, values["shared"] == "department"
    if named != shared:
        texts = refusals.DEPARTMENT_NEEDED if shared else refusals.DEPARTMENT_UNASKED
        code = "department_needed" if shared else "department_unasked"
        raise ValidationFailed.of("/department_id", code, texts, caller.locale)
    if values["body_ar"] is None and not values["actions"]:
        texts = refusals.MACRO_EMPTY
        raise ValidationFailed.of("/actions", "macro_empty", texts, caller.locale)


async def _require_straight(
    tx: Tx, caller: Caller, viewer: Viewer, recipe: Recipe, values: Values
) -> None:
    """It runs only what its users may run too, and never itself."""
    await macros.one_at_a_time(tx)
    rows = {row["id"]: row for row in await macros.reached(tx, viewer, recipe.runs)}
    rows.pop(recipe.id, None)
    for index, step in enumerate(values["actions"]):
        if step["do"] == "run" and UUID(step["macro_id"]) != recipe.id:
            texts = _refusal(rows.get(UUID(step["macro_id"])), values)
            if texts is not None:
                pointer = f"/actions/{index}/macro_id"
                code = "unknown_macro" if texts is refusals.MACRO_UNKNOWN else "macro_not_shared"
                raise ValidationFailed.of(pointer, code, texts, caller.locale)
    unfolded(recipe, {key: recipe_of(row) for key, row in rows.items()})


def _refusal(inner: Row | None, outer: Values) -> Localized | None:
    """Why a macro cannot be run by another: it must reach everybody whom that one reaches."""
    if inner is None or not inner["usable"]:
        return refusals.MACRO_UNKNOWN
    if outer["shared"] == "private" or inner["shared"] == "all":
        return None
    same = inner["shared"] == "department" and inner["department_id"] == outer["department_id"]
    return None if same else refusals.MACRO_NARROWER


def owners(rows: Sequence[Row]) -> list[UUID]:
    return [row["owner_id"] for row in rows]
