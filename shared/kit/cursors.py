"""Opaque, signed places in a list, and the shape of a page."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson
from fastapi import Request, Response

from shared.kit.answers import dumps
from shared.kit.context import Context
from shared.kit.problem import SpokenError
from shared.kit.problems import ValidationFailed
from shared.kit.visit import LIST
from shared.vocabulary import Localized

LONGEST: Final = 1024
_MAC: Final = 12
_FOREIGN: Final = Localized(
    ar="هذه العلامة لقائمة أخرى أو لقارئ آخر؛ ابدأ من الصفحة الأولى",
    en="This cursor belongs to another list or another reader; begin with the first page",
)


def encode_cursor(context: Context, values: Sequence[Any]) -> str:
    """The sort values of a page's last row, signed so that nobody asks for made-up places.

    Signed for the address in hand and its caller: it means nothing to another list or reader.
    """
    body = dumps(list(values))
    return urlsafe_b64encode(_mac(context, body) + body).rstrip(b"=").decode()


def cursor_foreign() -> ValidationFailed:
    """For a cursor that we did not make, or made for another list."""
    told = SpokenError(
        pointer="?cursor", code="cursor_foreign", message=_FOREIGN["en"], texts=_FOREIGN
    )
    return ValidationFailed(errors=[told])


def decode_cursor(context: Context, text: str) -> list[Any]:
    """The values again, as JSON knows them; `cursor_foreign` for anything we did not make."""
    try:
        raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except ValueError:
        raise cursor_foreign() from None
    mac, body = raw[:_MAC], raw[_MAC:]
    if len(text) > LONGEST or not hmac.compare_digest(mac, _mac(context, body)):
        raise cursor_foreign()
    values: list[Any] = orjson.loads(body)
    return values


def decode_place(context: Context, text: str) -> UUID:
    """The id of a page's last row, for lists that are ordered by id alone."""
    values = decode_cursor(context, text)
    try:
        return UUID(str(values[0]))
    except (ValueError, IndexError):  # a cursor of ours, but of a list with another order
        raise cursor_foreign() from None


def page(items: Sequence[Any], next_cursor: str | None = None) -> dict[str, Any]:
    return {"items": list(items), "next_cursor": next_cursor}


def page_response(
    request: Request, items: bytes | str | Sequence[Any], next_cursor: str | None = None
) -> Response:
    """A page with its `Link` header; `items` may be JSON text that Postgres built."""
    listed = items if isinstance(items, (bytes, str)) else dumps(list(items))
    text = listed if isinstance(listed, bytes) else listed.encode()
    body = b'{"items":' + text + b',"next_cursor":' + orjson.dumps(next_cursor) + b"}"
    answer = Response(body, media_type="application/json")
    if next_cursor is not None:
        following = request.url.include_query_params(cursor=next_cursor)
        answer.headers["link"] = f'<{following.path}?{following.query}>; rel="next"'
    return answer


def _mac(context: Context, body: bytes) -> bytes:
    listed = LIST.get().encode() + b"\n"
    return hmac.digest(context.keys.derive("cursor"), listed + body, sha256)[:_MAC]
