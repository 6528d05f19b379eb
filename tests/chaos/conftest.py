"""Chaos takes minutes: `make chaos` asks for it, `make test` only checks the judge."""

import os
import random
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.chaos.weather import Weather
from tests.journeys.desk import Desk

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is slow unless it was asked for by its mark."""
    if "slow" in config.option.markexpr:
        return
    slow = [one for one in items if HERE in one.path.parents and one.get_closest_marker("slow")]
    config.hook.pytest_deselected(items=slow)
    items[:] = [one for one in items if one not in slow]


@pytest.fixture
def dice() -> random.Random:
    """Random, and repeatable: SANAD_CHAOS_SEED takes the seed that an earlier run printed."""
    seed = int(os.environ.get("SANAD_CHAOS_SEED") or random.SystemRandom().randrange(10**6))
    print(f"\nSANAD_CHAOS_SEED={seed}")
    return random.Random(seed)  # noqa: S311 - dice, not keys


@pytest.fixture
async def weather() -> AsyncIterator[Weather]:
    """A desk of its own, durable as an operator runs it."""
    with tempfile.TemporaryDirectory(prefix="sanad-chaos-") as folder:
        base = Path(folder)
        base.chmod(0o711)
        desk = Desk(base / "home", {"SANAD_PROFILE": "local"})
        await desk.start()
        try:
            yield Weather(desk)
        finally:
            await desk.stop()


@pytest.fixture
def many() -> Callable[[str, int], int]:
    """A count or a span that the caller's environment may change."""
    return lambda name, usual: int(os.environ.get(f"SANAD_CHAOS_{name}") or usual)
