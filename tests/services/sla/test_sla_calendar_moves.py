"""A calendar changes while tickets are open: what would move is shown, what moves is stated."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.sla.usecases import previewing, recounting
from shared.vocabulary import Priority, Status
from tests.services.sla.desk import Desk, Ticket

ALWAYS: dict[str, Any] = {"name": "Round the clock", "timezone": "UTC", "always_open": True}
PROMISE = {"target": "PT4H"}


class House:
    """A customer whose contract counts on a calendar of its own."""

    def __init__(self, desk: Desk, path: str, organization: UUID) -> None:
        self.desk, self.path, self.organization = desk, path, organization

    async def ticket(self, age: timedelta) -> Ticket:
        opened = self.desk.context.clock.now() - age
        return await Ticket(self.desk, self.organization, opened, Priority.P3).open()

    async def change(self, **body: Any) -> dict[str, Any]:
        answer = await self.desk.ask("POST", f"{self.path}/versions", body)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def preview(self, query: str = "", **body: Any) -> dict[str, Any]:
        answer = await self.desk.ask("POST", f"{self.path}/preview{query}", body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def settled(self) -> None:
        while (await self.desk.fire()).claimed:
            pass


@pytest.fixture
async def house(desk: Desk) -> House:
    calendar = await desk.made("/v1/sla/calendars", ALWAYS)
    targets = {"P3": {"first_response": PROMISE, "resolution": PROMISE}}
    policy = await desk.made("/v1/sla/policies", {"name": "Four hours", "targets": targets})
    organization = await desk.customer(policy, calendar_id=calendar["id"])
    return House(desk, f"/v1/sla/calendars/{calendar['id']}", organization)


def closed(*days: datetime) -> dict[str, Any]:
    """The whole of each of these days is a holiday, and the desk is open on every other."""
    weekly = {d: [["00:00", "24:00"]] for d in ("sun", "mon", "tue", "wed", "thu", "fri", "sat")}
    return {
        "always_open": False,
        "weekly": weekly,
        "holidays": sorted({day.date().isoformat() for day in days}),
    }


async def test_a_preview_names_what_would_move_and_stores_nothing(house: House) -> None:
    ticket = await house.ticket(timedelta(0))
    before = await ticket.sla()
    tomorrow = ticket.opened_at + timedelta(days=1)
    hours = closed(tomorrow) | {"overrides": {ticket.opened_at.date().isoformat(): []}}
    shown = await house.preview(**hours)
    assert [(m["ticket_id"], m["metric"]) for m in shown["items"]] == [
        (str(ticket.id), "first_response"),
        (str(ticket.id), "resolution"),
    ]
    move = shown["items"][0]
    assert move["old_due_at"] == before["first_response"]["due_at"]
    old, new = (datetime.fromisoformat(move[name]) for name in ("old_due_at", "new_due_at"))
    assert abs((new - old).total_seconds() - move["moved_seconds"]) < 1
    assert move["moved_seconds"] > 24 * 3600
    assert new.date() == (ticket.opened_at + timedelta(days=2)).date()
    assert (shown["moved"], shown["complete"], shown["breaches_appearing"]) == (1, True, 0)
    assert await ticket.sla() == before
    assert (await house.desk.ask("GET", house.path)).json()["version"] == 1


async def test_applying_moves_exactly_what_the_preview_said_and_states_why(house: House) -> None:
    ticket = await house.ticket(timedelta(0))
    soon = (ticket.opened_at + timedelta(minutes=1)).isoformat()
    hours = closed(ticket.opened_at) | {"effective_from": soon}
    promised = {m["metric"]: m["new_due_at"] for m in (await house.preview(**hours))["items"]}
    await house.change(**hours)
    await house.settled()
    found = await ticket.sla()
    assert {name: found[name]["due_at"] for name in promised} == promised
    (fact,) = await house.desk.facts(ticket.id, "clock_updated")
    assert fact["data"]["cause"] == "calendar"
    assert (await house.preview(effective_from=soon))["items"] == [], "nothing is left to move"


async def test_a_late_announcement_takes_a_breach_back(house: House) -> None:
    ticket = await house.ticket(timedelta(hours=5))
    await house.settled()
    assert len(await house.desk.facts(ticket.id, "sla.breached")) == 2
    hours = closed(ticket.opened_at) | {"retroactive": True}
    hours["holidays"].append((ticket.opened_at + timedelta(days=1)).date().isoformat())
    shown = await house.preview(**hours)
    assert (shown["breaches_disappearing"], shown["breaches_appearing"]) == (2, 0)
    await house.change(**hours)
    await house.settled()
    voided = await house.desk.facts(ticket.id, "breach_voided")
    assert [fact["data"]["cause"] for fact in voided] == ["calendar", "calendar"]
    assert (await ticket.sla())["resolution"]["state"] == "running"
    explained = (await house.desk.ask("GET", f"/v1/tickets/{ticket.id}/sla")).json()
    assert {one["fact"] for one in explained["breaches"]} == {"breached", "voided"}


async def test_without_retroactive_what_was_counted_stays(house: House) -> None:
    ticket = await house.ticket(timedelta(hours=3))
    now = house.desk.context.clock.now()
    hours = closed(ticket.opened_at) | {"effective_from": "2020-01-01T00:00:00Z"}
    hours["holidays"] = [(now + timedelta(days=n)).date().isoformat() for n in (-1, 0)]
    shown = await house.preview(**hours)
    for move in shown["items"]:
        new = datetime.fromisoformat(move["new_due_at"])
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        assert timedelta(0) < new - midnight <= timedelta(hours=1, seconds=1)


async def test_a_breach_that_only_the_calendar_makes_says_so(house: House) -> None:
    desk = house.desk
    now = desk.context.clock.now()
    await house.change(**closed(now - timedelta(hours=6), now), retroactive=True)
    ticket = await house.ticket(timedelta(hours=6))
    await house.settled()
    assert await desk.facts(ticket.id, "sla.breached") == []
    shown = await house.preview(always_open=True, retroactive=True)
    assert shown["breaches_appearing"] == 2
    await house.change(always_open=True, retroactive=True)
    await house.settled()
    causes = [f["data"]["cause"] for f in await desk.facts(ticket.id, "sla.breached")]
    assert causes == ["calendar", "calendar"]


async def test_a_preview_is_cut_at_what_one_request_may_look_at_and_goes_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previewing, "MOST", 4)
    monkeypatch.setattr(previewing, "BATCH", 2)
    tickets = {str((await house.ticket(timedelta(0))).id) for _ in range(7)}
    hours = closed(house.desk.context.clock.now())
    seen: list[str] = []
    query, sizes = "?limit=200", []
    while True:
        page = await house.preview(query, **hours)
        seen += [move["ticket_id"] for move in page["items"]]
        sizes.append((page["examined"], page["open_clocks"], page["complete"]))
        if page["next_cursor"] is None:
            break
        query = f"?limit=200&cursor={page['next_cursor']}"
    assert sizes == [(4, 7, False), (3, 7, True)]
    assert len(seen) == len(set(seen)) * 2 == 14
    assert set(seen) == tickets


async def test_a_small_page_never_tears_a_ticket_apart(house: House) -> None:
    for _ in range(3):
        await house.ticket(timedelta(0))
    hours = closed(house.desk.context.clock.now())
    first = await house.preview("?limit=1", **hours)
    assert len({move["ticket_id"] for move in first["items"]}) == 1
    assert len(first["items"]) == 2
    assert (first["moved"], first["complete"]) == (3, True), "the totals do not end with the page"
    rest = await house.preview(f"?limit=200&cursor={first['next_cursor']}", **hours)
    assert len({move["ticket_id"] for move in rest["items"]}) == 2
    assert rest["next_cursor"] is None


async def test_a_preview_of_what_cannot_be_meant_is_refused(house: House) -> None:
    answer = await house.desk.ask("POST", f"{house.path}/preview", {"timezone": "Asia/Mecca"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "unknown_zone")
    nowhere = await house.desk.ask("POST", f"/v1/sla/calendars/{uuid4()}/preview", {})
    assert nowhere.status_code == 404


async def test_a_recount_goes_through_all_clocks_in_small_steps(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recounting, "CHUNK", 3)
    tickets = [await house.ticket(timedelta(0)) for _ in range(8)]
    await house.settled()
    await house.change(**closed(tickets[0].opened_at))
    steps = 0
    while True:
        async with house.desk.context.tx() as tx:
            armed = await tx.scalar("select count(*) from sla.timer where kind = 'recompute'")
        assert armed <= 3 + 1, "a step hands out no more than its chunk"
        if not (await house.desk.fire()).claimed:
            break
        steps += 1
    assert steps >= 3
    for ticket in tickets:
        (fact,) = await house.desk.facts(ticket.id, "clock_updated")
        assert fact["data"]["cause"] == "calendar"


async def test_clocks_whose_policy_names_the_calendar_are_recounted_too(desk: Desk) -> None:
    calendar = await desk.made("/v1/sla/calendars", ALWAYS)
    promise = {**PROMISE, "calendar": calendar["id"]}
    policy = await desk.made(
        "/v1/sla/policies", {"name": "Named", "targets": {"P3": {"resolution": promise}}}
    )
    house = House(desk, f"/v1/sla/calendars/{calendar['id']}", await desk.customer(policy))
    ticket = await house.ticket(timedelta(0))
    await house.change(**closed(ticket.opened_at))
    await house.settled()
    assert [f["data"]["cause"] for f in await desk.facts(ticket.id, "clock_updated")] == [
        "calendar"
    ]


async def ended(house: House) -> Ticket:
    """Answered and solved after an hour, two hours ago."""
    ticket = await house.ticket(timedelta(hours=3))
    await ticket.reply(ticket.opened_at + timedelta(minutes=30))
    await ticket.move(ticket.opened_at + timedelta(hours=1), Status.RESOLVED)
    return ticket


async def explained(ticket: Ticket) -> dict[str, Any]:
    answer = await ticket.desk.ask("GET", f"/v1/tickets/{ticket.id}/sla/explain?metric=resolution")
    found: dict[str, Any] = answer.json()
    return found


async def test_what_has_ended_is_explained_by_the_calendar_that_it_ended_under(
    house: House,
) -> None:
    ticket = await ended(house)
    before = await explained(ticket)
    assert before["totals"]["counted"] == 3600
    await house.change(**closed(ticket.opened_at), retroactive=True)
    await house.settled()
    after = await explained(ticket)
    assert after["totals"]["counted"] == 3600
    for name in ("at", "calendar_version", "remaining_seconds"):
        assert after["due"][name] == before["due"][name], name
    await ticket.write(house.desk.context.clock.now(), automatic=True)
    await ticket.prioritise(house.desk.context.clock.now(), Priority.P3)
    assert (await explained(ticket))["totals"]["counted"] == 3600, "still at its end"
    assert not await house.desk.facts(ticket.id, "voided")


async def test_what_runs_again_counts_on_todays_calendar(house: House) -> None:
    ticket = await ended(house)
    hours = closed(ticket.opened_at, ticket.opened_at + timedelta(hours=1))
    await house.change(**hours, retroactive=True)
    await house.settled()
    await ticket.move(house.desk.context.clock.now(), Status.OPEN)
    reopened = await ticket.sla()
    assert reopened["resolution"]["elapsed_seconds"] == 0, "the day was a holiday after all"
    due = datetime.fromisoformat(reopened["resolution"]["due_at"])
    assert due.date() > ticket.opened_at.date()
