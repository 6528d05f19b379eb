"""Ends of spans and places in lists: a date means its day where the desk is, a cursor its list."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.services.sla.desk import Desk

ALWAYS = {"name": "Spans", "timezone": "Africa/Cairo", "always_open": True}


def wire(day: date, zone: str) -> str:
    found = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return found.isoformat().replace("+00:00", "Z")


async def test_a_report_begins_with_the_day_where_the_company_is(desk: Desk) -> None:
    path = "/v1/sla/report?from=2026-01-01&to=2026-02-01"
    for query, zone in (("", "Asia/Riyadh"), ("&timezone=Africa/Cairo", "Africa/Cairo")):
        found = await desk.ask("GET", path + query)
        assert found.status_code == 200, found.text
        assert found.json()["from"] == wire(date(2026, 1, 1), zone)
        assert found.json()["to"] == wire(date(2026, 2, 1), zone)


async def test_uptime_begins_with_the_day_where_the_contract_counts(desk: Desk) -> None:
    calendar = await desk.made("/v1/sla/calendars", ALWAYS)
    policy = await desk.policy_in_seconds()
    organization = await desk.customer(policy, calendar_id=calendar["id"], starts_on="2026-01-01")
    listed = await desk.ask("GET", f"/v1/contracts?organization_id={organization}")
    path = f"/v1/contracts/{listed.json()['items'][0]['id']}/uptime"
    first = desk.context.clock.now().date() - timedelta(days=9)
    found = await desk.ask("GET", f"{path}?from={first}&to={first + timedelta(days=2)}")
    assert found.status_code == 200, found.text
    assert found.json()["from"] == wire(first, "Africa/Cairo")
    assert found.json()["to"] == wire(first + timedelta(days=2), "Africa/Cairo")


NO_DAYS = {
    "0001-01-01": "instant_range",
    "9999-12-31": "instant_range",
    "1900-01-01": "instant_range",
    "20260101": "date_parsing",
    "2026-13-01": "date_from_datetime_parsing",
    "1": "date_parsing",
    "2026-01-01T00:00:00": "timezone_aware",
}


@pytest.mark.parametrize("end", NO_DAYS)
async def test_what_is_no_day_is_refused(desk: Desk, end: str) -> None:
    answer = await desk.ask("GET", f"/v1/sla/report?from={end}")
    assert answer.status_code == 422, answer.text
    errors = [(one["pointer"], one["code"]) for one in answer.json()["errors"]]
    assert errors == [("?from", NO_DAYS[end])]


@pytest.mark.parametrize("starts_on", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("end", ["1900-01-02", "1900-01-01T00:00:00Z", "2199-12-31"])
async def test_the_ends_of_our_time_are_answered(desk: Desk, end: str, starts_on: str) -> None:
    policy = await desk.policy_in_seconds()
    organization = await desk.customer(policy, starts_on=starts_on)
    listed = await desk.ask("GET", f"/v1/contracts?organization_id={organization}")
    uptime = f"/v1/contracts/{listed.json()['items'][0]['id']}/uptime"
    spans = (f"to={end}", f"from={end}&to={end}", "")
    for path, more in (("/v1/sla/report", (f"format=svg&to={end}",)), (uptime, ())):
        for query in (*spans, *more):
            answer = await desk.ask("GET", f"{path}?{query}")
            assert answer.status_code == 200, answer.text


async def test_a_cursor_is_a_place_in_its_own_list(desk: Desk) -> None:
    for number in range(2):
        await desk.made("/v1/sla/policies", {"name": f"List {number}", "targets": {}})
    page = (await desk.ask("GET", "/v1/sla/policies?limit=1")).json()
    cursor = page["next_cursor"]
    again = await desk.ask("GET", f"/v1/sla/policies?limit=1&cursor={cursor}")
    assert again.json()["items"][0]["id"] != page["items"][0]["id"]
    calendar = await desk.made("/v1/sla/calendars", ALWAYS)
    preview = f"/v1/sla/calendars/{calendar['id']}/preview?cursor={cursor}"
    assert (await desk.ask("POST", preview, {})).status_code == 422
    for path in ("/v1/sla/calendars", "/v1/contracts"):
        assert (await desk.ask("GET", f"{path}?cursor={cursor}")).status_code == 422
