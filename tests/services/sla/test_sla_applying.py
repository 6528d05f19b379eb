"""Many open tickets move onto other terms: in small steps, each dated by the request."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.sla.usecases import applying
from shared.vocabulary import Priority
from tests.services.sla.desk import Desk, Ticket

HOUR = timedelta(hours=1)
ALL = ("P1", "P2", "P3", "P4")


def hours(count: int) -> dict[str, Any]:
    one = {"resolution": {"target": f"PT{count}H", "calendar": "always_open"}}
    return {"targets": dict.fromkeys(ALL, one)}


async def armed(desk: Desk) -> int:
    async with desk.context.tx() as tx:
        found: int = await tx.scalar("select count(*) from sla.timer where kind = 'apply'")
    return found


@pytest.mark.parametrize("what", ["policy", "contract"])
async def test_an_apply_goes_through_all_tickets_in_small_steps(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(applying, "CHUNK", 3)
    policy = await desk.made("/v1/sla/policies", {"name": "Four", **hours(4)})
    organization = await desk.customer(policy)
    opened = desk.context.clock.now() - HOUR
    tickets = [await Ticket(desk, organization, opened, Priority.P2).open() for _ in range(8)]
    while (await desk.fire()).claimed:
        pass
    if what == "policy":
        path = f"/v1/sla/policies/{policy['id']}"
        await desk.ask("PATCH", path, hours(6))
    else:
        other = await desk.made("/v1/sla/policies", {"name": "Six", **hours(6)})
        listed = await desk.ask("GET", f"/v1/contracts?organization_id={organization}")
        path = f"/v1/contracts/{listed.json()['items'][0]['id']}"
        await desk.ask("PATCH", path, {"policy_id": other["id"]})
    answer = (await desk.ask("POST", f"{path}/apply")).json()
    assert answer["tickets"] == 8
    steps = 0
    while True:
        assert await armed(desk) <= 3, "a step hands out no more than its chunk"
        if not (await desk.fire()).claimed:
            break
        steps += 1
    assert steps >= 3
    for ticket in tickets:
        (fact,) = await desk.facts(ticket.id, "clock_updated")
        assert fact["data"]["cause"] == what
        due = (await ticket.sla())["resolution"]["due_at"]
        assert datetime.fromisoformat(due) == opened + 6 * HOUR


async def test_a_promise_that_falls_due_meanwhile_does_not_wait_for_the_rest(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "CHUNK", 2)
    policy = await desk.made("/v1/sla/policies", {"name": "Many", **hours(4)})
    organization = await desk.customer(policy)
    opened = desk.context.clock.now() - HOUR
    for _ in range(9):
        await Ticket(desk, organization, opened).open()
    while (await desk.fire()).claimed:
        pass
    path = f"/v1/sla/policies/{policy['id']}"
    await desk.ask("PATCH", path, hours(6))
    await desk.ask("POST", f"{path}/apply")
    late = Ticket(desk, await desk.customer(policy), desk.context.clock.now() - 6 * HOUR)
    async with desk.context.tx() as tx:
        await tx.execute(
            "insert into sla.timer (key, kind, ticket_id, due_at, owner)"
            " values (:key, 'close', :id, clock_timestamp(), 'tickets')",
            {"key": f"close:{late.id}", "id": late.id},
        )
    for _ in range(3):
        await desk.fire(limit=3)
    assert await armed(desk) > 0
    assert await desk.facts(f"close:{late.id}", "fired")
