"""Real tickets replayed under a draft: outcomes, dues and calls, old beside new."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.sla.domain.ration import Rationed
from services.sla.usecases import drafting, replaying
from shared.kit.ids import uuid7
from shared.vocabulary import COMPANY_CALENDAR, DEFAULT_POLICY, Priority, Status
from tests.services.sla.desk import Desk, Person, Ticket

SIMULATE = "/v1/sla/policies/simulate"


def targets(first: str, resolution: str) -> dict[str, Any]:
    row = {
        "first_response": {"target": first, "calendar": "always_open"},
        "resolution": {"target": resolution, "calendar": "always_open"},
    }
    return dict.fromkeys(("P1", "P2", "P3", "P4"), row)


def ladder(*after: Any) -> list[dict[str, Any]]:
    roles = ("supervisor", "senior_management", "executive")
    return [
        {"metric": "resolution", "after": wait, "to": to, "action": ["notify"]}
        for wait, to in zip(after, roles, strict=False)
    ]


async def replay(desk: Desk, **body: Any) -> dict[str, Any]:
    answer = await desk.ask("POST", SIMULATE, body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def history(desk: Desk, **policy: Any) -> tuple[dict[str, Any], Ticket, Ticket]:
    """Yesterday, promised one hour and four: one ticket quick on both, one that nobody answered."""
    body = {"name": "Hours", "targets": targets("PT1H", "PT4H"), **policy}
    made = await desk.made("/v1/sla/policies", body)
    customer = await desk.customer(made)
    begun = desk.context.clock.now() - timedelta(days=1)
    quick = await Ticket(desk, customer, begun, Priority.P2).open()
    await quick.reply(begun + timedelta(minutes=30))
    await quick.move(begun + timedelta(hours=2), Status.RESOLVED)
    slow = await Ticket(desk, customer, begun, Priority.P3).open(number=1043)
    return made, quick, slow


def line(found: dict[str, Any], metric: str, priority: str) -> dict[str, Any]:
    return next(
        one for one in found["metrics"] if (one["metric"], one["priority"]) == (metric, priority)
    )


async def test_a_stricter_draft_breaks_promises_that_were_kept(desk: Desk) -> None:
    _, quick, _ = await history(desk)
    draft = {"name": "Strict", "targets": targets("PT20M", "PT1H")}
    found = await replay(desk, policy=draft, organization_id=str(quick.organization))
    assert (found["tickets"], found["truncated"]) == (2, False)
    resolved = line(found, "resolution", "P2")
    assert (resolved["old"]["met"], resolved["new"]["breached"]) == (1, 1)
    assert (resolved["old"]["attainment"], resolved["new"]["attainment"]) == (1.0, 0.0)
    assert line(found, "resolution", "P3")["old"] == line(found, "resolution", "P3")["new"]
    changed = {(one["number"], one["metric"]): one for one in found["changes"]["items"]}
    assert set(changed) == {("SND-1042", "first_response"), ("SND-1042", "resolution")}
    one = changed["SND-1042", "resolution"]
    assert one["old"]["state"] == "met"
    assert one["new"] == {
        "state": "breached",
        "due_at": (quick.opened_at + timedelta(hours=1)).isoformat().replace("+00:00", "Z"),
        "breached_at": (quick.opened_at + timedelta(hours=1)).isoformat().replace("+00:00", "Z"),
    }
    assert (found["changes"]["worse"], found["changes"]["better"]) == (2, 0)
    assert (found["changes"]["moved"], found["changes"]["open_moved"]) == (2, 1)
    assert "Promises broken: 4, were 2." in found["text"]["en"]


async def test_the_policy_as_it_is_changes_nothing(desk: Desk) -> None:
    made, quick, _ = await history(desk, ladder=ladder("breach", "PT1H"))
    found = await replay(desk, policy={"id": made["id"]}, organization_id=str(quick.organization))
    assert found["tickets"] == 2
    assert found["changes"]["items"] == []
    assert found["changes"]["moved"] == 0
    assert found["woken"]["old"] == found["woken"]["new"]
    assert all(one["old"] == one["new"] for one in found["metrics"])


async def test_whoever_would_have_been_woken_is_counted_by_rung_and_hour(desk: Desk) -> None:
    _, quick, slow = await history(desk, ladder=ladder("breach"))
    draft = {
        "name": "Steep",
        "targets": targets("PT1H", "PT6H"),
        "ladder": ladder("breach", "PT2H", "PT200H"),
    }
    found = await replay(desk, policy=draft, organization_id=str(quick.organization))
    old, new = found["woken"]["old"], found["woken"]["new"]
    assert [(one["to"], one["calls"]) for one in old["rungs"]] == [("supervisor", 1)]
    assert [(one["to"], one["calls"]) for one in new["rungs"]] == [
        ("supervisor", 1),
        ("senior_management", 1),
    ]
    assert found["woken"]["timezone"] == "Asia/Riyadh"
    first = slow.opened_at + timedelta(hours=6 + 3)  # Riyadh is three hours ahead
    second = first + timedelta(hours=2)
    assert new["by_hour"][first.hour] == new["by_hour"][second.hour] == 1
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    assert new["by_weekday"][days[first.weekday()]] >= 1
    assert sum(new["by_hour"]) == sum(new["by_weekday"].values()) == new["total"] == 2


async def test_a_calendar_is_drafted_under_the_policies_as_they_are(desk: Desk) -> None:
    calendar = await desk.made(
        "/v1/sla/calendars", {"name": "Round", "timezone": "UTC", "always_open": True}
    )
    every = {"resolution": {"target": "PT4H", "calendar": calendar["id"]}}
    body = {"name": "By calendar", "targets": dict.fromkeys(("P1", "P2", "P3", "P4"), every)}
    made = await desk.made("/v1/sla/policies", body)
    customer = await desk.customer(made)
    begun = desk.context.clock.now() - timedelta(hours=12)
    await Ticket(desk, customer, begun).open()
    far = (begun + timedelta(days=30)).date().isoformat()
    shut = {"timezone": "UTC", "weekly": {}, "overrides": {far: [["09:00", "17:00"]]}}
    found = await replay(desk, calendars={calendar["id"]: shut}, of_policy=made["id"])
    assert line(found, "resolution", "P3")["old"]["breached"] == 1
    assert line(found, "resolution", "P3")["new"]["open"] == 1
    assert (found["changes"]["better"], found["changes"]["open_moved"]) == (1, 1)


async def test_more_tickets_than_are_replayed_are_said_to_be_left_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, quick, _ = await history(desk)
    monkeypatch.setattr(replaying, "PLENTY", 1)
    body = {"policy": {"id": str(DEFAULT_POLICY)}, "organization_id": str(quick.organization)}
    found = await replay(desk, **body)
    assert (found["tickets"], found["truncated"]) == (1, True)
    path = f"{SIMULATE}?cursor={found['next_cursor']}"
    rest = (await desk.ask("POST", path, body)).json()
    assert (rest["tickets"], rest["truncated"], rest["next_cursor"]) == (1, False, None)
    numbers = {one["number"] for page in (found, rest) for one in page["changes"]["items"]}
    monkeypatch.undo()
    whole = await replay(desk, **body)
    assert numbers == {one["number"] for one in whole["changes"]["items"]}
    assert (
        found["woken"]["new"]["total"] + rest["woken"]["new"]["total"]
        == (whole["woken"]["new"]["total"])
    )


@pytest.mark.parametrize("units", [0, 60])
async def test_a_draft_that_costs_too_much_is_refused_with_words(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, units: int
) -> None:
    await history(desk)
    monkeypatch.setattr(drafting, "Rationed", lambda calendar: Rationed(calendar, units))
    week = {key: [["09:00", "17:00"]] for key in ("sun", "mon", "tue")}
    draft = {str(COMPANY_CALENDAR): {"timezone": "UTC", "weekly": week}}
    body = {"calendars": draft, "policy": {"id": str(DEFAULT_POLICY)}, "days": 90}
    answer = await desk.ask("POST", SIMULATE, body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["code"] == "too_much_work"


async def test_everybody_else_has_a_turn_between_two_tickets(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await desk.policy_in_seconds()
    customer = await desk.customer(made)
    begun = desk.context.clock.now() - timedelta(hours=3)
    for number in range(12):
        await Ticket(desk, customer, begun).open(number=number)
    turns, seen, over = 0, list[int](), asyncio.Event()
    take = replaying.Replay.take

    def watched(self: replaying.Replay, case: replaying.Case) -> None:
        seen.append(turns)
        take(self, case)

    async def others() -> None:
        nonlocal turns
        while not over.is_set():
            turns += 1
            await asyncio.sleep(0)

    monkeypatch.setattr(replaying.Replay, "take", watched)
    async with asyncio.TaskGroup() as group:
        group.create_task(others())
        await replay(desk, policy={"id": str(DEFAULT_POLICY)}, organization_id=str(customer))
        over.set()
    assert len(set(seen)) == len(seen) == 12, "two tickets in one turn of the loop"


async def test_pages_go_over_every_ticket_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await desk.policy_in_seconds()
    customer = await desk.customer(made)
    begun = desk.context.clock.now() - timedelta(hours=3)
    for number in range(5):
        await Ticket(desk, customer, begun).open(number=number)
    monkeypatch.setattr(replaying, "PIECE", 2)
    found = await replay(
        desk, policy={"id": str(DEFAULT_POLICY)}, organization_id=str(customer), limit=3
    )
    assert found["tickets"] == 5
    assert (len(found["changes"]["items"]), found["changes"]["more"]) == (3, True)


@pytest.mark.parametrize(
    ("body", "place", "code"),
    [
        ({"policy": {"id": str(uuid7())}}, "#/policy/id", "unknown_policy"),
        (
            {"policy": {"id": str(DEFAULT_POLICY), "version": 99}},
            "#/policy/version",
            "unknown_policy",
        ),
        ({"calendars": {str(DEFAULT_POLICY): {}}}, "#/calendars/", "unknown_calendar"),
        (
            {"calendars": {str(COMPANY_CALENDAR): {"timezone": "Asia/Mecca"}}},
            "#/calendars/",
            "invalid_calendar",
        ),
        (
            {"calendars": {str(COMPANY_CALENDAR): {"timezone": "UTC"}}},
            "#/calendars/",
            "no_business_hours",
        ),
        (
            {
                "policy": {
                    "name": "x",
                    "targets": {"P1": {"resolution": {"target": "PT1H", "calendar": str(uuid7())}}},
                }
            },
            "#/policy/targets/P1/resolution/calendar",
            "unknown_calendar",
        ),
        ({"policy": {"id": str(DEFAULT_POLICY)}, "days": 91}, "#/days", ""),
        ({}, "#", ""),
    ],
)
async def test_a_draft_that_cannot_be_meant_is_refused_by_its_field(
    desk: Desk, body: dict[str, Any], place: str, code: str
) -> None:
    answer = await desk.ask("POST", SIMULATE, body)
    assert answer.status_code == 422, answer.text
    error = answer.json()["errors"][0]
    assert error["pointer"].startswith(place)
    assert code in error["code"]


@pytest.mark.parametrize("role", ["customer", "agent", "manager"])
async def test_only_who_manages_promises_may_replay_them(desk: Desk, role: str) -> None:
    body = {"policy": {"id": str(DEFAULT_POLICY)}}
    scope = "sla:read" if role != "customer" else "sla:read sla:manage"
    answer = await desk.ask("POST", SIMULATE, body, Person([role], scope=scope))
    assert answer.status_code == 403


async def test_a_second_replay_is_asked_to_wait(desk: Desk) -> None:
    replaying._busy.add(id(desk.context))
    try:
        answer = await desk.ask("POST", SIMULATE, {"policy": {"id": str(DEFAULT_POLICY)}})
    finally:
        replaying._busy.discard(id(desk.context))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
