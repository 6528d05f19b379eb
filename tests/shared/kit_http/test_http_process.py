"""A service as a process: sockets that somebody else holds, readiness, endings, deadlines."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.engines import ROOT, Database, NatsServer, eventually


@dataclass
class Running:
    child: subprocess.Popen[bytes]
    sockets: dict[str, socket.socket]
    log: Path

    def url(self, door: str) -> str:
        return "http://{}:{}".format(*self.sockets[door].getsockname())

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    async def ready(self) -> bool:
        async with httpx.AsyncClient(base_url=self.url("ops"), timeout=5) as http:
            with contextlib.suppress(httpx.TransportError):
                return (await http.get("/readyz")).status_code == 200
        return False


def listening() -> socket.socket:
    made = socket.create_server(("127.0.0.1", 0), backlog=128)
    made.set_inheritable(True)
    return made


@contextlib.asynccontextmanager
async def process(
    database: Database, nats: str, log: Path, **environment: str
) -> AsyncIterator[Running]:
    sockets = {"http": listening(), "ops": listening()}
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "shared.kit.serve", "tests.shared.kit_http.desk_main"],
            cwd=ROOT,
            stdout=output,
            stderr=output,
            pass_fds=[one.fileno() for one in sockets.values()],
            env={
                **os.environ,
                "SANAD_PROFILE": "test",
                "SANAD_HOME": str(database.home.root),
                "SANAD_DATABASE": database.url,
                "SANAD_NATS_URL": nats,
                "SANAD_LISTEN_HTTP": f"fd:{sockets['http'].fileno()}",
                "SANAD_LISTEN_OPS": f"fd:{sockets['ops'].fileno()}",
                **environment,
            },
        )
    running = Running(child, sockets, log)
    try:
        yield running
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()
        for one in sockets.values():
            one.close()


@pytest.fixture
async def desk_process(
    database: Database, nats_server: NatsServer, tmp_path: Path
) -> AsyncIterator[Running]:
    async with process(database, nats_server.url, tmp_path / "log") as running:
        await eventually(running.ready, within=30)
        yield running


async def test_it_serves_tells_its_health_and_ends_cleanly(desk_process: Running) -> None:
    async with httpx.AsyncClient(timeout=10) as http:
        health = (await http.get(desk_process.url("ops") + "/readyz")).json()
        assert health["status"] == "pass"
        assert {"postgres", "schema", "jetstream", "workers", "outbox", "dead_letters"} <= set(
            health["checks"]
        )
        assert (await http.get(desk_process.url("ops") + "/livez")).status_code == 200
        secret = await http.get(desk_process.url("http") + "/v1/slow?seconds=0&subject=SECRET")
        assert secret.status_code == 200
        metrics = (await http.get(desk_process.url("ops") + "/metrics")).text
        assert 'route="/v1/slow"' in metrics
        assert "sanad_outbox_lag_seconds" in metrics
        document = (await http.get(desk_process.url("ops") + "/internal/openapi.json")).json()
        assert "/v1/notes" in document["paths"]
        outside = await http.get(desk_process.url("http") + "/livez")
        assert outside.status_code == 404

        began = time.monotonic()
        pending = asyncio.ensure_future(http.get(desk_process.url("http") + "/v1/slow?seconds=1.5"))
        await asyncio.sleep(0.3)  # the request is within its 1.5 s when the signal comes
        desk_process.child.send_signal(signal.SIGTERM)
        assert (await pending).json() == {"slept": 1.5}
    assert await asyncio.to_thread(desk_process.child.wait, 10) == 0
    assert time.monotonic() - began < 8
    text = desk_process.log.read_text()
    assert "SECRET" not in text
    requests = [line for line in desk_process.lines() if line["event"] == "request"]
    assert any(line["route"] == "/v1/slow" for line in requests)
    assert all(line["trace_id"] and line["request_id"] for line in requests)


async def test_a_request_that_comes_while_it_restarts_is_answered(
    database: Database, nats_server: NatsServer, tmp_path: Path
) -> None:
    async with process(database, nats_server.url, tmp_path / "log") as running:
        async with httpx.AsyncClient(timeout=30) as http:
            early = await http.get(running.url("http") + "/v1/slow?seconds=0")
        assert early.status_code == 200


@pytest.mark.parametrize(
    ("what", "sent"),
    [
        ("a head without end", b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 40_000),
        ("many headers", b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 8_000),
    ],
)
async def test_a_head_beyond_32_kb_is_cut_off(
    desk_process: Running, what: str, sent: bytes
) -> None:
    host, port = desk_process.sockets["http"].getsockname()
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(sent)
    answer = await asyncio.wait_for(reader.read(), 5)
    assert answer.startswith(b"HTTP/1.1 431 "), "told, then closed"
    writer.close()


@pytest.mark.slow
async def test_a_slow_head_is_cut_off_after_ten_seconds(desk_process: Running) -> None:
    host, port = desk_process.sockets["http"].getsockname()
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(b"GET / HTTP/1.1\r\nHo")
    began = time.monotonic()
    assert await asyncio.wait_for(reader.read(), 15) == b""
    assert 9 < time.monotonic() - began < 13
    writer.close()


async def test_an_old_schema_refuses_to_start(
    database: Database, nats_server: NatsServer, tmp_path: Path
) -> None:
    connection = await database.administrator.connect(database.name)
    version = await connection.fetchval("select version_num from sla.alembic_version")
    await connection.execute("update sla.alembic_version set version_num = '0000'")
    try:
        async with process(database, nats_server.url, tmp_path / "log") as running:
            assert await asyncio.to_thread(running.child.wait, 20) != 0
            assert "schema is at 0000" in running.log.read_text()
    finally:
        await connection.execute("update sla.alembic_version set version_num = $1", version)
        await connection.close()


async def test_weak_secrets_refuse_to_start_in_production(
    database: Database, nats_server: NatsServer, tmp_path: Path
) -> None:
    plain = {"SANAD_PROFILE": "production", "SANAD_PUBLIC_URL": "http://desk.example"}
    async with process(database, nats_server.url, tmp_path / "log", **plain) as running:
        assert await asyncio.to_thread(running.child.wait, 20) != 0
        assert "SANAD_PUBLIC_URL is not https" in running.log.read_text()


async def test_without_nats_the_doors_stand_open_but_it_is_not_ready(
    database: Database, tmp_path: Path
) -> None:
    async with process(database, "nats://127.0.0.1:9", tmp_path / "log") as running:
        async with httpx.AsyncClient(timeout=30) as http:
            answer = await http.get(running.url("http") + "/v1/slow?seconds=0")
            health = await http.get(running.url("ops") + "/readyz")
        assert answer.status_code == 200
        assert health.status_code == 503
        assert health.json()["checks"]["jetstream"][0]["status"] == "fail"
        assert health.json()["checks"]["postgres"][0]["status"] == "pass"


def proportional_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no Pss")


async def test_an_idle_process_stays_small(desk_process: Running) -> None:
    assert proportional_mib(desk_process.child.pid) < 90
