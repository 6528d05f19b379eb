"""What kind of body a door takes."""

import re
from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import Request, Response

from shared.kit.problems import UnsupportedMediaType

_JSON: Final = re.compile(r"application/(?:[\w.+-]+\+)?json")
_FORM: Final = "application/x-www-form-urlencoded"
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def json_only(handler: Handler) -> Handler:
    """A body that says it is something else is not taken for JSON with faults."""

    async def checked(request: Request) -> Response:
        kind = _kind(request)
        if kind and not _JSON.fullmatch(kind) and await request.body():
            raise UnsupportedMediaType
        return await handler(request)

    return checked


def is_form(request: Request) -> bool:
    """Whether a body comes from a page's form, else it is JSON; for doors that take both."""
    kind = _kind(request)
    if kind == _FORM:
        return True
    if kind and not _JSON.fullmatch(kind):
        raise UnsupportedMediaType
    return False


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
