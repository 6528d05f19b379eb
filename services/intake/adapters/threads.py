"""Work that blocks, in a thread of its own: a server that never answers holds nobody else up."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any, TypeVar

_Result = TypeVar("_Result")


async def in_thread(work: Callable[..., _Result], *args: Any) -> _Result:
    """`work(*args)`; the thread never keeps the process alive, and there are as many as needed."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[_Result] = loop.create_future()

    def run() -> None:
        try:
            result = work(*args)
        except Exception as error:  # noqa: BLE001 - it is raised where the answer is awaited
            _tell(loop, answer.set_exception, error, answer)
        else:
            _tell(loop, answer.set_result, result, answer)

    threading.Thread(target=run, name="sanad-blocking", daemon=True).start()
    return await answer


def _tell(
    loop: asyncio.AbstractEventLoop,
    say: Callable[[Any], None],
    value: Any,
    answer: "asyncio.Future[Any]",
) -> None:
    def settle() -> None:
        if not answer.done():
            say(value)

    with contextlib.suppress(RuntimeError):  # the loop is gone, and so is whoever asked
        loop.call_soon_threadsafe(settle)


async def readable(descriptor: int, seconds: float, ended: Callable[[float], Any]) -> bool:
    """Until something can be read there, at most so long; `ended` is a stop that cuts it short."""
    loop = asyncio.get_running_loop()
    bell: asyncio.Future[bool] = loop.create_future()

    def ring() -> None:
        if not bell.done():
            bell.set_result(True)

    loop.add_reader(descriptor, ring)
    stop = asyncio.ensure_future(ended(seconds))
    try:
        await asyncio.wait({bell, stop}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        return bell.done()
    finally:
        loop.remove_reader(descriptor)
        stop.cancel()
        bell.cancel()
