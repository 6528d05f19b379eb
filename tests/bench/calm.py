"""Waiting until the product has done everything that a case set off."""

import asyncio
import re
import time

import httpx

from tests.bench.product import Bench, floor_value

WAITING = re.compile(
    r"^sanad_(?:outbox_waiting|consumer_pending|dead_letters)\{.*\} (\S+)$", re.MULTILINE
)
SETTLED = 1.2
"""Longer than the services keep their figures, so that two looks are two findings."""
UNFINISHED = """select (select count(*) from notify.delivery where state in ('pending', 'ready'))
    + (select count(*) from notify.webhook where state = 'pending')
    + (select count(*) from notify.feed where position is null)
    + (select count(*) from intake.inbound_mail where state in ('accepted', 'parsed'))
    + (select count(*) from tickets.ticket t
        where not exists (select 1 from sla.checkpoint c where c.subject = t.id::text))"""


async def drained(bench: Bench, within: float = 240) -> float:
    """Seconds until every fact is published and handled, and every mail on its way is sent."""
    began = time.monotonic()
    calm_since: float | None = None
    async with httpx.AsyncClient(timeout=10) as client:
        while time.monotonic() - began < within:
            if await _waiting(bench, client):
                calm_since = None
            elif calm_since is None:
                calm_since = time.monotonic()
            elif time.monotonic() - calm_since > SETTLED:
                return calm_since - began
            await asyncio.sleep(0.3)
    raise AssertionError(f"something still waits after {within} s")


async def _waiting(bench: Bench, client: httpx.AsyncClient) -> float:
    for url in bench.desk.endpoints["ops"].values():
        text = (await client.get(f"{url}/metrics")).text
        if waiting := sum(float(figure) for figure in WAITING.findall(text)):
            return waiting
    return float(await floor_value(bench.desk.endpoints["database"], UNFINISHED))
