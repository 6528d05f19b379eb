"""P11: a calm house at 20 a second, and how long until the acknowledgement is at the mail server.

A house of its own, since this one hands its mails to an SMTP server; caps are lifted, because one
customer writes what hundreds would.
"""

import asyncio
import contextlib
import re
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from email import message_from_bytes, policy
from pathlib import Path
from uuid import uuid4

import aiosmtplib
from aiosmtpd.smtp import SMTP, Envelope, Session
from typing_extensions import override

from tests.bench.senders import letter
from tests.fakes.mailbox import SmtpSink
from tests.journeys.company import Company, found
from tests.journeys.desk import Desk

PACE, SECONDS = 20, 20
ALLOWED = {"create": {"p50": 50.0, "p95": 250.0}, "accept": {"p99": 3000.0}}
_UNCAPPED = {
    "SANAD_RATE_LIMIT": "1000000",
    "SANAD_PROFILE": "local",
    "SANAD_NOTIFY_ACK_SAME_SUBJECT_MINUTES": "0",
    "SANAD_NOTIFY_ACK_PER_THREE_HOURS": "1000000",
    "SANAD_NOTIFY_ACK_PER_DAY": "1000000",
}
_known: dict[str, dict[str, float]] = {}


class Stamping(SmtpSink):
    """Notes when each mail was whole, by the ticket that it names and by whom it is for."""

    def __init__(self) -> None:
        super().__init__()
        self.at: dict[str, float] = {}

    @override
    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:
        now = time.perf_counter()
        assert isinstance(envelope.content, bytes)
        for name in (*envelope.rcpt_tos, _ticket(envelope.content)):
            self.at.setdefault(name, now)
        return "250 taken"


def _ticket(raw: bytes) -> str:
    subject = str(message_from_bytes(raw, policy=policy.default)["Subject"])
    return subject.partition("]")[0].lstrip("[")


async def create(_: object) -> dict[str, float]:
    """P11: from the first byte of `POST /v1/tickets`."""
    return (await _measured())["create"]


async def accept(_: object) -> dict[str, float]:
    """From the first word of the sender to the sink."""
    return (await _measured())["accept"]


Load = Callable[[Desk, Company, Stamping], Awaitable[list[float]]]


async def _measured() -> dict[str, dict[str, float]]:
    """Both in one house, once a run: starting it takes longer than a case does."""
    if not _known:
        loads: dict[str, Load] = {"create": _creating, "accept": _writing}
        async with _house() as (desk, company, sink):
            for name, load in loads.items():
                _known[name] = _figures(name, await load(desk, company, sink))
    return _known


def _figures(name: str, waits: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles([1000 * wait for wait in waits], n=100)
    named = {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98]}
    figures = {f"ours_{key}": figure for key, figure in named.items()}
    return figures | {f"floor_{key}": figure for key, figure in ALLOWED[name].items()}


@contextlib.asynccontextmanager
async def _house() -> AsyncIterator[tuple[Desk, Company, Stamping]]:
    with tempfile.TemporaryDirectory(prefix="sanad-answered-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        async with Stamping() as sink:
            desk = Desk(folder / "home", {**_UNCAPPED, "SANAD_SMTP_URL": sink.url})
            await desk.start()
            try:
                yield desk, await found(desk), sink
            finally:
                await desk.stop()


async def _creating(_: Desk, company: Company, sink: Stamping) -> list[float]:
    customer = company.seats["customer"]
    await customer.sign_in()

    async def one(number: int) -> float:
        body = {"subject": f"الطابعة لا تعمل {number}", "body": "text " * 60}
        began = time.perf_counter()
        made = await customer.post("/v1/tickets", body)
        return await _arrival(sink, made["number"]) - began

    return await _paced(one)


async def _writing(desk: Desk, company: Company, sink: Stamping) -> list[float]:
    host, _, port = desk.endpoints["smtp"].rpartition(":")
    run = uuid4().hex[:6]

    async def one(number: int) -> float:
        _, raw = letter(number, run, company.mailbox)
        sender = f"w{number}@s{run}.example.net"
        raw = re.sub(rb"^From: <[^>]+>", f"From: <{sender}>".encode(), raw)
        began = time.perf_counter()
        async with aiosmtplib.SMTP(hostname=host, port=int(port), start_tls=False) as door:
            await door.sendmail(sender, [company.mailbox], raw)
        return await _arrival(sink, sender) - began

    return await _paced(one)


async def _paced(one: Callable[[int], Awaitable[float]]) -> list[float]:
    """An open loop: the next one begins whether the last one is answered or not."""
    await one(-1)  # connections, statements and templates are warm in a house that runs
    began = time.perf_counter()

    async def at(number: int) -> float:
        await asyncio.sleep(max(0.0, began + number / PACE - time.perf_counter()))  # its own moment
        return await one(number)

    return list(await asyncio.gather(*(at(number) for number in range(PACE * SECONDS))))


async def _arrival(sink: Stamping, name: str, within: float = 60) -> float:
    deadline = time.perf_counter() + within
    while name not in sink.at:
        assert time.perf_counter() < deadline, f"no acknowledgement for {name}"
        await asyncio.sleep(0.05)
    return sink.at[name]
