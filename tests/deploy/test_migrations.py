"""Every service's history applies from nothing as its own owner, and twice as well as once."""

import pytest

from deploy.local.layout import SERVICES
from shared.kit.migrate import check
from tests.contexts import MakeContext
from tests.engines import Database, run_migrations


@pytest.mark.parametrize("service", SERVICES)
async def test_a_fresh_database_stands_at_the_head(service: str, make_context: MakeContext) -> None:
    await check(make_context(service).database, service)


def test_migrating_again_is_harmless(database: Database) -> None:
    administrator = type(database.administrator)(database.superuser_dsn)
    assert run_migrations(database.home, administrator, SERVICES)
