"""F-E: relay and consumer in processes of their own, batches of 100, one inbox row an event.

`python -m tests.bench.floors.chain relay|consumer DSN NATS_URL`
"""

import asyncio
import contextlib
import datetime as dt
import sys
import uuid

import asyncpg
import nats

STREAM, SUBJECT = "FLOOR", "floor.opened"
CLAIM = """delete from floor.outbox where id in (
    select id from floor.outbox order by id limit 100 for update skip locked)
    returning id, payload::text, created_at"""
INBOX = """insert into floor.inbox (id, created_at)
    select * from unnest($1::uuid[], $2::timestamptz[]) on conflict do nothing"""


async def relay(dsn: str, url: str) -> None:
    """Woken by whoever notifies; looks by itself otherwise."""
    client = await nats.connect(url)
    stream = client.jetstream(publish_async_max_pending=4000)
    connection, news = await asyncpg.connect(dsn), asyncio.Event()
    ears = await asyncpg.connect(dsn)
    await ears.add_listener("floor", lambda *_: news.set())
    while True:
        async with connection.transaction():
            rows = sorted(await connection.fetch(CLAIM), key=lambda row: row["id"])
            pending = [
                await stream.publish_async(
                    SUBJECT,
                    row["payload"].encode(),
                    headers={"Nats-Msg-Id": str(row["id"]), "at": row["created_at"].isoformat()},
                )
                for row in rows
            ]
            await asyncio.gather(*pending)
        if not rows:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), 0.05)
            news.clear()


async def consumer(dsn: str, url: str) -> None:
    client = await nats.connect(url)
    connection = await asyncpg.connect(dsn)
    reader = await client.jetstream().pull_subscribe(SUBJECT, durable="floor", stream=STREAM)
    while True:
        try:
            messages = await reader.fetch(100, timeout=5)
        except TimeoutError:
            continue
        heads = [message.headers or {} for message in messages]
        ids = [uuid.UUID(head["Nats-Msg-Id"]) for head in heads]
        times = [dt.datetime.fromisoformat(head["at"]) for head in heads]
        await connection.execute(INBOX, ids, times)
        for message in messages:
            await message.ack()


if __name__ == "__main__":
    asyncio.run({"relay": relay, "consumer": consumer}[sys.argv[1]](sys.argv[2], sys.argv[3]))
