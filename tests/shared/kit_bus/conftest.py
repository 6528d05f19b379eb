"""Contexts of the speaking and the listening service, and a look behind the walls."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from shared.kit.context import Context
from tests.contexts import MakeContext
from tests.engines import Database, NatsServer
from tests.shared.kit_bus.sides import EFFECTS, Behind


@pytest.fixture(scope="module")
async def behind(database: Database) -> AsyncIterator[Behind]:
    connection = await asyncpg.connect(database.superuser_dsn)
    await connection.execute(EFFECTS)
    yield Behind(connection)
    await connection.close()


@pytest.fixture(scope="module")
def speaker(make_context: MakeContext, nats_server: NatsServer) -> Context:
    return make_context("tickets", nats=nats_server, pool_size=40)


@pytest.fixture(scope="module")
def listener(make_context: MakeContext, nats_server: NatsServer, behind: Behind) -> Context:
    return make_context("sla", nats=nats_server)
