"""The walls inside the database: schemas, their roles, and what a session may use up."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterator, Mapping

import asyncpg

from deploy.local.layout import SCHEMAS, roles
from deploy.local.programs import CannotRunError

LEAST_VERSION = 18
_ROUNDS = 4096
_TIMEOUTS = {"owner": "0", "customer": "10s", "staff": "20s", "system": "60s"}


async def check_engine(connection: asyncpg.Connection, *, durable: bool) -> None:
    """Refuse an old server, and one that may lose what it has confirmed."""
    number = int(await connection.fetchval("show server_version_num")) // 10_000
    if number < LEAST_VERSION:
        raise CannotRunError(f"PostgreSQL {LEAST_VERSION} or newer is needed, this is {number}")
    if not durable:
        return
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        if await connection.fetchval(f"show {name}") == "off":
            raise CannotRunError(f"{name} is off: what was confirmed could be lost")


async def make_database(connection: asyncpg.Connection, name: str) -> None:
    found = await connection.fetchval("select 1 from pg_database where datname = $1", name)
    if not found:
        await connection.execute(f'create database "{name}"')


async def make_roles(connection: asyncpg.Connection, passwords: Mapping[str, str]) -> None:
    """All roles, with the passwords of the key folder, whatever they were before."""
    known = {row["rolname"] for row in await connection.fetch("select rolname from pg_roles")}
    await connection.execute(";\n".join(_role_statements(known, passwords)))


async def make_schemas(connection: asyncpg.Connection) -> None:
    """In the connected database: a schema for each service, open to its own roles alone."""
    database = await connection.fetchval("select current_database()")
    await connection.execute(";\n".join(_schema_statements(database)))


async def admit(connection: asyncpg.Connection, database: str) -> None:
    """Let the product's roles, and nobody else, connect to a database."""
    await connection.execute(";\n".join(_admission(database)))


def _role_statements(known: set[str], passwords: Mapping[str, str]) -> Iterator[str]:
    for schema in SCHEMAS.values():
        for role in roles(schema):
            if role not in known:
                yield f"create role {role}"
            seat = role.removeprefix(f"{schema}_")
            yield (
                f"alter role {role} login noinherit nocreatedb nocreaterole"
                f" password '{verifier(passwords[role])}'"
            )
            yield f"alter role {role} set search_path = {schema}"
            yield f"alter role {role} set statement_timeout = '{_TIMEOUTS[seat]}'"
            yield f"alter role {role} set idle_in_transaction_session_timeout = '10s'"


def _schema_statements(database: str) -> Iterator[str]:
    yield "revoke all on schema public from public"
    yield from _admission(database)
    for schema in SCHEMAS.values():
        owner, *seats = roles(schema)
        # An administrator who is no superuser may give a schema only to a role he is a member of.
        yield f"grant {owner} to current_user"
        yield f"create schema if not exists {schema} authorization {owner}"
        yield f"revoke all on schema {schema} from public"
        yield f"grant usage on schema {schema} to {', '.join(seats)}"


def _admission(database: str) -> Iterator[str]:
    everyone = ", ".join(role for schema in SCHEMAS.values() for role in roles(schema))
    yield f'revoke all on database "{database}" from public'
    yield f'grant connect on database "{database}" to {everyone}'


def verifier(password: str) -> str:
    """A SCRAM verifier, so that no password travels or is ever logged."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ROUNDS)
    stored = hashlib.sha256(_mac(salted, b"Client Key")).digest()
    keys = ":".join(_text(key) for key in (stored, _mac(salted, b"Server Key")))
    return f"SCRAM-SHA-256${_ROUNDS}:{_text(salt)}${keys}"


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
