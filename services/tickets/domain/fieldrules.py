"""What a ticket's custom values may become, by whom, and what they still lack."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.tickets.domain.faults import Fault, Refused, step
from services.tickets.domain.fields import Field, Need
from services.tickets.domain.fieldvalues import ValueRefused, canonical, fits

Custom = Mapping[str, Any]
Fields = Mapping[str, Field]
"""Definitions by their keys."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where values are written, and in whose voice."""

    department_id: UUID
    staff: bool
    free: bool = True
    """Whether keys without a definition are kept: data of the desk and of API clients."""


@dataclass(frozen=True, slots=True)
class Change:
    """One value before and after; None = empty. Free keys have no field."""

    key: str
    old: Any
    new: Any
    field: Field | None = None


def merged(before: Custom, changes: tuple[Change, ...]) -> dict[str, Any]:
    """The values after the changes, in their order."""
    after = dict(before)
    for one in changes:
        if one.new is None:
            after.pop(one.key, None)
        else:
            after[one.key] = one.new
    return after


def changes(fields: Fields, place: Place, before: Custom, wish: Custom) -> tuple[Change, ...]:
    """What the wish would change, key by key; Refused names every fault of it."""
    found: list[Change] = []
    faults: list[Fault] = []
    for key, value in wish.items():
        try:
            change = _change(fields.get(key), place, before.get(key), (key, value))
        except ValueRefused as refusal:
            faults.append(Fault(f"/custom/{step(key)}", refusal.code, refusal.gaps))
        else:
            if not _same(change.old, change.new):
                found.append(change)
    if faults:
        raise Refused(faults)
    return tuple(found)


def lacking(fields: Fields, place: Place, custom: Custom, need: Need) -> list[Fault]:
    """Fields that must say something here, that this voice may fill, and that are empty."""
    return [
        Fault(f"/custom/{field.key}", "required", {"label": field.definition.label})
        for field in fields.values()
        if need in field.definition.required
        and field.definition.in_force(place.department_id)
        and field.definition.written_by(staff=place.staff)
        and not fits(field.definition, custom.get(field.key))
    ]


def lacking_after_move(fields: Fields, department_id: UUID, custom: Custom) -> list[Fault]:
    """What the new department asks of every ticket that begins there; its own fields only."""
    own = {key: field for key, field in fields.items() if field.definition.department_id}
    return lacking(own, Place(department_id, staff=True), custom, Need.CREATE)


def shown(fields: Fields, custom: Custom, *, staff: bool, free: bool) -> dict[str, Any]:
    """What a reader may see; keys without a definition only where they are `free`."""
    return {
        key: value
        for key, value in custom.items()
        if (fields[key].definition.seen_by(staff=staff) if key in fields else free)
    }


def hidden_keys(fields: Fields, *, staff: bool) -> Iterator[str]:
    return (key for key, field in fields.items() if not field.definition.seen_by(staff=staff))


def emptied(fields: Fields, place: Place, before: Custom) -> dict[str, None]:
    """`custom: null` takes away whatever this voice may change."""
    return {
        key: None
        for key in before
        if (fields[key].definition.written_by(staff=place.staff) if key in fields else place.free)
    }


def _change(field: Field | None, place: Place, old: Any, wish: tuple[str, Any]) -> Change:
    key, value = wish
    if field is None:
        if not place.free:
            raise ValueRefused("unknown_field")
        return Change(key, old, value)
    definition = field.definition
    if not definition.written_by(staff=place.staff):
        if definition.seen_by(staff=place.staff) and value is not None and _same(old, value):
            return Change(key, old, old, field)
        known = place.free or definition.seen_by(staff=place.staff)
        raise ValueRefused("not_writable" if known else "unknown_field")
    if value is not None and not _same(old, value):
        _check_in_force(field, place)
    new = old if value is not None and _same(old, value) else canonical(definition, value, old)
    if new is None and old is not None and Need.CREATE in definition.required:
        _check_may_be_empty(field, place)
    return Change(key, old, new, field)


def _check_in_force(field: Field, place: Place) -> None:
    if not field.definition.active:
        raise ValueRefused("field_inactive")
    if not field.definition.in_force(place.department_id):
        raise ValueRefused("field_elsewhere")


def _check_may_be_empty(field: Field, place: Place) -> None:
    if field.definition.in_force(place.department_id):
        raise ValueRefused("required", label=field.definition.label)


def _same(one: Any, other: Any) -> bool:
    """As JSON writes it: true is no 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
