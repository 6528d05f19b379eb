"""F-S: aiosmtpd as it comes, one insert of the raw mail before 250.

`python -m tests.bench.floors.post PORT DSN`
"""

import asyncio
import hashlib
import sys

import asyncpg
from aiosmtpd.smtp import SMTP, Envelope, Session

TABLE = """create table if not exists floor.mail (
    id uuid primary key default uuidv7(), sha bytea unique, sender text, recipients text[],
    raw bytea, at timestamptz default now())"""
KEEP = "insert into floor.mail (sha, sender, recipients, raw) values ($1, $2, $3, $4)"


class Door:
    """Keeps a mail, then says so."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd looks for
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        raw = envelope.original_content or b""
        about = (envelope.mail_from, envelope.rcpt_tos)
        await self._pool.execute(KEEP, hashlib.sha256(raw).digest(), *about, raw)
        return "250 OK"


async def serve(port: int, dsn: str) -> None:
    pool = await asyncpg.create_pool(dsn, min_size=8, max_size=16)
    await pool.execute(TABLE)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(Door(pool), hostname="floor", enable_SMTPUTF8=True, loop=loop),
        "127.0.0.1",
        port,
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2]))
