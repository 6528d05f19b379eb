"""Mail by the thousand: connections that stay open and wait for each 250, and nothing more.

`python -m tests.bench.senders HOST:PORT RECIPIENT CONNECTIONS MAILS` prints when the first word
was said and mails a second; mails of 4 KB, half of them Arabic, five from each sender.
"""

import asyncio
import base64
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[2]
SIZE = 4096
EACH = 5
SUBJECTS = ("Printer on the second floor does not answer", "الطابعة في الدور الثاني لا تستجيب")
LINES = (
    "It began this morning after the update, and restarting it changed nothing.\r\n",
    "بدأت المشكلة صباح اليوم بعد التحديث ولم تنفع إعادة التشغيل.\r\n",
)


@dataclass(frozen=True)
class Run:
    """One load: where to, how many at once, how many in all."""

    place: str
    recipient: str
    connections: int
    mails: int


def letter(number: int, run: str, recipient: str) -> tuple[str, bytes]:
    """A mail and who sends it; every second one is Arabic, every subject another."""
    arabic = number % 2
    sender = f"u{number // EACH}@s{run}.example.net"
    subject = base64.b64encode(f"{SUBJECTS[arabic]} {number}".encode()).decode()
    head = (
        f"From: <{sender}>\r\nTo: <{recipient}>\r\nSubject: =?utf-8?b?{subject}?=\r\n"
        f"Message-ID: <{uuid4().hex}@{run}.example.net>\r\n"
        "Date: Sun, 22 Nov 2026 10:00:00 +0300\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    ).encode()
    line = LINES[arabic].encode()
    return sender, head + line * max(1, (SIZE - len(head)) // len(line))


@dataclass(frozen=True)
class Sent:
    """When the first word was said (epoch), and mails a second from then to the last 250."""

    began: float
    rate: float


async def send(run: Run) -> Sent:
    """All letters are written before the first word."""
    tag = uuid4().hex[:6]
    numbers = iter(range(run.mails))
    letters = {n: letter(n, tag, run.recipient) for n in range(run.mails)}
    began, at = time.perf_counter(), time.time()

    async def connection() -> None:
        host, _, port = run.place.rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))

        async def say(line: bytes, wanted: bytes) -> None:
            writer.write(line)
            while (answer := await reader.readline())[3:4] == b"-":
                pass
            assert answer.startswith(wanted), answer

        await say(b"", b"220")
        await say(b"EHLO bench\r\n", b"250")
        for number in numbers:
            sender, raw = letters[number]
            await say(f"MAIL FROM:<{sender}>\r\n".encode(), b"250")
            await say(f"RCPT TO:<{run.recipient}>\r\n".encode(), b"250")
            await say(b"DATA\r\n", b"354")
            await say(raw + b".\r\n", b"250")
        writer.close()

    await asyncio.gather(*(connection() for _ in range(run.connections)))
    return Sent(at, run.mails / (time.perf_counter() - began))


async def load(run: Run) -> Sent:
    """The same from a process of its own."""
    told = [run.place, run.recipient, str(run.connections), str(run.mails)]
    command = [sys.executable, "-m", "tests.bench.senders", *told]
    out = await asyncio.to_thread(
        lambda: subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    )
    return Sent(*map(float, out.split()))


if __name__ == "__main__":
    place, recipient, connections, mails = sys.argv[1:]
    sent = asyncio.run(send(Run(place, recipient, int(connections), int(mails))))
    print(sent.began, sent.rate)
