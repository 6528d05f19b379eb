"""One small pool for each database role of a service (decisions.md 13)."""

from typing import Any, Final

import asyncpg
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.kit.callers import Seat
from shared.kit.settings import Settings

_PLANNING: Final = {"random_page_cost": "1.1"}
"""Pages lie in memory or on flash: with the default of 4, made for turning disks, the planner
walks tens of thousands of rows in order to avoid fetching a thousand."""

_LISTS: Final = "select " + ", ".join(
    f"${number}::{name}[]"
    for number, name in enumerate(
        ("uuid", "bigint", "int", "smallint", "bytea", "jsonb", "timestamptz", "date", "boolean"), 1
    )
)
"""The driver asks the catalogue about each kind of array when a statement first names it, for
milliseconds each time and on each connection; named together they are asked about once."""


class Database:
    """Engines in driver autocommit: `Tx` alone says BEGIN and COMMIT (performance.md 4.1)."""

    def __init__(self, settings: Settings, schema: str) -> None:
        self._settings = settings
        self._schema = schema
        self._engines: dict[Seat, AsyncEngine] = {}

    def engine(self, seat: Seat) -> AsyncEngine:
        """The pool of a seat, made when it is first needed."""
        if seat not in self._engines:
            engine = create_async_engine(
                self._settings.dsn(self._schema, seat),
                isolation_level="AUTOCOMMIT",
                pool_size=self._settings.pool_size,
                max_overflow=0,
                pool_timeout=5,
                pool_pre_ping=False,
                pool_recycle=1800,
                skip_autocommit_rollback=True,
                connect_args=_connect_args(f"sanad-{self._schema}-{seat}"),
            )
            event.listen(engine.sync_engine, "connect", _acquaint)
            self._engines[seat] = engine
        return self._engines[seat]

    async def connect(self, seat: Seat) -> AsyncConnection:
        """A connection of the seat's pool; the caller closes it."""
        return await self.engine(seat).connect()

    async def close(self) -> None:
        """Give all connections back to the server."""
        for engine in self._engines.values():
            await engine.dispose()


def _connect_args(name: str) -> dict[str, Any]:
    return {
        "timeout": 5,
        "command_timeout": 30,
        "server_settings": {"application_name": name, "jit": "off", **_PLANNING},
    }


def _acquaint(connection: Any, _record: object) -> None:
    """A fresh connection learns what arrays are before anybody waits for it."""

    async def learn(driver: asyncpg.Connection) -> None:
        await driver.prepare(_LISTS)

    connection.run_async(learn)
