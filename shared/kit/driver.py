"""SQL text on its way to the driver itself.

What SQLAlchemy does around a statement costs a process more than the statement does, and text
needs none of it. Rows read alike and errors are the same kinds, whichever way a statement went.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NoReturn, cast

import asyncpg
from sqlalchemy import RowMapping, text
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from typing_extensions import override

from shared.kit.callers import Caller, Seat
from shared.kit.statements import Params, Statement, run


def opening(caller: Caller) -> str:
    """How a caller's transaction begins; the wall around customers is a setting of it."""
    if caller.seat is not Seat.CUSTOMER:
        return "begin"
    return f"begin; set local app.organization = '{caller.organization_id or ''}'"


async def ask(
    connection: AsyncConnection, driver: asyncpg.Connection, statement: Statement, params: Any
) -> list[RowMapping]:
    """The rows of a statement, as mappings; none when it gives none."""
    if isinstance(statement, str):
        return await fetch(driver, statement, params or {})
    result = await run(connection, statement, params)
    return list(result.mappings().all()) if result.returns_rows else []


@dataclass(frozen=True, slots=True)
class Done:
    """What a statement did whose rows nobody reads; of many in one round trip nothing is known."""

    rowcount: int = -1


async def do(driver: asyncpg.Connection, statement: str, params: Any) -> Done:
    """SQL text, for each of the parameters where there are many; how many rows it was about."""
    if not isinstance(params, Mapping):
        await fetch_each(driver, statement, params)
        return Done()
    sql, names = _positional(statement)
    try:
        told = await driver.execute(sql, *[params[name] for name in names])
    except Exception as error:  # noqa: BLE001 - as below
        _fail(driver, statement, error)
    return Done(_counted(told))


def _counted(told: str) -> int:
    """The number in `UPDATE 3`; none where the command counts no rows."""
    count = told.rpartition(" ")[2]
    return int(count) if count.isdigit() else 0


async def send(
    connection: AsyncConnection,
    driver: asyncpg.Connection,
    statement: Statement,
    rows: Sequence[Params],
) -> None:
    """A statement for each of the parameters, in one round trip; nobody reads its outcome."""
    if isinstance(statement, str):
        await fetch_each(driver, statement, rows)
    else:
        await run(connection, statement, rows if len(rows) > 1 else rows[0])


@Mapping.register
class Row(asyncpg.Record):  # type: ignore[misc]  # asyncpg tells no types
    """A row of the driver that is read as a mapping, as rows are everywhere in the house."""

    __slots__ = ()

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())


async def fetch(driver: asyncpg.Connection, statement: str, params: Params) -> list[RowMapping]:
    """SQL text with `:named` parameters; its rows."""
    sql, names = _positional(statement)
    try:
        found = await driver.fetch(sql, *[params[name] for name in names], record_class=Row)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told as SQLAlchemy tells it
        _fail(driver, statement, error)
    return cast("list[RowMapping]", found)


async def fetch_each(
    driver: asyncpg.Connection, statement: str, many: Sequence[Params]
) -> list[RowMapping]:
    """The same text for each of the parameters, in one round trip; all their rows, in order."""
    sql, names = _positional(statement)
    values = [[params[name] for name in names] for params in many]
    try:
        found = await driver.fetchmany(sql, values, record_class=Row)
    except Exception as error:  # noqa: BLE001 - as above
        _fail(driver, statement, error)
    return cast("list[RowMapping]", found)


_DIALECT: Final[Any] = PGDialect_asyncpg()  # type: ignore[no-untyped-call]  # it has no types
_DBAPI: Final[Any] = PGDialect_asyncpg.import_dbapi()  # type: ignore[no-untyped-call]  # nor has it


@lru_cache(maxsize=1024)
def _positional(statement: str) -> tuple[str, tuple[str, ...]]:
    """The text with numbered parameters, and their names in that order."""
    compiled = text(statement).compile(dialect=_DIALECT)
    return str(compiled), tuple(compiled.positiontup or ())


def _fail(driver: asyncpg.Connection, statement: str, error: Exception) -> NoReturn:
    """An error reads the same whichever way a statement went."""
    kinds = _DBAPI._asyncpg_error_translate  # noqa: SLF001 - who catches expects these very kinds
    kind = next((kinds[one] for one in type(error).__mro__ if one in kinds), None)
    if kind is None:
        raise error
    told = kind(f"{type(error)}: {error}", error)
    told.__cause__ = error
    raise DBAPIError.instance(
        statement,
        None,
        told,
        _DBAPI.Error,
        hide_parameters=True,
        connection_invalidated=driver.is_closed(),
        dialect=_DIALECT,
    ) from told
