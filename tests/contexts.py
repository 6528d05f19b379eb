"""Fixtures that build a service's context on the test module's own database."""

import importlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from deploy.local.layout import SCHEMAS
from shared.kit.context import Context, build_context
from shared.kit.settings import Settings
from tests.engines import Database, NatsServer

MakeSettings = Callable[..., Settings]
MakeContext = Callable[..., Context]
Travel = Callable[[float], None]


def settings_class(service: str) -> type[Settings]:
    """The service's own class, or the common one while it has none."""
    try:
        module = importlib.import_module(f"services.{service}.settings")
    except ModuleNotFoundError:
        return Settings
    found = (item for item in vars(module).values() if isinstance(item, type))
    own = (item for item in found if issubclass(item, Settings) and item is not Settings)
    return next(own, Settings)


@pytest.fixture(scope="module")
def travel(database: Database) -> Iterator[Travel]:
    """Move the module's clock: `travel(3600)` puts every context one hour ahead."""
    offset = database.home.run / f"clock-{database.name}"

    def move(seconds: float) -> None:
        draft = offset.with_suffix(".new")
        draft.write_text(str(seconds))
        draft.replace(offset)

    move(0)
    yield move
    offset.unlink()


@pytest.fixture(scope="module")
def make_settings(database: Database, travel: Travel) -> MakeSettings:
    """Settings of a service for the module's database; keywords override."""

    def make(service: str, **overrides: Any) -> Settings:
        values = {
            "profile": "test",
            "home": database.home.root,
            "database": database.url,
            "clock_file": database.home.run / f"clock-{database.name}",
            "pool_size": 4,
        }
        return settings_class(service)(**{**values, **overrides})

    return make


@pytest.fixture(scope="module")
async def make_context(make_settings: MakeSettings) -> AsyncIterator[MakeContext]:
    """`make_context("tickets", nats=nats_server, **settings)`; closed with the module."""
    made: list[Context] = []

    def make(service: str, nats: NatsServer | None = None, **overrides: Any) -> Context:
        if nats:
            overrides["nats_url"] = nats.url
        context = build_context(service, SCHEMAS[service], make_settings(service, **overrides))
        made.append(context)
        return context

    yield make
    for context in made:
        await context.close()
