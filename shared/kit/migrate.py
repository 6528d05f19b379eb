"""Each service's own Alembic history: upgrade it, and refuse to start when it is behind."""

import asyncio
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine

from shared.kit.callers import Seat
from shared.kit.database import Database
from shared.kit.settings import Settings

_SERVICES = Path(__file__).resolve().parents[2] / "services"


class SchemaOutOfDate(Exception):
    """The database does not carry the revision that this code was written for."""


def schema_of(service: str) -> str:
    """The schema that a service owns; the gateway's is named for what it holds."""
    return "identity" if service == "gateway" else service


def head(service: str) -> str:
    """The newest revision of a service: its migrations are files named `NNNN_what.py`."""
    versions = (_SERVICES / service / "migrations" / "versions").glob("[0-9]*_*.py")
    return max(path.name.partition("_")[0] for path in versions)


async def upgrade(settings: Settings, service: str) -> None:
    """Bring one service's schema to its head, as the schema's owner."""
    schema = schema_of(service)
    engine = create_async_engine(settings.dsn(schema, "owner"))
    try:
        async with engine.connect() as connection:
            await connection.execute(text("set lock_timeout = '10s'"))
            await connection.commit()
            await connection.run_sync(_run, service, schema)
    finally:
        await engine.dispose()


async def check(database: Database, service: str) -> None:
    """Raise SchemaOutOfDate unless the schema stands at this code's head.

    The newest revision is read from file names, so that a service needs no Alembic to start.
    """
    found = await current(database, service)
    if found != head(service):
        raise SchemaOutOfDate(f"{service}: schema is at {found}, code wants {head(service)}")


async def current(database: Database, service: str) -> str | None:
    """The revision that the database carries; None before the first upgrade."""
    query = text(f"select version_num from {schema_of(service)}.alembic_version")
    try:
        async with database.engine(Seat.SYSTEM).connect() as connection:
            return (await connection.execute(query)).scalar()
    except ProgrammingError:
        return None


def run_env() -> None:
    """The body of every service's `migrations/env.py`."""
    from alembic import context  # noqa: PLC0415 - a second of import, only while migrating

    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        version_table_schema=context.config.attributes["schema"],
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _run(connection: Connection, service: str, schema: str) -> None:
    from alembic import command  # noqa: PLC0415 - a second of import, only while migrating
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(_SERVICES / service / "migrations"))
    config.attributes.update(connection=connection, schema=schema)
    command.upgrade(config, "head")
    grant = f"grant select on {schema}.alembic_version to {schema}_system"
    connection.execute(text(grant))
    connection.commit()


def upgrade_all(settings: Settings, services: tuple[str, ...]) -> None:
    """Upgrade several services, one after another, in one process (Alembic is imported once)."""
    asyncio.run(_all(settings, services))


async def _all(settings: Settings, services: tuple[str, ...]) -> Any:
    for service in services:
        await upgrade(settings, service)
