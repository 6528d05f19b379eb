"""What is measured: each bar of performance.md 5 as a ratio to a floor of the same repetition."""

import asyncio
import json
import subprocess
import sys
import time

import asyncpg

from tests.bench.backlog import PACE, PACED
from tests.bench.calm import drained
from tests.bench.load import Figures, load, proportional_set
from tests.bench.product import ROOT, SERVICES, Bench, answering, floor_value
from tests.engines import free_port
from tests.journeys.desk import Desk

BODY = json.dumps({"subject": "System down in branch", "body": "hello world " * 35})
SECONDS = 5.0
BACKLOG = 5000
SLOWER_THAN_FLOOR = {"helpdesk": 23.0, "roundup": 30.0, "rt": 172.0}
"""Floor F-A / peer at 8 clients, as measured side by side once (performance.md 3)."""


async def product_create(
    bench: Bench, base: str, clients: int, seconds: float = SECONDS
) -> Figures:
    """Tickets opened by the administrator, whose token is fresh: one lives ten minutes."""
    await _sign_in(bench)
    return await _create(bench, base, clients, seconds)


async def _sign_in(bench: Bench) -> None:
    await bench.company.admin.sign_in()
    bench.token = bench.company.admin.token


async def _create(bench: Bench, base: str, clients: int, seconds: float = SECONDS) -> Figures:
    return await load(
        f"{base}/v1/tickets", clients, seconds, method="POST", body=BODY, headers=bench.headers
    )


async def _floor_create(bench: Bench, base: str, clients: int) -> Figures:
    return await load(
        f"{base}/tickets", clients, SECONDS, method="POST", body=BODY, headers=bench.floor_headers
    )


async def create_through_the_edge(bench: Bench, clients: int) -> dict[str, float]:
    """P1 (8 clients) and P3 (1 client): the product with everything on, beside F-J."""
    edge = bench.desk.endpoints["http"]
    with bench.chain():
        floor = await _floor_create(bench, bench.proxy_url, clients)
    ours = await product_create(bench, edge, clients)
    waited = await drained(bench)
    assert ours.errors == floor.errors == 0, (ours, floor)
    return {
        "ours": ours.rate,
        "floor": floor.rate,
        "ours_p50": ours.p50,
        "floor_p50": floor.p50,
        "ours_p99": ours.p99,
        "floor_p99": floor.p99,
        "drain_s": waited,
    }


async def create_direct(bench: Bench) -> dict[str, float]:
    """P4: one service alone beside F-A; the others are frozen."""
    floor = await _floor_create(bench, bench.app_url, 8)
    await _sign_in(bench)  # before those who give tokens are frozen
    with bench.alone("supervisor", "postgres", "nats", "tickets"):
        ours = await _create(bench, bench.desk.endpoints["services"]["tickets"], 8)
    await drained(bench)
    assert ours.errors == floor.errors == 0, (ours, floor)
    return {"ours": ours.rate, "floor": floor.rate}


async def beside_peers(bench: Bench) -> dict[str, float]:
    """P2, derived: peers do not run here, each is F-A of this run over its known distance."""
    floor = await _floor_create(bench, bench.app_url, 8)
    ours = await product_create(bench, bench.desk.endpoints["http"], 8)
    await drained(bench)
    assert ours.errors == floor.errors == 0, (ours, floor)
    peers = {f"floor_{name}": floor.rate / times for name, times in SLOWER_THAN_FLOOR.items()}
    return peers | {f"ours_{name}": ours.rate for name in SLOWER_THAN_FLOOR}


async def edge_tax(bench: Bench) -> dict[str, float]:
    """P5: the same endpoint through the edge and directly."""
    direct = await product_create(bench, bench.desk.endpoints["services"]["tickets"], 8)
    await drained(bench)
    edge = await product_create(bench, bench.desk.endpoints["http"], 8)
    await drained(bench)
    assert direct.errors == edge.errors == 0
    return {"ours": edge.rate, "floor": direct.rate}


async def read_one(bench: Bench) -> dict[str, float]:
    """P6: one ticket with its first 20 messages through the edge, beside one bare row."""
    ticket = await _talkative_ticket(bench)
    row = await floor_value(bench.floor_dsn, "select id from floor.ticket limit 1")
    floor = await load(f"{bench.app_url}/tickets/{row}", 1, SECONDS, headers=bench.floor_headers)
    url = f"{bench.desk.endpoints['http']}/v1/tickets/{ticket}?include=messages"
    ours = await load(url, 1, SECONDS, headers=bench.headers)
    assert ours.errors == floor.errors == 0
    return {"ours_p50": ours.p50, "floor_p50": floor.p50}


async def _talkative_ticket(bench: Bench) -> str:
    made = await bench.company.admin.post("/v1/tickets", json.loads(BODY))
    path = f"/v1/tickets/{made['id']}"
    for number in range(20):
        await bench.company.admin.post(f"{path}/messages", {"body": f"line {number} " * 20})
    ticket: str = made["id"]
    return ticket


async def relay_backlog(bench: Bench) -> dict[str, float]:
    """P10: a backlog through relay and one consumer, ours beside F-E, sync always."""
    (ours,) = await _our_backlog()
    return {"ours": ours, "floor": await _floor_backlog(bench)}


async def _floor_backlog(bench: Bench) -> float:
    await floor_value(bench.floor_dsn, "truncate floor.inbox, floor.outbox")
    insert = """insert into floor.outbox (subject, payload) select 'opened', jsonb_build_object(
        'ticket_id', gen_random_uuid(), 'pad', repeat('x', 300)) from generate_series(1, $1)"""
    await floor_value(bench.floor_dsn, insert, BACKLOG)
    with bench.chain():
        while await floor_value(bench.floor_dsn, "select count(*) from floor.inbox") < BACKLOG:
            await asyncio.sleep(0.05)
    span = "select extract(epoch from max(handled_at) - min(handled_at))::float8 from floor.inbox"
    return float(BACKLOG / await floor_value(bench.floor_dsn, span))


async def relay_pace(bench: Bench) -> dict[str, float]:
    """P10b: the wait from statement to handling at 200 facts a second, nothing else."""
    ours, ours_p99 = await _our_backlog("paced")
    floor, floor_p99 = await _floor_pace(bench)
    return {"ours": ours, "floor": floor, "ours_p99": ours_p99, "floor_p99": floor_p99}


async def _floor_pace(bench: Bench) -> tuple[float, float]:
    await floor_value(bench.floor_dsn, "truncate floor.inbox, floor.outbox")
    connection = await asyncpg.connect(bench.floor_dsn)
    insert = """with made as (insert into floor.outbox (subject, payload) values ('opened',
        jsonb_build_object('pad', repeat('x', 300))) returning 1)
        select pg_notify('floor', '') from made"""
    loop = asyncio.get_running_loop()
    with bench.chain():
        began = loop.time()
        for number in range(PACED):
            await asyncio.sleep(max(0.0, began + number / PACE - loop.time()))
            await connection.execute(insert)
        while await connection.fetchval("select count(*) from floor.inbox") < PACED:
            await asyncio.sleep(0.05)
    await connection.close()
    ranks = """select percentile_cont(array[0.5, 0.99]) within group (order by
        extract(epoch from handled_at - created_at) * 1000)::float8[] from floor.inbox"""
    median, slowest = await floor_value(bench.floor_dsn, ranks)
    return float(median), float(slowest)


async def _our_backlog(what: str = str(BACKLOG)) -> tuple[float, ...]:
    """In a process of its own: engines, relay and consumer of the kit."""
    command = [sys.executable, "-m", "tests.bench.backlog", what]
    out = await asyncio.to_thread(
        lambda: subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    )
    return tuple(float(figure) for figure in out.splitlines()[-1].split())


async def memory(bench: Bench) -> dict[str, float]:
    """P17: what our Python processes own, in MiB of proportional set size."""
    return {"ours": proportional_set(bench.pids("supervisor", *SERVICES)), "floor": 367.0}


async def start_floor() -> float:
    """Seconds from exec to the first 200 of the start floor."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "tests.bench.floors.start:app", "--port", str(port)]
    began = time.monotonic()
    process = subprocess.Popen([*command, "--log-level", "error"], cwd=ROOT)
    try:
        await answering(f"http://127.0.0.1:{port}/ping")
        return time.monotonic() - began
    finally:
        process.kill()
        process.wait()


async def start(bench: Bench) -> dict[str, float]:
    """P19: from engines up to all ready, on a home that has been started before."""
    floor = await start_floor()
    desk = Desk(bench.folder / "second" / "home")
    for _ in range(1 if desk.home.exists() else 2):
        desk.home.parent.mkdir(exist_ok=True, mode=0o711)
        await desk.start()
        await desk.stop()
    return {"ours": float(desk.endpoints["ready_after_engines_s"]), "floor": floor}
