"""P6 to P9 on seeded desks: one ticket and the open queue beside F-L and a small desk."""

import json
from typing import Final

from tests.bench.cases import BODY, SECONDS
from tests.bench.load import Figures, load
from tests.bench.million.people import Cast
from tests.bench.product import Bench, floor_value

KINDS: Final = ("status", "org", "assignee", "due")
_EACH: Final = 3.0


def queue(bench: Bench) -> dict[str, str]:
    """The open queue by the floor's four filters."""
    cast = Cast.load(bench.folder / "cast.json")
    agent, _ = cast.agents[0]
    return {
        "status": "status=open&priority=P1",
        "org": f"organization_id={cast.customers[0][1]}",
        "assignee": f"assignee_id={agent}&status=open&sort=next_due_at",
        "due": "status=open&sort=next_due_at",
    }


async def signed_in(bench: Bench) -> dict[str, str]:
    """Headers with a fresh token: one lives ten minutes."""
    await bench.company.admin.sign_in()
    bench.token = bench.company.admin.token
    return bench.headers


async def _page(bench: Bench, kind: str, clients: int, seconds: float) -> Figures:
    url = f"{bench.desk.endpoints['http']}/v1/tickets?{queue(bench)[kind]}"
    figures = await load(url, clients, seconds, headers=await signed_in(bench))
    assert figures.errors == 0, (kind, figures)
    return figures


async def _floor_page(bench: Bench, kind: str, clients: int, seconds: float) -> Figures:
    url = f"{bench.app_url}/lists/{kind}"
    figures = await load(url, clients, seconds, headers=bench.floor_headers)
    assert figures.errors == 0, (kind, figures)
    return figures


async def open_queue(bench: Bench) -> dict[str, float]:
    """P7: a page of 50 by each filter, 1 client, the mean of their medians beside F-L's."""
    sample: dict[str, float] = {}
    for kind in KINDS:
        floor = await _floor_page(bench, kind, 1, _EACH)
        ours = await _page(bench, kind, 1, _EACH)
        for name, figures in (("ours", ours), ("floor", floor)):
            sample[f"{name}_{kind}_p50"] = figures.p50
            sample[f"{name}_{kind}_p99"] = figures.p99
    for name in ("ours", "floor"):
        for rank in ("p50", "p99"):
            each = [sample[f"{name}_{kind}_{rank}"] for kind in KINDS]
            sample[f"{name}_{rank}"] = sum(each) / len(each)
    return sample


async def crowded_queue(bench: Bench) -> dict[str, float]:
    """P9: the open queue at 8 clients beside F-L."""
    floor = await _floor_page(bench, "status", 8, SECONDS)
    ours = await _page(bench, "status", 8, SECONDS)
    return {"ours": ours.rate, "floor": floor.rate}


async def read_one(bench: Bench) -> dict[str, float]:
    """P6 on a seeded desk: one ticket with its first 20 messages beside one bare row."""
    row = await floor_value(bench.floor_dsn, "select id from lists.ticket limit 1")
    floor = await load(f"{bench.app_url}/rows/{row}", 1, SECONDS, headers=bench.floor_headers)
    ours = await _read(bench)
    assert ours.errors == floor.errors == 0
    return {"ours_p50": ours.p50, "floor_p50": floor.p50}


async def _read(bench: Bench) -> Figures:
    headers = await signed_in(bench)
    known = await bench.once("talkative", lambda: _talkative(bench))
    ticket = next(iter(known))
    url = f"{bench.desk.endpoints['http']}/v1/tickets/{ticket}?include=messages"
    return await load(url, 1, SECONDS, headers=headers)


async def _talkative(bench: Bench) -> dict[str, float]:
    made = await bench.company.admin.post("/v1/tickets", json.loads(BODY))
    path = f"/v1/tickets/{made['id']}/messages"
    for number in range(20):
        await bench.company.admin.post(path, {"body": f"line {number} " * 20})
    return {made["id"]: 1.0}


async def flat_queue(desks: tuple[Bench, Bench]) -> dict[str, float]:
    """P8: the same pages on a small desk and on a large one."""
    sums = [0.0, 0.0]
    for kind in KINDS:
        for place, bench in enumerate(desks):
            sums[place] += (await _page(bench, kind, 1, _EACH)).p50
    small, large = (total / len(KINDS) for total in sums)
    return {"ours_p50": large, "floor_p50": small}


async def flat_read(desks: tuple[Bench, Bench]) -> dict[str, float]:
    """P8 for one ticket with its messages."""
    small, large = [(await _read(bench)).p50 for bench in desks]
    return {"ours_p50": large, "floor_p50": small}
