"""The only write handle: one transaction of one door (style.md 3, decisions.md 13)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import CursorResult, RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events.base import Event, Fact
from shared.kit import outbox
from shared.kit.callers import Caller, Seat
from shared.kit.driver import Done, ask, do, fetch_each, opening, send
from shared.kit.loans import Loan, borrow
from shared.kit.pending import Pending, Savepoint
from shared.kit.statements import Params, Statement, run

if TYPE_CHECKING:
    from shared.kit.context import Context


class Tx:
    """Opened, committed and rolled back by a door (`Context.tx`); use cases only read and write.

    BEGIN is sent with the first statement, so a door may talk to other services before it.
    """

    def __init__(self, context: "Context", caller: Caller, traceparent: str | None = None) -> None:
        self.context = context
        self.caller = caller
        self.now: datetime = context.clock.now()
        self.traceparent = traceparent or outbox.new_traceparent()
        self.about: str | None = None
        """The one thing that this is to change, where others may want it too (`kit/loans.py`)."""
        self._loan: Loan | None = None
        self._driver: Any = None
        self._begun = False
        self._pending = Pending()
        self._savepoint: Savepoint | None = None
        self.known: dict[Any, Any] = {}
        """What was read already and holds until the end: facts of a batch ask the same things."""
        self.beside: Sequence[Event[Any]] = ()
        """The events that are applied here, so that one question may be asked for all of them."""

    async def execute(self, statement: Statement, params: Any = None) -> Done | CursorResult[Any]:
        """Run SQL text with `:named` parameters, or a Core statement, inside the transaction."""
        connection = await self._ready()
        if isinstance(statement, str):
            return await do(self._driver, statement, params or {})
        return await run(connection, statement, params)

    def write(self, statement: Statement, params: Params, about: Any) -> None:
        """A constant statement whose outcome nobody reads: sent before the next, or at the end.

        Its rows go together, so that a batch of facts costs few round trips; what is `about` the
        same subject keeps its order.
        """
        self._pending.writes.add(statement, params, about)

    async def rows(self, statement: Statement, params: Any = None) -> list[RowMapping]:
        """All rows, as mappings."""
        return await ask(await self._ready(), self._driver, statement, params)

    async def row(self, statement: Statement, params: Any = None) -> RowMapping | None:
        """The first row, or None."""
        return next(iter(await self.rows(statement, params)), None)

    async def scalar(self, statement: Statement, params: Any = None) -> Any:
        """The first column of the first row, or None."""
        row = await self.row(statement, params)
        return None if row is None else next(iter(row.values()))

    async def only(self, statement: Statement, params: Any = None) -> list[RowMapping]:
        """THE single statement of this transaction, without BEGIN and COMMIT round trips.

        Facts must be inside it (`FACTS_CTE`, `take_facts`). Customers still get a transaction:
        their wall is a setting of it. Once something has begun this is an ordinary statement.
        """
        return await ask(await self._line(), self._driver, statement, params)

    async def each(self, statement: str, many: Sequence[Params]) -> list[RowMapping]:
        """One text for many parameters, in one round trip; all rows, in order. Alone as `only`."""
        _ = await self._line()
        return await fetch_each(self._driver, statement, many)

    def emit(
        self,
        fact: Fact,
        *,
        subject: UUID | str | None = None,
        sequence: int | None = None,
        time: datetime | None = None,
    ) -> UUID:
        """State a fact when this transaction commits; returns the event's id.

        Without a `sequence`, which the aggregate's own row may count, the kit counts the subject's.
        """
        about, at = str(subject or fact.subject()), time or self.now
        one = outbox.Stated(outbox.new_fact_id(), fact, about, sequence, at, self.traceparent)
        self._pending.facts.append(one)
        return one.id

    def take_facts(self) -> dict[str, Any]:
        """The buffered facts as parameters of `FACTS_CTE`; each must carry its sequence."""
        facts, self._pending.facts = self._pending.facts, []
        self._pending.wakes.add("relay")
        return outbox.fact_rows(self.context.service, facts)

    def wake(self, name: str) -> None:
        """Wake a worker of this process after the commit."""
        self._pending.wakes.add(name)

    @contextlib.asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """Undoes what happens inside when anything is raised; a savepoint only where needed."""
        assert self._savepoint is None, "one attempt at a time"
        _ = await self._begin()
        earlier, self._pending = self._pending, Pending()
        try:
            async with Savepoint(self._driver) as self._savepoint:
                yield
            earlier.join(self._pending)
        finally:
            self._pending, self._savepoint = earlier, None

    async def commit(self) -> None:
        """Write the facts and commit; only doors call it."""
        if self._pending.writes:
            _ = await self._send_writes(await self._begin())
        if self._pending.facts:
            await self._write_facts()
        if self._begun:
            await self._driver.execute("commit")
            self._begun = False
        await self._release()
        for name in self._pending.wakes:
            self.context.wake(name)

    async def roll_back(self) -> None:
        """Undo everything; a connection that cannot roll back is thrown away (T15)."""
        self._pending = Pending()
        if self._loan is None:
            return
        try:
            if self._begun or self._driver.is_in_transaction():
                await asyncio.wait_for(self._driver.execute("rollback"), 5)
        except Exception:  # noqa: BLE001 - whatever broke it, the pool must not see it again
            await self._loan.throw_away()
        self._begun = False
        await self._release()

    async def _send_writes(self, connection: AsyncConnection) -> AsyncConnection:
        for statement, rows in self._pending.writes.take():
            await send(connection, self._driver, statement, rows)
        return connection

    async def _write_facts(self) -> None:
        if counts := outbox.uncounted(self._pending.facts):
            params = {"subjects": list(counts), "counts": list(counts.values())}
            rows = await self.rows(outbox.count_subjects(self.context.schema), params)
            before = {row["subject"]: row["last"] - counts[row["subject"]] for row in rows}
            self._pending.facts = outbox.counted(self._pending.facts, before)
        await self.rows(outbox.insert_facts(self.context.schema), self.take_facts())

    async def _line(self) -> AsyncConnection:
        """Without BEGIN where what comes now may be all there is."""
        if self._begun or self._pending.writes or self.caller.seat is Seat.CUSTOMER:
            return await self._ready()
        return await self._connect()

    async def _ready(self) -> AsyncConnection:
        """Begun, and what was gathered is sent before what comes now."""
        connection = await self._begin()
        if self._savepoint is not None:
            await self._savepoint.set()
        return await self._send_writes(connection)

    async def _begin(self) -> AsyncConnection:
        connection = await self._connect()
        if not self._begun:
            self._begun = True
            await self._driver.execute(opening(self.caller))
        return connection

    async def _connect(self) -> AsyncConnection:
        if self._loan is None:
            loan = await borrow(self.context.database, self.caller.seat, self.about)
            self._loan, self._driver = loan, loan.driver
        return self._loan.connection

    async def _release(self) -> None:
        loan, self._loan = self._loan, None
        if loan is not None:
            await loan.end()
