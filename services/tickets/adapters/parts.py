"""Received parts of unfinished uploads: sealed files whose names say where each part begins."""

import asyncio
import shutil
from pathlib import Path
from uuid import UUID

from services.tickets.adapters.files import write_safely
from shared.kit.context import Context
from shared.kit.crypto import Box

_LABEL = "tickets.upload.part"
_FOLDER = "uploads"


class Parts:
    """The parts of one upload; what has been received is derived from the files alone."""

    def __init__(self, root: Path, upload_id: UUID, box: Box) -> None:
        self._folder = root / _FOLDER / str(upload_id)
        self._upload_id = upload_id
        self._box = box

    async def offset(self) -> int:
        """How many bytes are safely here."""
        return await asyncio.to_thread(self._offset)

    async def add(self, offset: int, content: bytes) -> int:
        """Keep one part that begins at `offset`; the new offset."""
        return await asyncio.to_thread(self._add, offset, content)

    async def content(self) -> bytes:
        """All parts in their order."""
        return await asyncio.to_thread(self._content)

    async def discard(self) -> None:
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    def _add(self, offset: int, content: bytes) -> int:
        end = offset + len(content)
        sealed = self._box.seal(f"{_LABEL}.{offset}", self._upload_id, content)
        write_safely(self._folder / f"{offset:012d}-{end:012d}", sealed)
        return end

    def _spans(self) -> list[tuple[int, int, Path]]:
        if not self._folder.is_dir():
            return []
        chain: list[tuple[int, int, Path]] = []
        end = 0
        for path in sorted(self._folder.glob("[0-9]*-*")):
            start, _, stop = path.name.partition("-")
            if int(start) == end:
                end = int(stop)
                chain.append((int(start), end, path))
        return chain

    def _offset(self) -> int:
        spans = self._spans()
        return spans[-1][1] if spans else 0

    def _content(self) -> bytes:
        return b"".join(
            self._box.open_bytes(f"{_LABEL}.{start}", self._upload_id, path.read_bytes())
            for start, _, path in self._spans()
        )


def parts_of(context: Context, upload_id: UUID, box: Box) -> Parts:
    """The parts of an upload of this process."""
    return Parts(context.settings.files_root, upload_id, box)


def forgotten(context: Context) -> list[UUID]:
    """Uploads that have a folder; the sweeper asks which of them still have a row."""
    folder: Path = context.settings.files_root / _FOLDER
    return [UUID(path.name) for path in folder.iterdir()] if folder.is_dir() else []
