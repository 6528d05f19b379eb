"""One running desk for all journeys of a test process; each journey founds its own company."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.partner import Partner
from tests.journeys.desk import Desk


@pytest.fixture(scope="session")
async def partner() -> AsyncIterator[Partner]:
    async with Partner() as running:
        yield running


@pytest.fixture(scope="session")
async def desk(partner: Partner) -> AsyncIterator[Desk]:
    base = Path(tempfile.mkdtemp(prefix="sanad-journey-"))
    base.chmod(0o711)
    running = Desk(base / "home", {"SANAD_WEBHOOK_ALLOW": partner.host})
    try:
        await running.start()
        yield running
    finally:
        await running.stop()
        shutil.rmtree(base, ignore_errors=True)
