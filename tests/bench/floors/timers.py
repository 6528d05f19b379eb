"""F-F: claim, delete and outbox in one statement, batches of 500, until nothing is due.

`python -m tests.bench.floors.timers DSN` prints timers a second.
"""

import asyncio
import sys
import time

import asyncpg

ARM = """insert into floor.timer (due_at) select case when n <= $2
    then now() - interval '1 hour' * random() else now() + interval '30 days' * random() end
    from generate_series(1, $1) n order by random()"""
FIRE = """with due as (select id from floor.timer where due_at <= now() order by due_at
        limit 500 for update skip locked),
    gone as (delete from floor.timer t using due where t.id = due.id returning t.id, t.due_at)
    insert into floor.outbox (subject, payload)
    select 'breached', jsonb_build_object('ticket_id', id, 'due_at', due_at) from gone"""


async def arm(dsn: str, armed: int, due: int) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("truncate floor.timer, floor.outbox")
    await connection.execute(ARM, armed, due)
    await connection.execute("vacuum analyze floor.timer")
    await connection.execute("checkpoint")
    await connection.close()


async def fire(dsn: str) -> float:
    connection = await asyncpg.connect(dsn)
    began, fired = time.perf_counter(), 0
    while count := int((await connection.execute(FIRE)).split()[-1]):
        fired += count
    took = time.perf_counter() - began
    await connection.close()
    return fired / took


if __name__ == "__main__":
    print(asyncio.run(fire(sys.argv[1])))
