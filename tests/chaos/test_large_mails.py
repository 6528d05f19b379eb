"""What fifty mails of 25 MiB on eight connections cost intake at once, in memory of its own."""

import asyncio
import json
import os
import signal
import smtplib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psutil
import pytest

from tests.engines import ROOT, Database, NatsServer, eventually
from tests.services.intake.conftest import SUPPORT, directory

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
__all__ = ["directory"]

MIB = 1024 * 1024
CONNECTIONS = 8
MAILS = int(os.environ.get("SANAD_TEST_LARGE_MAILS", "50"))
BUDGET = 500 * MIB
"""Of intake and its parsers together."""


@contextmanager
def peak(process: psutil.Process) -> Iterator[list[int]]:
    """The highest sum of PSS, seen from beside."""
    found, over = [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            total = 0
            for one in (process, *process.children(recursive=True)):
                try:
                    total += one.memory_full_info().pss
                except psutil.Error:
                    continue
            found[0] = max(found[0], total)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()


def _listening() -> socket.socket:
    made = socket.socket()
    made.bind(("127.0.0.1", 0))
    made.set_inheritable(True)
    return made


def _send(port: int, numbers: list[int], said: list[str]) -> None:
    """Each until it is taken; a server that has too much at once says so and is asked again."""
    body = (b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM\r\n") * (
        25 * MIB // 78
    )
    for number in numbers:
        head = (
            f"From: Sara <sara@client.example>\r\nSubject: large {number}\r\nMIME-Version: 1.0\r\n"
            f"Message-ID: <large{number}@client.example>\r\nContent-Type: application/pdf\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\n"
        ).encode()
        while True:
            with smtplib.SMTP("127.0.0.1", port, timeout=120) as client:
                client.ehlo()
                client.mail("sara@client.example")
                client.rcpt(SUPPORT)
                answer: tuple[int, bytes | str]
                try:
                    answer = client.data(head + body)
                except smtplib.SMTPDataError as refused:
                    answer = refused.smtp_code, refused.smtp_error
            code, words = answer
            said.append(f"{code} {words.decode() if isinstance(words, bytes) else words}")
            if code == 250:
                break


async def test_large_mails_at_once_stay_within_the_budget(
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
    said: list[str] = []
    try:
        async with httpx.AsyncClient(timeout=5) as client:

            async def ready() -> bool:
                try:
                    answer = await client.get(f"http://127.0.0.1:{ports['ops']}/readyz")
                except httpx.TransportError:
                    return False
                return answer.status_code == 200

            await eventually(ready, within=30)
        with peak(psutil.Process(process.pid)) as highest:
            shares = [list(range(MAILS))[start::CONNECTIONS] for start in range(CONNECTIONS)]
            await asyncio.gather(
                *(asyncio.to_thread(_send, ports["smtp"], share, said) for share in shares)
            )
    finally:
        process.send_signal(signal.SIGTERM)
    process.wait(20)
    taken = [one for one in said if one.startswith("250")]
    print(f"peak {highest[0] / MIB:.0f} MiB, taken {len(taken)}, refused {len(said) - len(taken)}")
    assert len(taken) == MAILS
    assert {one[:9] for one in said} <= {"250 2.0.0", "451 4.3.1"}
    assert highest[0] < BUDGET
