"""shared.kit.endings: nobody waits for ever for a task that was told to end."""

import asyncio

import pytest

from shared.kit import endings


async def test_a_task_that_swallows_its_first_cancellation_ends_by_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(endings, "_AGAIN", 0.01)
    swallowed = 0

    async def deaf() -> None:
        nonlocal swallowed
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                swallowed += 1
                if swallowed == 3:
                    raise

    task = asyncio.ensure_future(deaf())
    await asyncio.sleep(0)  # it begins
    async with asyncio.timeout(5):
        await endings.end(task)
    assert (swallowed, task.cancelled()) == (3, True)


async def test_a_clean_up_is_not_cut_short_by_a_second_cancellation() -> None:
    told, free, cleaned = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def tidy() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            told.set()
            await free.wait()
            cleaned.set()

    async def release() -> None:
        await told.wait()
        free.set()

    task = asyncio.ensure_future(tidy())
    await asyncio.gather(endings.end(task), release())
    assert cleaned.is_set()


async def test_what_has_ended_already_is_left_as_it_is() -> None:
    async def fail() -> None:
        raise ValueError

    failed = asyncio.ensure_future(fail())
    await asyncio.wait({failed})
    await endings.end(failed)
    assert isinstance(failed.exception(), ValueError)
