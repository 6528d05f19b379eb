"""Calendars, policies and contracts through the HTTP door."""

from typing import Any
from uuid import uuid4

import pytest

from services.sla.problems import INVALID_DURATION
from shared.vocabulary import COMPANY_CALENDAR, DEFAULT_POLICY
from tests.services.sla.desk import Desk, Person

WEEK = {"sun": [["09:00", "17:00"]]}
CALENDAR = {"name": {"ar": "تقويم", "en": "Calendar"}, "timezone": "Asia/Riyadh", "weekly": WEEK}
ALWAYS = {"always_open": True}
LONG = {"target": "PT2000H"}
RUNG = {"metric": "resolution", "to": "supervisor", "action": ["notify"]}
TARGETS = {"P1": {"first_response": {"target": "PT1H"}}}


async def test_a_new_house_promises_what_the_public_page_says(desk: Desk) -> None:
    policy = (await desk.ask("GET", f"/v1/sla/policies/{DEFAULT_POLICY}")).json()
    shown = {
        priority: {metric: one["target"] for metric, one in row.items()}
        for priority, row in policy["targets"].items()
    }
    assert shown == {
        "P1": {"first_response": "PT1H", "resolution": "PT4H"},
        "P2": {"first_response": "PT4H", "resolution": "PT8H"},
        "P3": {"first_response": "PT8H", "resolution": {"business_days": 1}},
        "P4": {"first_response": "PT12H", "resolution": {"business_days": 2}},
    }
    assert policy["targets"]["P1"]["resolution"]["calendar"] == "always_open"
    assert policy["reopen_window"] == "PT24H"
    climbs = [(s["metric"], s["after"], s["to"], s["action"]) for s in policy["ladder"]]
    assert climbs == [
        ("first_response", "breach", "manager", ["notify"]),
        ("resolution", "breach", "supervisor", ["assign", "notify"]),
        ("resolution", {"business_days": 1}, "senior_management", ["notify"]),
        ("resolution", {"business_days": 1}, "executive", ["notify"]),
    ]
    calendar = (await desk.ask("GET", f"/v1/sla/calendars/{COMPANY_CALENDAR}")).json()
    assert calendar["timezone"] == "Asia/Riyadh"
    assert sorted(calendar["weekly"]) == ["mon", "sun", "thu", "tue", "wed"]


async def test_a_policy_changes_by_versions(desk: Desk) -> None:
    made = await desk.made("/v1/sla/policies", {"name": "Gold", "targets": TARGETS})
    assert made["version"] == 1
    assert made["pause_statuses"] == ["waiting_customer"]
    path = f"/v1/sla/policies/{made['id']}"
    changed = await desk.ask("PATCH", path, {"reopen_window": "PT3S"}, None, **{"If-Match": '"1"'})
    assert changed.json()["version"] == 2
    assert changed.json()["reopen_window"] == "PT3S"
    assert changed.json()["targets"] == made["targets"]
    assert changed.headers["etag"] == '"2"'
    stale = await desk.ask("PATCH", path, {"reopen_window": "PT4S"}, None, **{"If-Match": '"1"'})
    assert stale.status_code == 412
    listed = await desk.ask("GET", "/v1/sla/policies?limit=1")
    assert listed.json()["next_cursor"]


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"targets": {"P5": {}}}, "#/targets/P5", "enum"),
        (
            {"targets": {"P1": {"first_response": {"target": "an hour"}}}},
            "#/targets",
            "invalid_duration",
        ),
        (
            {"targets": {"P1": {"first_response": {"target": "PT0S"}}}},
            "#/targets",
            "invalid_duration",
        ),
        ({"pause_metrics": ["first_response"]}, "#/pause_metrics", "never_pauses"),
        ({"warn_at": [1.5]}, "#/warn_at/0", "less_than"),
        ({"typo": 1}, "#/typo", "extra_forbidden"),
        (
            {"targets": {"P1": {"resolution": {"target": "P36500D"}}}},
            "#/targets/P1/resolution/target",
            "invalid_duration",
        ),
        (
            {"targets": {"P1": {"resolution": {"target": "PT43800H"}}}},
            "#/targets/P1/resolution/target",
            "invalid_duration",
        ),
        (
            {"kinds": {"emergency": {"ladder": [{**RUNG, "after": "PT999999999S"}]}}},
            "#/kinds/emergency/ladder/0/after",
            "invalid_duration",
        ),
        ({"reopen_window": "PT999999999S"}, "#/reopen_window", "invalid_duration"),
        ({"pause_reminder": "P9999W"}, "#/pause_reminder", "invalid_duration"),
        ({"warn_before": ["P36500D"]}, "#/warn_before/0", "invalid_duration"),
        ({"resolve_counts_as_first_response": 1}, "#/resolve_counts_as_first_r", "bool_type"),
        (
            {"targets": {"P1": {"resolution": {"target": "PT1H", "calendar": str(uuid4())}}}},
            "#/targets/P1/resolution/calendar",
            "unknown_calendar",
        ),
    ],
)
async def test_a_policy_that_cannot_be_meant_is_refused(
    desk: Desk, change: dict[str, Any], pointer: str, code: str
) -> None:
    body = {"name": "Bad", "targets": TARGETS, **change}
    answer = await desk.ask("POST", "/v1/sla/policies", body)
    assert answer.status_code == 422, answer.text
    errors = [(one["pointer"], one["code"]) for one in answer.json()["errors"]]
    assert any(p.startswith(pointer) and c == code for p, c in errors), errors


@pytest.mark.parametrize("locale", ["ar", "en"])
async def test_a_promise_that_is_never_due_is_refused_in_both_languages(
    desk: Desk, locale: str
) -> None:
    body = {"name": "Far", "targets": {"P2": {"resolution": {"target": "P36500D"}}}}
    answer = await desk.ask("POST", "/v1/sla/policies", body, None, **{"Accept-Language": locale})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["code"]) == (422, "invalid_duration")
    assert error["message"] == dict(INVALID_DURATION)[locale]


async def test_a_change_or_a_contract_makes_no_promise_that_is_never_due(desk: Desk) -> None:
    policy = await desk.made(
        "/v1/sla/policies", {"name": "Long", "targets": {"P2": {"resolution": LONG}}}
    )
    far = {"P2": {"resolution": {"target": "P36500D"}}}
    changed = await desk.ask("PATCH", f"/v1/sla/policies/{policy['id']}", {"targets": far})
    assert (changed.status_code, changed.json()["errors"][0]["code"]) == (422, "invalid_duration")
    hour = {"name": "An hour a week", "timezone": "UTC", "weekly": {"sun": [["09:00", "10:00"]]}}
    calendar = await desk.made("/v1/sla/calendars", hour)
    contract = {
        "organization_id": str(await desk.customer()),
        "kind": "standard",
        "policy_id": policy["id"],
        "calendar_id": calendar["id"],
        "starts_on": "2026-01-01",
    }
    refused = await desk.ask("POST", "/v1/contracts", contract)
    error = refused.json()["errors"][0]
    assert (refused.status_code, error["pointer"]) == (422, "#/calendar_id")
    assert error["code"] == "invalid_duration"


async def test_numbers_are_no_dates(desk: Desk) -> None:
    calendar = await desk.made("/v1/sla/calendars", {"name": "N", "timezone": "UTC", **ALWAYS})
    path = f"/v1/sla/calendars/{calendar['id']}/versions"
    for moment in (0, 1735689600.5, "0", "1735689600"):
        answer = await desk.ask("POST", path, {"effective_from": moment})
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["pointer"] == "#/effective_from"
    contract = {
        "organization_id": str(await desk.customer()),
        "kind": "standard",
        "policy_id": str(DEFAULT_POLICY),
    }
    for day in (86400, "86400", "2026-01-01T00:00:00Z", True):
        answer = await desk.ask("POST", "/v1/contracts", {**contract, "starts_on": day})
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["code"] == "date_parsing"
    assert (await desk.ask("GET", "/v1/sla/report?from=0")).status_code == 422


async def test_a_calendar_changes_by_versions_and_keeps_what_is_left_out(desk: Desk) -> None:
    made = await desk.made("/v1/sla/calendars", CALENDAR)
    path = f"/v1/sla/calendars/{made['id']}/versions"
    answer = await desk.ask("POST", path, {"holidays": ["2026-12-20"]})
    assert answer.status_code == 201
    assert answer.json()["version"] == 2
    assert answer.json()["weekly"] == WEEK
    assert (await desk.ask("GET", f"/v1/sla/calendars/{made['id']}")).json() == answer.json()


async def test_a_contract_needs_rules_that_exist_and_dates_in_order(desk: Desk) -> None:
    organization = await desk.customer()
    body = {
        "organization_id": str(organization),
        "kind": "emergency",
        "policy_id": str(DEFAULT_POLICY),
        "starts_on": "2026-01-01",
        "uptime_target": 99.9,
    }
    made = await desk.made("/v1/contracts", body)
    assert made["ends_on"] is None
    path = f"/v1/contracts/{made['id']}"
    ended = await desk.ask("PATCH", path, {"ends_on": "2026-12-31"})
    assert ended.json()["ends_on"] == "2026-12-31"
    assert ended.json()["version"] == 2
    for change, code in (
        ({"policy_id": str(uuid4())}, "unknown_policy"),
        ({"calendar_id": str(uuid4())}, "unknown_calendar"),
        ({"ends_on": "2025-12-31"}, "ends_before_start"),
    ):
        refused = await desk.ask("PATCH", path, change)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["code"] == code


async def test_customers_see_their_own_contracts_and_no_others(desk: Desk) -> None:
    policy = await desk.policy_in_seconds()
    mine, other = await desk.customer(policy), await desk.customer(policy)
    who = Person(["customer"], mine, scope="sla:read")
    listed = (await desk.ask("GET", "/v1/contracts", who=who)).json()["items"]
    assert [one["organization_id"] for one in listed] == [str(mine)]
    foreign = (await desk.ask("GET", f"/v1/contracts?organization_id={other}")).json()["items"][0]
    assert (await desk.ask("GET", f"/v1/contracts/{foreign['id']}", who=who)).status_code == 404
    for path in ("/v1/sla/policies", "/v1/sla/calendars"):
        assert (await desk.ask("GET", path, who=who)).status_code == 403
    assert (await desk.ask("POST", "/v1/contracts", {}, who)).status_code == 403
