"""Twenty thousand promises end in one instant, three replicas race, and one of them dies."""

from collections.abc import Callable

import pytest

from tests.bench.house import house
from tests.bench.sunday import ALLOWED, DUE, morning

pytestmark = [pytest.mark.slow, pytest.mark.journey, pytest.mark.timeout(600)]


async def test_the_weekend_is_drained_once_and_whole_although_a_replica_dies(
    many: Callable[[str, int], int],
) -> None:
    async with house() as home:
        done = await morning(home)
    print(f"fired in {done.fired:.1f} s, out in {done.published:.1f} s, kill at {done.when_killed}")
    assert done.faults(DUE) == []
    assert done.published <= many("SUNDAY", int(ALLOWED))
