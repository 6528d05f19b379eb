"""Splitting, links from both sides, spam, watchers and participants."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.events.identity import IdentityUserUpdated
from shared.vocabulary import DEFAULT_DEPARTMENT, RESERVED_ORGANIZATION, Locale, Role
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person, service_headers
from tests.services.tickets.test_tickets_merge import linked, timeline, watchers, words
from tests.services.tickets.test_tickets_verbs import colleague


async def ids(desk: Desk, person: Person, ticket: Any) -> list[str]:
    path = f"/v1/tickets/{ticket['id']}/messages"
    items = (await desk.http.get(path, headers=person.headers())).json()["items"]
    return [one["id"] for one in items]


async def two_questions(desk: Desk) -> tuple[Person, Person, Any, list[str]]:
    """Printer first, then a second question that is about something else, and an answer to it."""
    customer, agent = desk.customer(), desk.agent()
    made = await desk.open(customer, body="The printer")
    await desk.do(agent, made["id"], "messages", {"body": "We look at the printer"})
    await desk.do(customer, made["id"], "messages", {"body": "And the scanner"})
    await desk.do(agent, made["id"], "messages", {"body": "Which scanner?"})
    return customer, agent, made, await ids(desk, agent, made)


async def test_split_messages_live_on_in_a_ticket_of_their_own(desk: Desk) -> None:
    customer, agent, made, messages = await two_questions(desk)
    body = {"message_ids": messages[2:], "subject": "Scanner", "priority": "P2"}
    answer = await desk.do(agent, made["id"], "split", body)
    assert answer.status_code == 201, answer.text
    new = answer.json()
    assert answer.headers["location"] == f"/v1/tickets/{new['id']}"
    assert (new["subject"], new["priority"], new["status"]) == ("Scanner", "P2", "new")
    assert new["requester"]["id"] == str(customer.id)
    assert await words(desk, customer, new["id"]) == ["And the scanner", "Which scanner?"]
    assert await words(desk, customer, made["id"]) == ["The printer", "We look at the printer"]
    assert await linked(desk, agent, made) == [("related", new["id"])]
    told = await timeline(desk, customer, made["id"])
    assert ("split_off", f"Messages were moved to a new ticket, {new['number']}") in told
    told = await timeline(desk, customer, new["id"])
    assert ("split_from", f"Opened with messages that were moved from {made['number']}") in told


async def test_a_split_off_promise_counts_since_the_customer_asked(desk: Desk) -> None:
    _, agent, made, messages = await two_questions(desk)
    body = {"message_ids": messages[2:], "subject": "Scanner"}
    new = (await desk.do(agent, made["id"], "split", body)).json()
    assert await desk.names(new["id"]) == ["ticket.opened", "ticket.message_added"]
    opened, moved = (_json(one["body"]) for one in await desk.facts(new["id"]))
    asked = await desk.look(
        "select created_at from tickets.message where id = $1", _uuid(messages[2])
    )
    assert opened["data"]["at"] == _instant(asked[0][0])
    assert opened["data"]["acknowledge"] is True
    assert (moved["data"]["moved"], moved["data"]["author_kind"]) == (True, "staff")
    split = [_json(one["body"]) for one in await desk.facts(made["id"])][-1]
    assert (split["type"], split["data"]["answered"]) == ("ticket.split.v1", True)


async def test_a_split_leaves_something_and_takes_only_what_is_there(desk: Desk) -> None:
    _, agent, made, messages = await two_questions(desk)
    for wanted, code in ((messages, "nothing_left"), ([str(uuid4())], "unknown_message")):
        body = {"message_ids": wanted, "subject": "All"}
        answer = await desk.do(agent, made["id"], "split", body)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)
    assert (await desk.do(agent, made["id"], "split", {"subject": "x"})).status_code == 422
    first = {"message_ids": messages[2:], "subject": "Once"}
    assert (await desk.do(agent, made["id"], "split", first)).status_code == 201
    again = await desk.do(agent, made["id"], "split", first)
    assert again.json()["errors"][0]["code"] == "unknown_message"


@pytest.mark.parametrize(
    ("kind", "other"),
    [
        ("related", "related"),
        ("parent", "child"),
        ("duplicate_of", "has_duplicate"),
        ("incident", "report"),
    ],
)
async def test_a_link_is_seen_from_both_sides(desk: Desk, kind: str, other: str) -> None:
    a, b, agent = await desk.open(), await desk.open(), desk.agent()
    body = {"ticket_id": b["id"], "kind": kind}
    assert (await desk.do(agent, a["id"], "link", body)).status_code == 200
    # said from the other side it is the same link
    back = {"ticket_id": a["id"], "kind": other}
    assert (await desk.do(agent, b["id"], "link", back)).status_code == 200
    assert await linked(desk, agent, a) == [(kind, b["id"])]
    assert await linked(desk, agent, b) == [(other, a["id"])]
    path = f"/v1/tickets/{a['id']}/links/{b['id']}"
    for _ in range(2):
        cut = await desk.http.delete(path, headers=agent.headers())
        assert cut.status_code == 204
    assert await linked(desk, agent, b) == []
    assert (await desk.names(a["id"]))[1:] == ["ticket.linked", "ticket.unlinked"]


async def test_a_link_takes_the_number_that_people_see(desk: Desk) -> None:
    a, b, agent = await desk.open(), await desk.open(), desk.agent()
    wish = {"ticket_id": b["number"], "kind": "related"}
    assert (await desk.do(agent, a["id"], "link", wish)).status_code == 200
    assert await linked(desk, agent, a) == [("related", b["id"])]
    unknown = await desk.do(agent, a["id"], "link", wish | {"ticket_id": "SND-99999999999999"})
    assert unknown.status_code == 404
    refused = await desk.do(agent, a["id"], "link", wish | {"ticket_id": "1001"})
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("#/ticket_id", "id_or_number")


async def test_nobody_becomes_their_own_grandparent(desk: Desk) -> None:
    a, b, c = [await desk.open() for _ in range(3)]
    agent = desk.agent()
    await desk.do(agent, a["id"], "link", {"ticket_id": b["id"], "kind": "parent"})
    await desk.do(agent, b["id"], "link", {"ticket_id": c["id"], "kind": "parent"})
    for one in (a, b):
        wish = {"ticket_id": one["id"], "kind": "parent"}
        refused = await desk.do(agent, c["id"], "link", wish)
        assert (refused.status_code, refused.json()["code"]) == (409, "link_cycle")
    child = await desk.do(agent, a["id"], "link", {"ticket_id": c["id"], "kind": "child"})
    assert child.json()["code"] == "link_cycle"
    unknown = await desk.do(agent, a["id"], "link", {"ticket_id": b["id"], "kind": "cousin"})
    assert unknown.status_code == 422


async def test_links_come_in_pages_and_hide_what_the_reader_does_not_see(desk: Desk) -> None:
    customer, agent = desk.customer(), desk.agent()
    incident = await desk.open(customer)
    mine = await desk.open(customer)
    theirs = await desk.open(desk.customer(organization=uuid4()))
    for one in (mine, theirs):
        body = {"ticket_id": incident["id"], "kind": "incident"}
        assert (await desk.do(agent, one["id"], "link", body)).status_code == 200
    assert await linked(desk, customer, incident) == [("report", mine["id"])]
    path = f"/v1/tickets/{incident['id']}/links?limit=1&kind=report"
    first = (await desk.http.get(path, headers=agent.headers())).json()
    second = (
        await desk.http.get(f"{path}&cursor={first['next_cursor']}", headers=agent.headers())
    ).json()
    found = [one["ticket"]["id"] for one in (*first["items"], *second["items"])]
    assert (found, second["next_cursor"]) == ([mine["id"], theirs["id"]], None)
    # the foreign number is nothing for this customer
    told = [kind for kind, _ in await timeline(desk, customer, incident["id"])]
    assert told.count("linked") == 1


async def test_spam_is_set_aside_and_comes_back_as_it_was(desk: Desk) -> None:
    customer, agent = desk.customer(), desk.agent()
    made = await desk.open(customer)
    await desk.do(agent, made["id"], "messages", {"body": "Hello"})
    marked = await desk.do(agent, made["id"], "spam", {"reason": "a robot"})
    assert marked.json()["status"] == "spam"
    refused = await desk.do(agent, made["id"], "messages", {"body": "Nothing for you"})
    assert (refused.status_code, refused.json()["legal"]) == (409, ["unspam"])
    twice = await desk.do(agent, made["id"], "spam")
    assert (twice.status_code, twice.json()["legal"]) == (409, ["unspam"])
    back = await desk.do(agent, made["id"], "unspam")
    assert back.json()["status"] == "open"
    causes = [_json(one["body"])["data"].get("cause") for one in await desk.facts(made["id"])]
    assert causes[-3:] == ["spam", "staff", "unspam"]  # customers hear of a closing
    # what the desk thinks of a mail is its own business
    assert "spam" not in str(await timeline(desk, customer, made["id"])).casefold()


@pytest.mark.parametrize("locale", ["ar", "en"])
async def test_customers_are_told_that_spam_is_closed(desk: Desk, locale: str) -> None:
    customer, agent = desk.customer(locale=locale), desk.agent()
    made, other = await desk.open(customer), await desk.open(customer)
    body = {"ticket_id": other["id"], "kind": "related"}
    assert (await desk.do(agent, made["id"], "link", body)).status_code == 200
    assert (await desk.do(agent, made["id"], "spam")).json()["status"] == "spam"
    texts = []
    for path in ("", f"/{made['id']}", f"/{made['id']}/timeline", f"/{other['id']}/links"):
        answer = await desk.http.get(f"/v1/tickets{path}", headers=customer.headers())
        assert answer.status_code == 200, answer.text
        texts.append(answer.text)
    for verb, wish, code in (
        ("messages", {"body": "hello"}, "ticket_ended"),
        ("reopen", None, "illegal_transition"),
    ):
        refused = await desk.do(customer, made["id"], verb, wish)
        assert (refused.status_code, refused.json()["code"]) == (409, code)
        texts.append(refused.text)
    for states, count in (("closed", 1), ("spam", 0), ("spam,new", 1), ("new,closed", 2)):
        path = f"/v1/tickets?status={states}"
        answer = await desk.http.get(path, headers=customer.headers())
        assert len(answer.json()["items"]) == count, states
        texts.append(answer.text)
    assert not [one for one in texts if "spam" in one or "مزعج" in one]
    assert (await desk.read(customer, made["id"]))["status"] == "closed"
    assert (await desk.read(agent, made["id"]))["status"] == "spam"


async def test_spam_of_a_solved_ticket_is_closed_only_once_it_is_back(desk: Desk) -> None:
    made, agent = await desk.open(), desk.agent()
    await desk.do(agent, made["id"], "resolve")
    await desk.do(agent, made["id"], "spam")
    assert (await desk.do(agent, made["id"], "unspam")).json()["status"] == "resolved"
    names = await desk.names(f"close:{made['id']}:0")
    assert names == ["timer.requested", "timer.cancelled", "timer.requested"]


async def test_a_colleague_watches_and_a_second_click_is_no_news(desk: Desk) -> None:
    made, agent, other = await desk.open(), desk.agent(), await colleague(desk)
    for _ in range(2):
        added = await desk.do(agent, made["id"], "watchers")
        assert added.status_code == 200, added.text
    named = await desk.do(agent, made["id"], "watchers", {"user_id": str(other.id)})
    assert named.status_code == 422  # known, but of no department: watching gives nobody sight
    assert await watchers(desk, agent, made) == [str(agent.id)]
    assert (await desk.names(made["id"])).count("ticket.followed") == 1
    path = f"/v1/tickets/{made['id']}/watchers/{agent.id}"
    for _ in range(2):
        assert (await desk.http.delete(path, headers=agent.headers())).status_code == 204
    assert await watchers(desk, agent, made) == []
    assert (await desk.names(made["id"])).count("ticket.followed") == 2
    unknown = await desk.do(agent, made["id"], "watchers", {"user_id": str(uuid4())})
    assert unknown.json()["errors"][0]["code"] == "unknown_watcher"
    foreign = Person("agent", departments=(uuid4(),))
    assert (await desk.do(foreign, made["id"], "watchers")).status_code == 404


async def test_a_watcher_who_lost_the_sight_is_told_nothing(desk: Desk) -> None:
    made, agent = await desk.open(), desk.agent()
    await desk.do(agent, made["id"], "watchers")
    assert await hearing(desk, made) == [str(agent.id)]
    await known(desk, agent, DEFAULT_DEPARTMENT)
    assert await hearing(desk, made) == [str(agent.id)]
    await known(desk, agent, uuid4())
    assert await hearing(desk, made) == []


async def test_a_removed_participant_sees_nothing_more(desk: Desk) -> None:
    requester, other, agent = desk.customer(), desk.customer(), desk.agent()
    made = await desk.open(requester)
    await desk.look(
        "insert into tickets.participant (ticket_id, person_id, organization_id, added_at)"
        " select id, $1, organization_id, now() from tickets.ticket where id = $2",
        other.id,
        _uuid(made["id"]),
    )
    path = f"/v1/tickets/{made['id']}/participants"
    listed = (await desk.http.get(path, headers=other.headers())).json()["items"]
    assert [(one["role"], one["person"]["id"]) for one in listed] == [
        ("requester", str(requester.id)),
        ("participant", str(other.id)),
    ]
    for _ in range(2):
        gone = await desk.http.delete(f"{path}/{other.id}", headers=agent.headers())
        assert gone.status_code == 204
    assert (await desk.http.get(path, headers=other.headers())).status_code == 404
    assert (await desk.names(made["id"])).count("ticket.participant_removed") == 1
    stays = await desk.http.delete(f"{path}/{requester.id}", headers=agent.headers())
    assert (stays.status_code, stays.json()["errors"][0]["code"]) == (422, "requester")


async def hearing(desk: Desk, ticket: Any) -> list[str]:
    """Whom notify may tell of a ticket."""
    answer = await desk.ops.post(
        "/internal/tickets/batch",
        json={"ticket_ids": [ticket["id"]]},
        headers=service_headers("notify"),
    )
    found: list[str] = answer.json()["items"][0]["watchers"]
    return found


async def known(desk: Desk, person: Person, department: Any) -> None:
    fact = IdentityUserUpdated(
        user_id=person.id,
        organization_id=RESERVED_ORGANIZATION,
        roles=(Role.AGENT,),
        department_ids=(department,),
        locale=Locale.EN,
        at=desk.context.clock.now(),
    )
    await desk.deliver(fact, source="gateway")


def _json(body: Any) -> Any:
    return body if isinstance(body, dict) else json.loads(body)


def _uuid(text: str) -> Any:
    return UUID(text)


def _instant(at: Any) -> str:
    return at.isoformat().replace("+00:00", "Z")
