"""Intake as the supervisor starts it: one process, three listeners, facts on the bus."""

import asyncio
import json
import os
import signal
import smtplib
import socket
import subprocess
import sys

import httpx

from tests.engines import ROOT, Database, NatsServer, eventually
from tests.services.intake.conftest import SUPPORT


def _listening() -> socket.socket:
    made = socket.socket()
    made.bind(("127.0.0.1", 0))
    made.set_inheritable(True)
    return made


async def test_the_process_takes_mail_and_ends_cleanly(
    database: Database, nats_server: NatsServer, directory: dict[str, str]
) -> None:
    doors = {name: _listening() for name in ("http", "ops", "smtp")}
    ports = {name: one.getsockname()[1] for name, one in doors.items()}
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("SANAD_")},
        "SANAD_PROFILE": "test",
        "SANAD_HOME": str(database.home.root),
        "SANAD_DATABASE": database.url,
        "SANAD_NATS_URL": nats_server.url,
        "SANAD_PEERS": json.dumps({"gateway": directory["ops"]}),
        **{f"SANAD_LISTEN_{name.upper()}": f"fd:{one.fileno()}" for name, one in doors.items()},
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "shared.kit.serve", "services.intake.main"],
        cwd=ROOT,
        env=environment,
        pass_fds=[one.fileno() for one in doors.values()],
    )
    try:
        async with httpx.AsyncClient(timeout=5) as client:

            async def ready() -> bool:
                assert process.poll() is None
                try:
                    answer = await client.get(f"http://127.0.0.1:{ports['ops']}/readyz")
                except httpx.TransportError:
                    return False
                return answer.status_code == 200

            await eventually(ready, within=30)
            mail_id = await asyncio.to_thread(_send, ports["smtp"])
            headers = {"Authorization": f"Bearer {directory['token']}"}
            url = f"http://127.0.0.1:{ports['http']}/v1/intake/mails/{mail_id}"

            async def routed() -> bool:
                answer = await client.get(url, headers=headers)
                return bool(answer.json()["state"] == "routed")

            await eventually(routed)
            metrics = await client.get(f"http://127.0.0.1:{ports['ops']}/metrics")
            assert "sanad_intake_oldest_unfinished_mail_seconds" in metrics.text
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0


def _send(port: int) -> str:
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        client.starttls()
        client.ehlo()
        client.mail("sara@client.example")
        client.rcpt(SUPPORT)
        code, said = client.data(b"From: Sara <sara@client.example>\r\nSubject: x\r\n\r\ny\r\n")
    assert code == 250
    return said.decode().rpartition(" ")[2]
