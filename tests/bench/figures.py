"""Reports over a million tickets: `python -m tests.bench.figures [--home DIR]`.

Fills a database of its own once (with `--home` it is kept for the next run), asks over the
service's own door and writes figures and plans to `bench-out`.
"""

import argparse
import asyncio
import contextlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx

from services.tickets import main as tickets
from services.tickets.domain.reporting import Measure, Question, groupings
from services.tickets.domain.rights import Reach, Viewer
from services.tickets.settings import TicketsSettings
from services.tickets.store import reports
from shared.kit.context import Context
from shared.worktime.zones import load
from tests.bench.report import OUT, engine
from tests.services.tickets.people import Person, keys

NOW: Final = datetime(2026, 11, 1, tzinfo=UTC)
MONTH: Final = NOW - timedelta(days=61), NOW - timedelta(days=31)
YEAR: Final = NOW - timedelta(days=396), NOW - timedelta(days=31)
DAYS: Final = 730
TIMES: Final = 5
CHUNK: Final = 50_000
_BOSS: Final = Person("admin", scope="tickets:read reports:read")
_FILL: Final = f"""
    with drawn as (
        select n, random() as a, -ln(1 - random()) as answer, -ln(1 - random()) as solve,
            $4::timestamptz - n * interval '{DAYS} days' / $3 as opened
        from generate_series($1::int, $2::int) n),
    timed as (
        select *, n > $3 / 200 as over, opened + answer * interval '3 hours' as answered,
            opened + solve * interval '30 hours' as solved from drawn)
    insert into tickets.stretch (ticket_id, cycle, organization_id, department_id, assignee_id,
        opened_at, began_at, ended_at, resolved_at, closed_at, answered_at, answer_counted,
        resolve_counted, messages, score, reopened, ended_by, priority, channel, tags)
    select lpad(to_hex(n), 32, '0')::uuid, 0, lpad(to_hex(n % 997), 32, '0')::uuid,
        lpad(to_hex(n % 23), 32, '0')::uuid, lpad(to_hex(n % 211), 32, '0')::uuid,
        opened, opened, case when over then solved end, case when over then solved end,
        case when over then solved + interval '1 day' end,
        case when over or a < 0.5 then answered end, (answer * 5000)::int,
        case when over then (solve * 20000)::int end, 1 + (a * 9)::int,
        case when over and a < 0.3 then 1 + (a * 16)::int end, a > 0.95 and over,
        case when over then 'resolved' end, 'P' || 1 + n % 4,
        (array['email', 'portal', 'form', 'api'])[1 + n % 4],
        case when a < 0.4 then array['vpn', 'mail'] else '{{}}' end from timed"""


@dataclass(frozen=True)
class Case:
    """A question and the milliseconds that its answer may take."""

    measure: str
    span: tuple[datetime, datetime]
    by: str
    bar: float

    @property
    def name(self) -> str:
        days = (self.span[1] - self.span[0]).days
        return f"{self.measure}, {days} days, by {self.by or 'nothing'}"

    def path(self) -> str:
        start, end = (moment.isoformat().replace("+00:00", "Z") for moment in self.span)
        by = f"&group_by={self.by}" if self.by else ""
        return f"/v1/reports?metric={self.measure}&from={start}&to={end}{by}"

    def question(self) -> Question:
        zone = load("Asia/Riyadh")
        return Question(*self.span, NOW, zone, (Measure(self.measure),), groupings(self.by))


CASES: Final = tuple(
    Case(measure.value, span, by, bar)
    for span, bar in ((MONTH, 300.0), (YEAR, 1500.0))
    for measure in Measure
    for by in ("day" if span is MONTH else "month", "agent", "organization,priority")
)


@contextlib.asynccontextmanager
async def house(root: Path) -> AsyncIterator[tuple[Context, httpx.AsyncClient, str]]:
    """The tickets service on an engine of its own, its doors in this process."""
    async with engine(root) as (home, sanad):
        settings = TicketsSettings(
            profile="test", home=home.root, database=sanad.public(), rate_limit=0, doors="http"
        )
        service = tickets.service
        service.jwks = keys
        transport = httpx.ASGITransport(app=service.app)
        async with (
            service.running(settings, bus=False) as context,
            httpx.AsyncClient(transport=transport, base_url="http://desk") as http,
        ):
            yield context, http, sanad.dsn()


async def filled(dsn: str, count: int) -> None:
    """Fill, unless an earlier run has."""
    connection = await asyncpg.connect(dsn)
    try:
        if await connection.fetchval("select true from tickets.stretch limit 1"):
            return
        await connection.execute("select setseed(0.5)")
        for first in range(1, count + 1, CHUNK):
            last = min(first + CHUNK - 1, count)
            await connection.execute(_FILL, first, last, count, NOW)
            print(f"\r{last:,} of {count:,} tickets", end="", flush=True)
        print()
        await connection.execute("vacuum analyze tickets.stretch")
    finally:
        await connection.close()


async def measured(http: httpx.AsyncClient, case: Case) -> list[float]:
    """Milliseconds of the whole request, the first one (a cold cache) left out."""
    taken = []
    for _ in range(TIMES + 1):
        began = time.perf_counter()
        answer = await http.get(case.path(), headers=_BOSS.headers())
        taken.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, answer.text
        assert answer.json()["items"]
    return taken[1:]


async def plan(context: Context, case: Case) -> str:
    """What Postgres does for a question."""
    viewer = Viewer(_BOSS.id, Reach.ALL, staff=True)
    statement, params = reports.compose(viewer, case.question(), Measure(case.measure))
    async with context.tx() as tx:
        await reports.prepare(tx, 25)
        rows = await tx.rows(f"explain (analyze, buffers, costs off) {statement}", params)
    lines = (f"    {row['QUERY PLAN']}" for row in rows)
    return "\n".join((f"## {case.name}", "", *lines))


async def measure(context: Context, http: httpx.AsyncClient) -> bool:
    """The table, JSON and plans; whether every bar holds."""
    lines = ["| report | median ms | slowest ms | bar ms | |", "|---|---|---|---|---|"]
    figures: dict[str, Any] = {}
    for case in CASES:
        taken = figures[case.name] = await measured(http, case)
        median = statistics.median(taken)
        verdict = "holds" if median <= case.bar else "MISSED"
        lines.append(
            f"| {case.name} | {median:.0f} | {max(taken):.0f} | {case.bar:.0f} | {verdict} |"
        )
        print(lines[-1], flush=True)
    OUT.mkdir(exist_ok=True)
    (OUT / "figures.json").write_text(json.dumps(figures, indent=1))
    (OUT / "figures.md").write_text("\n".join(lines) + "\n")
    told = [await plan(context, case) for case in CASES]
    (OUT / "figures-plans.md").write_text("\n\n".join(told) + "\n")
    return not any("MISSED" in line for line in lines)


async def run(root: Path, count: int, *, only_fill: bool) -> bool:
    async with house(root) as (context, http, dsn):
        await filled(dsn, count)
        return only_fill or await measure(context, http)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="keep the filled database here")
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--only-fill", action="store_true")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        root = options.home or Path(stack.enter_context(tempfile.TemporaryDirectory("sanad")))
        root.mkdir(exist_ok=True)
        root.chmod(0o711)
        good = asyncio.run(run(root, options.tickets, only_fill=options.only_fill))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
