"""Contents in a bucket (S3 and what speaks like it), by obstore; imported only where one is used.

What the URL does not say is taken from the process's AWS_* variables or the machine's role.
"""

from collections.abc import AsyncIterable, AsyncIterator
from datetime import timedelta
from typing import Any, Final

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from shared.kit.objects import StoreAway
from shared.kit.stores import address_of

_PART: Final = 5 * 1024 * 1024
_READ: Final = 1024 * 1024


class Bucket:
    """The store behind a URL; a content becomes visible only when all of it has arrived."""

    def __init__(self, url: str) -> None:
        self._store = _store(url)

    async def put(self, name: str, content: AsyncIterable[bytes]) -> None:
        """A small content goes in one request, a large one in parts."""
        pieces = aiter(content)
        held, more = await _gather(pieces)
        body: Any = _chain(held, pieces) if more else held
        await self._ask(
            obstore.put_async(self._store, name, body, chunk_size=_PART, max_concurrency=2)
        )

    async def read(
        self, name: str, start: int = 0, stop: int | None = None
    ) -> AsyncIterator[bytes]:
        try:
            if stop is not None and start >= stop:
                return
            if stop is not None:
                found = await obstore.get_range_async(self._store, name, start=start, end=stop)
                yield bytes(found)
                return
            answer = await obstore.get_async(self._store, name)
            async for piece in answer.stream(min_chunk_size=_READ):
                yield bytes(piece)
        except BaseError as error:
            raise StoreAway from error

    async def drop(self, name: str) -> None:
        await self._ask(obstore.delete_async(self._store, name))

    async def days(self) -> list[str]:
        found = await self._ask(obstore.list_with_delimiter_async(self._store))
        return sorted(str(one).strip("/") for one in found["common_prefixes"])

    async def names(self, day: str) -> AsyncIterator[str]:
        try:
            async for page in obstore.list(self._store, prefix=day):
                for one in page:
                    yield str(one["path"])
        except BaseError as error:
            raise StoreAway from error

    async def tidy(self, seconds: float) -> None:
        """Halves are the bucket's own matter: a lifecycle rule aborts unfinished uploads."""

    async def _ask(self, answer: Any) -> Any:
        try:
            return await answer
        except FileNotFoundError:
            return None
        except BaseError as error:
            raise StoreAway from error


def _store(url: str) -> S3Store:
    address = address_of(url)
    config: Any = {**address.options}
    if address.user:
        config |= {"access_key_id": address.user, "secret_access_key": address.secret}
    plain = address.options.get("endpoint", "").startswith("http://")
    return S3Store(
        address.bucket,
        prefix=address.prefix or None,
        config=config,
        client_options={"allow_http": plain, "timeout": "60s", "connect_timeout": "5s"},
        retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=20)},
    )


async def _gather(pieces: AsyncIterator[bytes]) -> tuple[bytes, bool]:
    held = bytearray()
    async for piece in pieces:
        held += piece
        if len(held) >= _PART:
            return bytes(held), True
    return bytes(held), False


async def _chain(held: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield held
    async for piece in pieces:
        yield piece
