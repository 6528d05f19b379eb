"""Policies, contracts and priorities that change while tickets are open, on a real database."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.events.ticket import TicketDepartmentChanged
from shared.events.timer import Delay
from shared.vocabulary import DEFAULT_POLICY, Channel, Priority
from tests.contexts import Travel
from tests.services.sla.desk import Desk, Person, Ticket
from tests.services.sla.loops import HOUR, moment, now, real_time

__all__ = ["real_time"]

EVER = "always_open"
NOWHERE = {"target": "PT1H", "calendar": str(uuid4())}


def hours(count: int, **more: Any) -> dict[str, Any]:
    """A policy of so many hours for every priority, round the clock."""
    every = {"resolution": {"target": f"PT{count}H", "calendar": EVER}}
    targets = dict.fromkeys(("P1", "P2", "P3", "P4"), every)
    return {"name": f"{count} hours", "targets": targets, "warn_at": [], **more}


async def make(desk: Desk, count: int, **more: Any) -> dict[str, Any]:
    return await desk.made("/v1/sla/policies", hours(count, **more))


async def change(desk: Desk, path: str, body: Any) -> dict[str, Any]:
    answer = await desk.ask("PATCH", path, body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def apply(desk: Desk, path: str) -> dict[str, Any]:
    """Ask for it and let the loop do it."""
    answer = await desk.ask("POST", f"{path}/apply")
    assert answer.status_code == 202, answer.text
    while (await desk.fire()).claimed:
        pass
    found: dict[str, Any] = answer.json()
    return found


async def due(desk: Desk, ticket: Ticket) -> datetime:
    return (await desk.timers(ticket.id))["breach:T:resolution:1"]


async def test_a_new_version_reaches_open_tickets_only_when_it_is_applied(desk: Desk) -> None:
    policy = await make(desk, 4)
    path = f"/v1/sla/policies/{policy['id']}"
    ticket = await Ticket(desk, await desk.customer(policy), now(desk) - HOUR).open()
    await change(desk, path, {**hours(6), "reopen_window": "PT9H"})
    assert await due(desk, ticket) == ticket.opened_at + 4 * HOUR
    applied = await apply(desk, path)
    assert (applied["version"], applied["tickets"]) == (2, 1)
    assert await due(desk, ticket) == ticket.opened_at + 6 * HOUR
    updated = (await desk.facts(ticket.id, "updated"))[-1]["data"]
    assert (updated["cause"], updated["policy_version"]) == ("policy", 2)
    assert (updated["reopen_window_seconds"], updated["generation"]) == (9 * 3600, 2)
    assert (await ticket.sla())["policy"]["version"] == 2
    assert (await apply(desk, path))["tickets"] == 0
    assert len(await desk.facts(ticket.id, "updated")) == 1


async def test_a_shorter_promise_is_broken_at_the_change_and_its_ladder_starts_there(
    desk: Desk,
) -> None:
    rung = {"metric": "resolution", "after": "breach", "to": "manager", "action": ["notify"]}
    policy = await make(desk, 9)
    path = f"/v1/sla/policies/{policy['id']}"
    ticket = await Ticket(desk, await desk.customer(policy), now(desk) - 5 * HOUR).open()
    await change(desk, path, {**hours(2), "ladder": [rung]})
    applied = await apply(desk, path)
    (breach,) = await desk.facts(ticket.id, "breached")
    assert breach["data"]["cause"] == "retarget"
    assert moment(breach["data"]["due_at"]) == ticket.opened_at + 2 * HOUR
    assert abs(moment(breach["data"]["breached_at"]) - moment(applied["at"])) < timedelta(
        milliseconds=1
    )
    assert [one["to"] for one in breach["data"]["ladder"]] == ["manager"]
    await change(desk, path, hours(99))
    await apply(desk, path)
    shown = await ticket.sla()
    assert shown["resolution"]["state"] == "breached"
    assert [one["fact"] for one in shown["breaches"]] == ["breached"]


async def test_an_apply_counts_from_when_it_was_asked_for(desk: Desk, travel: Travel) -> None:
    """The loop was away for an hour: the change happened when a person made it."""
    policy = await make(desk, 9)
    path = f"/v1/sla/policies/{policy['id']}"
    ticket = await Ticket(desk, await desk.customer(policy), now(desk) - HOUR).open()
    week = {day: [["00:00", "00:01"]] for day in ("sun", "mon", "tue", "wed", "thu", "fri", "sat")}
    calendar = await desk.made("/v1/sla/calendars", {"name": "Minutes", "weekly": week})
    one = {"resolution": {"target": "PT9H", "calendar": calendar["id"]}}
    await change(desk, path, {"targets": dict.fromkeys(("P1", "P2", "P3", "P4"), one)})
    answer = await desk.ask("POST", f"{path}/apply")
    travel(3600)
    await desk.fire()
    elapsed = (await ticket.sla())["resolution"]["elapsed_seconds"]
    asked = moment(answer.json()["at"]) - ticket.opened_at
    assert abs(elapsed - asked.total_seconds()) <= 61


async def test_what_a_ticket_hears_before_the_loop_comes_does_not_lose_the_change(
    desk: Desk,
) -> None:
    policy = await make(desk, 4)
    path = f"/v1/sla/policies/{policy['id']}"
    ticket = await Ticket(desk, await desk.customer(policy), now(desk) - HOUR).open()
    await change(desk, path, hours(6))
    assert (await desk.ask("POST", f"{path}/apply")).status_code == 202
    await ticket.reply(now(desk))
    await ticket.prioritise(now(desk), Priority.P2)
    await desk.fire()
    assert await due(desk, ticket) == ticket.opened_at + 6 * HOUR


async def test_versions_are_kept_and_shown_newest_first(desk: Desk) -> None:
    policy = await make(desk, 4)
    path = f"/v1/sla/policies/{policy['id']}"
    await change(desk, path, hours(5))
    await change(desk, path, {"pause_reminder": None})
    page = (await desk.ask("GET", f"{path}/versions?limit=2")).json()
    assert [one["version"] for one in page["items"]] == [3, 2]
    rest = (await desk.ask("GET", f"{path}/versions?cursor={page['next_cursor']}")).json()
    assert ([one["version"] for one in rest["items"]], rest["next_cursor"]) == ([1], None)
    first = (await desk.ask("GET", f"{path}/versions/1")).json()
    assert first["targets"]["P1"]["resolution"]["target"] == "PT4H"
    assert first["pause_reminder"] == {"business_days": 5}
    assert page["items"][0]["pause_reminder"] is None
    for missing in (f"{path}/versions/4", f"/v1/sla/policies/{uuid4()}/versions"):
        assert (await desk.ask("GET", missing)).status_code == 404
    assert (await desk.ask("GET", f"{path}/versions/0")).status_code == 422
    assert (await desk.ask("GET", f"{path}/versions?cursor=x")).status_code == 422
    assert (await desk.ask("POST", f"/v1/sla/policies/{uuid4()}/apply")).status_code == 404
    customer = Person(["customer"], uuid4())
    for closed in ("versions", "versions/1"):
        assert (await desk.ask("GET", f"{path}/{closed}", who=customer)).status_code == 403


async def test_contracts_keep_their_history(desk: Desk) -> None:
    policy = await make(desk, 4)
    organization = await desk.customer(policy, uptime_target=99.5)
    listed = await desk.ask("GET", f"/v1/contracts?organization_id={organization}")
    path = f"/v1/contracts/{listed.json()['items'][0]['id']}"
    await change(desk, path, {"uptime_target": 99.9})
    found = (await desk.ask("GET", f"{path}/versions")).json()["items"]
    told = [(one["version"], one["document"]["uptime_target"]) for one in found]
    assert told == [(2, 99.9), (1, 99.5)]
    own, foreign = Person(["customer"], organization), Person(["customer_admin"], uuid4())
    (newest, _) = (await desk.ask("GET", f"{path}/versions", who=own)).json()["items"]
    assert (newest["version"], newest["created_by"], found[0]["created_by"] is None) == (
        2,
        None,
        False,
    )
    assert (await desk.ask("GET", f"{path}/versions", who=foreign)).status_code == 404
    assert (await desk.ask("GET", f"/v1/contracts/{uuid4()}/versions")).status_code == 404


async def test_another_contract_serves_open_tickets_when_it_is_applied(desk: Desk) -> None:
    standard, launch = await make(desk, 9), await make(desk, 3)
    organization = await desk.customer(standard)
    ticket = await Ticket(desk, organization, now(desk) - HOUR).open()
    body = {
        "organization_id": str(organization),
        "kind": "post_launch",
        "policy_id": launch["id"],
        "starts_on": (now(desk) - timedelta(1)).date().isoformat(),
        "ends_on": (now(desk) + timedelta(9)).date().isoformat(),
    }
    contract = await desk.made("/v1/contracts", body)
    path = f"/v1/contracts/{contract['id']}"
    assert await due(desk, ticket) == ticket.opened_at + 9 * HOUR
    assert (await apply(desk, path))["tickets"] == 1
    assert await due(desk, ticket) == ticket.opened_at + 3 * HOUR
    shown = await ticket.sla()
    assert (shown["contract_id"], shown["policy"]["id"]) == (contract["id"], launch["id"])
    updated = (await desk.facts(ticket.id, "updated"))[-1]["data"]
    assert (updated["cause"], updated["contract_id"]) == ("contract", contract["id"])
    ended = (now(desk) - timedelta(3)).date().isoformat()
    await change(desk, path, {"starts_on": ended, "ends_on": ended})
    await apply(desk, path)
    assert (await ticket.sla())["policy"]["id"] == standard["id"]
    assert await due(desk, ticket) == ticket.opened_at + 9 * HOUR


async def test_a_ticket_opened_after_post_launch_support_gets_what_is_in_force_then(
    desk: Desk,
) -> None:
    launch, ended = await make(desk, 3), (now(desk) - timedelta(3)).date().isoformat()
    organization = await desk.customer(
        launch, kind="post_launch", starts_on="2020-01-01", ends_on=ended
    )
    during = await Ticket(desk, organization, now(desk) - timedelta(4)).open()
    after = await Ticket(desk, organization, now(desk)).open()
    assert (await during.sla())["policy"]["id"] == launch["id"]
    assert (await after.sla())["policy"]["id"] == str(DEFAULT_POLICY)


async def matched(desk: Desk, *policies: dict[str, Any]) -> Ticket:
    """A ticket opened an hour ago under a contract that lists policies beside one of 9 hours."""
    own = await make(desk, 9)
    listed = [one["id"] for one in policies]
    organization = await desk.customer(own, policy_ids=listed)
    return await Ticket(desk, organization, now(desk) - HOUR).open()


async def test_a_priority_that_a_policy_reads_matches_again(desk: Desk) -> None:
    urgent = await make(desk, 2, match={"priority": ["P1"]})
    high = await make(desk, 3, match={"priority": ["P2", "P1"]})
    ticket = await matched(desk, urgent, high)
    assert await due(desk, ticket) == ticket.opened_at + 9 * HOUR
    await ticket.prioritise(now(desk), Priority.P2)
    assert await due(desk, ticket) == ticket.opened_at + 3 * HOUR
    updated = (await desk.facts(ticket.id, "updated"))[-1]["data"]
    assert (updated["cause"], updated["policy_id"]) == ("retarget", high["id"])
    await ticket.prioritise(now(desk), Priority.P1)
    assert (await ticket.sla())["policy"]["id"] == urgent["id"]
    await ticket.prioritise(now(desk), Priority.P4)
    assert (await ticket.sla())["policy"]["id"] == urgent["id"], "no match keeps the old one"
    async with desk.context.tx() as tx:
        kinds = await tx.rows(
            "select ordinal, part, kind from sla.clock_event where ticket_id = :id"
            " order by ordinal, part",
            {"id": ticket.id},
        )
    assert [tuple(row.values()) for row in kinds][1:] == [
        (2, 0, "priority"),
        (2, 1, "terms"),
        (3, 0, "priority"),
        (3, 1, "terms"),
        (4, 0, "priority"),
    ]


async def test_a_department_that_a_policy_reads_matches_again(desk: Desk) -> None:
    there = uuid4()
    special = await make(desk, 2, match={"department_id": [str(there)]})
    ticket = await matched(desk, special)
    moved = {"from_department_id": ticket.department, "to_department_id": there}
    await ticket.tell(TicketDepartmentChanged, now(desk), **moved)
    shown = await ticket.sla()
    assert shown["policy"]["id"] == special["id"]
    assert await due(desk, ticket) == ticket.opened_at + 2 * HOUR
    unread = await matched(desk)
    await unread.tell(TicketDepartmentChanged, now(desk), **moved)
    assert await desk.facts(unread.id, "updated") == []


async def test_the_house_tries_its_ranked_policies_before_the_default(desk: Desk) -> None:
    second = await make(desk, 7, match={"rank": 2, "channel": ["phone", "portal"]})
    first = await make(desk, 5, match={"rank": 1, "channel": ["phone"]})
    organization = await desk.customer()
    by_phone = Ticket(desk, organization, now(desk))
    await by_phone.open(channel=Channel.PHONE)
    by_portal = Ticket(desk, organization, now(desk))
    await by_portal.open(channel=Channel.PORTAL)
    by_mail = await Ticket(desk, organization, now(desk)).open()
    bound = Ticket(desk, await desk.customer(await make(desk, 3)), now(desk))
    await bound.open(channel=Channel.PHONE)
    served = [(await one.sla())["policy"]["id"] for one in (by_phone, by_portal, by_mail)]
    assert served == [first["id"], second["id"], str(DEFAULT_POLICY)]
    assert await due(desk, bound) == bound.opened_at + 3 * HOUR, "a contract has its own word"
    for policy in (first, second):
        await change(desk, f"/v1/sla/policies/{policy['id']}", {"match": None})
    later = Ticket(desk, organization, now(desk))
    await later.open(channel=Channel.PHONE)
    assert (await later.sla())["policy"]["id"] == str(DEFAULT_POLICY)


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"match": {}}, "#/match", "empty_match"),
        ({"match": {"priority": ["P9"]}}, "#/match/priority/0", None),
        ({"kinds": {"gold": {}}}, "#/kinds/gold", None),
        (
            {
                "kinds": {
                    "emergency": {
                        "targets": {
                            "P1": {"resolution": {"target": "PT1H", "calendar": str(uuid4())}}
                        }
                    }
                }
            },
            "#/kinds/emergency/targets/P1/resolution/calendar",
            "unknown_calendar",
        ),
        ({"warn_before": ["PT0S"]}, "#/warn_before/0", "invalid_duration"),
        ({"pause_reminder": "soon"}, "#/pause_reminder", None),
        ({"reopen_floor": "-PT1H"}, "#/reopen_floor", "invalid_duration"),
    ],
)
async def test_what_a_policy_cannot_mean_is_refused_where_it_stands(
    desk: Desk, changes: dict[str, Any], pointer: str, code: str | None
) -> None:
    answer = await desk.ask("POST", "/v1/sla/policies", hours(4, **changes))
    assert answer.status_code == 422
    error = answer.json()["errors"][0]
    assert error["pointer"].startswith(pointer)
    assert code in {None, error["code"]}


async def test_a_contract_names_only_policies_that_exist(desk: Desk) -> None:
    policy = await make(desk, 4)
    body = {
        "organization_id": str(await desk.customer()),
        "kind": "standard",
        "policy_id": policy["id"],
        "policy_ids": [policy["id"], str(uuid4())],
        "starts_on": "2026-01-01",
    }
    answer = await desk.ask("POST", "/v1/contracts", body)
    assert answer.status_code == 422
    error = answer.json()["errors"][0]
    assert (error["pointer"], error["code"]) == ("#/policy_ids/1", "unknown_policy")


async def test_an_emergency_contract_counts_p1_and_its_ladder_round_the_clock(desk: Desk) -> None:
    """Requirements R7, R23: promises and the waits between rungs, day and night."""
    shut = {"sun": [["00:00", "00:01"]]}
    calendar = await desk.made("/v1/sla/calendars", {"name": "Hardly", "weekly": shut})
    promise = {"resolution": {"target": "PT1H"}}
    body = {"targets": dict.fromkeys(("P1", "P2"), promise), "calendar": None}
    policy = await make(desk, 1, targets=body["targets"])
    named = {"calendar_id": calendar["id"]}
    emergency = await desk.customer(policy, kind="emergency", **named)
    standard = await desk.customer(policy, **named)
    urgent = await Ticket(desk, emergency, now(desk), Priority.P1).open()
    high = await Ticket(desk, emergency, now(desk), Priority.P2).open()
    plain = await Ticket(desk, standard, now(desk), Priority.P1).open()
    assert await due(desk, urgent) == urgent.opened_at + HOUR
    assert await due(desk, high) > high.opened_at + timedelta(days=7)
    assert await due(desk, plain) > plain.opened_at + timedelta(days=7)
    start, delay = now(desk), Delay(business_days=1)
    waits = {}
    for ticket in (urgent, plain):
        key = await ticket.ask_timer("rung", None, after=delay, start_at=start)
        waits[ticket.id] = (await desk.timers(ticket.id))[key.replace(str(ticket.id), "T")]
    assert waits[urgent.id] == start + timedelta(days=1)
    assert waits[plain.id] > start + timedelta(days=6)
