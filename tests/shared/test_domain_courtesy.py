"""Work that nobody waits for steps aside while requests are in hand."""

import asyncio
from contextlib import ExitStack

from shared.kit.courtesy import FEW, LONGEST, LULL, Courtesy, Leisure, Sequel, Turn, lingering


async def test_an_idle_house_holds_nobody_up() -> None:
    courtesy = Courtesy(longest=60)
    async with asyncio.timeout(1):
        await courtesy.give_way()


async def test_work_waits_until_the_last_request_has_left() -> None:
    courtesy = Courtesy(longest=60)
    passed = asyncio.Event()

    async def work() -> None:
        await courtesy.give_way()
        passed.set()

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        with ExitStack() as requests:
            requests.enter_context(courtesy.request())
            with courtesy.request():
                group.create_task(work())
                await turns(20)
            await turns(20)
            assert not passed.is_set()
        await passed.wait()


async def test_a_request_that_follows_at_once_keeps_the_door_closed() -> None:
    courtesy = Courtesy(longest=60)
    with courtesy.request():
        work = asyncio.ensure_future(courtesy.give_way())
        await turns(3)
    with courtesy.request():
        await turns(200)
        assert not work.done()
    async with asyncio.timeout(10):
        await work


async def test_where_requests_never_cease_the_work_has_its_turn() -> None:
    courtesy = Courtesy(longest=0.01)
    with courtesy.request():
        async with asyncio.timeout(10):
            await courtesy.give_way()


async def test_all_who_wait_pass_together() -> None:
    courtesy = Courtesy(longest=0.05)
    order: list[str] = []

    async def work(name: str) -> None:
        await courtesy.give_way()
        order.append(name)

    with courtesy.request():
        first = asyncio.ensure_future(work("first"))
        await turns(5)
        second = asyncio.ensure_future(work("second"))
        await first
        await turns(3)
        assert order == ["first", "second"]
        await second


async def test_one_who_gives_up_leaves_the_door_to_the_others() -> None:
    courtesy = Courtesy(longest=60)
    with courtesy.request():
        patient = asyncio.ensure_future(courtesy.give_way())
        hasty = asyncio.ensure_future(courtesy.give_way())
        await turns(3)
        hasty.cancel()
        await turns(3)
        assert hasty.cancelled()
        assert not patient.done()
    async with asyncio.timeout(10):
        await patient


def test_a_batch_gathers_as_long_as_the_last_one_took_within_bounds() -> None:
    assert lingering(0.04, held=50) == 0.04
    assert lingering(0.04, held=50, least=0.05) == 0.05
    assert lingering(9.0, held=50) == LONGEST


def test_a_loop_that_is_not_behind_waits_for_nothing() -> None:
    assert lingering(0.04, held=1) == 0.0
    assert lingering(0.04, held=1, least=0.05) == 0.05


async def turns(number: int) -> None:
    """Let everything that is ready run, so many times."""
    for _ in range(number):
        await asyncio.sleep(0)


async def test_a_look_that_was_due_to_an_earlier_request_opens_nothing() -> None:
    courtesy = Courtesy(longest=60)
    with courtesy.request():
        work = asyncio.ensure_future(courtesy.give_way())
        await turns(3)
    courtesy._look()
    await turns(3)
    assert not work.done(), "somebody left this very moment"
    async with asyncio.timeout(10):
        await work


async def test_a_few_requests_are_no_burst() -> None:
    courtesy = Courtesy()
    turn = Turn(courtesy, burst=60)
    async with asyncio.timeout(10):
        with courtesy.request():
            pass
        await turn.come()
    assert courtesy.quiet_for() < LULL


async def test_a_burst_is_taken_in_before_the_work_it_brings() -> None:
    courtesy = Courtesy()
    turn = Turn(courtesy, burst=60)
    for _ in range(20):
        with courtesy.request():
            await turns(1)
    async with asyncio.timeout(10):
        await turn.come()
    assert courtesy.quiet_for() >= LULL


async def test_a_burst_that_lasts_leaves_the_work_as_much_time_as_it_took() -> None:
    courtesy = Courtesy(longest=0.01)
    turn = Turn(courtesy, burst=0.1)
    loop = asyncio.get_running_loop()
    with courtesy.request():
        for _ in range(20):
            with courtesy.request():
                pass
        async with asyncio.timeout(10):
            began = loop.time()
            await turn.come()
            waited = loop.time() - began
            assert waited >= 0.1
            await turn.come()
            assert loop.time() - began < waited + 0.05  # its own time: nobody is waited for


async def test_spare_work_follows_at_once_what_comes_alone() -> None:
    courtesy = Courtesy()
    with courtesy.request():
        pass
    async with asyncio.timeout(1):
        await Leisure(courtesy, longest=60).come(never)


async def test_spare_work_waits_for_the_end_of_a_bustle() -> None:
    courtesy, looks = Courtesy(), 0

    async def pause(_seconds: float) -> bool:
        nonlocal looks
        looks += 1
        courtesy.came += 500 if looks < 5 else 0
        return False

    courtesy.came = 500
    await Leisure(courtesy, longest=60).come(pause)
    assert looks == 5


async def test_an_endless_bustle_puts_spare_work_off_for_so_long_and_no_longer() -> None:
    courtesy, looks = Courtesy(), 0

    async def pause(_seconds: float) -> bool:
        nonlocal looks
        looks += 1
        courtesy.came += 500
        await turns(1)
        return False

    courtesy.came = 500
    leisure = Leisure(courtesy, longest=0.1)
    async with asyncio.timeout(10):
        await leisure.come(pause)
        waited, looks = looks, 0
        courtesy.came += 500
        await leisure.come(pause)
    assert waited > 1
    assert looks == 0


async def test_a_process_that_ends_does_not_wait_for_leisure() -> None:
    courtesy = Courtesy()
    courtesy.came = 500

    async def last(_seconds: float) -> bool:
        courtesy.came += 500
        return True

    async with asyncio.timeout(1):
        await Leisure(courtesy, longest=60).come(last)


async def test_what_follows_from_facts_waits_until_those_that_came_are_heard() -> None:
    courtesy = Courtesy()
    courtesy.unheard = 10 * FEW
    waiting = asyncio.ensure_future(Sequel(courtesy, longest=60).come())
    await asyncio.sleep(2 * LULL)  # that nothing happens shows in time alone
    assert not waiting.done()
    courtesy.unheard = FEW
    async with asyncio.timeout(10):
        await waiting


async def test_facts_without_end_hold_up_what_follows_for_a_while_and_then_not_at_all() -> None:
    courtesy, clock = Courtesy(), asyncio.get_running_loop().time
    courtesy.unheard = 10 * FEW
    sequel, began = Sequel(courtesy, longest=0.2), clock()
    async with asyncio.timeout(10):
        await sequel.come()
    waited = clock() - began
    for _ in range(1000):
        await sequel.come()
    assert waited >= 0.2
    assert clock() - began < waited + 0.2


async def never(_seconds: float) -> bool:
    raise AssertionError("nothing was to be waited for")
