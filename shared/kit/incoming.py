"""A request whose body is bounded and whose JSON is strict."""

import json
from collections.abc import AsyncGenerator
from typing import Any, Final

import orjson
from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.types import Message
from typing_extensions import override

from shared.kit.problems import PayloadTooLarge

BODY_LIMIT: Final = 1024 * 1024


class DoorRequest(Request):
    """Reads no more than `body_limit`, declared or not."""

    body_limit = BODY_LIMIT

    @override
    async def body(self) -> bytes:
        """The whole body; the usual small one comes in a single message."""
        if not hasattr(self, "_body"):
            self._check_declared()
            message = await self.receive()
            if message["type"] != "http.request" or message.get("more_body"):
                self._body = await self._rest(message)
            else:
                self._body = message.get("body", b"")
        return self._body

    @override
    async def stream(self) -> AsyncGenerator[bytes, None]:
        self._check_declared()
        size = 0
        async for chunk in super().stream():
            size += len(chunk)
            if size > self.body_limit:
                raise PayloadTooLarge
            yield chunk

    async def _rest(self, message: Message) -> bytes:
        pieces, size = [], 0
        while True:
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            pieces.append(message.get("body", b""))
            size += len(pieces[-1])
            if size > self.body_limit:
                raise PayloadTooLarge
            if not message.get("more_body"):
                return b"".join(pieces)
            message = await self.receive()

    def _check_declared(self) -> None:
        declared = self.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > self.body_limit:
            raise PayloadTooLarge

    @override
    async def json(self) -> Any:
        """No NaN, no half characters, no bottomless nesting (reliability.md T18)."""
        body = await self.body()
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise json.JSONDecodeError("invalid JSON", "", error.pos) from None
