"""Waits for the customer that last too long, and tickets that are marked as outages."""

from datetime import timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

import orjson

from shared.events.sla import ClockState, SlaClockUpdated, SlaExcused, SlaPauseOverdue
from shared.vocabulary import DEFAULT_POLICY, Metric
from tests.services.tickets.conftest import Desk

ASK = {"for": "customer", "message": "Which printer?", "reason": "no serial"}


def overdue(
    desk: Desk, made: dict[str, Any], limit: Literal["reminder", "resolve"], **more: Any
) -> SlaPauseOverdue:
    now = desk.context.clock.now()
    values = {"at": now, "paused_since": now, "due_at": now, **more}
    return SlaPauseOverdue(
        ticket_id=UUID(made["id"]),
        organization_id=UUID(made["organization_id"]),
        limit=limit,
        **values,
    )


async def stories(desk: Desk, made: dict[str, Any], who: Any) -> list[str]:
    path = f"/v1/tickets/{made['id']}/timeline?limit=200"
    answer = await desk.http.get(path, headers={**who.headers(), "Accept-Language": "en"})
    return [one["kind"] for one in answer.json()["items"]]


async def test_a_silent_customer_is_noted_for_staff_and_then_the_ticket_is_resolved(
    desk: Desk,
) -> None:
    customer, agent = desk.customer(), desk.agent()
    made = await desk.open(customer)
    await desk.do(agent, made["id"], "wait", ASK)
    await desk.deliver(overdue(desk, made, "reminder"))
    assert (await desk.read(agent, made["id"]))["status"] == "waiting_customer"
    assert "pause_overdue" in await stories(desk, made, agent)
    assert "pause_overdue" not in await stories(desk, made, customer)
    await desk.deliver(overdue(desk, made, "resolve"))
    read = await desk.read(customer, made["id"])
    assert (read["status"], read["reopen_until"] is None) == ("resolved", False)
    assert (await desk.names(made["id"]))[-2:] == ["ticket.status_changed", "ticket.resolved"]
    assert await desk.names(f"close:{made['id']}:0") == ["timer.requested"]
    assert "pause_overdue" in await stories(desk, made, customer)
    await desk.do(customer, made["id"], "messages", {"body": "I was away."})
    assert (await desk.read(agent, made["id"]))["status"] == "open"


async def test_a_customer_who_wrote_meanwhile_is_not_silent(desk: Desk) -> None:
    customer, agent = desk.customer(), desk.agent()
    made = await desk.open(customer)
    await desk.do(agent, made["id"], "wait", ASK)
    late = overdue(desk, made, "resolve")
    await desk.do(customer, made["id"], "messages", {"body": "The new one."})
    await desk.deliver(late)
    assert (await desk.read(agent, made["id"]))["status"] == "open"
    await desk.do(agent, made["id"], "wait", ASK)
    earlier = desk.context.clock.now() - timedelta(hours=1)
    await desk.deliver(overdue(desk, made, "resolve", paused_since=earlier))
    assert (await desk.read(agent, made["id"]))["status"] == "waiting_customer", "another wait"


async def data_of(desk: Desk, made: dict[str, Any], name: str) -> list[dict[str, Any]]:
    facts = await desk.facts(made["id"])
    return [
        orjson.loads(one["body"])["data"] for one in facts if one["route"] == f"sanad.ticket.{name}"
    ]


async def test_facts_say_that_a_ticket_is_an_outage_and_never_how_it_is_tagged(desk: Desk) -> None:
    agent = desk.agent()
    made = await desk.open(tags=["outage", "secret-project"])
    plain = await desk.open(tags=["printer"])
    ((opened,), (other,)) = [await data_of(desk, one, "opened") for one in (made, plain)]
    assert (opened["outage"], other["outage"]) == (True, False)

    async def patch(body: dict[str, Any]) -> None:
        path = f"/v1/tickets/{made['id']}"
        answer = await desk.http.patch(path, json=body, headers=agent.headers())
        assert answer.status_code == 200, answer.text

    await patch({"tags": ["secret-project"]})
    await patch({"subject": "Other words"})
    await patch({"tags": ["outage"]})
    edits = await data_of(desk, made, "edited")
    assert [one["outage"] for one in edits] == [False, None, True]
    assert "secret" not in str(await desk.facts(made["id"]))


async def test_other_terms_bring_another_window_to_answer_a_resolution_in(desk: Desk) -> None:
    made, agent = await desk.open(), desk.agent()
    updated = SlaClockUpdated(
        ticket_id=UUID(made["id"]),
        organization_id=UUID(made["organization_id"]),
        at=desk.context.clock.now(),
        clocks=(ClockState(metric=Metric.RESOLUTION, state="running"),),
        generation=2,
        cause="policy",
        policy_id=DEFAULT_POLICY,
        policy_version=2,
        reopen_window_seconds=90,
    )
    await desk.deliver(updated)
    resolved = (await desk.do(agent, made["id"], "resolve")).json()
    asked = await desk.look(
        "select reopen_until - resolved_at as window from tickets.ticket where id = $1",
        UUID(resolved["id"]),
    )
    assert asked[0]["window"] == timedelta(seconds=90)


async def test_the_timeline_names_who_excused_a_breach(desk: Desk) -> None:
    made, agent, manager = await desk.open(), desk.agent(), uuid4()
    await desk.deliver(
        SlaExcused(
            ticket_id=UUID(made["id"]),
            organization_id=UUID(made["organization_id"]),
            at=desk.context.clock.now(),
            metric=Metric.RESOLUTION,
            cycle=1,
            actor_id=manager,
        )
    )
    rows = await desk.look(
        "select actor_id from tickets.timeline where ticket_id = $1 and kind = 'sla_excused'",
        UUID(made["id"]),
    )
    assert [row["actor_id"] for row in rows] == [manager]
    assert "sla_excused" in await stories(desk, made, agent)
