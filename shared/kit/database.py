"""One small pool for each database role of a service (decisions.md 13)."""

from typing import Any, Final

import asyncpg
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.kit.callers import Seat
from shared.kit.queueing import Line, Lines
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

_PATIENCE: Final = 10.0
"""Seconds in the line for a connection: with what comes before it, less than the edge waits."""
_SUBJECT_PATIENCE: Final = 15.0
_INSIDE: Final = 2
"""Connections of a seat for whoever holds one and needs another beside it."""
_KEYS: Final = 1
"""And for the vault, which is asked by all of them, one after the other."""


class Database:
    """Engines in driver autocommit: `Tx` alone says BEGIN and COMMIT (performance.md 4.1)."""

    def __init__(self, settings: Settings, schema: str) -> None:
        self._settings = settings
        self._schema = schema
        self._engines: dict[Seat, AsyncEngine] = {}
        self._lines: dict[tuple[Seat, bool], Line] = {}
        self.subjects = Lines(max(1, settings.pool_size // 2 - 1), _SUBJECT_PATIENCE)
        """Who wants to change the same thing: a part of the pool is enough for them."""

    def engine(self, seat: Seat) -> AsyncEngine:
        """The pool of a seat, made when it is first needed."""
        if seat not in self._engines:
            engine = create_async_engine(
                self._settings.dsn(self._schema, seat),
                isolation_level="AUTOCOMMIT",
                pool_size=self._settings.pool_size,
                max_overflow=_INSIDE + _KEYS,
                pool_timeout=5,
                pool_pre_ping=False,
                pool_recycle=1800,
                skip_autocommit_rollback=True,
                connect_args=_connect_args(f"sanad-{self._schema}-{seat}"),
            )
            event.listen(engine.sync_engine, "connect", _acquaint)
            self._engines[seat] = engine
        return self._engines[seat]

    def line(self, seat: Seat, *, inside: bool) -> Line:
        """Where one waits for a connection of the seat; `inside`: while holding another one."""
        if (seat, inside) not in self._lines:
            places = _INSIDE if inside else self._settings.pool_size
            self._lines[seat, inside] = Line(places, _PATIENCE)
        return self._lines[seat, inside]

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
