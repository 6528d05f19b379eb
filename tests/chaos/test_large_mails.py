"""What fifty mails of 25 MiB on eight connections cost intake at once, in memory of its own."""

import asyncio
import os
import smtplib
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from tests.engines import Database, NatsServer
from tests.services.intake.alone import alone
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
    said: list[str] = []
    async with alone(database, nats_server, directory["ops"]) as intake:
        with peak(psutil.Process(intake.process.pid)) as highest:
            shares = [list(range(MAILS))[start::CONNECTIONS] for start in range(CONNECTIONS)]
            await asyncio.gather(
                *(asyncio.to_thread(_send, intake.ports["smtp"], share, said) for share in shares)
            )
    taken = [one for one in said if one.startswith("250")]
    print(f"peak {highest[0] / MIB:.0f} MiB, taken {len(taken)}, refused {len(said) - len(taken)}")
    assert len(taken) == MAILS
    assert {one[:9] for one in said} <= {"250 2.0.0", "451 4.3.1"}
    assert highest[0] < BUDGET
