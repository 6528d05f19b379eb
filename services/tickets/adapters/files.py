"""The files store: sealed contents under keyed digests, one folder for each organization (T41)."""

import asyncio
import contextlib
import hashlib
import hmac
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import UUID

from shared.kit.context import Context
from shared.kit.crypto import Box
from shared.kit.ids import uuid7

_LABEL = "tickets.file.content"
_FRESH = 1800.0
"""A file touched within so many seconds is far from the sweeper's hour and may be shared."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a content lies."""

    organization_id: UUID
    digest: bytes
    size: int


class Files(Protocol):
    """A store of sealed contents."""

    async def put(self, box: Box, organization_id: UUID, content: bytes) -> Stored: ...

    async def get(self, box: Box, organization_id: UUID, digest: bytes) -> bytes: ...


class FolderFiles:
    """Contents in folders of the data directory; a row is written only after the file is safe."""

    def __init__(self, root: Path, key: bytes) -> None:
        self.root = root
        self._key = key

    async def put(self, box: Box, organization_id: UUID, content: bytes) -> Stored:
        """Keep a content; the same bytes of one organization are kept once."""
        return await asyncio.to_thread(self._put, box, organization_id, content)

    async def get(self, box: Box, organization_id: UUID, digest: bytes) -> bytes:
        """The bytes again; FileNotFoundError when they are gone."""
        return await asyncio.to_thread(self._get, box, organization_id, digest)

    def older_than(self, seconds: float) -> Iterator[tuple[UUID, bytes]]:
        """Contents that nobody has touched for so long; candidates of the sweeper."""
        for path in self.root.glob("*/??/*"):
            with contextlib.suppress(ValueError, FileNotFoundError):
                if _age(path) > seconds:
                    yield UUID(path.parent.parent.name), bytes.fromhex(path.name)

    def drop(self, organization_id: UUID, digest: bytes, seconds: float) -> None:
        """Remove an orphan, unless it was written anew while we looked."""
        path = self._path(organization_id, digest)
        aside = path.with_name(f".{path.name}.{uuid7().hex}")
        with contextlib.suppress(FileNotFoundError):
            path.rename(aside)
            if _age(aside) > seconds:
                aside.unlink()
            else:
                aside.rename(path)

    def _put(self, box: Box, organization_id: UUID, content: bytes) -> Stored:
        digest = hmac.digest(self._key, content, hashlib.sha256)
        path = self._path(organization_id, digest)
        stored = Stored(organization_id, digest, len(content))
        with contextlib.suppress(FileNotFoundError):
            if _age(path) < _FRESH:
                return stored
        write_safely(path, box.seal(_LABEL, _row(digest), content))
        return stored

    def _get(self, box: Box, organization_id: UUID, digest: bytes) -> bytes:
        sealed = self._path(organization_id, digest).read_bytes()
        return box.open_bytes(_LABEL, _row(digest), sealed)

    def _path(self, organization_id: UUID, digest: bytes) -> Path:
        name = digest.hex()
        return self.root / str(organization_id) / name[:2] / name


def files_of(context: Context) -> FolderFiles:
    """The store of this process."""
    return FolderFiles(context.settings.files_root, context.keys.derive("files"))


def write_safely(path: Path, content: bytes) -> None:
    """Temporary name, fsync, rename, fsync of the folder: all of it or nothing (T41)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{uuid7().hex}")
    with draft.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _age(path: Path) -> float:
    return time.time() - path.stat().st_mtime


def _row(digest: bytes) -> UUID:
    return UUID(bytes=digest[:16])
