"""Intake as the supervisor starts it: one process, three listeners, facts on the bus."""

import asyncio
import smtplib

import httpx

from tests.engines import Database, NatsServer, eventually
from tests.services.intake.alone import alone
from tests.services.intake.conftest import SUPPORT


async def test_the_process_takes_mail_and_ends_cleanly(
    database: Database, nats_server: NatsServer, directory: dict[str, str]
) -> None:
    async with alone(database, nats_server, directory["ops"]) as intake:
        mail_id = await asyncio.to_thread(_send, intake.ports["smtp"])
        headers = {"Authorization": f"Bearer {directory['token']}"}
        url = f"http://127.0.0.1:{intake.ports['http']}/v1/intake/mails/{mail_id}"
        async with httpx.AsyncClient(timeout=5) as client:

            async def routed() -> bool:
                answer = await client.get(url, headers=headers)
                return bool(answer.json()["state"] == "routed")

            await eventually(routed)
            metrics = await client.get(f"http://127.0.0.1:{intake.ports['ops']}/metrics")
            assert "sanad_intake_oldest_unfinished_mail_seconds" in metrics.text
    assert intake.process.returncode == 0


def _send(port: int) -> str:
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        client.starttls()
        client.ehlo()
        client.mail("sara@client.example")
        client.rcpt(SUPPORT)
        code, said = client.data(b"From: Sara <sara@client.example>\r\nSubject: x\r\n\r\ny\r\n")
    assert code == 250
    return said.decode().rpartition(" ")[2]
