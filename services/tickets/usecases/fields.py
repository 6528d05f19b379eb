"""Custom fields as managers define them: made, changed, retired; never deleted."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from services.tickets.domain.faults import Refused
from services.tickets.domain.fielddefs import revised, sound
from services.tickets.domain.fields import MOST_FIELDS, Definition, Field, Filling
from services.tickets.domain.rights import Reach
from services.tickets.problems.fields import FieldKeyTaken, TooManyFields, failed, fault
from services.tickets.store import fields as store
from services.tickets.usecases import fieldbook
from services.tickets.usecases.directory import require_department
from services.tickets.usecases.sight import viewer_of
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.etags import Versions
from shared.kit.ids import uuid7
from shared.kit.problems import Forbidden, NotFound, PreconditionFailed
from shared.kit.tx import Tx


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which fields a list shows."""

    department_id: UUID | None = None
    active: bool | None = None


async def create(tx: Tx, caller: Caller, wish: Definition) -> Field:
    """A new field; its key is its own for ever."""
    definition = _checked(caller, lambda: sound(wish))
    await _require_own(tx.context, caller, definition.department_id)
    fieldbook.distrust(tx.context)
    if await store.count(tx) >= MOST_FIELDS:
        raise TooManyFields(limit=MOST_FIELDS)
    filling = _first(definition)
    made = Field(uuid7(), definition, 1, tx.now, tx.now, filling=filling)
    if not await store.add(tx, made):
        raise FieldKeyTaken
    if filling is not None:
        await store.begin_filling(tx, made.id, filling)
        tx.wake("tickets.fields")
    return made


async def change(
    tx: Tx, caller: Caller, field_id: UUID, wish: dict[str, Any], version: Versions | None
) -> Field:
    """Members that were sent, by their names; saying what is so already is no news."""
    await _require_own(tx.context, caller, wish.get("department_id"))
    fieldbook.distrust(tx.context)
    before = await store.hold(tx, field_id)
    if before is None:
        raise NotFound
    if not _leads(caller, before.definition.department_id):
        raise Forbidden
    if version is not None and before.version not in version:
        raise PreconditionFailed
    wanted = replace(before.definition, **wish)
    definition = _checked(caller, lambda: revised(before, wanted))
    if definition == before.definition:
        return before
    after = replace(before, definition=definition, version=before.version + 1, updated_at=tx.now)
    await store.put(tx, after)
    if (filling := _owed(before, after)) is None:
        return after
    await store.begin_filling(tx, field_id, filling)
    tx.wake("tickets.fields")
    return replace(after, filling=filling)


async def read(context: Context, caller: Caller, field_id: UUID) -> Field:
    """One that concerns the caller."""
    staff = viewer_of(caller).staff
    found = (await fieldbook.book_of(context)).by_id.get(field_id)
    if found is None or not found.definition.seen_by(staff=staff):
        raise NotFound
    return found


async def listed(
    context: Context, caller: Caller, wanted: Wanted, after: tuple[int, UUID] | None, limit: int
) -> tuple[list[Field], bool]:
    """A page in the order of the forms, and whether there are more."""
    staff = viewer_of(caller).staff
    found = [
        one
        for one in (await fieldbook.book_of(context)).by_id.values()
        if one.definition.seen_by(staff=staff)
        and _wanted(one.definition, wanted)
        and (after is None or (one.definition.position, one.id) > after)
    ]
    return found[:limit], len(found) > limit


async def of_form(context: Context, department_id: UUID | None) -> list[Field]:
    """What the public form may ask: fields in force that customers write."""
    found = (await fieldbook.book_of(context)).by_id.values()
    return [
        one
        for one in found
        if one.definition.active
        and one.definition.written_by(staff=False)
        and one.definition.department_id in {None, department_id or one.definition.department_id}
    ]


def _wanted(one: Definition, wanted: Wanted) -> bool:
    there = wanted.department_id is None or one.department_id in {None, wanted.department_id}
    return there and wanted.active in {None, one.active}


def _first(definition: Definition) -> Filling | None:
    """Free data may lie under the key of a new field already."""
    if not definition.seen_by(staff=False):
        return Filling.HIDING
    return Filling.BUILDING if definition.filterable else None


def _owed(before: Field, after: Field) -> Filling | None:
    """What is owed to old tickets now, with what has been owed to them still."""
    shown = before.definition.seen_by(staff=False) is after.definition.seen_by(staff=False)
    owed = _rows(before, after) if shown else Filling.HIDING
    return Filling.HIDING if owed and before.filling is Filling.HIDING else owed


def _rows(before: Field, after: Field) -> Filling | None:
    """Their rows are made where they are newly filtered by, else taken away."""
    was, now = before.definition.filterable, after.definition.filterable
    if was and not now:
        return Filling.DROPPING
    return Filling.BUILDING if now and (not was or before.type is not after.type) else None


def _checked(caller: Caller, check: Callable[[], Definition]) -> Definition:
    try:
        return check()
    except Refused as refusal:
        raise failed(refusal, caller.locale) from refusal


async def _require_own(context: Context, caller: Caller, department_id: UUID | None) -> None:
    """A manager defines for their own departments and for the house, not for other managers."""
    if department_id is None:
        return
    await require_department(context, department_id, caller.locale)
    if not _leads(caller, department_id):
        raise fault("/department_id", "foreign_department", caller.locale)


def _leads(caller: Caller, department_id: UUID | None) -> bool:
    viewer = viewer_of(caller)
    return department_id in {None, *viewer.department_ids} or viewer.reach is Reach.ALL
