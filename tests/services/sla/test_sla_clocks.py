"""From ticket facts to clocks, timers and sla facts, on a real database."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from shared.events.ticket import (
    TicketAssigned,
    TicketDepartmentChanged,
    TicketMerged,
    TicketWatched,
)
from shared.vocabulary import COMPANY_CALENDAR, DEFAULT_POLICY, Direction, Priority, Status
from tests.contexts import Travel
from tests.services.sla.desk import Desk, Person, Ticket

HOUR = timedelta(hours=1)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def now(desk: Desk) -> datetime:
    return desk.context.clock.now()


async def new(desk: Desk, priority: Priority = Priority.P1, **more: Any) -> Ticket:
    """A ticket of a customer without a contract, opened this very moment."""
    ticket = Ticket(desk, await desk.customer(), now(desk), priority, **more)
    return await ticket.open()


async def test_a_ticket_starts_its_clocks_and_arms_them(desk: Desk) -> None:
    ticket = await new(desk)
    (started,) = await desk.facts(ticket.id)
    assert started["type"] == "sla.clock_started.v1"
    assert started["sequence"] == 1
    data = started["data"]
    assert data["policy_id"] == str(DEFAULT_POLICY)
    assert data["reopen_window_seconds"] == 86400
    states = {one["metric"]: one for one in data["clocks"]}
    assert moment(states["first_response"]["due_at"]) == ticket.opened_at + HOUR
    assert moment(states["resolution"]["due_at"]) == ticket.opened_at + 4 * HOUR
    assert states["resolution"]["target_seconds"] == 14400
    assert states["next_response"]["state"] == "none"
    assert moment(data["next_due_at"]) == ticket.opened_at + HOUR
    assert await desk.timers(ticket.id) == {
        "breach:T:first_response:1": ticket.opened_at + HOUR,
        "breach:T:resolution:1": ticket.opened_at + 4 * HOUR,
        "warning:T:first_response:1:0.75": ticket.opened_at + 0.75 * HOUR,
        "warning:T:resolution:1:0.75": ticket.opened_at + 3 * HOUR,
    }


async def test_the_contract_in_force_chooses_the_policy(desk: Desk) -> None:
    policy = await desk.policy_in_seconds()
    served = Ticket(desk, await desk.customer(policy), now(desk))
    ended = Ticket(
        desk,
        await desk.customer(policy, ends_on=str(now(desk).date() - 2 * timedelta(1))),
        now(desk),
    )
    await served.open()
    await ended.open()
    assert (await served.sla())["policy"]["id"] == policy["id"]
    assert (await ended.sla())["policy"]["id"] == str(DEFAULT_POLICY)
    (started,) = await desk.facts(served.id)
    assert started["data"]["reopen_window_seconds"] == 5


async def test_an_answer_meets_the_first_response_and_disarms_it(desk: Desk) -> None:
    ticket = await new(desk)
    await ticket.reply(ticket.opened_at + 0.5 * HOUR)
    _, met, updated = await desk.facts(ticket.id)
    assert met["type"] == "sla.met.v1"
    assert met["data"]["metric"] == "first_response"
    assert moment(met["data"]["met_at"]) == ticket.opened_at + 0.5 * HOUR
    assert updated["type"] == "sla.clock_updated.v1"
    assert updated["data"]["generation"] == 2
    states = {one["metric"]: one["state"] for one in updated["data"]["clocks"]}
    assert states["first_response"] == "met"
    assert not any("first_response" in key for key in await desk.timers(ticket.id))


async def test_notes_and_automatic_mail_move_no_clock(desk: Desk) -> None:
    ticket = await new(desk)
    await ticket.reply(ticket.opened_at, public=False, direction=Direction.INTERNAL)
    await ticket.write(ticket.opened_at, automatic=True)
    assert len(await desk.facts(ticket.id)) == 1


async def test_waiting_for_the_customer_pauses_the_resolution_until_any_reply(desk: Desk) -> None:
    ticket = await new(desk)
    start = ticket.opened_at
    await ticket.move(start + HOUR, Status.WAITING_CUSTOMER)
    paused = await ticket.sla()
    assert paused["resolution"]["state"] == "paused"
    assert paused["resolution"]["due_at"] is None
    assert paused["resolution"]["paused"]
    assert not any("resolution" in key for key in await desk.timers(ticket.id))
    await ticket.write(start + 3 * HOUR)
    assert (await desk.timers(ticket.id))["breach:T:resolution:1"] == start + 6 * HOUR
    as_of = (start + 4 * HOUR).isoformat().replace("+00:00", "Z")
    explained = await desk.ask(
        "GET", f"/v1/tickets/{ticket.id}/sla/explain?metric=resolution&as_of={as_of}"
    )
    body = explained.json()
    assert body["totals"] == {
        "wall": 14400,
        "counted": 7200,
        "paused": 7200,
        "stopped": 0,
        "closed": 0,
    }
    assert [one["state"] for one in body["segments"]] == ["counted", "paused", "counted"]
    assert body["due"]["remaining_seconds"] == 7200
    said = body["text"]["en"]
    assert said.endswith("2 h counted, 2 h paused while waiting for the customer. 2 h left.")
    assert "ساعتان" in body["text"]["ar"]


async def test_a_priority_change_mid_flight_keeps_the_counted_seconds(desk: Desk) -> None:
    policy = await desk.policy_in_seconds(
        targets={
            "P1": {"resolution": {"target": "PT1H", "calendar": "always_open"}},
            "P2": {"resolution": {"target": "PT3H", "calendar": "always_open"}},
            "P3": {"resolution": {"target": "PT8H", "calendar": "always_open"}},
        }
    )
    ticket = Ticket(desk, await desk.customer(policy), now(desk) - 2 * HOUR)
    await ticket.open()
    await ticket.prioritise(ticket.opened_at + HOUR, Priority.P2)
    assert (await desk.timers(ticket.id))["breach:T:resolution:1"] == ticket.opened_at + 3 * HOUR
    await ticket.prioritise(ticket.opened_at + 1.5 * HOUR, Priority.P1)
    (breached,) = await desk.facts(ticket.id, "breached")
    assert breached["data"]["cause"] == "retarget"
    assert moment(breached["data"]["due_at"]) == ticket.opened_at + HOUR
    assert moment(breached["data"]["breached_at"]) == ticket.opened_at + 1.5 * HOUR
    assert breached["data"]["priority"] == "P1"
    await ticket.prioritise(ticket.opened_at + 1.6 * HOUR, Priority.P3)
    assert (await ticket.sla())["resolution"]["state"] == "breached"
    assert len(await desk.facts(ticket.id, "breached")) == 1


async def test_a_reopened_ticket_goes_on_counting_where_it_stopped(desk: Desk) -> None:
    ticket = await new(desk)
    start = ticket.opened_at
    await ticket.move(start + HOUR, Status.RESOLVED)
    met = await desk.facts(ticket.id, "met")
    assert [one["data"]["metric"] for one in met] == ["resolution"]
    await ticket.move(start + 10 * HOUR, Status.OPEN)
    assert (await desk.timers(ticket.id))["breach:T:resolution:1"] == start + 13 * HOUR


async def test_what_is_closed_unanswered_kept_no_promise_and_wakes_nobody(desk: Desk) -> None:
    ticket = await new(desk)
    await ticket.move(ticket.opened_at, Status.CLOSED)
    assert await desk.facts(ticket.id, "met") == []
    assert await desk.timers(ticket.id) == {}
    shown = await ticket.sla()
    for metric in ("first_response", "resolution"):
        assert (shown[metric]["state"], shown[metric]["met_at"]) == ("stopped", None)
    path = f"/v1/sla/report?organization_id={ticket.organization}"
    assert (await desk.ask("GET", path)).json()["totals"] == []


async def test_solved_without_a_word_only_the_resolution_was_kept(desk: Desk) -> None:
    ticket = await new(desk)
    await ticket.move(ticket.opened_at, Status.RESOLVED)
    path = f"/v1/sla/report?organization_id={ticket.organization}"
    totals = (await desk.ask("GET", path)).json()["totals"]
    assert [(one["metric"], one["met"], one["tickets"]) for one in totals] == [("resolution", 1, 1)]


async def test_a_merged_ticket_has_no_clocks(desk: Desk) -> None:
    ticket = await new(desk)
    await ticket.tell(TicketMerged, ticket.opened_at + HOUR, into_id=uuid4())
    shown = await ticket.sla()
    assert {shown[metric]["state"] for metric in ("first_response", "resolution")} == {"cancelled"}
    assert await desk.timers(ticket.id) == {}


async def test_facts_of_one_ticket_are_counted_without_a_gap(desk: Desk) -> None:
    ticket = await new(desk)
    await ticket.reply(ticket.opened_at + HOUR / 2)
    await ticket.move(ticket.opened_at + HOUR, Status.RESOLVED)
    sequences = [one["sequence"] for one in await desk.facts(ticket.id)]
    assert sequences == list(range(1, len(sequences) + 1))


async def test_who_may_see_a_clock_follows_the_ticket(desk: Desk) -> None:
    department, colleague = uuid4(), uuid4()
    ticket = await new(desk, department=department)
    path = f"/v1/tickets/{ticket.id}/sla"

    async def status(who: Person) -> int:
        return (await desk.ask("GET", path, who=who)).status_code

    agent = Person(["agent"], departments=[department])
    assert await status(Person(["customer"], ticket.organization, id=ticket.requester)) == 200
    assert await status(Person(["customer"], ticket.organization)) == 404
    assert await status(Person(["customer_admin"], ticket.organization)) == 200
    assert await status(Person(["customer"], uuid4(), id=ticket.requester)) == 404
    assert await status(Person(["customer_admin"], uuid4())) == 404
    assert await status(Person([], ticket.organization, kind="client")) == 200
    assert await status(Person([], uuid4(), kind="client")) == 404
    assert await status(agent) == 200
    assert await status(Person(["agent"], departments=[uuid4()])) == 404
    assert await status(Person(["auditor"])) == 200
    await ticket.tell(TicketAssigned, ticket.opened_at, assignee_id=colleague)
    assert await status(Person(["agent"], id=colleague)) == 200
    change = {"from_department_id": department, "to_department_id": uuid4()}
    await ticket.tell(TicketDepartmentChanged, ticket.opened_at, **change)
    assert await status(agent) == 404
    assert await status(Person(scope="tickets:read")) == 403


async def test_a_department_that_looks_on_sees_the_clock(desk: Desk) -> None:
    watching = uuid4()
    ticket, other = await new(desk), await new(desk)
    agent = Person(["agent"], departments=[watching])
    await ticket.tell(TicketWatched, ticket.opened_at, watching_department_ids=(watching,))
    assert (await ticket.sla(agent))["ticket_id"] == str(ticket.id)
    unseen = await desk.ask("GET", f"/v1/tickets/{other.id}/sla", who=agent)
    assert unseen.status_code == 404
    await ticket.tell(TicketWatched, ticket.opened_at, watching_department_ids=())
    gone = await desk.ask("GET", f"/v1/tickets/{ticket.id}/sla", who=agent)
    assert gone.status_code == 404


async def test_the_house_reads_clocks_over_the_operations_listener(desk: Desk) -> None:
    ticket = await new(desk)
    answer = await desk.ops.get(f"/internal/tickets/{ticket.id}/clock")
    assert answer.status_code == 401
    assert (await desk.http.get(f"/internal/tickets/{ticket.id}/clock")).status_code == 404


async def test_a_calendar_version_moves_open_clocks_and_spares_what_is_counted(
    desk: Desk,
) -> None:
    open_week = {
        day: [["00:00", "24:00"]] for day in ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
    }
    made = await desk.made(
        "/v1/sla/calendars", {"name": "Own", "timezone": "Asia/Riyadh", "weekly": open_week}
    )
    policy = await desk.policy_in_seconds(targets={"P3": {"resolution": {"target": "PT48H"}}})
    organization = await desk.customer(policy, calendar_id=made["id"])
    start = now(desk) - 10 * HOUR
    ticket = await Ticket(desk, organization, start).open()
    day = (start + 24 * HOUR).date().isoformat()
    path = f"/v1/sla/calendars/{made['id']}/versions"
    answer = await desk.ask("POST", path, {"overrides": {day: []}})
    assert answer.status_code == 201, answer.text
    await desk.fire()
    moved = (await desk.timers(ticket.id))["breach:T:resolution:1"]
    assert start + 48 * HOUR < moved <= start + 72 * HOUR
    (updated,) = await desk.facts(ticket.id, "updated")
    assert updated["data"]["cause"] == "calendar"
    past = (start - 24 * HOUR).date().isoformat()
    later = {"overrides": {past: []}, "effective_from": "2020-01-01T00:00:00Z"}
    await desk.ask("POST", path, later)
    await desk.fire()
    assert (await desk.timers(ticket.id))["breach:T:resolution:1"] <= moved


async def test_a_retroactive_holiday_voids_the_breach_that_it_undoes(desk: Desk) -> None:
    week = {day: [["00:00", "24:00"]] for day in ("sun", "mon", "tue", "wed", "thu", "fri", "sat")}
    made = await desk.made(
        "/v1/sla/calendars", {"name": "Own", "timezone": "Asia/Riyadh", "weekly": week}
    )
    policy = await desk.policy_in_seconds(targets={"P3": {"resolution": {"target": "PT1H"}}})
    organization = await desk.customer(policy, calendar_id=made["id"])
    start = now(desk) - 3 * HOUR
    ticket = await Ticket(desk, organization, start).open()
    assert len(await desk.facts(ticket.id, "breached")) == 1
    days = {(start + n * HOUR).date() for n in range(-12, 12)} | {(start + timedelta(1)).date()}
    body = {
        "holidays": [one.isoformat() for one in sorted(days)],
        "effective_from": "2020-01-01T00:00:00Z",
        "retroactive": True,
    }
    answer = await desk.ask("POST", f"/v1/sla/calendars/{made['id']}/versions", body)
    assert answer.status_code == 201, answer.text
    await desk.fire()
    (voided,) = await desk.facts(ticket.id, "voided")
    assert voided["data"]["cause"] == "calendar"
    facts = [one["fact"] for one in (await ticket.sla())["breaches"]]
    assert facts == ["breached", "voided"]


async def test_the_report_counts_kept_and_broken_promises(desk: Desk) -> None:
    policy = await desk.policy_in_seconds()
    organization = await desk.customer(policy)
    kept = await Ticket(desk, organization, now(desk) - HOUR, Priority.P2).open()
    await kept.reply(kept.opened_at + timedelta(seconds=1))
    broken = await Ticket(desk, organization, now(desk) - HOUR, Priority.P2).open()
    await broken.reply(broken.opened_at + timedelta(seconds=3))
    answer = await desk.ask("GET", "/v1/sla/report?group_by=organization")
    rows = {
        one["metric"]: one for one in answer.json()["items"] if one["group"] == str(organization)
    }
    first = rows["first_response"]
    assert (first["tickets"], first["met"], first["breached"], first["attainment"]) == (
        2,
        1,
        1,
        0.5,
    )
    assert rows["resolution"]["breached"] == 2
    table = await desk.ask("GET", "/v1/sla/report?group_by=organization&format=csv")
    assert table.text.splitlines()[0].startswith("group,metric,tickets")
    assert str(COMPANY_CALENDAR) not in table.text


async def test_a_broken_promise_stays_first_in_the_queue_until_it_is_kept(
    desk: Desk, travel: Travel
) -> None:
    ticket = await new(desk)
    travel(5 * 3600)
    await desk.fire()
    assert moment((await ticket.sla())["next_due_at"]) == ticket.opened_at + HOUR
    await ticket.reply(now(desk))
    assert moment((await ticket.sla())["next_due_at"]) == ticket.opened_at + 4 * HOUR
