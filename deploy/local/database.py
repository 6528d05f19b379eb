"""Bringing a database to the state the services expect: roles, schemas, migrations."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import asyncpg

from deploy.local.layout import SCHEMAS, Home, roles
from deploy.local.roles import check_engine, make_database, make_roles, make_schemas

PRODUCT = "sanad"


@dataclass(frozen=True, slots=True)
class Administrator:
    """How the runner, and nobody else, reaches the server."""

    url: str

    @classmethod
    def embedded(cls, port: int, password: str) -> "Administrator":
        return cls(f"postgresql://postgres:{quote(password)}@127.0.0.1:{port}/{PRODUCT}")

    @property
    def database(self) -> str:
        return urlsplit(self.url).path.strip("/") or PRODUCT

    def dsn(self, database: str | None = None) -> str:
        return urlsplit(self.url)._replace(path=f"/{database or self.database}").geturl()

    def public(self, database: str | None = None) -> str:
        """Without credentials, as services are told it; their library says `ssl` for `sslmode`."""
        parts = urlsplit(self.dsn(database))
        query = parts.query.replace("sslmode=", "ssl=")
        return parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query).geturl()

    async def connect(self, database: str | None = None) -> asyncpg.Connection:
        return await asyncpg.connect(self.dsn(database), timeout=5)


async def answers(administrator: Administrator) -> bool:
    """Whether the server takes connections yet."""
    try:
        connection = await administrator.connect("postgres")
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return False
    await connection.close()
    return True


async def equip(administrator: Administrator, home: Home, *, durable: bool) -> None:
    """The database with its walls; run at each start, it changes nothing that is right."""
    connection = await administrator.connect("postgres")
    try:
        await check_engine(connection, durable=durable)
        await make_database(connection, administrator.database)
        await make_roles(connection, _passwords(home))
    finally:
        await connection.close()
    inside = await administrator.connect()
    try:
        await make_schemas(inside)
    finally:
        await inside.close()


def _passwords(home: Home) -> Mapping[str, str]:
    names = [role for schema in SCHEMAS.values() for role in roles(schema)]
    return {name: home.secret(f"postgres/{name}") for name in names}


async def outdated(administrator: Administrator, services: Path) -> list[str]:
    """Services whose schema is not at its newest revision; asking is cheap, Alembic is not."""
    connection = await administrator.connect()
    try:
        return [
            name
            for name, schema in SCHEMAS.items()
            if await _revision(connection, schema) != _newest(services / name)
        ]
    finally:
        await connection.close()


async def _revision(connection: asyncpg.Connection, schema: str) -> str | None:
    try:
        found: str | None = await connection.fetchval(
            f"select version_num from {schema}.alembic_version"
        )
    except asyncpg.UndefinedTableError:
        return None
    return found


def _newest(service: Path) -> str:
    """Migrations are files named `NNNN_what.py`, as shared.kit.migrate reads them too."""
    return max(
        file.name.partition("_")[0] for file in service.glob("migrations/versions/[0-9]*_*.py")
    )
