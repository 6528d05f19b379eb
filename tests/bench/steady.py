"""Memory of the services over a hundred thousand mixed requests: it must not creep."""

from typing import Final

from tests.bench.calm import drained
from tests.bench.cases import BODY
from tests.bench.load import load, proportional_set
from tests.bench.product import SERVICES, Bench

REQUESTS: Final = 100_000
CLIENTS: Final = 8
_LISTS: Final = ("", "status=open&sort=next_due_at", "priority=P1,P2&sort=priority", "q=branch")


async def memory(bench: Bench) -> dict[str, float]:
    """After the last request beside after the first tenth; the curve is printed."""
    done, curve = 0, list[tuple[int, float, float]]()
    ticket = (await bench.company.admin.post("/v1/tickets", {"subject": "x", "body": "y"}))["id"]
    while done < REQUESTS:
        done += await _round(bench, ticket)
        curve.append((done, _size(bench, "tickets"), _size(bench, *SERVICES)))
        print(f"{curve[-1][0]:,} requests: tickets {curve[-1][1]:.0f}, all {curve[-1][2]:.0f} MiB")
    await drained(bench)
    return {
        "ours": curve[-1][2],
        "floor": curve[0][2],
        "ours_tickets": curve[-1][1],
        "floor_tickets": curve[0][1],
    }


def _size(bench: Bench, *names: str) -> float:
    return proportional_set(bench.pids(*names))


async def _round(bench: Bench, ticket: str) -> int:
    """About ten thousand requests: mostly reads, some lists and searches, some new tickets."""
    edge = bench.desk.endpoints["http"]
    await bench.company.admin.sign_in()
    bench.token = bench.company.admin.token
    done = 0
    for query in _LISTS:
        url = f"{edge}/v1/tickets?{query}"
        done += (await load(url, CLIENTS, 1, headers=bench.headers)).requests
    url = f"{edge}/v1/tickets/{ticket}?include=messages"
    done += (await load(url, CLIENTS, 6, headers=bench.headers)).requests
    more = {"method": "POST", "body": BODY, "headers": bench.headers}
    done += (await load(f"{edge}/v1/tickets", CLIENTS, 2, **more)).requests
    answer = {**more, "body": '{"body": "thank you"}'}
    done += (await load(f"{edge}/v1/tickets/{ticket}/messages", 1, 1, **answer)).requests
    return done
