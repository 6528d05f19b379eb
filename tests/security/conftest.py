"""A running desk of its own for what an attacker would try."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.desk import Desk
from tests.security.town import Town, build


@pytest.fixture(scope="session")
async def desk() -> AsyncIterator[Desk]:
    base = Path(tempfile.mkdtemp(prefix="sanad-security-"))
    base.chmod(0o711)
    running = Desk(base / "home", {"SANAD_RATE_LIMIT": "1000"})
    try:
        await running.start()
        yield running
    finally:
        await running.stop()
        shutil.rmtree(base, ignore_errors=True)


@pytest.fixture(scope="session")
async def town(desk: Desk) -> Town:
    return await build(desk)
