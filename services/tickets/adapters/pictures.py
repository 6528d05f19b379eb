"""Small pictures of large ones, made by a process that may die of it."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

MEDIA_TYPE: Final = "image/webp"
_ROOT: Final = Path(__file__).resolve().parents[3]
_WALL: Final = 20.0
_PIECE: Final = 64 * 1024
_LARGEST: Final = 4 * 1024 * 1024


class NoPicture(Exception):
    """Too large, too slow, broken or no picture at all."""


async def shrink(content: AsyncIterator[bytes]) -> bytes:
    """A small picture of what comes; NoPicture when none can be made."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-s", "-m", "services.tickets.adapters.picturing"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=_ROOT,
        env={"PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"},
    )
    try:
        async with asyncio.timeout(_WALL):
            await _feed(child, content)
            made = await _made(child)
            code = await child.wait()
    except TimeoutError as error:
        raise NoPicture("too slow") from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()
    if code != 0 or not made:
        raise NoPicture(f"ended with {code}")
    return made


async def _feed(child: asyncio.subprocess.Process, content: AsyncIterator[bytes]) -> None:
    """A child that has seen enough hangs up; its answer tells."""
    assert child.stdin is not None
    with contextlib.suppress(ConnectionError):
        async for piece in content:
            child.stdin.write(piece)
            await child.stdin.drain()
        child.stdin.close()


async def _made(child: asyncio.subprocess.Process) -> bytes:
    assert child.stdout is not None
    made = bytearray()
    while piece := await child.stdout.read(_PIECE):
        made += piece
        if len(made) > _LARGEST:
            raise NoPicture("too much")
    return bytes(made)
