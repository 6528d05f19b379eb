"""Saved views: made, read, changed, taken away, and read as a list of tickets."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.tickets.domain.listing import Filters, Sort
from services.tickets.domain.rights import Viewer
from services.tickets.domain.views import (
    MOST_VIEWS,
    Holding,
    Sharing,
    may_change,
    may_share,
    order_of,
    recalled,
)
from services.tickets.problems.listing import RELEVANCE_OF_WORDS, inside
from services.tickets.problems.views import DEPARTMENT_NEEDED, SharingRefused, TooManyViews
from services.tickets.store import views as store
from services.tickets.store.rows import Row
from services.tickets.usecases import narrowing
from services.tickets.usecases.directory import require_department
from services.tickets.usecases.sight import staff_only
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.etags import Versions
from shared.kit.problems import Forbidden, NotFound, PreconditionFailed, ValidationFailed
from shared.kit.tx import Tx


async def add(tx: Tx, caller: Caller, values: dict[str, Any]) -> dict[str, Any]:
    """A new view of the caller's."""
    viewer = staff_only(caller)
    view = _holding(values, caller.id)
    _ordered(caller, values)
    await _know(tx, caller, viewer, values)
    _check(caller, viewer, view)
    if await store.siblings(tx, view) >= MOST_VIEWS:
        raise TooManyViews(most=MOST_VIEWS)
    row = await store.add(tx, {**values, "owner_id": caller.id})
    await _record(tx, caller, row["id"], "made", view)
    return told(row, caller, viewer)


async def one(tx: Tx, caller: Caller, view_id: UUID) -> dict[str, Any]:
    viewer = staff_only(caller)
    return told(_found(await store.find(tx, viewer, view_id)), caller, viewer)


async def page(
    tx: Tx, caller: Caller, after: tuple[int, UUID] | None, limit: int
) -> list[dict[str, Any]]:
    """The caller's own, their departments' and everybody's, in their order."""
    viewer = staff_only(caller)
    return [told(row, caller, viewer) for row in await store.listed(tx, viewer, after, limit)]


async def change(
    tx: Tx, caller: Caller, view_id: UUID, values: dict[str, Any], expected: Versions | None
) -> dict[str, Any]:
    """Other values, also for other readers when the caller may share with them."""
    viewer = staff_only(caller)
    await _know(tx, caller, viewer, values)
    row = await _hold(tx, caller, viewer, view_id)
    if expected is not None and row["version"] not in expected:
        raise PreconditionFailed
    old = store.holding_of(row)
    if "shared" in values and values["shared"] != Sharing.DEPARTMENT:
        values = {"department_id": None, **values}
    view = _holding({**row, **values}, old.owner_id)
    if not {"sort", "filters"}.isdisjoint(values):
        _ordered(caller, {**row, **values})
    if view != old:
        await _move(tx, caller, viewer, view)
    if not values:
        return told(row, caller, viewer)
    row = await store.change(tx, view_id, values)
    await _record(
        tx, caller, view_id, "changed", view if view.shared is not Sharing.PRIVATE else old
    )
    return told(row, caller, viewer)


async def drop(tx: Tx, caller: Caller, view_id: UUID) -> None:
    """Gone for all who read it."""
    row = await _hold(tx, caller, staff_only(caller), view_id)
    await store.drop(tx, view_id)
    await _record(tx, caller, view_id, "deleted", store.holding_of(row))


async def question(context: Context, caller: Caller, view_id: UUID) -> tuple[Filters | None, Sort]:
    """What the view asks for; None when that is no more."""
    viewer = staff_only(caller)
    async with context.tx(caller) as tx:
        row = _found(await store.find(tx, viewer, view_id))
    return recalled(row["filters"]), order_of(row["sort"])


def told(row: Row, caller: Caller, viewer: Viewer) -> dict[str, Any]:
    names = ("id", "filters", "sort", "shared", "department_id", "owner_id", "position", "columns")
    return {
        **{name: row[name] for name in (*names, "version", "created_at", "updated_at")},
        "name": {"ar": row["name_ar"], "en": row["name_en"]},
        "own": row["owner_id"] == viewer.id,
        "may_change": may_change(viewer, caller.roles, store.holding_of(row)),
    }


def _holding(values: dict[str, Any], owner_id: UUID | None) -> Holding:
    return Holding(Sharing(values["shared"]), owner_id, values["department_id"])


def _found(row: Row | None) -> Row:
    if row is None:
        raise NotFound
    return row


async def _hold(tx: Tx, caller: Caller, viewer: Viewer, view_id: UUID) -> Row:
    row = _found(await store.find(tx, viewer, view_id, lock=True))
    if not may_change(viewer, caller.roles, store.holding_of(row)):
        raise Forbidden
    return row


async def _know(tx: Tx, caller: Caller, viewer: Viewer, values: dict[str, Any]) -> None:
    """Before anything is held: the gateway may have to be asked, and the query be read."""
    if values.get("department_id") is not None:
        await require_department(tx.context, values["department_id"], caller.locale)
    filters = recalled(values.get("filters", {}))
    assert filters is not None, "what was just validated can be recalled"
    try:
        await narrowing.conditions(tx.context, caller, viewer, filters)
    except ValidationFailed as failure:
        raise inside(failure) from None


def _ordered(caller: Caller, values: Mapping[str, Any]) -> None:
    """Relevance is a matter of words."""
    if values["sort"] == Sort.RELEVANCE and "q" not in values["filters"]:
        raise ValidationFailed.of("#/sort", "enum", RELEVANCE_OF_WORDS, caller.locale)


def _check(caller: Caller, viewer: Viewer, view: Holding) -> None:
    if (view.shared is Sharing.DEPARTMENT) != (view.department_id is not None):
        texts = DEPARTMENT_NEEDED
        raise ValidationFailed.of("#/department_id", "department_needed", texts, caller.locale)
    if not may_share(viewer, caller.roles, view):
        raise SharingRefused


async def _move(tx: Tx, caller: Caller, viewer: Viewer, view: Holding) -> None:
    """A view without an owner would be nobody's once it is private."""
    if view.owner_id is None and view.shared is Sharing.PRIVATE:
        raise Forbidden
    _check(caller, viewer, view)
    if await store.siblings(tx, view) >= MOST_VIEWS:
        raise TooManyViews(most=MOST_VIEWS)


async def _record(tx: Tx, caller: Caller, view_id: UUID, kind: str, view: Holding) -> None:
    if view.shared is not Sharing.PRIVATE:
        await store.record(tx, view_id, caller.id, kind, view)
