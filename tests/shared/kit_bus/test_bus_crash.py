"""A listener killed at the worst moment leaves each effect once, and soon."""

import os
import signal
import subprocess
import sys
from uuid import uuid4

import pytest

from shared.kit.bus import Bus
from shared.kit.context import Context
from tests.engines import ROOT, eventually
from tests.shared.kit_bus.sides import Behind, consumers, running, state


def killed(listener: Context, moment: str) -> None:
    """Run a listener that kills itself."""
    settings = listener.settings
    done = subprocess.run(
        [sys.executable, "-m", "tests.shared.kit_bus.crashing", moment],
        cwd=ROOT,
        env={
            **os.environ,
            "SANAD_PROFILE": "test",
            "SANAD_HOME": str(settings.home),
            "SANAD_DATABASE": settings.database,
            "SANAD_NATS_URL": settings.nats_url,
        },
        check=False,
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize(("moment", "left"), [("ack", 3), ("handler", 0)])
async def test_a_listener_killed_in_the_middle_leaves_each_effect_once(
    speaker: Context, listener: Context, behind: Behind, moment: str, left: int
) -> None:
    ticket = uuid4()
    async with running(speaker):
        await state(speaker, ticket, 1, 2, 3)
        await eventually(behind.all_published)
        killed(listener, moment)
        assert len(await behind.sequences(ticket)) == left
        async with running(listener, consumers()) as hearing:
            await state(speaker, ticket, 4)
            await behind.waits_for(ticket, 4, within=5)
            await eventually(lambda: all_acknowledged(hearing), within=5)
    assert await behind.sequences(ticket) == [1, 2, 3, 4]


async def all_acknowledged(hearing: Bus) -> bool:
    return (await hearing.figures()).pending == 0
