"""Contents as files of a folder: the default store."""

import asyncio
import contextlib
import math
import os
import time
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from datetime import UTC, datetime
from io import RawIOBase
from pathlib import Path
from typing import Final

from shared.kit.objects import StoreAway

_READ: Final = 1024 * 1024


class Folder:
    """Contents as files: temporary name, fsync, rename, fsync of the folder (all or nothing)."""

    def __init__(self, root: Path) -> None:
        self.root = root

    async def put(self, name: str, content: AsyncIterable[bytes]) -> None:
        path = self.root / name
        draft = path.with_name(f".{path.name}")
        try:
            await asyncio.to_thread(_make_folder, path.parent)
            with await asyncio.to_thread(draft.open, "xb", buffering=0) as file:
                async for piece in content:
                    await asyncio.to_thread(_write, file, piece)
                await asyncio.to_thread(os.fsync, file.fileno())
            await asyncio.to_thread(_publish, draft, path)
        except BaseException as error:
            with contextlib.suppress(OSError):
                draft.unlink()
            if isinstance(error, OSError):
                raise StoreAway from error
            raise

    async def read(
        self, name: str, start: int = 0, stop: int | None = None
    ) -> AsyncIterator[bytes]:
        with await asyncio.to_thread((self.root / name).open, "rb") as file:
            file.seek(start)
            left = math.inf if stop is None else stop - start
            while left > 0 and (piece := await asyncio.to_thread(file.read, int(min(_READ, left)))):
                left -= len(piece)
                yield piece

    async def drop(self, name: str) -> None:
        await asyncio.to_thread((self.root / name).unlink, missing_ok=True)

    async def days(self) -> list[str]:
        return await asyncio.to_thread(_folders, self.root)

    async def names(self, day: str) -> AsyncIterator[str]:
        for one in await asyncio.to_thread(_files, self.root / day):
            yield f"{day}/{one}"

    async def tidy(self, seconds: float) -> None:
        await asyncio.to_thread(self._tidy, time.time() - seconds)

    def _tidy(self, before: float) -> None:
        for draft in self.root.glob("*/.*"):
            with contextlib.suppress(FileNotFoundError):
                if draft.stat().st_mtime < before:
                    draft.unlink()
        today = f"{datetime.fromtimestamp(before, UTC):%Y-%m-%d}"
        for folder in _folders(self.root):
            if folder < today:
                with contextlib.suppress(OSError):  # not empty
                    (self.root / folder).rmdir()


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    _settle_folder(folder.parent)


def _publish(draft: Path, path: Path) -> None:
    draft.replace(path)
    _settle_folder(path.parent)


def _write(file: RawIOBase, piece: bytes) -> None:
    left = memoryview(piece)
    while left:
        left = left[file.write(left) or 0 :]


def _settle_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _folders(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir() if path.is_dir()) if root.is_dir() else []


def _files(folder: Path) -> list[str]:
    return sorted(_visible(folder)) if folder.is_dir() else []


def _visible(folder: Path) -> Iterator[str]:
    return (path.name for path in folder.iterdir() if not path.name.startswith("."))
