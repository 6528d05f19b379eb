"""The engines as the runner sets them up: walls in the database, allow-lists on the bus."""

import asyncpg
import nats as nats_client
import pytest
from nats.errors import TimeoutError as NatsTimeoutError

from deploy.local.layout import SCHEMAS, Home
from deploy.local.nats import permissions, published
from deploy.local.seeds import public_key
from deploy.local.streams import connection, ensure
from tests.engines import Database, NatsServer, eventually


async def as_role(database: Database, role: str) -> asyncpg.Connection:
    port = int(database.url.rpartition(":")[2].partition("/")[0])
    return await asyncpg.connect(
        host="127.0.0.1",
        port=port,
        user=role,
        password=database.home.secret(f"postgres/{role}"),
        database=database.name,
    )


async def test_no_product_role_is_privileged_or_reaches_another_schema(database: Database) -> None:
    connection = await asyncpg.connect(database.superuser_dsn)
    try:
        roles = await connection.fetch(
            "select rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolinherit"
            " from pg_roles where rolname like any($1::text[])",
            [f"{schema}\\_%" for schema in SCHEMAS.values()],
        )
        assert len(roles) == 4 * len(SCHEMAS)
        assert not [row for row in roles if any(row[1:])]
        for row in roles:
            for schema in SCHEMAS.values():
                usage = await connection.fetchval(
                    "select has_schema_privilege($1, $2, 'usage')", row["rolname"], schema
                )
                assert usage == row["rolname"].startswith(f"{schema}_")
    finally:
        await connection.close()


async def test_a_session_starts_in_its_schema_with_limits(database: Database) -> None:
    connection = await as_role(database, "tickets_customer")
    try:
        assert await connection.fetchval("show search_path") == "tickets"
        assert await connection.fetchval("show statement_timeout") == "10s"
        assert await connection.fetchval("show idle_in_transaction_session_timeout") == "10s"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("create table tickets.mine (id int)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("create temporary table mine (id int)")
    finally:
        await connection.close()


async def test_a_wrong_password_is_refused(database: Database) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(
            database.superuser_dsn.replace("postgres:", "sla_staff:wrong", 1), timeout=5
        )


async def test_the_database_keeps_checksums(database: Database) -> None:
    connection = await asyncpg.connect(database.superuser_dsn)
    try:
        assert await connection.fetchval("show data_checksums") == "on"
        assert await connection.fetchval("show password_encryption") == "scram-sha-256"
    finally:
        await connection.close()


def test_a_service_may_state_its_own_facts_and_no_others() -> None:
    assert "sanad.ticket.opened" in published("tickets")
    assert "sanad.timer.requested" in published("tickets")
    assert "sanad.timer.requested" in published("escalation")
    assert "sanad.ticket.opened" not in published("sla")
    allowed = permissions("sla")["publish"]["allow"]
    assert not [subject for subject in allowed if subject.startswith("sanad.>")]
    assert not [subject for subject in allowed if "STREAM.CREATE" in subject]
    assert permissions("sla")["subscribe"]["allow"] == ["_INBOX_sla.>"]


async def client_of(server: NatsServer, service: str) -> nats_client.NATS:
    async def quiet(_: Exception) -> None:
        pass

    return await nats_client.connect(
        server.url,
        nkeys_seed_str=server.home.secret(f"nats/{service}.seed"),
        inbox_prefix=f"_INBOX_{service}",
        allow_reconnect=False,
        error_cb=quiet,
    )


async def test_the_bus_takes_own_facts_and_refuses_foreign_ones(nats_server: NatsServer) -> None:
    client = await client_of(nats_server, "sla")
    try:
        stream = client.jetstream(timeout=1)
        assert (await stream.publish("sanad.sla.met", b"{}")).stream == "SANAD"
        with pytest.raises(NatsTimeoutError):
            await stream.publish("sanad.ticket.opened", b"{}")
        with pytest.raises(NatsTimeoutError):
            await stream.delete_stream("SANAD")
    finally:
        await client.close()


async def test_a_stranger_is_not_let_in(nats_server: NatsServer) -> None:
    with pytest.raises(Exception, match=r"[Aa]uthorization|nats"):
        await nats_client.connect(nats_server.url, allow_reconnect=False, connect_timeout=1)


async def test_the_stream_is_made_again_when_it_is_gone(nats_server: NatsServer) -> None:
    async with connection(nats_server.url, nats_server.home) as keeper:
        await keeper.jetstream().delete_stream("SANAD")
        assert await ensure(keeper)
        assert not await ensure(keeper)
        config = (await keeper.jetstream().stream_info("SANAD")).config
        assert config.subjects == ["sanad.>"]
        assert config.max_age == 7 * 24 * 3600


async def test_what_the_bus_stores_is_sealed(nats_server: NatsServer) -> None:
    client = await client_of(nats_server, "sla")
    try:
        await client.jetstream().publish("sanad.sla.met", b"a-canary-that-must-not-be-readable")
    finally:
        await client.close()
    stored = [path for path in nats_server.home.nats.rglob("*.blk") if path.stat().st_size]
    assert stored
    assert not [path for path in stored if b"a-canary" in path.read_bytes()]


async def test_the_stream_survives_a_crash_of_the_server(nats_server: NatsServer) -> None:
    client = await client_of(nats_server, "sla")
    await client.jetstream().publish("sanad.sla.met", b"{}")
    await client.close()
    nats_server.stop()
    nats_server.start()

    async def kept() -> bool:
        try:
            async with connection(nats_server.url, nats_server.home) as keeper:
                return (await keeper.jetstream().stream_info("SANAD")).state.messages > 0
        except (OSError, TimeoutError, nats_client.errors.Error):
            return False

    await eventually(kept)


def test_every_seed_has_its_own_public_key(engines_home: Home) -> None:
    seeds = [path.read_text() for path in (engines_home.keys / "nats").glob("*.seed")]
    assert len({public_key(seed) for seed in seeds}) == len(seeds) == 7
