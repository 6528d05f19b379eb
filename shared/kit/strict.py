"""What a caller sends means what it looks like: a number is no date, a text is no number.

Lax reading would take `0` for an instant of 1970 and `"no"` for a truth; a typo would be silence.
"""

import re
from datetime import date
from typing import Any, Final, cast

from pydantic_core import CoreSchema, PydanticCustomError, core_schema

_DATED: Final = re.compile(r"\d{4}-\d\d-\d\d")
_PLAIN: Final = frozenset({"bool", "int", "float"})
_WRITTEN: Final = frozenset({"date", "datetime"})
_INSIDE: Final = (*("schema", "choices", "items_schema", "keys_schema", "values_schema", "steps"),)
"""Where a schema keeps the schemas of its parts; models inside have been through it themselves."""


def strictly(schema: CoreSchema) -> CoreSchema:
    """The same schema, in which plain values are taken as they are written."""
    return cast("CoreSchema", _part(schema))


def dated(value: Any) -> Any:
    """Dates and instants are texts that begin with a date; ours come as what they are."""
    if isinstance(value, date) or (isinstance(value, str) and _DATED.match(value)):
        return value
    raise PydanticCustomError("datetime_parsing", "An instant such as 2026-03-20T09:00:00Z")


def day(value: Any) -> Any:
    """A civil date, and nothing but a date."""
    if isinstance(value, date) or (isinstance(value, str) and _DATED.fullmatch(value)):
        return value
    raise PydanticCustomError("date_parsing", "A date such as 2026-03-20 is expected")


def _part(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_part(one) for one in schema]
    if isinstance(schema, tuple):  # a choice with its label
        return (_part(schema[0]), *schema[1:])
    if not isinstance(schema, dict):
        return schema
    kind = schema.get("type")
    if kind in _WRITTEN:
        check = day if kind == "date" else dated
        return core_schema.no_info_before_validator_function(check, cast("CoreSchema", schema))
    if kind in _PLAIN:
        return {**schema, "strict": True}
    inside = {name: _part(schema[name]) for name in _INSIDE if name in schema}
    fields = schema.get("fields")
    if isinstance(fields, dict):  # by their names, of which one may well be "type"
        inside["fields"] = {name: _part(one) for name, one in fields.items()}
    return {**schema, **inside}
