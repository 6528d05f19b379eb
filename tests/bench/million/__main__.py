"""`python -m tests.bench.million`: seed a desk, ask it for every list, explain every plan.

Each answer is kept as it is found: a run that was cut goes on with `--more`, and on a machine
that is needed `--more --minutes 2` measures a slice of what is missing.
"""

import argparse
import asyncio
import statistics
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.bench.load import available, load, quiet
from tests.bench.million import counts, keep, phrases, report
from tests.bench.million.ledger import FLOOR, Ledger, Measured
from tests.bench.million.lists import Case, cases, searches
from tests.bench.million.plans import Book, explaining, told
from tests.bench.million.viewers import Viewers, viewers
from tests.bench.product import Bench

PARTS = {"searches": lambda _ids: searches(), "lists": cases}
COUNTS = "counts"
EACH = 1.0
"""Seconds; twice as many for a search, of which fewer than a hundred are done in one."""
TURN = 40
"""After so many lists the floor is looked at again."""
QUICK = 20
ENOUGH = 8
"""Requests that a slow list gets at least, however long they take."""
UNHEARD = 2
"""Requests before the first that counts: pages of a sort nobody asked for come from the disk."""
EXPLAINED = 6
"""The same question so often: after five a plan that fits every value may answer it."""


async def floor(bench: Bench) -> Measured:
    """F-L of the same minutes."""
    figures = await load(f"{bench.app_url}/lists/status", 1, EACH, headers=bench.floor_headers)
    return Measured(figures.p50, figures.p99, figures.requests)


@dataclass(frozen=True)
class Work:
    """What is asked of one running desk, and where the answers are kept."""

    known: Ledger
    bench: Bench
    seats: Viewers
    until: float
    """When no further list is begun, on the clock of `time.monotonic`."""
    quick: bool = False
    """Lists are asked `QUICK` times instead of for a second."""

    def late(self) -> bool:
        return time.monotonic() > self.until

    async def ask(self, case: Case) -> None:
        answer = await self.seats.seats[case.who].ask("GET", f"/v1/tickets?{case.query}")
        assert answer.status_code == 200, (case, answer.text)


async def figures_of(work: Work, chosen: list[Case]) -> None:
    """Each list in turn, the floor again after every twenty."""
    for place, case in enumerate(chosen):
        if work.late():
            return print(f"{len(chosen) - place} lists are left", flush=True)
        if place % TURN == 0:
            print(f"{place} of {len(chosen)} lists", flush=True)
            await quiet()
            work.known.measured(FLOOR, await floor(work.bench))
        await work.seats.renew()
        await warm(work, case)
        ask = few if work.quick and case.bar is None else many
        figures = await ask(work, case)
        work.known.measured(case.name, figures)
        print(f"{case.name}: {figures.p50:.1f} {figures.p99:.1f}", flush=True)
    return None


async def warm(work: Work, case: Case) -> None:
    """The first requests read what memory does not hold yet; how long that takes is the disk's."""
    for _ in range(UNHEARD):
        await work.ask(case)


async def many(work: Work, case: Case) -> Measured:
    """As often as it can be asked in its time."""
    token, seconds = work.seats.tokens[case.who], EACH if case.bar is None else 2 * EACH
    headers = {"Authorization": f"Bearer {token}"}
    figures = await load(_url(work.bench, case), 1, seconds, headers=headers)
    assert figures.errors == 0, (case, figures)
    return Measured(figures.p50, figures.p99, figures.requests)


async def few(work: Work, case: Case) -> Measured:
    """Some requests, with what our client costs on top; the slowest stands for the 99th."""
    took: list[float] = []
    for _ in range(QUICK):
        began = time.perf_counter()
        await work.ask(case)
        took.append((time.perf_counter() - began) * 1000)
        if len(took) >= ENOUGH and sum(took) > 1000 * EACH / 2:
            break
    return Measured(statistics.median(took), max(took), len(took))


async def plans_of(work: Work, chosen: list[Case]) -> None:
    """The statements behind each list as they ran at last."""
    book = Book(work.bench.desk.home / "pg")
    for place, case in enumerate(chosen):
        if work.late():
            return print(f"{len(chosen) - place} plans are left", flush=True)
        await work.seats.renew()
        for turn in range(EXPLAINED):
            if turn == EXPLAINED - 1:
                await book.turn()
            await work.ask(case)
        work.known.explained(case.name, await book.turn())
    return None


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
    known = Ledger(options.tickets)
    if not options.more:
        known.forget()
    if not options.only_plans:
        await _measured(options, one, known)
    if not options.only_figures:
        await _explained(options, one, known)
    every = [*searches(), *cases(defaultdict(str)), *counts.CASES]
    return report.write(known, every)


async def _measured(options: Any, one: keep.Kept, known: Ledger) -> None:
    async with keep.opened(one) as bench:
        if not await told(bench.desk.endpoints["database"]):
            return await _figures(options, one, known, bench)
        await explaining(bench.desk.endpoints["database"], on=False)
    async with keep.opened(one) as bench:
        return await _figures(options, one, known, bench)


async def _figures(options: Any, one: keep.Kept, known: Ledger, bench: Bench) -> None:
    await phrases.indexed(bench.desk.endpoints["database"])
    seats = await viewers(bench, one)
    work = Work(known, bench, seats, time.monotonic() + 60 * options.minutes, options.quick)
    done = known.figures()
    await figures_of(work, [c for c in chosen_of(options, seats.ids) if c.name not in done])
    if COUNTS in options.parts and options.piece[0] == "1" and not work.late():
        await seats.renew()
        for name, figures in (await counts.figures_of(seats, counts.CASES)).items():
            known.measured(name, figures)


async def _explained(options: Any, one: keep.Kept, known: Ledger) -> None:
    async with keep.opened(one) as bench:
        await explaining(bench.desk.endpoints["database"], on=True)
    async with keep.opened(one) as bench:
        try:
            seats = await viewers(bench, one)
            work = Work(known, bench, seats, time.monotonic() + 60 * options.minutes)
            done = known.plans()
            await plans_of(work, [c for c in chosen_of(options, seats.ids) if c.name not in done])
        finally:
            await explaining(bench.desk.endpoints["database"], on=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=keep.MILLION)
    parser.add_argument("--parts", default=",".join((*PARTS, COUNTS)))
    parser.add_argument("--piece", default="1/1", help="2/5 is the second fifth of the lists")
    parser.add_argument("--more", action="store_true", help="go on with the table of before")
    parser.add_argument("--like", default="", help="only lists whose name holds this")
    parser.add_argument("--stages", nargs="*", help="seed only these")
    parser.add_argument("--only-seed", action="store_true")
    parser.add_argument("--only-plans", action="store_true")
    parser.add_argument("--only-figures", action="store_true")
    parser.add_argument("--quick", action="store_true", help="some requests, not a second of them")
    parser.add_argument("--minutes", type=float, default=600, help="begin nothing later than that")
    options = parser.parse_args()
    if not available():
        sys.exit("wrk is needed for the load: run `make ci-tools`")
    sys.exit(0 if asyncio.run(run(options)) else 1)


if __name__ == "__main__":
    main()
