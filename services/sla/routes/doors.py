"""What the doors of rules share: who may pass, pages, tags."""

from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Path, Query, Response

from services.sla.schemas.policies import Name
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.http import (
    cursor_foreign,
    decode_cursor,
    decode_place,
    encode_cursor,
    page,
    require,
    set_etag,
)
from shared.vocabulary import STAFF_ROLES, Localized

STAFF: Final = STAFF_ROLES
OF_STAFF = require("sla:read", *STAFF)
CanRead = Annotated[Caller, require("sla:read")]
MANAGES = require("sla:manage", *STAFF)
CanManage = Annotated[Caller, MANAGES]
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=1024)]
Version = Annotated[int, Path(ge=1, le=2**31 - 1)]
Row = dict[str, Any]
_FIRST: Final = UUID(int=0)
_NEWEST: Final = 2**31 - 1


def tagged(found: Row, response: Response) -> Row:
    set_etag(response, str(found["version"]))
    return found


def localized(name: Name | str) -> Localized:
    return (
        Localized(ar=name, en=name) if isinstance(name, str) else Localized(ar=name.ar, en=name.en)
    )


def after_cursor(context: Context, cursor: str | None) -> UUID:
    return _FIRST if cursor is None else decode_place(context, cursor)


def place_after(context: Context, cursor: str) -> int:
    """The place of a page's last row, for lists that are ordered by a number."""
    values = decode_cursor(context, cursor)
    if not values or not isinstance(values[0], int):
        raise cursor_foreign()
    return values[0]


def paged(context: Context, rows: Sequence[Row], limit: int) -> dict[str, Any]:
    following = encode_cursor(context, [rows[limit - 1]["id"]]) if len(rows) > limit else None
    return page(rows[:limit], following)


def below_cursor(context: Context, cursor: str | None) -> int:
    """The version that a page of history ended with."""
    if cursor is None:
        return _NEWEST
    values = decode_cursor(context, cursor)
    if not values or not isinstance(values[0], int):
        raise cursor_foreign()  # a cursor of ours, but of a list with another order
    return values[0]


def paged_down(context: Context, rows: Sequence[Row], limit: int) -> dict[str, Any]:
    """A page of history, newest first."""
    more = len(rows) > limit
    following = encode_cursor(context, [rows[limit - 1]["version"]]) if more else None
    return page(rows[:limit], following)
