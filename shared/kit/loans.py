"""A connection that a transaction has borrowed, and the lines that it stood in for it.

- Who wants to change one thing stands in that thing's line first, holding nothing: however many
  want it, a few connections are enough for them, and the others serve everybody else.
- Who already holds a connection and needs another one beside it never waits for those who hold
  none yet: they may be waiting for this very one.
"""

import contextlib
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Optional

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.kit.callers import Seat
from shared.kit.database import Database


@dataclass(slots=True)
class Loan:
    """Given back exactly once, whatever happens to the connection."""

    outer: Optional["Loan"]
    _leaving: list[Callable[[], None]] = field(default_factory=list)
    _connection: AsyncConnection | None = None
    driver: asyncpg.Connection | None = None

    @property
    def connection(self) -> AsyncConnection:
        assert self._connection is not None, "the loan has ended"
        return self._connection

    @property
    def open(self) -> bool:
        return self._connection is not None

    async def take(self, database: Database, seat: Seat, about: str | None) -> None:
        """Stand in the lines, and come back with a connection that has nothing open."""
        try:
            await self._line_up(database, seat, about)
            await self._connect(database, seat)
        except BaseException:
            self._leave()
            raise

    async def end(self) -> None:
        connection, self._connection = self._connection, None
        try:
            if connection is not None:
                await connection.close()
        finally:
            self._leave()

    async def throw_away(self) -> None:
        """The pool must not see this connection again."""
        if self._connection is not None:
            with contextlib.suppress(Exception):
                await self._connection.invalidate()

    async def _line_up(self, database: Database, seat: Seat, about: str | None) -> None:
        if about is not None and self.outer is None:
            await database.subjects.enter(about)
            self._leaving.append(lambda: database.subjects.leave(about))
        line = database.line(seat, inside=self.outer is not None)
        await line.enter()
        self._leaving.append(line.leave)

    async def _connect(self, database: Database, seat: Seat) -> None:
        while self._connection is None:
            connection = await database.engine(seat).connect()
            driver = (await connection.get_raw_connection()).driver_connection
            if driver is not None and not driver.is_closed() and not driver.is_in_transaction():
                self._connection, self.driver = connection, driver
                return
            # The server went away meanwhile, or a door left something open (T15): not to be
            # used, and replaced by a fresh one, which fails by itself when nobody answers.
            await connection.invalidate()
            await connection.close()

    def _leave(self) -> None:
        while self._leaving:
            self._leaving.pop()()


_LAST: ContextVar[Loan | None] = ContextVar("sanad.loan", default=None)


def _held() -> Loan | None:
    """What this task, or whoever started it, has borrowed and not given back."""
    loan = _LAST.get()
    while loan is not None and not loan.open:
        loan = loan.outer
    return loan


async def borrow(database: Database, seat: Seat, about: str | None = None) -> Loan:
    """A connection of the seat; `about` is the thing that others may want to change as well."""
    loan = Loan(_held())
    await loan.take(database, seat, about)
    _LAST.set(loan)
    return loan
