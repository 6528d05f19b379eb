"""The transaction handle on a real PostgreSQL: what commits together, what customers see."""

import asyncio
import json
from datetime import datetime
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from shared.events.sla import SlaWarning
from shared.events.timer import TimerCancelled
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.crypto import SealBroken
from shared.kit.ids import uuid7
from shared.kit.outbox import FACTS_CTE
from shared.kit.schema import protect
from shared.kit.tx import Tx
from shared.vocabulary import Metric
from tests.contexts import MakeContext
from tests.engines import Database

SCHEMA = "sla"
HERE, ELSEWHERE = UUID(int=7), UUID(int=8)


@pytest.fixture(scope="module")
async def context(make_context: MakeContext) -> Context:
    made = make_context(SCHEMA)
    owner = await asyncpg.connect(made.settings.dsn(SCHEMA, "owner").replace("+asyncpg", ""))
    await owner.execute(f"create table {SCHEMA}.thing (id uuid, organization_id uuid not null)")
    for statement in protect(SCHEMA, "thing"):
        await owner.execute(statement)
    await owner.close()
    return made


def customer(organization: UUID) -> Caller:
    return Caller(
        id=uuid7(), kind="user", organization_id=organization, roles=frozenset({"customer"})
    )


def warning(ticket: UUID, at: datetime) -> SlaWarning:
    return SlaWarning(
        ticket_id=ticket,
        organization_id=HERE,
        at=at,
        metric=Metric.RESOLUTION,
        point=0.75,
        due_at=at,
    )


async def outbox(context: Context, subject: object) -> list[tuple[int, str]]:
    query = f"select sequence, route from {SCHEMA}.outbox where subject = :s order by sequence"
    async with context.tx() as tx:
        found = await tx.rows(query, {"s": str(subject)})
    return [(row["sequence"], row["route"]) for row in found]


async def add(context: Context, caller: Caller, organization: UUID) -> UUID:
    made = uuid7()
    async with context.tx(caller) as tx:
        await tx.execute(
            f"insert into {SCHEMA}.thing values (:id, :o)", {"id": made, "o": organization}
        )
    return made


async def seen(context: Context, caller: Caller) -> set[UUID]:
    async with context.tx(caller) as tx:
        return {row["id"] for row in await tx.rows(f"select id from {SCHEMA}.thing")}


async def test_facts_and_change_commit_together_and_roll_back_together(context: Context) -> None:
    ticket, lost = uuid7(), uuid7()
    async with context.tx() as tx:
        tx.emit(warning(ticket, tx.now))
        tx.emit(warning(ticket, tx.now))

    async def fail() -> None:
        async with context.tx() as tx:
            await tx.execute(
                f"insert into {SCHEMA}.thing values (:id, :o)", {"id": lost, "o": HERE}
            )
            tx.emit(warning(ticket, tx.now))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await outbox(context, ticket) == [(1, "sanad.sla.warning"), (2, "sanad.sla.warning")]
    assert lost not in await seen(context, Caller.system())


async def test_sequences_have_no_gap_when_many_write_and_some_fail(context: Context) -> None:
    ticket = uuid7()

    async def write(number: int) -> None:
        try:
            async with context.tx() as tx:
                tx.emit(warning(ticket, tx.now))
                tx.emit(TimerCancelled(key=f"key-{ticket}", owner="x"))
                await tx.execute("select 1 / cast(:n as int)", {"n": number % 3})
        except Exception:  # noqa: BLE001 - a third of the writers fail on purpose
            return

    await asyncio.gather(*(write(number) for number in range(60)))
    assert [sequence for sequence, _ in await outbox(context, ticket)] == list(range(1, 41))


async def test_one_statement_carries_change_and_facts_without_begin(context: Context) -> None:
    ticket = uuid7()
    async with context.tx() as tx:
        tx.emit(warning(ticket, tx.now), sequence=1)
        params = {**tx.take_facts(), "id": ticket, "o": HERE}
        statement = f"""with {FACTS_CTE(SCHEMA)}, made as
            (insert into {SCHEMA}.thing values (:id, :o) returning id) select id from made"""
        rows = await tx.only(statement, params)
    assert rows[0]["id"] == ticket
    assert await outbox(context, ticket) == [(1, "sanad.sla.warning")]


async def test_the_envelope_is_a_cloudevent_with_the_trace(context: Context) -> None:
    ticket = uuid7()
    async with context.tx(traceparent="00-aa-bb-01") as tx:
        event_id = tx.emit(warning(ticket, tx.now))
    async with context.tx() as tx:
        query = f"select body from {SCHEMA}.outbox where id = :id"
        body = json.loads(await tx.scalar(query, {"id": event_id}))
    assert body["specversion"] == "1.0"
    assert body["type"] == "sla.warning.v1"
    assert body["source"] == f"sanad/{SCHEMA}"
    assert body["traceparent"] == "00-aa-bb-01"
    assert body["time"].endswith("Z")
    assert body["data"]["due_at"].endswith("Z")


async def test_customers_see_and_write_their_own_organization_only(context: Context) -> None:
    mine = await add(context, customer(HERE), HERE)
    foreign = await add(context, Caller.system(), ELSEWHERE)
    assert mine in await seen(context, customer(HERE))
    assert foreign not in await seen(context, customer(HERE))
    assert await seen(context, customer(UUID(int=9))) == set()
    with pytest.raises(ProgrammingError, match="row-level security"):
        await add(context, customer(HERE), ELSEWHERE)


async def test_one_service_cannot_read_anothers_schema(context: Context) -> None:
    async def peek() -> None:
        async with context.tx() as tx:
            await tx.rows("select * from identity.outbox")

    with pytest.raises(ProgrammingError, match="permission denied"):
        await peek()


async def test_a_cancelled_door_gives_back_a_clean_connection(context: Context) -> None:
    async def door() -> None:
        async with context.tx(customer(HERE)) as tx:
            await tx.execute("select pg_sleep(10)")

    for _ in range(20):
        task = asyncio.ensure_future(door())
        await asyncio.sleep(0)
        await asyncio.wait({task}, timeout=0.02)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert await seen(context, customer(UUID(int=10))) == set()
    async with context.tx() as tx:
        idle = await tx.scalar(
            "select count(*) from pg_stat_activity where state like 'idle in transaction%'"
        )
    assert idle == 0


async def test_connections_that_the_server_cut_are_replaced_unseen(
    context: Context, database: Database
) -> None:
    """As after the death and return of the database: no door pays for a stale pool."""
    await asyncio.gather(*(seen(context, Caller.system()) for _ in range(4)))
    superuser = await asyncpg.connect(database.superuser_dsn)
    cut = await superuser.fetch(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
        " where usename = $1 and datname = current_database()",
        f"{SCHEMA}_system",
    )
    await superuser.close()
    assert cut
    await asyncio.sleep(0)  # lets the pool hear of the closed sockets
    for _ in range(6):
        await seen(context, Caller.system())


async def test_many_keys_are_read_together_and_are_the_ones_that_each_has(context: Context) -> None:
    row, fresh = uuid7(), uuid7()
    known = [HERE, ELSEWHERE]
    sealed = [(await context.vault.box(one)).seal("a.b.c", row, str(one)) for one in known]
    for one in known:
        context.vault.forget(one)
    await context.vault.learn([*known, fresh])
    opened = [
        (await context.vault.box(one)).open("a.b.c", row, sealed[at])
        for at, one in enumerate(known)
    ]
    assert opened == [str(one) for one in known]
    assert (await context.vault.box(fresh)).organization_id == fresh, "made at its first use"


async def test_sealed_values_open_only_where_they_belong(context: Context) -> None:
    row, other = uuid7(), uuid7()
    box = await context.vault.box(HERE)
    sealed = box.seal("a.b.c", row, "نظامنا متوقف")
    context.vault.forget(HERE)
    again = await context.vault.box(HERE)
    assert again.open("a.b.c", row, sealed) == "نظامنا متوقف"
    foreign = await context.vault.box(ELSEWHERE)
    for label, where, opener in (
        ("a.b.x", row, again),
        ("a.b.c", other, again),
        ("a.b.c", row, foreign),
    ):
        with pytest.raises(SealBroken):
            opener.open(label, where, sealed)
    with pytest.raises(SealBroken):
        again.open("a.b.c", row, sealed[:-1] + bytes([sealed[-1] ^ 1]))


async def test_an_old_day_is_dropped_only_when_nothing_waits_in_it(context: Context) -> None:
    owner = await asyncpg.connect(context.settings.dsn(SCHEMA, "owner").replace("+asyncpg", ""))
    for day in ("20200101", "20200102"):
        await owner.execute(
            f"create table {SCHEMA}.outbox_{day} partition of {SCHEMA}.outbox for values from"
            f" ({SCHEMA}.day_floor('{day}')) to ({SCHEMA}.day_floor(date '{day}' + 1))"
        )
    await owner.execute(
        f"insert into {SCHEMA}.outbox select {SCHEMA}.day_floor('20200102'), 'r', 's', 1, '{{}}'"
    )
    async with context.tx() as tx:
        await tx.execute(f"select {SCHEMA}.roll_partitions(3, 7, 8)")
    left = await owner.fetch("select relname from pg_class where relname ~ '^outbox_2020'")
    await owner.close()
    assert {row["relname"] for row in left if "pkey" not in row["relname"]} >= {"outbox_20200102"}
    assert not any("20200101" in row["relname"] for row in left)


async def test_partitions_roll_forward_and_twice(context: Context) -> None:
    async with context.tx() as tx:
        await tx.execute(f"select {SCHEMA}.roll_partitions(5, 7, 8)")
        await tx.execute(f"select {SCHEMA}.roll_partitions(5, 7, 8)")
        days = await tx.scalar(
            "select count(*) from pg_class where relname ~ '^outbox_[0-9]{8}$'"
            f" and relnamespace = '{SCHEMA}'::regnamespace"
        )
    assert days >= 6


PUT = f"insert into {SCHEMA}.thing (id, organization_id) values (:id, :organization)"
FIND = f"select count(*) from {SCHEMA}.thing where id = any(:ids)"


async def test_gathered_writes_are_seen_by_the_next_statement(context: Context) -> None:
    ids = [uuid7() for _ in range(3)]
    async with context.tx() as tx:
        for one in ids:
            tx.write(PUT, {"id": one, "organization": HERE}, one)
        assert await tx.scalar(FIND, {"ids": ids}) == 3
        late = uuid7()
        tx.write(PUT, {"id": late, "organization": HERE}, late)
        assert (await tx.only(FIND, {"ids": [late]}))[0]["count"] == 1


async def test_gathered_writes_are_sent_with_the_commit(context: Context) -> None:
    ids = [uuid7(), uuid7()]
    async with context.tx() as tx:
        for one in ids:
            tx.write(PUT, {"id": one, "organization": HERE}, one)
    async with context.tx() as tx:
        assert await tx.scalar(FIND, {"ids": ids}) == 2


async def test_gathered_writes_of_a_transaction_that_fails_are_never_sent(context: Context) -> None:
    one = uuid7()

    async def fail() -> None:
        async with context.tx() as tx:
            tx.write(PUT, {"id": one, "organization": HERE}, one)
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    async with context.tx() as tx:
        assert await tx.scalar(FIND, {"ids": [one]}) == 0


async def test_one_bad_row_undoes_the_whole_transaction(context: Context) -> None:
    good, fact = uuid7(), uuid7()

    async def put() -> None:
        async with context.tx() as tx:
            tx.write(PUT, {"id": good, "organization": HERE}, good)
            tx.write(PUT, {"id": uuid7(), "organization": None}, fact)
            tx.emit(warning(fact, tx.now))

    with pytest.raises(IntegrityError, match="null value"):
        await put()
    async with context.tx() as tx:
        assert await tx.scalar(FIND, {"ids": [good]}) == 0
    assert await outbox(context, fact) == []


THING = text(f"insert into {SCHEMA}.thing values (:id, :o)")


@pytest.mark.parametrize("read", [False, True], ids=["gathered", "executed"])
async def test_an_attempt_counts_as_a_whole_or_not_at_all(context: Context, read: bool) -> None:
    """Whether what happens in it is only gathered or is sent at once makes no difference."""
    before, kept, lost = uuid7(), uuid7(), uuid7()

    async def act(tx: Tx, one: UUID) -> None:
        tx.emit(warning(one, tx.now))
        tx.write(THING, {"id": one, "o": HERE}, one)
        if read:
            await tx.rows("select 1")

    async def fail(tx: Tx) -> None:
        async with tx.attempt():
            await act(tx, lost)
            raise ZeroDivisionError

    async with context.tx() as tx:
        tx.write(THING, {"id": before, "o": HERE}, before)
        with pytest.raises(ZeroDivisionError):
            await fail(tx)
        async with tx.attempt():
            await act(tx, kept)
        with pytest.raises(ZeroDivisionError):
            await fail(tx)
    assert {before, kept, lost} & await seen(context, Caller.system()) == {before, kept}
    assert await outbox(context, kept) == [(1, "sanad.sla.warning")]
    assert await outbox(context, lost) == []


EACH = f"{PUT} returning id, organization_id"


async def test_many_by_one_statement_give_the_rows_of_all(context: Context) -> None:
    ids = [uuid7() for _ in range(3)]
    many = [{"id": one, "organization": HERE} for one in ids]
    async with context.tx() as tx:
        rows = await tx.each(EACH, many)
    assert [row["id"] for row in rows] == ids
    assert dict(rows[0]) == {"id": ids[0], "organization_id": HERE}


async def test_many_by_one_statement_alone_are_all_or_nothing(context: Context) -> None:
    good = uuid7()
    many = [{"id": good, "organization": HERE}, {"id": uuid7(), "organization": None}]

    async def put() -> None:
        async with context.tx() as tx:
            await tx.each(EACH, many)

    with pytest.raises(IntegrityError, match="null value"):
        await put()
    async with context.tx() as tx:
        assert await tx.scalar(FIND, {"ids": [good]}) == 0


async def test_a_refused_statement_tells_no_values(context: Context) -> None:
    """However it went to the server, its parameters stay out of what is logged."""
    secret = "words of a person"
    with pytest.raises(ProgrammingError) as told:
        async with context.tx() as tx:
            await tx.rows("select nothing from nowhere where x = :secret", {"secret": secret})
    assert secret not in str(told.value)
