"""P13: from the due instant to the committed escalation, on a running desk with little to do."""

import asyncio
import random
import statistics
from typing import Any

import asyncpg

from tests.bench.product import Bench
from tests.journeys.company import Company, found, promise

CLOCKS, OPENING, TARGET = 200, 25.0, 28
POLL_MEAN_MS = 150_000.0
"""What a promise waits on average for a poll every five minutes."""
ALLOWED = {"floor_p50": 20.0, "floor_p99": 300.0, "floor_poll": 1.0}
_LAGS = """select extract(epoch from o.published_at - b.due_at)::float8 * 1000 as lag,
        extract(epoch from b.noted_at - b.due_at)::float8 * 1000 as fired,
        extract(epoch from f.published_at - b.due_at)::float8 * 1000 as told
    from sla.breach b join sla.outbox f on f.route = 'sanad.sla.breached'
        and f.subject = b.ticket_id::text
    join escalation.outbox o on o.route = 'sanad.escalation.raised'
        and o.subject = b.ticket_id::text and (o.body::jsonb -> 'data' ->> 'level')::int = 1
    where b.organization_id = $1 and b.fact = 'breached' and o.published_at is not null"""
"""A relay marks what it finds committed: its transaction begins at most a round trip earlier.

So `published_at` is the commit of the escalation, its row and its inbox entry, or later.
"""


async def lag(bench: Bench) -> dict[str, float]:
    """Milliseconds at p50 and p99, and how often a five-minute poll would have been slower."""
    return await bench.once("promptness", lambda: _measure(bench))


async def _measure(bench: Bench) -> dict[str, float]:
    company = await found(bench.desk)
    await promise(company, {"P3": {"resolution": f"PT{TARGET}S"}}, delay="PT24H")
    await _open(company)
    rows = await _lags(bench, company.organization["id"])
    assert min(row["fired"] for row in rows) > 0, "fired before it was due"
    figures = {}
    for stage, name in (("fired", "fired"), ("told", "told"), ("lag", "ours")):
        cuts = statistics.quantiles([row[stage] for row in rows], n=100)
        figures |= {f"{name}_p50": cuts[49], f"{name}_p99": cuts[98]}
    mean = statistics.mean(row["lag"] for row in rows)
    return {**figures, "ours_poll": POLL_MEAN_MS / mean, **ALLOWED}


async def _open(company: Company) -> None:
    """Tickets at random moments, so that their promises end at random moments."""
    dice = random.Random(13)  # noqa: S311 - dice, not keys
    body = {"subject": "late", "body": "text", "department_id": company.department["id"]}
    customer = company.seats["customer"]
    await customer.sign_in()

    async def one(after: float) -> None:
        await asyncio.sleep(after)  # the moments are the case
        await customer.post("/v1/tickets", body)

    await asyncio.gather(*(one(dice.uniform(0, OPENING)) for _ in range(CLOCKS)))


async def _lags(bench: Bench, organization: Any) -> list[Any]:
    connection = await asyncpg.connect(bench.desk.endpoints["database"])
    try:
        await asyncio.sleep(TARGET)  # not one look while the clocks run: the desk is idle
        for _ in range(60):
            rows = await connection.fetch(_LAGS, organization)
            if len(rows) >= CLOCKS:
                break
            await asyncio.sleep(0.5)
    finally:
        await connection.close()
    assert len(rows) == CLOCKS, f"{len(rows)} of {CLOCKS} were escalated"
    return list(rows)
