"""Two people at one rule: both are heard, one after the other, and nobody hears 'not found'."""

import asyncio
from typing import Any

import pytest

from shared.vocabulary import DEFAULT_POLICY
from tests.services.sla.desk import Desk

CALENDAR = {"name": "Raced", "timezone": "UTC", "always_open": True}


async def test_versions_made_side_by_side_follow_one_another(desk: Desk) -> None:
    made = await desk.made("/v1/sla/calendars", CALENDAR)
    path = f"/v1/sla/calendars/{made['id']}/versions"
    asked = (desk.ask("POST", path, {"timezone": "Asia/Riyadh"}) for _ in range(8))
    answers = await asyncio.gather(*asked)
    assert {answer.status_code for answer in answers} == {201}
    assert sorted(answer.json()["version"] for answer in answers) == list(range(2, 10))


async def test_of_many_who_read_the_same_version_one_writes_and_the_rest_are_told(
    desk: Desk,
) -> None:
    policy = await desk.made("/v1/sla/policies", {"name": "Raced", "targets": {}})
    path = f"/v1/sla/policies/{policy['id']}"
    asked = (desk.ask("PATCH", path, {"name": f"by {n}"}, **{"If-Match": '"1"'}) for n in range(8))
    answers = await asyncio.gather(*asked)
    assert sorted(answer.status_code for answer in answers) == [200, *[412] * 7]


async def test_of_many_who_make_the_same_contract_one_makes_it(desk: Desk) -> None:
    body = {
        "organization_id": str(await desk.customer()),
        "kind": "standard",
        "policy_id": str(DEFAULT_POLICY),
        "starts_on": "2026-01-01",
    }
    answers = await asyncio.gather(*(desk.ask("POST", "/v1/contracts", body) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 7]
    again = await desk.ask("POST", "/v1/contracts", {**body, "policy_ids": []})
    assert (again.status_code, again.json()["code"]) == (409, "contract_exists")
    other = await desk.made("/v1/contracts", {**body, "kind": "emergency"})
    await desk.made("/v1/contracts", {**body, "starts_on": "2026-06-01"})
    same = await desk.ask("PATCH", f"/v1/contracts/{other['id']}", {"kind": "standard"})
    assert (same.status_code, same.json()["code"]) == (409, "contract_exists")


BROKEN = (
    "RRULE:FREQ=YEARLY;INTERVAL=abc",
    "RRULE:FREQ=YEARLY;UNTIL=zzz",
    "RRULE:FREQ=YEARLY;UNTIL=120000",
    "RRULE:FREQ=YEARLY;UNTIL=P1D",
    "RRULE:FREQ=YEARLY;INTERVAL=99999999999999999999",
    "RRULE:FREQ=YEARLY\nEXDATE:garbage",
    "DURATION:zz",
    "DURATION:P99999999999D",
    "DTEND;VALUE=DATE:nonsense",
)


@pytest.mark.parametrize("line", BROKEN)
async def test_a_broken_line_of_a_file_is_a_refusal_at_its_event(desk: Desk, line: str) -> None:
    answer = await _import(desk, f"DTSTART;VALUE=DATE:20270101\n{line}")
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "#/VEVENT/0"


async def test_a_start_that_is_none_is_refused_too(desk: Desk) -> None:
    assert (await _import(desk, "DTSTART:nonsense")).status_code == 422


async def _import(desk: Desk, lines: str) -> Any:
    from tests.services.sla.test_sla_calendars_http import send_file

    made = await desk.made("/v1/sla/calendars", CALENDAR)
    event = f"BEGIN:VEVENT\nUID:1\nSUMMARY:x\n{lines}\nEND:VEVENT"
    return await send_file(desk, f"/v1/sla/calendars/{made['id']}", event)
