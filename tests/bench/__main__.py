"""`python -m tests.bench`: alternated repetitions, medians, one table, JSON saved."""

import argparse
import asyncio
import contextlib
import json
import statistics
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench import answered, cases, firing, mail, promptness, steady, strain, sunday, worktime
from tests.bench.load import available, quiet
from tests.bench.million import keep, pages
from tests.bench.product import Bench, bench

Sample = dict[str, float]
OUT = Path(__file__).resolve().parents[2] / "bench-out"


@dataclass(frozen=True)
class Bar:
    """One promise: how a sample becomes a ratio, and what the ratio owes."""

    name: str
    what: str
    measure: Callable[[Any], Awaitable[Sample]]
    bar: float
    lower_is_better: bool = False
    key: str = ""
    unit: str = "/s"
    absolute: bool = False
    """The floor is the required figure itself: no product runs beside it, no tenth is given."""
    slow: bool = False
    """Takes minutes: measured only when it is named."""
    desks: tuple[int, ...] = ()
    """Seeded desks of so many tickets, instead of a fresh one."""

    def wanted(self, names: set[str]) -> bool:
        """Asked for by its own name or by its family's: P13 is P13-p99 as well."""
        return not names.isdisjoint({self.name, self.name.partition("-")[0]})

    def ratio(self, sample: Sample) -> float:
        return sample["ours" + self.key] / sample["floor" + self.key]

    def holds(self, ratio: float) -> bool:
        """Within a tenth of the bar: single machines are noisy (performance.md 5)."""
        given = 1.0 if self.absolute else 0.9
        return ratio <= self.bar / given if self.lower_is_better else ratio >= self.bar * given


def _edge(clients: int) -> Callable[[Bench], Awaitable[Sample]]:
    return lambda running: cases.create_through_the_edge(running, clients)


def _pure(figure: Callable[[], Sample]) -> Callable[[object], Awaitable[Sample]]:
    """A figure of rules alone."""

    async def measured(_running: object) -> Sample:
        return figure()

    return measured


HUNDRED = (100_000,)
BOTH = (1000, keep.MILLION)
W1 = "warm deadlines on one core / required"
W2 = "cold compile of a calendar year / required"
EIGHT = _edge(8)
SLOWER = 3.0
"""Times the floor's 99th percentile; the median of three repetitions is "in two of three"."""
BARS = (
    Bar("P1", "create through the edge, 8 clients / F-J", EIGHT, 0.40),
    Bar("P21-P1", "the same, p99 / F-J", EIGHT, SLOWER, True, "_p99", " ms"),
    Bar("P2", "the same / django-helpdesk, derived", cases.beside_peers, 5.0, key="_helpdesk"),
    Bar("P2-roundup", "the same / Roundup, derived", cases.beside_peers, 7.0, key="_roundup"),
    Bar("P2-rt", "the same / RT, derived", cases.beside_peers, 40.0, key="_rt"),
    Bar("P3", "the same, 1 client, p50 / F-J", _edge(1), 2.0, True, "_p50", " ms"),
    Bar("P4", "create direct, 8 clients / F-A", cases.create_direct, 0.50),
    Bar("P5", "edge / direct, same endpoint", cases.edge_tax, 0.60),
    Bar("P6", "read one with messages, p50 / one row", cases.read_one, 3.0, True, "_p50", " ms"),
    Bar(
        *("P6-100k", "the same on a desk of 100,000", pages.read_one, 3.0, True, "_p50", " ms"),
        slow=True,
        desks=HUNDRED,
    ),
    Bar(
        *("P7", "open queue of 100,000, p50 / F-L", pages.open_queue, 2.5, True, "_p50", " ms"),
        slow=True,
        desks=HUNDRED,
    ),
    Bar(
        *("P21-P7", "the same, p99 / F-L", pages.open_queue, SLOWER, True, "_p99", " ms"),
        slow=True,
        desks=HUNDRED,
    ),
    Bar(
        *("P8", "open queue, a million / a thousand", pages.flat_queue, 1.3, True, "_p50", " ms"),
        slow=True,
        desks=BOTH,
    ),
    Bar(
        *("P8-read", "one ticket, likewise", pages.flat_read, 1.3, True, "_p50", " ms"),
        slow=True,
        desks=BOTH,
    ),
    Bar(
        *("P9", "open queue, 8 clients / F-L", pages.crowded_queue, 0.40),
        slow=True,
        desks=HUNDRED,
    ),
    Bar("P10", "backlog through relay and consumer / F-E", cases.relay_backlog, 0.60),
    Bar("P10b", "statement to handling at 200/s, p50", cases.relay_pace, 2.5, True, "", " ms"),
    Bar("P21-P10", "the same, p99", cases.relay_pace, SLOWER, True, "_p99", " ms"),
    Bar(
        "P11",
        "create to its mail at the server, 20/s, p50",
        answered.create,
        1.0,
        True,
        "_p50",
        " ms",
        absolute=True,
    ),
    Bar(
        "P11-p95",
        "the same, p95 / 250 ms",
        answered.create,
        1.0,
        True,
        "_p95",
        " ms",
        absolute=True,
    ),
    Bar(
        "ACK",
        "mail taken in to its answer, 20/s, p99 / 3 s",
        answered.accept,
        1.0,
        True,
        "_p99",
        " ms",
        absolute=True,
    ),
    Bar("P12", "100,000 due of 1,000,000 armed clocks / F-F", firing.fire, 0.30, slow=True),
    Bar(
        "P12-pss",
        "memory, 1,000,000 armed: next / first",
        firing.fire,
        1.15,
        True,
        "_pss",
        " MiB",
        slow=True,
    ),
    Bar(
        "P13", "due to escalated, p50 / 20 ms", promptness.lag, 1.0, True, "_p50", " ms", slow=True
    ),
    Bar("P13-p99", "the same, p99 / 300 ms", promptness.lag, 1.0, True, "_p99", " ms", slow=True),
    Bar(
        "P13-poll",
        "mean wait for a 5 min poll / ours",
        promptness.lag,
        1000,
        key="_poll",
        unit="x",
        slow=True,
    ),
    Bar(
        "SUNDAY",
        "20,000 due at once, a replica dies / 10 s",
        sunday.drain,
        1.0,
        True,
        "",
        " s",
        slow=True,
    ),
    Bar("P14", "SMTP accept of 4 KB, 8 connections / F-S", mail.accept, 0.70),
    Bar("P15", "500 mails to tickets, answers queued / a peer", mail.answer, 3.0),
    Bar("P15-composed", "the same, answers composed", mail.answer, 3.0, key="_composed"),
    Bar("P15-sent", "the same, answers handed over", mail.answer, 3.0, key="_sent"),
    Bar(
        *("P20", "create, sealed / plain, p50", strain.sealing, 1.10, True, "_p50", " ms"),
        slow=True,
    ),
    Bar("P22", "create, 64 clients / 8", strain.overload, 0.80, slow=True),
    Bar(
        *("P22-drain", "then all queues empty / 10 s", strain.overload, 1.0, True, "_drain", " s"),
        slow=True,
    ),
    Bar(
        *(
            "STEADY",
            "memory, 100,000 requests: last / first",
            steady.memory,
            1.15,
            True,
            "",
            " MiB",
        ),
        slow=True,
    ),
    Bar("P17", "memory of our processes / RT idle", cases.memory, 1.15, True, "", " MiB"),
    Bar("W1", W1, _pure(worktime.warm_rate), 1.0, absolute=True),
    Bar("W2", W2, _pure(worktime.cold_year), 1.0, True, "", " ms", absolute=True),
    Bar("P19", "start to all ready / one app's start", cases.start, 5.0, True, "", " s"),
)


async def measure(bars: tuple[Bar, ...], repetitions: int) -> dict[str, list[Sample]]:
    """Bars of the same desks together: no other desk idles beside them."""
    samples: dict[str, list[Sample]] = {}
    for desks in dict.fromkeys(bar.desks for bar in bars):
        together = tuple(bar for bar in bars if bar.desks == desks)
        async with _running(together) as running:
            samples |= await _alternated(together, repetitions, running)
    return samples


@contextlib.asynccontextmanager
async def _running(bars: tuple[Bar, ...]) -> AsyncIterator[Any]:
    """What these bars are measured on: nothing, a fresh desk, or one or more seeded ones."""
    async with contextlib.AsyncExitStack() as stack:
        if all(bar.absolute for bar in bars):
            yield None
        elif not bars[0].desks:
            yield await stack.enter_async_context(bench())
        else:
            kept = [await keep.seeded(tickets, (keep.TICKETS,)) for tickets in bars[0].desks]
            opened = [await stack.enter_async_context(keep.opened(one)) for one in kept]
            yield opened[0] if len(opened) == 1 else tuple(opened)


async def _alternated(
    bars: tuple[Bar, ...], repetitions: int, running: Any
) -> dict[str, list[Sample]]:
    """Every bar in turn inside a repetition: only ratios of one alternated run mean anything."""
    samples: dict[str, list[Sample]] = {bar.name: [] for bar in bars}
    for repetition in range(repetitions):
        taken: dict[Any, Sample] = {}  # bars that look at one measurement share it
        for bar in bars:
            if bar.measure not in taken:
                await quiet()
                taken[bar.measure] = await bar.measure(running)
            sample = taken[bar.measure]
            samples[bar.name].append(sample)
            print(f"{repetition + 1}/{repetitions} {bar.name} {bar.ratio(sample):.2f}", flush=True)
    return samples


def table(bars: tuple[Bar, ...], samples: dict[str, list[Sample]]) -> tuple[str, bool]:
    """Markdown, and whether every bar holds."""
    lines = ["| id | what | ours | floor | ratio | bar | |", "|---|---|---|---|---|---|---|"]
    good = True
    for bar in bars:
        taken = samples[bar.name]
        ratio = statistics.median(bar.ratio(sample) for sample in taken)
        ours, floor = (
            statistics.median(sample[name + bar.key] for sample in taken)
            for name in ("ours", "floor")
        )
        sign = "<=" if bar.lower_is_better else ">="
        verdict = "holds" if bar.holds(ratio) else "MISSED"
        good = good and bar.holds(ratio)
        lines.append(
            f"| {bar.name} | {bar.what} | {ours:.1f}{bar.unit} | {floor:.1f}{bar.unit}"
            f" | {ratio:.2f} | {sign} {bar.bar:.2f} | {verdict} |"
        )
    return "\n".join(lines), good


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--only", default="", help="comma-separated ids, e.g. P1,P4")
    options = parser.parse_args()
    if not available():
        sys.exit("wrk is needed for the load: run `make ci-tools`")
    wanted = set(filter(None, options.only.split(",")))
    bars = tuple(bar for bar in BARS if (bar.wanted(wanted) if wanted else not bar.slow))
    samples = asyncio.run(measure(bars, options.repetitions))
    text, good = table(bars, samples)
    OUT.mkdir(exist_ok=True)
    (OUT / "bench.json").write_text(json.dumps(samples, indent=1))
    (OUT / "bench.md").write_text(text + "\n")
    print(text)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
