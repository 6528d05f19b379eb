"""`sanad restore` into an empty home, and `sanad release` of the mails that it holds back.

A restored desk does not know what left the house after its backup was taken. So it starts on
hold: it takes everything in, and sends no mail and no webhook until somebody releases it. What
waited to be sent when the backup was taken is dropped then: the old desk will have sent it.
"""

import asyncio
import contextlib
import json
import shutil
import subprocess
import time
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import asyncpg

from deploy.local import postgres, storage
from deploy.local.backup import DUMP, FILES, client, manifest
from deploy.local.database import Administrator, answers
from deploy.local.environment import HOLD
from deploy.local.layout import SCHEMAS, Home, replace, roles
from deploy.local.listeners import engine_port
from deploy.local.lock import hold
from deploy.local.options import Options
from deploy.local.programs import CannotRunError
from deploy.local.roles import check_engine, make_database, make_roles
from deploy.local.status import endpoints

_START = 60.0
_REVOKE = "update identity.session set revoked_at = now() where revoked_at is null"
_DROP_MAILS = """update notify.delivery set state = 'suppressed', reason = 'restored',
    next_at = null where state in ('pending', 'ready') and created_at <= $1"""
_DROP_WEBHOOKS = "delete from notify.webhook where state = 'pending' and created_at <= $1"


def restore(options: Options, source: Path, keys: Path) -> str:
    """Everything of the backup in a home that was empty; the moment it was taken."""
    document = manifest(source)
    home = Home(options.home)
    if not (keys / "master").is_file():
        raise CannotRunError(f"{keys} holds no keys; without them nothing in the backup opens.")
    if home.root.exists() and any(home.root.iterdir()):
        raise CannotRunError(f"{home.root} is not empty; restore never overwrites anything.")
    (home.root / "run").mkdir(parents=True, mode=0o700)
    try:
        with hold(home.run / "lock"):
            shutil.copytree(keys, home.keys)
            home.prepare()
            asyncio.run(_fill(options, home, source / DUMP))
            storage.copy_in(options, source / FILES)
            replace(home.root / HOLD, json.dumps({"taken_at": document["at"]}))
    except BaseException:
        _empty(home.root)
        raise
    return str(document["at"])


def release(options: Options) -> bool:
    """Let mails and webhooks go again, without those older than the backup; False: not on hold."""
    home = Home(options.home)
    path = home.root / HOLD
    if not path.exists():
        return False
    known = endpoints(home)
    dsn = known["database"] if known else options.database_url
    if not dsn:
        raise CannotRunError(f"Nothing runs on {home.root}; start it with `sanad up`, then again.")
    taken = datetime.fromisoformat(json.loads(path.read_text("utf-8"))["taken_at"])
    asyncio.run(_drop(str(dsn), taken))
    path.unlink()
    return True


def _empty(root: Path) -> None:
    """As it was: half a desk must not be taken for a whole one."""
    for folder in root.iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)
        else:
            folder.unlink()


async def _drop(dsn: str, taken: datetime) -> None:
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        async with connection.transaction():
            for statement in (_DROP_MAILS, _DROP_WEBHOOKS):
                await connection.execute(statement, taken)
    finally:
        await connection.close()


async def _fill(options: Options, home: Home, dump: Path) -> None:
    async with _server(options, home) as administrator:
        connection = await administrator.connect("postgres")
        try:
            await check_engine(connection, durable=options.durable)
            await make_database(connection, administrator.database)
            names = (role for schema in SCHEMAS.values() for role in roles(schema))
            await make_roles(connection, {name: home.secret(f"postgres/{name}") for name in names})
        finally:
            await connection.close()
        await _refuse_filled(administrator)
        words = ("--exit-on-error", "--single-transaction", str(dump))
        await asyncio.to_thread(client, "pg_restore", administrator.dsn(), *words)
        inside = await administrator.connect()
        try:
            await inside.execute(_REVOKE)
        finally:
            await inside.close()


async def _refuse_filled(administrator: Administrator) -> None:
    connection = await administrator.connect()
    try:
        query = "select nspname from pg_namespace where nspname = any($1::text[])"
        there = await connection.fetch(query, list(SCHEMAS.values()))
    finally:
        await connection.close()
    if there:
        raise CannotRunError(f"The database {administrator.database} holds a desk already.")


@contextlib.asynccontextmanager
async def _server(options: Options, home: Home) -> AsyncIterator[Administrator]:
    """The external server of the settings, else the embedded one for as long as it takes."""
    if options.database_url:
        yield Administrator(options.database_url)
        return
    port = engine_port(home.run / "ports.json", "postgres")
    cluster = postgres.cluster(home.pg, port, durable=options.durable)
    password = home.secret("postgres/postgres")
    await asyncio.to_thread(cluster.initialise, password)
    program = cluster.program()
    administrator = Administrator.embedded(port, password)
    with (home.log / "restore.log").open("ab") as output:
        child = subprocess.Popen(  # noqa: ASYNC220 - forks at once, and nothing else waits here
            program.argv, stdout=output, stderr=output, **program.options()
        )
    try:
        await _until_it_answers(administrator)
        yield administrator
    finally:
        child.send_signal(program.stop)
        await asyncio.to_thread(child.wait, _START)


async def _until_it_answers(administrator: Administrator) -> None:
    deadline = time.monotonic() + _START
    while not await answers(administrator):
        if time.monotonic() > deadline:
            raise CannotRunError(f"PostgreSQL did not answer within {_START:.0f} s.")
        await asyncio.sleep(0.1)
