"""The report over a million closed tickets: `python -m tests.bench.report [--home DIR]`.

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
from uuid import UUID

import asyncpg

from deploy.local import postgres
from deploy.local.database import Administrator, answers, equip
from deploy.local.layout import Home
from services.sla.domain.attainment import Grouping, Question, months
from services.sla.settings import SlaSettings
from services.sla.store import reports
from shared.kit.callers import Caller
from shared.worktime.zones import load
from tests.bench.promises import fill
from tests.engines import eventually, free_port, migrate, running
from tests.services.sla.conftest import client
from tests.services.sla.desk import Desk, make_service

OUT: Final = Path(__file__).resolve().parents[2] / "bench-out"
NOW: Final = datetime(2026, 11, 1, tzinfo=UTC)
MONTH: Final = NOW - timedelta(days=61), NOW - timedelta(days=31)
YEAR: Final = NOW - timedelta(days=396), NOW - timedelta(days=31)
SOME: Final = UUID(int=7)
TIMES: Final = 7


@dataclass(frozen=True)
class Case:
    """A question and the milliseconds that its answer may take."""

    name: str
    span: tuple[datetime, datetime]
    by: str
    bar: float
    more: str = ""

    def path(self) -> str:
        start, end = (moment.isoformat().replace("+00:00", "Z") for moment in self.span)
        return f"/v1/sla/report?from={start}&to={end}&group_by={self.by}{self.more}"

    def question(self) -> Question:
        start, end = self.span
        only = {"organization_id": SOME} if "organization_id" in self.more else {}
        cuts = months(start, end, load("Asia/Riyadh"))
        return Question(start, end, (Grouping(self.by),), cuts, **only)


_OWN: Final = f"&organization_id={SOME}"
CASES: Final = (
    *(Case(f"month, one organization, by {by}", MONTH, by, 150, _OWN) for by in ("month", "agent")),
    Case("year, one organization, by month", YEAR, "month", 150, _OWN),
    *(Case(f"month, all, by {by}", MONTH, by, 300) for by in ("month", "agent", "organization")),
    *(Case(f"year, all, by {by}", YEAR, by, 1000) for by in ("month", "agent", "organization")),
)


@contextlib.asynccontextmanager
async def engine(root: Path) -> AsyncIterator[tuple[Home, Administrator]]:
    """Postgres with full durability and migrated schemas; what lies there already is kept."""
    home = Home(root / "home")
    home.prepare()
    cluster = postgres.cluster(home.pg, free_port(), durable=True)
    password = home.secret("postgres/postgres")
    fresh = cluster.initialise(password)
    administrator = Administrator.embedded(cluster.port, password)
    with running(cluster.program(), home.log / "postgres.log"):
        await eventually(lambda: answers(administrator), within=30)
        sanad = Administrator(administrator.dsn("sanad"))
        if fresh:
            await equip(sanad, home, durable=True)
        migrate(home, sanad)
        yield home, sanad


@contextlib.asynccontextmanager
async def house(root: Path) -> AsyncIterator[tuple[Desk, Administrator]]:
    """The sla service on an engine of its own, its doors in this process."""
    async with engine(root) as (home, sanad):
        settings = SlaSettings(
            profile="test", home=home.root, database=sanad.public(), rate_limit=0, doors="http"
        )
        service = make_service()
        async with (
            service.running(settings, bus=False) as context,
            client(service.app) as http,
            client(service.ops) as ops,
        ):
            yield Desk(context, http, ops), sanad


async def filled(sanad: Administrator, tickets: int) -> None:
    """Fill, unless an earlier run has."""
    connection = await asyncpg.connect(sanad.dsn())
    try:
        if await connection.fetchval("select count(*) from sla.outcome limit 1"):
            return
        began = time.monotonic()

        def say(done: int) -> None:
            print(f"\r{done:,} of {tickets:,} tickets, {time.monotonic() - began:.0f} s", end="")
            sys.stdout.flush()

        await fill(connection, tickets, NOW, say)
        print()
    finally:
        await connection.close()


async def measured(desk: Desk, case: Case) -> list[float]:
    """Milliseconds of the whole request, the first one (a cold cache) left out."""
    taken = []
    for _ in range(TIMES + 1):
        began = time.perf_counter()
        answer = await desk.ask("GET", case.path())
        taken.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, answer.text
        assert answer.json()["totals"]
    return taken[1:]


async def plans(desk: Desk, case: Case) -> str:
    """What Postgres does for a question."""
    caller, question, now = Caller.system(), case.question(), desk.context.clock.now()
    statements = {
        "figures": reports.compose(caller, question, now),
        "worst": reports.compose_worst(caller, question),
        "overdue": reports.compose_overdue(caller, question, now),
    }
    told = [f"## {case.name}"]
    async with desk.context.tx() as tx:
        await tx.execute(reports.SETTINGS)
        for name, (statement, params) in statements.items():
            rows = await tx.rows(f"explain (analyze, buffers, costs off) {statement}", params)
            told += ["", f"### {name}", "", *(f"    {row['QUERY PLAN']}" for row in rows)]
    return "\n".join(told)


async def measure(desk: Desk) -> bool:
    """The table, JSON and plans; whether every bar holds."""
    lines = ["| report | median ms | slowest ms | bar ms | |", "|---|---|---|---|---|"]
    figures: dict[str, Any] = {}
    for case in CASES:
        taken = figures[case.name] = await measured(desk, case)
        median = statistics.median(taken)
        verdict = "holds" if median <= case.bar else "MISSED"
        lines.append(
            f"| {case.name} | {median:.0f} | {max(taken):.0f} | {case.bar:.0f} | {verdict} |"
        )
    OUT.mkdir(exist_ok=True)
    (OUT / "report.json").write_text(json.dumps(figures, indent=1))
    (OUT / "report.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))
    told = [await plans(desk, case) for case in CASES]
    (OUT / "report-plans.md").write_text("\n\n".join(told) + "\n")
    return not any("MISSED" in line for line in lines)


async def run(root: Path, tickets: int, *, only_fill: bool) -> bool:
    async with house(root) as (desk, sanad):
        await filled(sanad, tickets)
        return only_fill or await measure(desk)


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
