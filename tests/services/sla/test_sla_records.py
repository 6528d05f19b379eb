"""Excuses, uptime, long pauses and repeated facts, on a real database."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import ProgrammingError

from shared.events.ticket import TicketEdited, TicketStatusChanged
from shared.vocabulary import AuthorKind, Priority, Status
from tests.contexts import Travel
from tests.services.sla.desk import Desk, Person, Ticket
from tests.services.sla.loops import HOUR, now, real_time

__all__ = ["real_time"]


async def broken(desk: Desk) -> Ticket:
    """A P1 ticket of two hours ago that nobody answered."""
    return await Ticket(desk, await desk.customer(), now(desk) - 2 * HOUR, Priority.P1).open()


def place(ticket: Ticket, metric: str = "first_response", cycle: int = 1) -> str:
    return f"/v1/tickets/{ticket.id}/sla/breaches/{metric}/{cycle}/excuse"


async def test_a_manager_excuses_a_breach_and_it_stays_on_record(desk: Desk) -> None:
    ticket = await broken(desk)
    manager = Person(["manager"], departments=[ticket.department], scope="sla:read reports:read")
    told = "زرنا مقركم ولم نجد أحدًا"
    body = {"reason": " انقطع اتصال العميل ", "public_reason": told}
    answer = await desk.ask("POST", place(ticket), body, manager)
    assert answer.status_code == 200, answer.text
    record = answer.json()["breaches"]
    assert [one["fact"] for one in record] == ["breached", "excused"]
    assert record[1]["actor_id"] == str(manager.id)
    assert record[1]["reason"] == "انقطع اتصال العميل"
    assert record[1]["breached_at"] == record[0]["breached_at"]
    (fact,) = await desk.facts(ticket.id, "excused")
    assert fact["data"]["actor_id"] == str(manager.id)
    assert "reason" not in fact["data"]
    sequences = [one["sequence"] for one in await desk.facts(ticket.id)]
    assert sequences == list(range(1, len(sequences) + 1))
    async with desk.context.tx() as tx:
        sealed = await tx.scalar(
            "select reason || public_reason from sla.breach"
            " where ticket_id = :id and fact = 'excused'",
            {"id": ticket.id},
        )
    assert "انقطع".encode() not in bytes(sealed)
    assert "زرنا".encode() not in bytes(sealed)
    assert (record[1]["public_reason"], record[1]["cause"]) == (told, "manager")
    customer = Person(["customer"], ticket.organization, id=ticket.requester)
    seen = (await ticket.sla(customer))["breaches"][1]
    assert (seen["fact"], seen["reason"], seen["actor_id"]) == ("excused", None, None)
    assert (seen["cause"], seen["public_reason"]) == ("desk", told)
    again = await desk.ask("POST", place(ticket), body, manager)
    assert (again.status_code, again.json()["code"]) == (409, "already_excused")
    report = await desk.ask("GET", "/v1/sla/report?group_by=organization")
    mine = {
        one["metric"]: one
        for one in report.json()["items"]
        if one["group"] == str(ticket.organization)
    }
    assert (mine["first_response"]["breached"], mine["first_response"]["excused"]) == (1, 1)


async def test_an_excuse_sent_twice_with_a_key_is_one_excuse(desk: Desk) -> None:
    ticket = await broken(desk)
    boss, key = Person(["executive"]), {"Idempotency-Key": str(uuid4())}
    first = await desk.ask("POST", place(ticket), {"reason": "x"}, boss, **key)
    second = await desk.ask("POST", place(ticket), {"reason": "x"}, boss, **key)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert len(await desk.facts(ticket.id, "excused")) == 1


async def test_only_leaders_who_see_the_ticket_excuse_what_is_broken(desk: Desk) -> None:
    ticket, body = await broken(desk), {"reason": "x"}

    async def status(who: Person, path: str = place(ticket)) -> tuple[int, Any]:
        answer = await desk.ask("POST", path, body, who)
        return answer.status_code, answer.json().get("code")

    here = [ticket.department]
    assert (await status(Person(["agent"], departments=here)))[0] == 403
    assert (await status(Person(["supervisor"], departments=here)))[0] == 403
    assert (await status(Person(["auditor"])))[0] == 403
    assert (await status(Person(["customer_admin"], ticket.organization)))[0] == 403
    assert (await status(Person([], kind="client")))[0] == 403
    assert (await status(Person(["manager"], departments=[uuid4()])))[0] == 404
    assert (await status(Person(), place(ticket, "resolution"))) == (409, "not_breached")
    assert (await status(Person(), place(ticket, cycle=2))) == (409, "not_breached")
    assert (await status(Person(), place(ticket, cycle=0)))[0] == 422
    empty = await desk.ask("POST", place(ticket), {"reason": "  "})
    assert empty.status_code == 422


async def test_a_breach_that_was_called_off_needs_no_excuse(desk: Desk) -> None:
    ticket = await broken(desk)
    await ticket.reply(ticket.opened_at + HOUR / 2)
    answer = await desk.ask("POST", place(ticket), {"reason": "x"})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_breached")
    assert answer.json()["title"]


async def test_no_role_of_the_service_changes_the_record(desk: Desk) -> None:
    ticket = await broken(desk)
    for statement in ("update sla.breach set cause = 'x'", "delete from sla.breach"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with desk.context.tx() as tx:
                await tx.execute(f"{statement} where ticket_id = :id", {"id": ticket.id})


async def test_a_fact_that_comes_twice_moves_the_clock_once(desk: Desk) -> None:
    ticket = await Ticket(desk, await desk.customer(), now(desk), Priority.P1).open()
    fact = TicketStatusChanged(
        ticket_id=ticket.id,
        organization_id=ticket.organization,
        at=now(desk),
        from_status=Status.OPEN,
        to_status=Status.WAITING_CUSTOMER,
    )
    await desk.hear(fact, 2)
    told, armed = await desk.facts(ticket.id), await desk.timers(ticket.id)
    await desk.hear(fact, 2)
    assert await desk.facts(ticket.id) == told
    assert await desk.timers(ticket.id) == armed


async def test_a_first_message_of_staff_answers_at_once(desk: Desk) -> None:
    ticket = Ticket(desk, await desk.customer(), now(desk), Priority.P1)
    await ticket.open(author_kind=AuthorKind.STAFF)
    assert (await ticket.sla())["first_response"]["state"] == "met"
    assert "breach:T:first_response:1" not in await desk.timers(ticket.id)


async def test_a_warning_may_come_a_time_before_the_due_instant(desk: Desk, travel: Travel) -> None:
    policy = await desk.policy_in_seconds(
        targets={"P1": {"resolution": {"target": "PT2H", "calendar": "always_open"}}},
        warn_at=[],
        warn_before=["PT30M", "PT3H"],
    )
    ticket = await Ticket(desk, await desk.customer(policy), now(desk), Priority.P1).open()
    travel(90 * 60 - 5)
    await desk.fire()
    assert await desk.facts(ticket.id, "warning") == []
    travel(90 * 60 + 5)
    await desk.fire()
    (warning,) = await desk.facts(ticket.id, "warning")
    assert (warning["data"]["before_seconds"], warning["data"]["point"]) == (1800, 0.75)
    assert (await ticket.sla())["resolution"]["warned_at"] is not None


async def test_a_long_wait_for_the_customer_is_told_once_per_wait(
    desk: Desk, travel: Travel
) -> None:
    every = {"resolution": {"target": "PT9H", "calendar": "always_open"}}
    policy = await desk.policy_in_seconds(
        targets={"P1": every}, pause_reminder="PT1H", pause_auto_resolve="PT2H"
    )
    ticket = await Ticket(desk, await desk.customer(policy), now(desk), Priority.P1).open()
    start = ticket.opened_at
    await ticket.move(start + timedelta(minutes=1), Status.WAITING_CUSTOMER)
    travel(3600 + 30)
    await desk.fire()
    assert await desk.facts(ticket.id, "pause_overdue") == []
    travel(3600 + 90)
    await desk.fire()
    await desk.fire()
    (told,) = await desk.facts(ticket.id, "pause_overdue")
    assert told["data"]["limit"] == "reminder"
    assert datetime.fromisoformat(told["data"]["paused_since"]) == start + timedelta(minutes=1)
    await ticket.write(start + HOUR + timedelta(minutes=2))
    assert not any("reminder" in key for key in await desk.timers(ticket.id))
    await ticket.move(start + 1.5 * HOUR, Status.WAITING_CUSTOMER)
    travel(4 * 3600)
    await desk.fire()
    limits = [one["data"]["limit"] for one in await desk.facts(ticket.id, "pause_overdue")]
    assert limits == ["reminder", "reminder", "resolve"]


async def outage(desk: Desk, organization: UUID, at: datetime, **more: Any) -> Ticket:
    ticket = Ticket(desk, organization, at, Priority.P1)
    await ticket.open(outage=True, **more)
    return ticket


async def contract_of(desk: Desk, **more: Any) -> tuple[UUID, str]:
    values = {"starts_on": "2026-03-01", "uptime_target": 99.9, **more}
    organization = await desk.customer(await desk.policy_in_seconds(), **values)
    listed = await desk.ask("GET", f"/v1/contracts?organization_id={organization}")
    return organization, f"/v1/contracts/{listed.json()['items'][0]['id']}/uptime"


MARCH = datetime(2026, 3, 10, 9, tzinfo=UTC)
SPAN = "?from=2026-03-01T00:00:00Z&to=2026-03-31T00:00:00Z"


async def test_uptime_shows_its_working(desk: Desk) -> None:
    organization, path = await contract_of(desk)
    one = await outage(desk, organization, MARCH, number=11)
    await one.move(MARCH + HOUR, Status.RESOLVED)
    other = await outage(desk, organization, MARCH + HOUR / 2, number=12)
    await other.move(MARCH + 1.5 * HOUR, Status.RESOLVED)
    plain = await Ticket(desk, organization, MARCH, Priority.P1).open()
    await plain.move(MARCH + 9 * HOUR, Status.RESOLVED)
    elsewhere = await outage(desk, await desk.customer(), MARCH)
    await elsewhere.move(MARCH + 9 * HOUR, Status.RESOLVED)
    found = (await desk.ask("GET", path + SPAN)).json()
    assert [(row["number"], row["seconds"], row["open"]) for row in found["outages"]] == [
        ("SND-11", 3600, False),
        ("SND-12", 3600, False),
    ]
    assert [(row["from"], row["to"]) for row in found["downtime"]] == [
        ("2026-03-10T09:00:00Z", "2026-03-10T10:30:00Z")
    ]
    assert found["downtime_seconds"] == 5400
    assert found["from"] == "2026-03-01T00:00:00Z"
    assert found["seconds"] == 30 * 86400
    assert found["uptime_percent"] == 99.791666
    assert (found["target_percent"], found["allowed_seconds"], found["met"]) == (99.9, 2592, False)
    assert "1 h 30 min down" in found["text"]["en"]
    assert "99.791666%" in found["text"]["ar"]


async def test_uptime_is_cut_to_the_contract_and_to_now(desk: Desk) -> None:
    organization, path = await contract_of(desk, starts_on="2026-03-10", ends_on="2026-03-10")
    ticket = await outage(desk, organization, MARCH - timedelta(days=2))
    found = (await desk.ask("GET", path + SPAN)).json()
    assert (found["from"], found["to"]) == ("2026-03-09T21:00:00Z", "2026-03-10T21:00:00Z")
    assert (found["seconds"], found["downtime_seconds"]) == (86400, 86400)
    assert found["outages"][0]["open"]
    await ticket.tell(TicketEdited, MARCH, fields=("tags",), outage=False)
    assert (await desk.ask("GET", path + SPAN)).json()["outages"] == []
    open_contract, current = await contract_of(desk)
    await outage(desk, open_contract, now(desk) - HOUR)
    until = (now(desk) + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M:%SZ")
    since = (now(desk) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    lasting = (await desk.ask("GET", f"{current}?from={since}&to={until}")).json()
    assert 3600 <= lasting["downtime_seconds"] < 3700
    assert lasting["seconds"] < 86400 + 100


async def test_uptime_of_nothing_and_of_nonsense(desk: Desk) -> None:
    _, path = await contract_of(desk)
    before = await desk.ask("GET", path + "?from=2025-01-01T00:00:00Z&to=2025-02-01T00:00:00Z")
    empty = before.json()
    assert (empty["seconds"], empty["uptime_percent"], empty["met"]) == (0, None, None)
    assert "within the contract" in empty["text"]["en"]
    turned = await desk.ask("GET", path + "?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z")
    assert turned.json()["errors"][0]["code"] == "ends_before_start"
    for span in (
        "?to=0001-01-01T00:00:00Z",
        "?from=0001-01-01T00:00:00Z",
        "?to=9999-12-31T23:59:59Z",
    ):
        assert (await desk.ask("GET", path + span)).status_code in {200, 422}
    plain = (await desk.ask("GET", path)).json()
    assert plain["seconds"] == 30 * 86400
    assert plain["uptime_percent"] == 100.0


async def test_customers_see_their_own_uptime_and_only_their_own_tickets_in_it(desk: Desk) -> None:
    organization, path = await contract_of(desk)
    ticket = await outage(desk, organization, MARCH, number=77)
    await ticket.move(MARCH + HOUR, Status.RESOLVED)

    async def numbers(who: Person) -> list[str | None]:
        answer = await desk.ask("GET", path + SPAN, who=who)
        assert answer.status_code == 200, answer.text
        return [row["number"] for row in answer.json()["outages"]]

    assert await numbers(Person(["customer"], organization, id=ticket.requester)) == ["SND-77"]
    assert await numbers(Person(["customer"], organization)) == [None]
    assert await numbers(Person(["customer_admin"], organization)) == ["SND-77"]
    stranger = await desk.ask("GET", path + SPAN, who=Person(["customer_admin"], uuid4()))
    assert stranger.status_code == 404


@pytest.mark.parametrize("ends_on", ["9999-12-31", "2300-01-01"])
async def test_a_contract_without_an_end_in_sight_has_an_uptime(desk: Desk, ends_on: str) -> None:
    organization, path = await contract_of(desk, starts_on="0001-01-01", ends_on=ends_on)
    await outage(desk, organization, MARCH)
    answer = await desk.ask("GET", path + SPAN)
    assert answer.status_code == 200, answer.text
    assert answer.json()["from"] == "2026-03-01T00:00:00Z"
