"""Narrowing a list by custom fields: `custom.<key>`, and `.from` and `.to` of what has an order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from services.tickets.domain.faults import Fault, Refused, step
from services.tickets.domain.fields import (
    LISTED,
    LONGEST,
    NUMBERS,
    RANGED,
    WRITTEN,
    Definition,
    Field,
    FieldType,
    Limit,
)
from services.tickets.domain.fieldvalues import ValueRefused, canonical
from services.tickets.domain.folding import fold

PREFIX: Final = "custom."
MOST_FILTERS: Final = 10
MOST_VALUES: Final = 20
_TRUTHS: Final = {"true": True, "false": False}

Asked = tuple[tuple[str, str], ...]
"""Pairs of an address without its prefix: `("floor.from", "3")`."""


@dataclass(frozen=True, slots=True)
class FieldFilter:
    """One field's condition: any of the values, and inside the span. Ends belong to it."""

    field_id: UUID
    type: FieldType
    values: tuple[Limit, ...] = ()
    low: Limit | None = None
    high: Limit | None = None
    tokens: tuple[bytes, ...] = ()
    """What stands for texts, which are nowhere in plain."""


def parsed(fields: Mapping[str, Field], asked: Asked, *, staff: bool) -> tuple[FieldFilter, ...]:
    """The conditions of an address; fields that the reader may not see are unknown."""
    found: dict[str, FieldFilter] = {}
    faults: list[Fault] = []
    for name, text in asked:
        key, _, end = name.partition(".")
        try:
            field = _field(fields, key, end, staff=staff)
            one = found.get(key, FieldFilter(field.id, field.type))
            found[key] = _with(one, field.definition, end, text)
        except ValueRefused as refusal:
            faults.append(Fault(f"?{PREFIX}{step(key)}", refusal.code, refusal.gaps))
    if len(found) > MOST_FILTERS:
        faults.append(Fault("?custom", "too_many_filters", {"most": str(MOST_FILTERS)}))
    if faults:
        raise Refused(faults)
    return tuple(found.values())


def folded(text: str) -> str:
    """The form in which texts are compared."""
    return " ".join(fold(text).split())


def words_of(field: FieldType, value: Any) -> tuple[str, ...]:
    """What a value row says in plain of choices and truths; nothing of the others."""
    if field is FieldType.BOOLEAN:
        return ("true" if value else "false",)
    if field is FieldType.CHOICES:
        return tuple(value)
    return (str(value),) if field in LISTED else ()


def _field(fields: Mapping[str, Field], key: str, end: str, *, staff: bool) -> Field:
    field = fields.get(key)
    if field is None or not field.definition.seen_by(staff=staff):
        raise ValueRefused("unknown_field")
    if end not in {"", "from", "to"} or (end and field.type not in RANGED):
        raise ValueRefused("no_span")
    if not field.definition.filterable:
        raise ValueRefused("not_filterable")
    return field


def _with(one: FieldFilter, definition: Definition, end: str, text: str) -> FieldFilter:
    if end:
        value = _read(definition, text)
        return replace(one, low=value) if end == "from" else replace(one, high=value)
    values = (*one.values, *(_read(definition, part) for part in _parts(definition, text)))
    if len(values) > MOST_VALUES:
        raise ValueRefused("too_many_values", most=str(MOST_VALUES))
    return replace(one, values=values)


def _parts(definition: Definition, text: str) -> Iterable[str]:
    """`a,b` says two values, except in texts, where a comma is a comma."""
    return [text] if definition.type in WRITTEN else text.split(",")


def _read(definition: Definition, text: str) -> Limit:
    """Limits of a definition do not bind a question about its values."""
    if len(text) > LONGEST:
        raise ValueRefused("too_long", most=str(LONGEST))
    open_ended = replace(definition, minimum=None, maximum=None)
    value = canonical(open_ended, *_typed(definition, text.strip()))
    if value is None:
        raise ValueRefused("value_missing")
    if isinstance(value, bool):
        return "true" if value else "false"
    found: Limit = value[0] if isinstance(value, list) else value
    return found


def _option(definition: Definition, text: str) -> str:
    """The value of an option that is called so in either language; values go before labels."""
    if any(one.value == text for one in definition.options):
        return text
    wanted = folded(text)
    named = (
        one
        for one in definition.options
        if wanted in {folded(one.label["ar"]), folded(one.label["en"])}
    )
    return next((one.value for one in named), text)


def _typed(definition: Definition, text: str) -> tuple[Any, Any]:
    """The text as a value of the field, and what may be retired in it."""
    if definition.type is FieldType.BOOLEAN:
        return _TRUTHS.get(text, text), None
    if definition.type in LISTED:
        text = _option(definition, text)
    if definition.type is FieldType.CHOICES:
        return [text], [text]
    return text, text if definition.type not in NUMBERS else None
