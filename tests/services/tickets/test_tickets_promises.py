"""What sla and escalation tell about a ticket."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from shared.events.escalation import EscalationAcknowledged, EscalationRaised
from shared.events.sla import (
    ClockState,
    SlaBreached,
    SlaClockStarted,
    SlaExcused,
    SlaMet,
    SlaWarning,
)
from shared.vocabulary import DEFAULT_DEPARTMENT, DEFAULT_POLICY, Metric, Priority, Role
from tests.services.tickets.conftest import Desk


def base(desk: Desk, made: dict[str, Any]) -> dict[str, Any]:
    return {
        "ticket_id": UUID(made["id"]),
        "organization_id": UUID(made["organization_id"]),
        "at": desk.context.clock.now(),
    }


async def promised(desk: Desk, made: dict[str, Any]) -> None:
    due = desk.context.clock.now() + timedelta(hours=1)
    clocks = (
        ClockState(metric=Metric.FIRST_RESPONSE, state="running", due_at=due),
        ClockState(metric=Metric.RESOLUTION, state="paused"),
    )
    await desk.deliver(
        SlaClockStarted(
            **base(desk, made),
            policy_id=DEFAULT_POLICY,
            policy_version=1,
            reopen_window_seconds=7,
            clocks=clocks,
            next_due_at=due,
        )
    )


async def test_the_promise_is_shown_and_its_window_is_kept(desk: Desk) -> None:
    customer = desk.customer()
    made = await desk.open(customer)
    await promised(desk, made)
    read = await desk.read(customer, made["id"])
    assert read["sla"]["first_response"]["state"] == "running"
    assert read["sla"]["resolution"]["paused"] is True
    assert read["sla"]["next_response"]["state"] == "none"
    assert read["sla"]["next_due_at"] == read["sla"]["first_response"]["due_at"]
    assert read["version"] == 1
    answer = await desk.do(desk.agent(), made["id"], "resolve")
    assert answer.headers["etag"] == '"3.1.0"'
    until, at = answer.json()["reopen_until"], answer.json()["resolved_at"]
    assert until[:10] == at[:10]


async def test_warning_breach_and_excuse_are_marks_on_the_clock(desk: Desk) -> None:
    customer = desk.customer()
    made = await desk.open(customer)
    await promised(desk, made)
    told, now = base(desk, made), desk.context.clock.now()
    metric = Metric.FIRST_RESPONSE
    await desk.deliver(SlaWarning(**told, metric=metric, point=0.75, due_at=now))
    assert await _state(desk, made) == "warning"
    breach: dict[str, Any] = {"cycle": 1, "cause": "elapsed", "due_at": now}
    breach |= {"breached_at": now, "fired_at": now}
    policy: dict[str, Any] = {"policy_id": DEFAULT_POLICY, "policy_version": 1, "ladder": ()}
    where: dict[str, Any] = {"priority": Priority.P3, "department_id": DEFAULT_DEPARTMENT}
    await desk.deliver(SlaBreached(**told, metric=metric, **breach, **policy, **where))
    assert await _state(desk, made) == "breached"
    await desk.deliver(SlaExcused(**told, metric=metric, cycle=1, actor_id=uuid4()))
    clock = (await desk.read(customer, made["id"]))["sla"]["first_response"]
    assert (clock["state"], clock["excused"]) == ("breached", True)
    await desk.deliver(SlaMet(**told, metric=Metric.RESOLUTION, cycle=1, met_at=now))
    clock = (await desk.read(customer, made["id"]))["sla"]["resolution"]
    assert clock["met_at"] is not None


async def _state(desk: Desk, made: dict[str, Any]) -> str:
    [row] = await desk.look("select sla_state from tickets.ticket where id = $1", made["id"])
    found: str = row["sla_state"]
    return found


async def test_a_raised_level_is_shown_and_its_assignment_obeyed_once(desk: Desk) -> None:
    made, supervisor = await desk.open(), uuid4()
    raised = EscalationRaised(
        **base(desk, made),
        escalation_id=uuid4(),
        metric=Metric.RESOLUTION,
        level=2,
        to_role=Role.SUPERVISOR,
        user_ids=(supervisor,),
        action=("assign", "notify"),
        assign_to=supervisor,
        cause="breach",
    )
    for _ in range(2):
        await desk.deliver(raised, source="escalation")
    read = await desk.read(desk.agent(), made["id"])
    assert (read["escalation"]["level"], read["assignee_id"]) == (2, str(supervisor))
    assert await desk.names(made["id"]) == ["ticket.opened", "ticket.assigned"]
    ack = EscalationAcknowledged(
        **base(desk, made), escalation_id=uuid4(), level=2, actor_id=supervisor
    )
    await desk.deliver(ack, source="escalation")
    assert (await desk.read(desk.agent(), made["id"]))["escalation"]["acknowledged_at"]
