"""`python -m tests.bench.million.bulk`: actions on 500 tickets of a seeded desk, over its edge."""

import argparse
import asyncio
import sys
import time
from typing import Any, Final
from uuid import uuid4

import asyncpg

from tests.bench.load import quiet
from tests.bench.million import keep, unheard
from tests.bench.million.viewers import viewers
from tests.bench.product import Bench
from tests.journeys.desk import Person

MANY: Final = 500
SLOWEST: Final = 2.0
"""Seconds (a million tickets: bulk of 500)."""
TURNS: Final = 5
_REPLY: Final = "reply, assign, tag, resolve"
_HELLO: Final = {
    "ar": "أهلًا {{requester.name}}، حُلّت تذكرتك {{ticket.number}}: {{ticket.subject}}",
    "en": "Dear {{requester.name}}, {{ticket.number}} is solved: {{ticket.subject}}",
}
_SOLVED: Final = [
    {"do": "assign", "to": "me"},
    {"do": "add_tags", "tags": ["solved in bulk"]},
    {"do": "resolve"},
]


async def opened(bench: Bench, seat: Person) -> list[str]:
    """Fresh tickets, a few at a time."""
    turns = asyncio.Semaphore(8)

    async def one(number: int) -> str:
        async with turns:
            made = await seat.post("/v1/tickets", {"subject": f"Bulk {number}", "body": "x"})
        found: str = made["id"]
        return found

    return await asyncio.gather(*(one(number) for number in range(MANY)))


async def scattered(bench: Bench, _seat: Person) -> list[str]:
    """Old tickets of all customers, picked by chance."""
    connection = await asyncpg.connect(bench.desk.endpoints["database"])
    try:
        rows = await connection.fetch(
            "select id from tickets.ticket where status in ('new', 'open')"
            " order by md5(id::text || $1) limit $2",
            uuid4().hex,
            MANY,
        )
    finally:
        await connection.close()
    return [str(row["id"]) for row in rows]


async def asked(seat: Person, ids: list[str], **body: Any) -> float:
    """Seconds until the answer, in which every ticket was done."""
    began = time.perf_counter()
    told = await seat.post("/v1/bulk", {"ticket_ids": ids, **body})
    took = time.perf_counter() - began
    assert told["done"] == len(ids), told["items"][:2]
    return took


async def turn(bench: Bench, admin: Person, macro: str) -> dict[str, float]:
    """One turn of each kind; what a turn tags is another tag each time."""
    tag = {"do": "add_tags", "tags": [f"in bulk {uuid4().hex[:6]}"]}
    kinds: tuple[tuple[str, Any, dict[str, Any]], ...] = (
        (f"{_REPLY} fresh ones", opened, {"macro_id": macro}),
        (f"{_REPLY} old ones of all customers", scattered, {"macro_id": macro}),
        ("tag old ones of all customers", scattered, {"actions": [tag]}),
    )
    took: dict[str, float] = {}
    for name, chosen, what in kinds:
        ids = await chosen(bench, admin)
        await unheard.forget(bench.desk.endpoints["database"])
        await quiet(within=20)  # what the turn before has set off
        took[name] = await asked(admin, ids, **what)
        print(f"{name}: {took[name]:.2f} s", flush=True)
    return took


async def run(tickets: int) -> bool:
    one = await keep.seeded(tickets)
    seconds: dict[str, list[float]] = {}
    async with keep.opened(one) as bench:
        admin = (await viewers(bench, one)).seats["admin"]
        await admin.sign_in()
        named = {"ar": "حل كثير", "en": "Solve many"}
        macro = await admin.post(
            "/v1/macros", {"name": named, "body": _HELLO, "actions": _SOLVED, "shared": "all"}
        )
        for _ in range(TURNS):
            for name, took in (await turn(bench, admin, macro["id"])).items():
                seconds.setdefault(name, []).append(took)
    for name, each in seconds.items():
        verdict = "holds" if max(each) <= SLOWEST else "MISSED"
        figures = " ".join(f"{took:.2f}" for took in each)
        print(f"bulk of {MANY} among {tickets:,} ({name}): {figures} s, bar {SLOWEST} {verdict}")
    return max(max(each) for each in seconds.values()) <= SLOWEST


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=keep.MILLION)
    sys.exit(0 if asyncio.run(run(parser.parse_args().tickets)) else 1)


if __name__ == "__main__":
    main()
