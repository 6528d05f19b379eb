"""`python -m tests.bench.million`: seed a desk, ask it for every list, explain every plan.

In pieces on a machine that is needed: `--piece 1/5` ... `--piece 5/5 --more` fill one table.
"""

import argparse
import asyncio
import statistics
import sys
from typing import Any
from urllib.parse import quote

from tests.bench.load import available, load, quiet
from tests.bench.million import counts, keep, phrases, report
from tests.bench.million.lists import Case, cases, searches
from tests.bench.million.plans import Book, Plan, explaining
from tests.bench.million.viewers import Viewers, viewers
from tests.bench.product import Bench

PARTS = {"searches": lambda _ids: searches(), "lists": cases}
COUNTS = "counts"
EACH = 1.0
"""Seconds; twice as many for a search, of which fewer than a hundred are done in one."""
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
            print(f"{place} of {len(chosen)} lists", flush=True)
            await quiet()
            floors.append(await floor(bench))
        figures = await load(
            _url(bench, case),
            1,
            EACH if case.bar is None else 2 * EACH,
            headers={"Authorization": f"Bearer {seats.tokens[case.who]}"},
        )
        if place % 20 == 19:
            await seats.renew()
        assert figures.errors == 0, (case, figures)
        found[case.name] = report.Measured(figures.p50, figures.p99, figures.requests)
        print(f"{case.name}: {figures.p50:.1f} {figures.p99:.1f}", flush=True)
    if not floors:
        return found
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
        for turn in range(EXPLAINED):
            if turn == EXPLAINED - 1:
                await book.turn()
            answer = await seats.seats[case.who].ask("GET", f"/v1/tickets?{case.query}")
            assert answer.status_code == 200, (case, answer.text)
        found[case.name] = await book.turn()
    return found


def _url(bench: Bench, case: Case) -> str:
    return f"{bench.desk.endpoints['http']}/v1/tickets?{quote(case.query, safe='=&')}"


def chosen_of(options: Any, ids: dict[str, str]) -> list[Case]:
    """The lists of the wanted parts, or the wanted piece of them."""
    parts = [PARTS[part](ids) for part in options.parts.split(",") if part != COUNTS]
    found = [case for part in parts for case in part if options.like in case.name]
    place, count = (int(number) for number in options.piece.split("/"))
    print(f"{len(found)} lists, piece {options.piece}", flush=True)
    return found[len(found) * (place - 1) // count : len(found) * place // count]


async def run(options: Any) -> bool:
    one = await keep.seeded(options.tickets, options.stages or keep.STAGES)
    if options.only_seed:
        async with keep.opened(one) as bench:
            await phrases.indexed(bench.desk.endpoints["database"])
        return True
    if not options.more:
        report.forget(options.tickets)
    measured: dict[str, report.Measured] = {}
    async with keep.opened(one) as bench:
        await phrases.indexed(bench.desk.endpoints["database"])
        seats = await viewers(bench, one)
        await seats.renew()
        chosen = chosen_of(options, seats.ids)
        if not options.only_plans:
            measured = await figures_of(bench, seats, chosen)
        counted = counts.CASES if COUNTS in options.parts and options.piece[0] == "1" else []
        measured |= await counts.figures_of(seats, counted)
        await explaining(bench.desk.endpoints["database"], on=True)
    async with keep.opened(one) as bench:
        seats = await viewers(bench, one)
        try:
            explained = await plans_of(bench, seats, chosen)
        finally:
            await explaining(bench.desk.endpoints["database"], on=False)
    return report.write(options.tickets, [*chosen, *counted], measured, explained)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=keep.MILLION)
    parser.add_argument("--parts", default=",".join((*PARTS, COUNTS)))
    parser.add_argument("--piece", default="1/1", help="2/5 is the second fifth of the lists")
    parser.add_argument("--more", action="store_true", help="add to the table of earlier pieces")
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
