"""What kind of body a JSON door takes."""

import re
from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import Request, Response

from shared.kit.problems import UnsupportedMediaType

_JSON: Final = re.compile(r"application/(?:[\w.+-]+\+)?json")
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def json_only(handler: Handler) -> Handler:
    """A body that says it is something else is not taken for JSON with faults."""

    async def checked(request: Request) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind and not _JSON.fullmatch(kind) and await request.body():
            raise UnsupportedMediaType
        return await handler(request)

    return checked
