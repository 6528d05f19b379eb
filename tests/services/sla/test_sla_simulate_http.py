"""The simulation as front ends and partners ask it (contracts.md, POST /v1/sla/simulate)."""

from typing import Any

import pytest

from tests.services.sla.desk import Desk, Person

CALENDAR: dict[str, Any] = {
    "timezone": "Asia/Riyadh",
    "weekly": {day: [["09:00", "17:00"]] for day in ("sun", "mon", "tue", "wed", "thu")},
    "holidays": ["2026-03-20"],
    "seasons": [
        {
            "name": "ramadan",
            "from": "2026-02-18",
            "to": "2026-03-19",
            "weekly": {"wed": [["10:00", "15:00"]], "thu": [["10:00", "15:00"]]},
        }
    ],
    "overrides": {"2026-05-01": [["10:00", "12:00"]]},
    "breaks": {"2026-05-02": [["12:00", "13:00"]]},
    "always_open": False,
}
START = "2026-02-17T12:00:00Z"


async def simulate(desk: Desk, **body: Any) -> dict[str, Any]:
    answer = await desk.ask("POST", "/v1/sla/simulate", {"calendar": CALENDAR, **body})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_queries_are_answered_in_their_order(desk: Desk) -> None:
    found = await simulate(
        desk,
        queries=[
            {"kind": "deadline", "start": START, "duration_seconds": 14400, "direction": "after"},
            {"kind": "deadline", "start": START, "business_days": 2},
            {"kind": "deadline", "start": START, "duration_seconds": 3600, "direction": "before"},
            {"kind": "elapsed", "start": START, "end": "2026-02-18T09:00:00Z"},
            {"kind": "elapsed", "start": START, "end": "2026-02-16T09:00:00Z"},
        ],
    )
    assert found == {
        "answers": [
            {"due": "2026-02-18T09:00:00Z"},
            {"due": "2026-02-25T07:00:00Z"},
            {"due": "2026-02-17T11:00:00Z"},
            {"seconds": 14400},
            {"seconds": 0},
        ]
    }


@pytest.mark.parametrize(
    ("calendar", "query", "code"),
    [
        ({"weekly": {}}, {"duration_seconds": 1}, "no_business_hours"),
        ({"timezone": "Asia/Mecca"}, {"duration_seconds": 1}, "invalid_calendar"),
        ({"weekly": {"sun": [["9", "17"]]}}, {"duration_seconds": 1}, "invalid_calendar"),
        ({}, {"duration_seconds": -1}, "invalid_duration"),
        ({}, {"duration_seconds": 1.5}, "invalid_duration"),
        ({}, {"duration_seconds": "an hour"}, "invalid_duration"),
        ({}, {"duration_seconds": 1, "business_days": 1}, "invalid_duration"),
        ({}, {"business_days": -2}, "invalid_duration"),
        ({}, {}, "invalid_duration"),
    ],
)
async def test_what_cannot_be_meant_is_answered_by_its_code(
    desk: Desk, calendar: dict[str, Any], query: dict[str, Any], code: str
) -> None:
    bent = {**CALENDAR, **({"seasons": [], "overrides": {}} if calendar else {}), **calendar}
    asked = {"kind": "deadline", "start": START, **query}
    found = await simulate(desk, calendar=bent, queries=[asked])
    assert found["answers"] == [{"error": code}]


async def test_a_story_is_folded_under_an_imagined_policy(desk: Desk) -> None:
    found = await simulate(
        desk,
        calendar={"timezone": "UTC", "always_open": True},
        policy={
            "targets": {"urgent": {"first_response": 3600, "resolution": 14400}},
            "pause_statuses": ["parked"],
            "pause_metrics": ["resolution"],
            "stop_statuses": ["done"],
        },
        events=[
            {"at": START, "type": "created", "priority": "urgent", "status": "fresh"},
            {"at": "2026-02-17T12:30:00Z", "type": "agent_reply", "public": True},
            {"at": "2026-02-17T13:00:00Z", "type": "status", "to": "parked"},
            {"at": "2026-02-17T15:00:00Z", "type": "customer_reply"},
        ],
        as_of="2026-02-17T16:00:00Z",
    )
    assert found["answers"] == []
    assert found["clocks"] == {
        "first_response": {
            "due": "2026-02-17T13:00:00Z",
            "at": "2026-02-17T12:30:00Z",
            "elapsed_seconds": 1800,
            "breached": False,
            "running": False,
        },
        "next_response": {
            "due": None,
            "at": None,
            "elapsed_seconds": 3600,
            "breached": False,
            "running": True,
            "worst_seconds": 3600,
        },
        "resolution": {
            "due": "2026-02-17T18:00:00Z",
            "at": None,
            "elapsed_seconds": 7200,
            "breached": False,
            "running": True,
        },
    }
    states = [(s["state"], s["seconds"]) for s in found["ledger"]["resolution"]]
    assert states == [("counted", 3600), ("paused", 7200), ("counted", 3600)]


async def test_customers_may_ask_and_strangers_may_not(desk: Desk) -> None:
    body = {"calendar": CALENDAR}
    customer = Person(["customer"], scope="sla:read")
    assert (await desk.ask("POST", "/v1/sla/simulate", body, customer)).status_code == 200
    nobody = Person(["customer"], scope="tickets:read")
    assert (await desk.ask("POST", "/v1/sla/simulate", body, nobody)).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"calendar": CALENDAR, "queries": [{"kind": "guess", "start": START}]},
        {"calendar": CALENDAR, "queries": [{"kind": "deadline", "start": "noon"}]},
        {"calendar": CALENDAR, "policy": {"targets": {"P1": {"speed": 1}}}},
        {"calendar": CALENDAR, "events": [{"at": START, "type": "shouted"}]},
    ],
)
async def test_a_body_of_the_wrong_shape_is_refused(desk: Desk, body: dict[str, Any]) -> None:
    assert (await desk.ask("POST", "/v1/sla/simulate", body)).status_code == 422


async def test_an_elapsed_query_without_an_end_is_an_invalid_duration(desk: Desk) -> None:
    found = await simulate(desk, queries=[{"kind": "elapsed", "start": START}])
    assert found["answers"] == [{"error": "invalid_duration"}]


async def test_an_instant_of_another_age_is_refused_at_the_door(desk: Desk) -> None:
    query = {"kind": "deadline", "start": "0001-01-01T00:00:00Z", "duration_seconds": 1}
    body = {"calendar": CALENDAR, "queries": [query]}
    answer = await desk.ask("POST", "/v1/sla/simulate", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
