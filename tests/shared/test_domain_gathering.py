"""Things kept together: one commit for all that wait, and nobody pays for another's trouble."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.kit.gathering import Gathering


class Store:
    """Notes what each commit holds; a commit takes as long as the test lets it."""

    def __init__(self, refused: Sequence[str] = ()) -> None:
        self.commits: list[list[str]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.refused = set(refused)

    async def keep(self, things: Sequence[str]) -> list[str | Exception]:
        held = list(things)
        await self.open.wait()
        if self.refused.intersection(held):
            raise ValueError(held)
        self.commits.append(held)
        return [LookupError(one) if one.startswith("no") else one.upper() for one in held]


async def turns() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_lone_thing_goes_at_once() -> None:
    store = Store()
    gathering = Gathering(store.keep)
    await gathering.add("a", 1)
    await gathering.add("b", 1)
    assert store.commits == [["a"], ["b"]]


async def test_those_that_come_during_a_commit_share_the_next() -> None:
    store = Store()
    store.open.clear()
    gathering = Gathering(store.keep)
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        group.create_task(gathering.add("first", 1))
        await turns()
        for name in "abc":
            group.create_task(gathering.add(name, 1))
        await turns()
        store.open.set()
    assert store.commits == [["first"], ["a", "b", "c"]]


async def test_nobody_is_told_before_the_commit_that_holds_it() -> None:
    store = Store()
    store.open.clear()
    gathering = Gathering(store.keep)
    waiting = [asyncio.ensure_future(gathering.add(name, 1)) for name in "ab"]
    await turns()
    assert not any(one.done() for one in waiting)
    store.open.set()
    async with asyncio.timeout(10):
        await asyncio.gather(*waiting)


async def test_one_that_cannot_be_kept_fails_alone() -> None:
    store = Store(refused=["bad"])
    gathering = Gathering(store.keep)
    told = await asyncio.gather(
        *(gathering.add(name, 1) for name in ("a", "bad", "b")), return_exceptions=True
    )
    assert [type(one) for one in told] == [str, ValueError, str]
    assert sorted(name for commit in store.commits for name in commit) == ["a", "b"]


async def test_who_gives_up_waiting_takes_nothing_from_the_others() -> None:
    store = Store()
    store.open.clear()
    gathering = Gathering(store.keep)
    gone, other = (asyncio.ensure_future(gathering.add(name, 1)) for name in "ab")
    await turns()
    gone.cancel()
    await turns()
    store.open.set()
    async with asyncio.timeout(10):
        await other
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert store.commits == [["a", "b"]]


async def test_after_a_failure_the_next_is_kept() -> None:
    store = Store(refused=["bad"])
    gathering = Gathering(store.keep)
    with pytest.raises(ValueError, match="bad"):
        await gathering.add("bad", 1)
    await gathering.add("good", 1)
    assert store.commits == [["good"]]


@pytest.mark.parametrize(
    ("sizes", "commits"),
    [((4, 4, 4), 2), ((100, 1), 2), ((1, 1, 1), 1), ((1, 100, 1), 3)],
)
async def test_small_ones_do_not_wait_for_a_heap(sizes: tuple[int, ...], commits: int) -> None:
    store = Store()
    gathering = Gathering(store.keep, most=8)
    await asyncio.gather(*(gathering.add(str(at), size) for at, size in enumerate(sizes)))
    assert len(store.commits) == commits


async def test_each_is_told_what_became_of_it() -> None:
    """Also when that is a refusal of its own: the others' commit stands."""
    store = Store()
    gathering = Gathering(store.keep)
    told = await asyncio.gather(
        *(gathering.add(name) for name in ("a", "no", "b")), return_exceptions=True
    )
    assert [told[0], type(told[1]), told[2]] == ["A", LookupError, "B"]
    assert store.commits == [["a", "no", "b"]]
