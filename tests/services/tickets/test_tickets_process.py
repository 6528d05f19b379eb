"""Tickets as the supervisor starts it: one process, two listeners, a real bus."""

import json
import os
import signal
import socket
import subprocess
import sys

import httpx

from tests.engines import ROOT, Database, NatsServer, eventually, free_port


def _listening() -> socket.socket:
    made = socket.socket()
    made.bind(("127.0.0.1", 0))
    made.set_inheritable(True)
    return made


async def test_the_process_gets_ready_without_its_neighbours_and_ends_cleanly(
    database: Database, nats_server: NatsServer
) -> None:
    public, ops = _listening(), _listening()
    urls = [f"http://127.0.0.1:{one.getsockname()[1]}" for one in (public, ops)]
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("SANAD_")},
        "SANAD_PROFILE": "test",
        "SANAD_HOME": str(database.home.root),
        "SANAD_DATABASE": database.url,
        "SANAD_NATS_URL": nats_server.url,
        "SANAD_PEERS": json.dumps({"gateway": f"http://127.0.0.1:{free_port()}"}),
        "SANAD_LISTEN_HTTP": f"fd:{public.fileno()}",
        "SANAD_LISTEN_OPS": f"fd:{ops.fileno()}",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "shared.kit.serve", "services.tickets.main"],
        cwd=ROOT,
        env=environment,
        pass_fds=[public.fileno(), ops.fileno()],
    )
    try:
        async with httpx.AsyncClient(timeout=5) as client:

            async def alive() -> bool:
                assert process.poll() is None
                try:
                    return (await client.get(f"{urls[1]}/livez")).status_code == 200
                except httpx.TransportError:
                    return False

            await eventually(alive, within=30)
            assert (await client.get(f"{urls[0]}/v1/tickets")).status_code == 401
            challenge = await client.get(f"{urls[0]}/v1/public/challenge")
            assert challenge.status_code == 200
            assert (await client.get(f"{urls[0]}/livez")).status_code == 404
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
