"""Bytes as they come over a line become parts; each is safe before anybody is told of it."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.tickets.adapters.parts import LARGEST, Parts
from services.tickets.domain.uploads import Checksum
from services.tickets.problems import ChecksumMismatch
from services.tickets.problems.tus import UploadOverrun
from shared.kit.problems import Problem

Keep = Callable[[int, int, list[UUID]], Awaitable[None]]
"""Writes parts between two offsets into the upload's row."""


@dataclass(slots=True)
class Receiver:
    """Takes one request's bytes, no more than the upload may still have."""

    parts: Parts
    keep: Keep
    offset: int
    length: int
    checksum: Checksum | None = None
    _held: bytearray = field(default_factory=bytearray)
    _waiting: list[UUID] = field(default_factory=list)
    _kept: int = 0
    _digest: Any = None

    async def take(self, stream: AsyncIterator[bytes]) -> int:
        """What has arrived is kept even when the line breaks; with a checksum all of it or none."""
        self._kept = self.offset
        if self.checksum is not None:
            self._digest = hashlib.new(self.checksum.algorithm, usedforsecurity=False)
        try:
            async for piece in stream:
                self._held += piece
                if self.offset + len(self._held) > self.length:
                    self._held.clear()
                    raise UploadOverrun(self.length)
                if len(self._held) >= LARGEST:
                    await self._store()
        finally:
            if self.checksum is None:
                await self._store()
        await self._prove()
        return self.offset

    async def _store(self) -> None:
        while self._held:
            content = bytes(self._held[:LARGEST])
            del self._held[: len(content)]
            self._waiting.append(await self.parts.put(content))
            self.offset += len(content)
            if self._digest is None:
                await self._settle()
            else:
                self._digest.update(content)

    async def _prove(self) -> None:
        if self.checksum is None:
            return
        await self._store()
        if self._digest.digest() != self.checksum.digest:
            await self.parts.drop(self._waiting)
            raise ChecksumMismatch
        if self._waiting:
            await self._settle()

    async def _settle(self) -> None:
        waiting, self._waiting = self._waiting, []
        try:
            await self.keep(self._kept, self.offset, waiting)
        except Problem:
            self._held.clear()  # what follows a refused part has no place
            raise
        self._kept = self.offset
