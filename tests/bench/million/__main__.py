"""`python -m tests.bench.million`: seed a desk, ask it for every list, explain every plan."""

import argparse
import asyncio
import statistics
import sys
from typing import Any
from urllib.parse import quote

from tests.bench.load import available, load, quiet
from tests.bench.million import keep, report
from tests.bench.million.lists import Case, cases, searches
from tests.bench.million.plans import Book, Plan, explaining
from tests.bench.million.viewers import Viewers, viewers
from tests.bench.product import Bench

PARTS = {"lists": cases, "searches": lambda _ids: searches()}
EACH = 2.0
EXPLAINED = 6
"""The same question so often: after five a plan that fits every value may answer it."""


async def floor(bench: Bench) -> tuple[float, float]:
    """F-L's median and 99th percentile of the same minutes."""
    figures = await load(f"{bench.app_url}/lists/status", 1, EACH, headers=bench.floor_headers)
    return figures.p50, figures.p99


async def figures_of(
    bench: Bench, seats: Viewers, chosen: list[Case]
) -> dict[str, report.Measured]:
    """Each list in turn, the floor again after every twenty."""
    found: dict[str, report.Measured] = {}
    floors: list[tuple[float, float]] = []
    for place, case in enumerate(chosen):
        if place % 20 == 0:
            await quiet()
            floors.append(await floor(bench))
        figures = await load(
            _url(bench, case),
            1,
            EACH,
            headers={"Authorization": f"Bearer {seats.tokens[case.who]}"},
        )
        if place % 20 == 19:
            await seats.renew()
        assert figures.errors == 0, (case, figures)
        found[case.name] = report.Measured(figures.p50, figures.p99, figures.requests)
        print(f"{case.name}: {figures.p50:.1f} {figures.p99:.1f}", flush=True)
    medians, slowest = zip(*floors, strict=True)
    found[report.FLOOR] = report.Measured(
        statistics.median(medians), statistics.median(slowest), len(floors)
    )
    return found


async def plans_of(bench: Bench, seats: Viewers, chosen: list[Case]) -> dict[str, list[Plan]]:
    """The statements behind each list as they ran at last."""
    book = Book(bench.desk.home / "pg")
    found: dict[str, list[Plan]] = {}
    for case in chosen:
        for _ in range(EXPLAINED):
            await book.turn()
            answer = await seats.seats[case.who].ask("GET", f"/v1/tickets?{case.query}")
            assert answer.status_code == 200, (case, answer.text)
        found[case.name] = await book.turn()
    return found


def _url(bench: Bench, case: Case) -> str:
    return f"{bench.desk.endpoints['http']}/v1/tickets?{quote(case.query, safe='=&')}"


async def run(options: Any) -> bool:
    one = await keep.seeded(options.tickets, options.stages or keep.STAGES)
    if options.only_seed:
        return True
    measured: dict[str, report.Measured] = {}
    async with keep.opened(one) as bench:
        seats = await viewers(bench, one)
        await seats.renew()
        chosen = [
            case
            for part in options.parts.split(",")
            for case in PARTS[part](seats.ids)
            if options.like in case.name
        ]
        if not options.only_plans:
            measured = await figures_of(bench, seats, chosen)
        dsn = bench.desk.endpoints["database"]
        await explaining(dsn, on=True)
    async with keep.opened(one) as bench:
        seats = await viewers(bench, one)
        explained = await plans_of(bench, seats, chosen)
        await explaining(bench.desk.endpoints["database"], on=False)
    return report.write(options.tickets, chosen, measured, explained)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=keep.MILLION)
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--like", default="", help="only lists whose name holds this")
    parser.add_argument("--stages", nargs="*", help="seed only these")
    parser.add_argument("--only-seed", action="store_true")
    parser.add_argument("--only-plans", action="store_true")
    options = parser.parse_args()
    if not available():
        sys.exit("wrk is needed for the load: run `make ci-tools`")
    sys.exit(0 if asyncio.run(run(options)) else 1)


if __name__ == "__main__":
    main()
