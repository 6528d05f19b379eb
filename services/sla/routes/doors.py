"""What the doors of rules share: who may pass, pages, tags."""

from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Response

from services.sla.schemas.policies import Name
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.http import decode_place, encode_cursor, page, require, set_etag
from shared.vocabulary import Localized, Role

STAFF: Final = tuple(role for role in Role if role not in {Role.CUSTOMER, Role.CUSTOMER_ADMIN})
OF_STAFF = require("sla:read", *STAFF)
CanRead = Annotated[Caller, require("sla:read")]
CanManage = Annotated[Caller, require("sla:manage", *STAFF)]
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=1024)]
Row = dict[str, Any]
_FIRST: Final = UUID(int=0)


def tagged(found: Row, response: Response) -> Row:
    set_etag(response, str(found["version"]))
    return found


def localized(name: Name | str) -> Localized:
    return (
        Localized(ar=name, en=name) if isinstance(name, str) else Localized(ar=name.ar, en=name.en)
    )


def after_cursor(context: Context, cursor: str | None) -> UUID:
    return _FIRST if cursor is None else decode_place(context, cursor)


def paged(context: Context, rows: Sequence[Row], limit: int) -> dict[str, Any]:
    following = encode_cursor(context, [rows[limit - 1]["id"]]) if len(rows) > limit else None
    return page(rows[:limit], following)
