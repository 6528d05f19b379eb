"""The life of a ticket by hand: messages, waits, resolutions, assignments, merges."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest

from services.tickets.domain.reopening import REOPENS_A_DAY
from shared.events.identity import IdentityUserCreated
from shared.vocabulary import RESERVED_ORGANIZATION, Locale, Role
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person


async def colleague(desk: Desk) -> Person:
    """An agent whom identity has told about."""
    person = desk.agent()
    await desk.deliver(
        IdentityUserCreated(
            user_id=person.id,
            organization_id=RESERVED_ORGANIZATION,
            roles=(Role.AGENT,),
            locale=Locale.AR,
            at=desk.context.clock.now(),
        ),
        source="gateway",
    )
    return person


async def test_an_agents_public_reply_opens_the_ticket(desk: Desk) -> None:
    made = await desk.open()
    agent = desk.agent()
    answer = await desk.do(agent, made["id"], "messages", {"body": "We look into it."})
    assert answer.status_code == 201
    assert (answer.json()["direction"], answer.json()["author"]["kind"]) == ("outbound", "staff")
    read = await desk.read(agent, made["id"])
    assert (read["status"], read["version"]) == ("open", 3)
    assert await desk.names(made["id"]) == [
        "ticket.opened",
        "ticket.message_added",
        "ticket.status_changed",
    ]


async def test_an_internal_note_moves_nothing_and_is_hidden_from_customers(desk: Desk) -> None:
    customer = desk.customer()
    made = await desk.open(customer)
    note = await desk.do(desk.agent(), made["id"], "messages", {"body": "A note", "public": False})
    assert note.json()["direction"] == "internal"
    path = f"/v1/tickets/{made['id']}/messages"
    seen = (await desk.http.get(path, headers=customer.headers())).json()["items"]
    assert [one["direction"] for one in seen] == ["inbound"]
    story = await desk.http.get(f"/v1/tickets/{made['id']}/timeline", headers=customer.headers())
    assert [one["kind"] for one in story.json()["items"]] == ["opened", "message"]
    answer = await desk.do(customer, made["id"], "messages", {"body": "x", "public": False})
    assert answer.status_code == 403


async def test_waiting_for_a_customer_needs_an_answer_first(desk: Desk) -> None:
    customer, agent = desk.customer(), desk.agent()
    made = await desk.open(customer)
    await desk.do(agent, made["id"], "messages", {"body": "Which printer?"})
    await desk.do(customer, made["id"], "messages", {"body": "The new one."})
    refused = await desk.do(agent, made["id"], "wait", {"for": "customer", "reason": "x"})
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")
    asked = {"for": "customer", "message": "Is it on?", "reason": "needs to look"}
    waiting = await desk.do(agent, made["id"], "wait", asked)
    assert waiting.json()["status"] == "waiting_customer"
    await desk.do(customer, made["id"], "messages", {"body": "Yes."})
    assert (await desk.read(agent, made["id"]))["status"] == "open"
    assert (await desk.names(made["id"]))[-5:] == [
        "ticket.message_added",
        "ticket.status_changed",
        "ticket.wait_started",
        "ticket.message_added",
        "ticket.status_changed",
    ]


async def test_a_wait_with_a_message_answers_a_new_ticket_first(desk: Desk) -> None:
    made = await desk.open()
    body = {"for": "third_party", "message": "We asked the vendor.", "reason": "vendor"}
    answer = await desk.do(desk.agent(), made["id"], "wait", body)
    assert (answer.status_code, answer.json()["status"]) == (200, "waiting_third_party")


async def test_a_resolution_starts_the_window_and_arms_the_closing(desk: Desk) -> None:
    made = await desk.open()
    answer = await desk.do(desk.agent(), made["id"], "resolve", {"message": "Solved."})
    assert answer.json()["status"] == "resolved"
    assert answer.json()["reopen_until"] > answer.json()["resolved_at"]
    assert await desk.names(made["id"]) == [
        "ticket.opened",
        "ticket.message_added",
        "ticket.status_changed",
        "ticket.status_changed",
        "ticket.resolved",
    ]
    assert await desk.names(f"close:{made['id']}:0") == ["timer.requested"]


async def test_a_customers_reply_inside_the_window_reopens(desk: Desk) -> None:
    customer = desk.customer()
    made = await desk.open(customer)
    await desk.do(desk.agent(), made["id"], "resolve")
    await desk.do(customer, made["id"], "messages", {"body": "Still broken."})
    read = await desk.read(customer, made["id"])
    assert (read["status"], read["reopen_count"], read["reopen_until"]) == ("open", 1, None)
    assert await desk.names(f"close:{made['id']}:0") == ["timer.requested", "timer.cancelled"]


async def test_a_loop_of_resolving_and_reopening_ends(desk: Desk) -> None:
    """Each solution writes to the customer: a program that went wrong must not do so for ever."""
    agent = desk.agent()
    made = await desk.open()
    codes = []
    for _ in range(REOPENS_A_DAY + 1):
        assert (await desk.do(agent, made["id"], "resolve")).status_code == 200
        answer = await desk.do(agent, made["id"], "reopen")
        codes.append(answer.json().get("code"))
    assert codes == [None] * REOPENS_A_DAY + ["reopened_too_often"]
    assert (await desk.read(agent, made["id"]))["status"] == "resolved"


async def test_after_the_window_a_customer_is_asked_for_a_new_ticket(desk: Desk) -> None:
    customer = desk.customer()
    made = await desk.open(customer)
    await desk.do(desk.agent(), made["id"], "resolve")
    desk.travel(86_401)
    customer.ahead = 86_401
    try:
        for verb, body in (("messages", {"body": "x"}), ("reopen", {})):
            answer = await desk.do(customer, made["id"], verb, body)
            assert (answer.status_code, answer.json()["code"]) == (409, "ticket_ended")
    finally:
        desk.travel(0)


async def closed_early(desk: Desk, customer: Any) -> str:
    """Solved, and closed by hand while the customer's window is still running."""
    made = await desk.open(customer)
    await desk.do(desk.agent(), made["id"], "resolve")
    await desk.do(desk.agent(), made["id"], "close")
    return str(made["id"])


@pytest.mark.parametrize(
    ("by_staff", "verb", "cause"),
    [(False, "messages", "portal"), (False, "reopen", "portal"), (True, "reopen", "staff")],
)
async def test_closing_early_takes_the_window_from_nobody(
    desk: Desk, by_staff: bool, verb: str, cause: str
) -> None:
    customer = desk.customer()
    closed = await closed_early(desk, customer)
    body = {"body": "Still broken."} if verb == "messages" else {}
    answer = await desk.do(desk.agent() if by_staff else customer, closed, verb, body)
    assert answer.status_code < 300, answer.text
    read = await desk.read(customer, closed)
    assert (read["status"], read["reopen_count"], read["closed_at"]) == ("open", 1, None)
    facts = [json.loads(one["body"]) for one in await desk.facts(closed)]
    told = [one["data"]["cause"] for one in facts if one["type"] == "ticket.reopened.v1"]
    assert told == [cause]


async def test_a_note_of_staff_leaves_a_closed_ticket_closed(desk: Desk) -> None:
    customer = desk.customer()
    closed = await closed_early(desk, customer)
    await desk.do(desk.agent(), closed, "messages", {"body": "For us.", "public": False})
    assert (await desk.read(customer, closed))["status"] == "closed"


async def test_what_was_closed_is_over_after_the_window_and_without_a_resolution(
    desk: Desk,
) -> None:
    customer, agent = desk.customer(), desk.agent()
    unsolved = (await desk.open(customer))["id"]
    await desk.do(agent, unsolved, "close")
    closed = await closed_early(desk, customer)
    await _is_over(desk, customer, agent, unsolved)
    desk.travel(86_401)
    customer.ahead = agent.ahead = 86_401
    try:
        await _is_over(desk, customer, agent, closed)
    finally:
        desk.travel(0)


async def _is_over(desk: Desk, customer: Any, agent: Any, ticket_id: str) -> None:
    for person, verb, code in (
        (customer, "messages", "ticket_ended"),
        (customer, "reopen", "illegal_transition"),
        (agent, "reopen", "illegal_transition"),
    ):
        answer = await desk.do(person, ticket_id, verb, {"body": "x"} if verb == "messages" else {})
        assert (answer.status_code, answer.json()["code"]) == (409, code)
        assert "reopen" not in answer.json().get("legal", [])


async def test_two_resolutions_at_once_are_one(desk: Desk) -> None:
    made = await desk.open()
    answers = await asyncio.gather(
        *(desk.do(desk.agent(), made["id"], "resolve") for _ in range(2))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert refused["code"] == "illegal_transition"
    assert set(refused["legal"]) == {
        *("assign", "reopen", "close", "merge", "split", "link", "spam"),
    }


async def test_me_is_whoever_assigns(desk: Desk) -> None:
    made, agent, other = await desk.open(), await colleague(desk), await colleague(desk)
    answer = await desk.do(agent, made["id"], "assign", {"assignee_id": "me"})
    assert (answer.status_code, answer.json()["assignee_id"]) == (200, str(agent.id))
    path = f"/v1/tickets/{made['id']}"
    wish = {"assignee_id": "me"}
    patched = await desk.http.patch(path, json=wish, headers=other.headers())
    assert (patched.status_code, patched.json()["assignee_id"]) == (200, str(other.id))
    for wrong in ("you", "none"):
        refused = await desk.do(agent, made["id"], "assign", {"assignee_id": wrong})
        (error,) = refused.json()["errors"]
        assert (error["pointer"], error["code"]) == ("#/assignee_id", "uuid_parsing")
    client = Person(kind="client", bound=False, scope="tickets:read tickets:manage")
    refused = await desk.do(client, made["id"], "assign", {"assignee_id": "me"})
    assert refused.json()["errors"][0]["code"] == "unknown_assignee", "a program holds no ticket"


async def test_assigning_never_changes_the_status_and_needs_a_known_colleague(desk: Desk) -> None:
    made, agent = await desk.open(), await colleague(desk)
    answer = await desk.do(agent, made["id"], "assign", {"assignee_id": str(agent.id)})
    assert (answer.json()["assignee_id"], answer.json()["status"]) == (str(agent.id), "new")
    again = await desk.do(agent, made["id"], "assign", {"assignee_id": str(agent.id)})
    assert again.json()["version"] == answer.json()["version"]
    unknown = await desk.do(agent, made["id"], "assign", {"assignee_id": str(uuid4())})
    assert unknown.status_code == 422


@pytest.mark.parametrize(
    "verb",
    [
        *("assign", "wait", "resolve", "close", "escalate", "merge", "link", "split", "spam"),
        *("unmerge", "unspam"),
    ],
)
async def test_customers_may_not_use_the_desks_verbs(desk: Desk, verb: str) -> None:
    customer = desk.customer()
    made = await desk.open(customer)
    assert (await desk.do(customer, made["id"], verb)).status_code == 403


async def test_a_bound_client_never_acts_as_the_desk(desk: Desk) -> None:
    made = await desk.open()
    partner = desk.customer(kind="client", scope="tickets:read tickets:write tickets:manage")
    assert (await desk.do(partner, made["id"], "resolve")).status_code == 403
    written = await desk.do(partner, made["id"], "messages", {"body": "From our system."})
    assert written.json()["direction"] == "inbound"


async def test_close_by_hand_is_final(desk: Desk) -> None:
    made, agent = await desk.open(), desk.agent()
    closed = await desk.do(agent, made["id"], "close", {"reason": "duplicate"})
    assert closed.json()["status"] == "closed"
    refused = await desk.do(agent, made["id"], "reopen")
    assert refused.json()["legal"] == ["assign", "merge", "split", "link", "spam"]


async def test_a_merge_moves_messages_and_people(desk: Desk) -> None:
    first, second = desk.customer(), desk.customer()
    source, target = await desk.open(first), await desk.open(second)
    agent = desk.agent()
    merged = await desk.do(agent, source["id"], "merge", {"into": target["id"]})
    assert (merged.json()["status"], merged.json()["merged_into"]) == ("merged", target["id"])
    assert (await desk.names(source["id"]))[-2:] == ["ticket.status_changed", "ticket.merged"]
    assert (await desk.names(target["id"]))[-1] == "ticket.linked"
    await desk.read(first, target["id"])
    path = f"/v1/tickets/{target['id']}/messages"
    moved = (await desk.http.get(path, headers=agent.headers())).json()["items"]
    assert len(moved) == 2


async def test_a_merge_across_organizations_is_refused(desk: Desk) -> None:
    made = await desk.open()
    foreign = await desk.open(desk.customer(organization=uuid4()))
    answer = await desk.do(desk.agent(), made["id"], "merge", {"into": foreign["id"]})
    assert answer.status_code == 422
    itself = await desk.do(desk.agent(), made["id"], "merge", {"into": made["id"]})
    assert itself.status_code == 422


async def test_a_link_is_stated_once(desk: Desk) -> None:
    made, other, agent = await desk.open(), await desk.open(), desk.agent()
    body = {"ticket_id": other["id"], "kind": "related"}
    first = await desk.do(agent, made["id"], "link", body)
    again = await desk.do(agent, made["id"], "link", body)
    assert first.json()["version"] == again.json()["version"] == 2
    hidden = {"ticket_id": str(uuid4()), "kind": "related"}
    assert (await desk.do(agent, made["id"], "link", hidden)).status_code == 422


async def patch(desk: Desk, who: Person, made: dict[str, Any], body: Any, tag: str = "") -> Any:
    headers = who.headers(If_Match=tag) if tag else who.headers()
    return await desk.http.patch(f"/v1/tickets/{made['id']}", json=body, headers=headers)


async def test_staff_set_the_priority_and_a_stale_tag_is_refused(desk: Desk) -> None:
    made, agent = await desk.open(), desk.agent()
    changed = await patch(desk, agent, made, {"priority": "P1", "reason": "all down"}, '"1.0.0"')
    assert (changed.json()["priority"], changed.headers["etag"]) == ("P1", '"2.0.0"')
    stale = await patch(desk, agent, made, {"priority": "P2"}, '"1.0.0"')
    assert stale.status_code == 412
    assert (await desk.names(made["id"]))[-1] == "ticket.priority_changed"


async def test_customers_describe_and_staff_route(desk: Desk) -> None:
    customer = desk.customer()
    made = await desk.open(customer)
    described = await patch(desk, customer, made, {"subject": "الطابعة الجديدة"})
    assert described.json()["subject"] == "الطابعة الجديدة"
    refused = await patch(desk, customer, made, {"priority": "P1"})
    assert refused.json()["errors"][0]["pointer"] == "#/priority"
    assert (await desk.names(made["id"]))[-1] == "ticket.edited"


async def test_the_timeline_is_told_in_the_readers_language(desk: Desk) -> None:
    customer = desk.customer()
    made = await desk.open(customer)
    await desk.do(desk.agent(), made["id"], "close", {"reason": "secret of the desk"})
    path = f"/v1/tickets/{made['id']}/timeline"
    arabic = await desk.http.get(path, headers=customer.headers(Accept_Language="ar"))
    english = await desk.http.get(path, headers=customer.headers(Accept_Language="en"))
    assert [one["text"] for one in arabic.json()["items"]][-1] == "أُغلقت التذكرة"
    assert [one["text"] for one in english.json()["items"]][-1] == "The ticket was closed"
    assert "secret of the desk" not in english.text
    staff = await desk.http.get(path, headers=desk.agent().headers())
    assert "secret of the desk" in staff.text


async def test_only_the_requester_rates_and_only_what_was_resolved(desk: Desk) -> None:
    customer = desk.customer()
    made = await desk.open(customer)
    early = await desk.do(customer, made["id"], "feedback", {"score": 5})
    assert (early.status_code, early.json()["code"]) == (409, "not_ratable")
    await desk.do(desk.agent(), made["id"], "resolve")
    assert (await desk.do(desk.agent(), made["id"], "feedback", {"score": 5})).status_code == 403
    good = await desk.do(customer, made["id"], "feedback", {"score": 5, "comment": "شكراً"})
    assert good.status_code == 201
    path = f"/v1/tickets/{made['id']}/feedback"
    read = await desk.http.get(path, headers=desk.agent().headers())
    assert read.json()["items"][0]["comment"] == "شكراً"


async def test_escalation_is_asked_for_with_a_reason(desk: Desk) -> None:
    made, agent = await desk.open(), desk.agent()
    assert (await desk.do(agent, made["id"], "escalate")).status_code == 422
    asked = await desk.do(agent, made["id"], "escalate", {"reason": "vip", "level": 2})
    assert asked.status_code == 200
    assert (await desk.names(made["id"]))[-1] == "ticket.escalation_requested"
