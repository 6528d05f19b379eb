"""Fixtures of notify's tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contexts import MakeContext
from tests.services.notify.desk import Desk


@pytest.fixture
async def desk(make_context: MakeContext, tmp_path: Path) -> AsyncIterator[Desk]:
    context = make_context("notify", support_address="support@desk.example")
    yield Desk(context, tmp_path / "out")
    async with context.tx() as tx:
        await tx.execute("delete from notify.delivery")
        await tx.execute("delete from notify.webhook")
        await tx.execute("delete from notify.endpoint")
        await tx.execute("delete from notify.feed")
        await tx.execute("delete from notify.notice")
        await tx.execute("delete from notify.person")
    await context.close()
