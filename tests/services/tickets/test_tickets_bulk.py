"""Many tickets at once: the same as one by one, each by itself, all or nothing, in no time."""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared.vocabulary import DEFAULT_DEPARTMENT
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_files_kills import killed
from tests.services.tickets.test_tickets_macros import TEXT, ask, make
from tests.services.tickets.test_tickets_verbs import colleague

SEALED = {"subject", "custom", "body_text", "reason"}
VOLATILE = {"id", "number", "at", "created_at", "updated_at", *SEALED}
"""Ids, instants and sealed texts: what must differ between twins."""


async def bulk(desk: Desk, person: Person, tickets: list[Any], **body: Any) -> dict[str, Any]:
    answer = await ask(desk, person, "POST", "bulk", {"ticket_ids": tickets, **body})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def several(desk: Desk, count: int, person: Person | None = None) -> list[str]:
    """Tickets of one customer, a few at a time."""
    customer, turns = person or desk.customer(), asyncio.Semaphore(4)

    async def one(number: int) -> str:
        async with turns:
            made = await desk.open(customer, subject=f"Number {number}", tags=["old"])
        found: str = made["id"]
        return found

    return await asyncio.gather(*(one(number) for number in range(count)))


async def test_each_ticket_has_its_own_outcome_in_the_order_of_the_request(desk: Desk) -> None:
    agent = desk.agent()
    live, closed, stale = await several(desk, 3)
    hidden = (await desk.open())["id"]
    await desk.look(
        "update tickets.ticket set department_id = $2::uuid where id = $1::uuid", hidden, uuid4()
    )
    await desk.do(agent, closed, "close")
    unknown = str(uuid4())
    wanted = [hidden, closed, live, unknown, {"id": stale, "version": 7}, live]
    told = await bulk(desk, agent, wanted, actions=[{"do": "resolve"}])
    assert (told["done"], told["unchanged"], told["refused"]) == (1, 0, 4)
    assert [one["ticket_id"] for one in told["items"]] == [hidden, closed, live, unknown, stale]
    items = {one["ticket_id"]: one for one in told["items"]}
    assert (items[live]["status"], items[live]["problem"]) == ("done", None)
    assert items[live]["version"] == (await desk.read(agent, live))["version"]
    assert items[live]["number"] == (await desk.read(agent, live))["number"]
    problems = {key: one["problem"] for key, one in items.items() if one["problem"]}
    codes = {key: (one["status"], one["code"]) for key, one in problems.items()}
    assert codes == {
        hidden: (404, "not_found"),
        unknown: (404, "not_found"),
        closed: (409, "illegal_transition"),
        stale: (412, "precondition_failed"),
    }
    assert {**items[hidden], "ticket_id": unknown} == items[unknown], "nobody can tell which"
    assert (problems[closed]["step"], "resolve" in problems[closed]["legal"]) == (
        "#/actions/0",
        False,
    )
    assert (await desk.read(agent, stale))["version"] == 1


async def test_what_is_refused_leaves_nothing_behind(desk: Desk) -> None:
    """The steps before the illegal one, its texts, facts and timers are as if they never were."""
    agent = desk.agent()
    fine, closed = await several(desk, 2)
    await desk.do(agent, closed, "close")
    before = [await rows_of(desk, closed), await desk.names(closed)]
    actions = [
        {"do": "priority", "priority": "P1"},
        {"do": "add_tags", "tags": ["new"]},
        {"do": "note", "body": "n"},
        {"do": "resolve"},
    ]
    told = await bulk(desk, agent, [closed, fine], actions=actions, message="Solved")
    assert [one["status"] for one in told["items"]] == ["refused", "done"]
    assert [await rows_of(desk, closed), await desk.names(closed)] == before
    assert (await desk.read(agent, fine))["status"] == "resolved"


async def test_what_changes_nothing_says_so(desk: Desk) -> None:
    agent = desk.agent()
    [one] = await several(desk, 1)
    told = await bulk(desk, agent, [one], actions=[{"do": "add_tags", "tags": ["old"]}])
    assert told["items"][0]["status"] == "unchanged"
    assert told["items"][0]["version"] == 1
    assert await desk.names(one) == ["ticket.opened"]


Single = Callable[[Desk, Person, str], Awaitable[httpx.Response]]


def verb(name: str, **body: Any) -> Single:
    async def done(desk: Desk, person: Person, ticket_id: str) -> httpx.Response:
        return await desk.do(person, ticket_id, name, body)

    return done


def edit(**body: Any) -> Single:
    async def done(desk: Desk, person: Person, ticket_id: str) -> httpx.Response:
        return await ask(desk, person, "PATCH", f"tickets/{ticket_id}", body)

    return done


def twins(agent: Person, department: str) -> list[tuple[dict[str, Any], list[Single]]]:
    """A bulk request, and the single calls that mean the same."""
    me = str(agent.id)
    return [
        (
            {"actions": [{"do": "resolve"}], "message": "Solved"},
            [verb("resolve", message="Solved")],
        ),
        ({"actions": [{"do": "resolve"}]}, [verb("resolve")]),
        ({"actions": [{"do": "close", "reason": "dup"}]}, [verb("close", reason="dup")]),
        ({"message": "Hello"}, [verb("messages", body="Hello")]),
        ({"actions": [{"do": "spam", "reason": "s"}]}, [verb("spam", reason="s")]),
        (
            {"actions": [{"do": "note", "body": "n"}]},
            [verb("messages", body="n", public=False)],
        ),
        (
            {"actions": [{"do": "wait", "for": "customer", "reason": "r"}], "message": "Is it on?"},
            [verb("wait", **{"for": "customer", "message": "Is it on?", "reason": "r"})],
        ),
        (
            {
                "actions": [
                    {"do": "priority", "priority": "P1", "reason": "r"},
                    {"do": "assign", "to": "me"},
                    {"do": "department", "department_id": department, "reason": "r"},
                    {"do": "add_tags", "tags": ["new"]},
                    {"do": "remove_tags", "tags": ["old"]},
                    {"do": "custom", "values": {"floor": 3}},
                    {"do": "resolve"},
                    {"do": "close"},
                ]
            },
            [
                edit(priority="P1", reason="r"),
                verb("assign", assignee_id=me),
                edit(department_id=department, reason="r"),
                edit(tags=["old", "new"]),
                edit(tags=["new"]),
                edit(custom={"floor": 3}),
                verb("resolve"),
                verb("close"),
            ],
        ),
    ]


async def rows_of(desk: Desk, ticket_id: str) -> list[list[dict[str, Any]]]:
    """Everything the database holds about a ticket, in order, without what must differ."""
    kept: list[list[dict[str, Any]]] = []
    for query in (
        "select * from tickets.ticket where id = $1::uuid",
        "select * from tickets.message where ticket_id = $1::uuid order by id",
        "select * from tickets.timeline where ticket_id = $1::uuid order by id",
    ):
        rows = [dict(row) for row in await desk.look(query, ticket_id)]
        kept.append([{k: v for k, v in row.items() if k not in VOLATILE} for row in rows])
    return kept


def neutral(value: Any, ticket_id: str, marks: dict[str, str]) -> Any:
    """The same for twins: ids by the order in which they appear, instants as such."""
    if isinstance(value, dict):
        return {key: neutral(one, ticket_id, marks) for key, one in value.items()}
    if isinstance(value, list):
        return [neutral(one, ticket_id, marks) for one in value]
    if isinstance(value, UUID) or (isinstance(value, str) and len(value) == 36):
        return marks.setdefault(str(value), f"id{len(marks)}")
    if hasattr(value, "tzinfo"):
        return "instant"
    if isinstance(value, bytes):
        return "sealed"
    return value


async def facts_of(desk: Desk, ticket_id: str) -> list[Any]:
    import orjson

    found = []
    for subject in (ticket_id, f"close:{ticket_id}:0"):
        for fact in await desk.facts(subject):
            body = orjson.loads(fact["body"])
            data = {k: v for k, v in body["data"].items() if k not in INSTANTS}
            found.append([body["type"], body["sequence"], data])
    return found


INSTANTS = {"at", "reopen_until", "start_at", "due_at", "key", "number"}


async def test_bulk_is_the_single_calls_row_by_row_and_fact_by_fact(desk: Desk) -> None:
    agent = await colleague(desk)
    department = str(uuid4())
    desk.neighbours.departments[department] = {"id": department, "name": {"ar": "قسم", "en": "D"}}
    chief = Person("admin")
    for request, calls in twins(agent, department):
        mine = await several(desk, 4)
        bulked, single = mine[:2], mine[2:]
        await desk.look("update tickets.ticket set mail_reopens = array[now()]")
        actor = agent if len(calls) < 3 else Person("admin", id=agent.id)
        told = await bulk(desk, actor, bulked, **request)
        assert told["done"] == 2, told
        for ticket_id in single:
            for call in calls:
                answer = await call(desk, actor, ticket_id)
                assert answer.is_success, answer.text
        pairs = zip(bulked, single, strict=True)
        for one, other in pairs:
            shared = {str(agent.id): "agent", department: "department"}
            left = neutral(await rows_of(desk, one), one, {**shared, one: "ticket"})
            right = neutral(await rows_of(desk, other), other, {**shared, other: "ticket"})
            assert left == right
            said = neutral(await facts_of(desk, one), one, {**shared, one: "ticket"})
            heard = neutral(await facts_of(desk, other), other, {**shared, other: "ticket"})
            assert said == heard
            texts = [await words(desk, chief, ticket_id) for ticket_id in (one, other)]
            assert texts[0] == texts[1]


async def words(desk: Desk, person: Person, ticket_id: str) -> Any:
    """What people read: texts, reasons, custom fields."""
    read = await desk.read(person, ticket_id)
    said = (await ask(desk, person, "GET", f"tickets/{ticket_id}/messages")).json()["items"]
    story = (await ask(desk, person, "GET", f"tickets/{ticket_id}/timeline")).json()["items"]
    return (
        read["custom"],
        [one["body_text"] for one in said],
        [(one["text"], one["reason"]) for one in story],
    )


async def test_a_macro_fills_its_text_for_each_ticket_in_its_own_language(desk: Desk) -> None:
    agent = desk.agent()
    text = {"ar": "تذكرتك {{ticket.number}}", "en": "Your {{ticket.number}}"}
    macro = await make(desk, agent, body=text, actions=[{"do": "resolve"}])
    tickets = [await desk.open(desk.customer(locale=locale)) for locale in ("ar", "en")]
    ids = [one["id"] for one in tickets]
    told = await bulk(desk, agent, ids, macro_id=macro["id"])
    assert told["done"] == 2
    said = [(await words(desk, agent, one))[1][-1] for one in ids]
    numbers = [one["number"] for one in tickets]
    assert said == [f"تذكرتك \u2068{numbers[0]}\u2069", f"Your {numbers[1]}"]
    more = await several(desk, 1)
    told = await bulk(desk, agent, more, macro_id=macro["id"], message=TEXT)
    assert (await words(desk, agent, more[0]))[1][-1] in TEXT.values()


async def test_the_same_key_does_it_once_and_another_body_is_refused(desk: Desk) -> None:
    agent = desk.agent()
    ids = await several(desk, 3)
    body = {"ticket_ids": ids, "message": "Once"}
    key = uuid4().hex
    answers = await asyncio.gather(
        *(ask(desk, agent, "POST", "bulk", body, idempotency_key=key) for _ in range(4))
    )
    assert {one.status_code for one in answers} == {200}
    assert len({one.content for one in answers}) == 1
    for ticket_id in ids:
        assert (await words(desk, agent, ticket_id))[1].count("Once") == 1
    other = await ask(
        desk, agent, "POST", "bulk", {**body, "message": "Twice"}, idempotency_key=key
    )
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


SOME = str(uuid4())
BAD = [
    ({}, "#/ticket_ids", "missing"),
    ({"ticket_ids": []}, "#/ticket_ids", "too_short"),
    ({"ticket_ids": [str(uuid4()) for _ in range(501)]}, "#/ticket_ids", "too_long"),
    ({"ticket_ids": "all"}, "#/ticket_ids", "list_type"),
    ({"ticket_ids": ["x"]}, "#/ticket_ids/0", "uuid_parsing"),
    ({"ticket_ids": [7]}, "#/ticket_ids/0", "uuid_type"),
    ({"ticket_ids": [{"id": SOME, "version": 0}]}, "#/ticket_ids/0/version", "greater_than_equal"),
    ({"ticket_ids": [{"version": 1}]}, "#/ticket_ids/0/id", "missing"),
    ({"ticket_ids": [{"id": SOME, "x": 1}]}, "#/ticket_ids/0/x", "extra_forbidden"),
    ({"ticket_ids": [SOME]}, "#", "nothing_to_do"),
    ({"ticket_ids": [SOME], "actions": []}, "#", "nothing_to_do"),
    ({"ticket_ids": [SOME], "actions": [{"do": "x"}]}, "#/actions/0", "literal_error"),
    ({"ticket_ids": [SOME], "message": ""}, "#/message", "string_too_short"),
    ({"ticket_ids": [SOME], "message": {"ar": "x"}}, "#/message/en", "missing"),
    ({"ticket_ids": [SOME], "message": "{{x}}"}, "#/message", "unknown_placeholder"),
    (
        {"ticket_ids": [SOME], "macro_id": SOME, "actions": [{"do": "resolve"}]},
        "#",
        "either_or",
    ),
    (
        {"ticket_ids": [SOME], "actions": [{"do": "run", "macro_id": SOME}]},
        "#/actions/0/macro_id",
        "unknown_macro",
    ),
    (
        {"ticket_ids": [SOME], "actions": [{"do": "assign", "to": SOME}]},
        "#/actions/0/to",
        "unknown_assignee",
    ),
    ({"ticket_ids": [SOME], "message": "x", "items": []}, "#/items", "extra_forbidden"),
]


@pytest.mark.parametrize(("body", "pointer", "code"), BAD)
async def test_a_request_that_makes_no_sense_touches_nothing(
    desk: Desk, body: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await ask(desk, desk.agent(), "POST", "bulk", body)
    assert answer.status_code == 422, answer.text
    assert (pointer, code) in [(one["pointer"], one["code"]) for one in answer.json()["errors"]]


async def test_parallel_bulks_over_the_same_tickets_wait_and_never_block_each_other(
    desk: Desk,
) -> None:
    """Eight clients, each with its own order of overlapping tickets; and single calls between."""
    agent = desk.agent()
    ids = await several(desk, 40)
    dice = random.Random(5)  # noqa: S311 - the same dice for every run

    async def client(number: int) -> dict[str, Any]:
        mine = dice.sample(ids, 30)
        return await bulk(desk, agent, mine, actions=[{"do": "add_tags", "tags": [f"t{number}"]}])

    async def single(ticket_id: str) -> None:
        answer = await desk.do(agent, ticket_id, "messages", {"body": "between"})
        assert answer.status_code == 201, answer.text

    told = await asyncio.gather(
        *(client(number) for number in range(8)), *(single(one) for one in ids[:20])
    )
    outcomes = [one for one in told if one is not None]
    assert [one["done"] for one in outcomes] == [30] * 8
    for ticket_id in ids:
        read = await desk.read(agent, ticket_id)
        names = await desk.names(ticket_id)
        assert read["version"] == len(names)
        tags = sum(ticket_id == item["ticket_id"] for one in outcomes for item in one["items"])
        assert len(read["tags"]) == 1 + tags


async def test_two_hundred_at_once_resolve_each_ticket_once(desk: Desk) -> None:
    agent = desk.agent()
    ids = await several(desk, 5)
    told = await asyncio.gather(
        *(bulk(desk, agent, ids, actions=[{"do": "resolve"}]) for _ in range(40))
    )
    assert sum(one["done"] for one in told) == 5
    for ticket_id in ids:
        assert (await desk.names(ticket_id)).count("ticket.resolved") == 1


async def test_five_hundred_are_done_in_two_seconds(desk: Desk) -> None:
    """Reply with placeholders, tag, assign and resolve 500 tickets (issue 5, item 8)."""
    agent = await colleague(desk)
    ids = await several(desk, 500)
    text = {
        "ar": "أهلًا {{requester.name}}، حُلّت تذكرتك {{ticket.number}}: {{ticket.subject}}",
        "en": "Dear {{requester.name}}, {{ticket.number}} is solved: {{ticket.subject}}",
    }
    actions = [
        {"do": "assign", "to": "me"},
        {"do": "add_tags", "tags": ["solved"]},
        {"do": "resolve"},
    ]
    macro = await make(desk, agent, body=text, actions=actions)
    began = time.perf_counter()
    told = await bulk(desk, agent, ids, macro_id=macro["id"])
    took = time.perf_counter() - began
    print(f"bulk of 500: {took:.2f} s")
    assert told["done"] == 500
    assert took < 10, "the bar of 2 s is held by the bench, on a quiet machine"
    assert str(DEFAULT_DEPARTMENT) == (await desk.read(agent, ids[0]))["department_id"]


async def test_whoever_dies_in_the_middle_has_done_nothing_or_all(
    desk: Desk, tmp_path: Path
) -> None:
    """Killed (-9) before and after every statement; then the same request under the same key."""
    agent = await colleague(desk)
    ids = await several(desk, 8)
    body = {"ticket_ids": ids, "message": "Solved", "actions": [{"do": "resolve"}]}
    order = tmp_path / "order"
    order.write_text(json.dumps({"person": str(agent.id), "body": body}))
    ledger = await killed(desk, "bulk", tmp_path / "ledger", str(order))
    found = [one["states"] for one in ledger if one["kind"] == "found"]
    assert ["new"] * 8 in found, "no kill came before the end"
    assert [one for one in found if one not in (["new"] * 8, ["resolved"] * 8)] == []
    answers = [one["answer"] for one in ledger if one["kind"] == "answered"]
    assert {one["done"] for one in answers} == {8}
    for ticket_id in ids:
        assert (await desk.names(ticket_id)).count("ticket.resolved") == 1
        assert (await words(desk, agent, ticket_id))[1].count("Solved") == 1


async def test_a_database_that_goes_away_leaves_all_or_nothing(desk: Desk) -> None:
    """Its connections are cut at one moment after the other while a bulk runs."""
    agent = desk.agent()
    ids = await several(desk, 40)
    numbers = iter(range(10_000))
    cut = (
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where application_name = 'sanad-tickets-staff' and state <> 'idle'"
    )
    outcomes: list[int] = []

    async def write() -> None:
        tag = f"cut{next(numbers)}"
        body = {"ticket_ids": ids, "actions": [{"do": "add_tags", "tags": [tag]}]}
        answer = await ask(desk, agent, "POST", "bulk", body)
        outcomes.append(answer.status_code)
        rows = await desk.look("select count(*) as n from tickets.ticket where $1 = any(tags)", tag)
        assert rows[0]["n"] in ({40} if answer.status_code == 200 else {0, 40})
        await desk.look("update tickets.ticket set tags = '{}' where id = any($1::uuid[])", ids)

    for pause in range(0, 24, 2):
        writing = asyncio.create_task(write())
        for _ in range(pause % 10):
            await desk.look("select 1")
        await desk.look(cut)
        await writing
    assert set(outcomes) <= {200, 503}
    assert 503 in outcomes, "nothing was ever cut"
    for ticket_id in ids:
        assert (await desk.read(agent, ticket_id))["version"] == len(await desk.names(ticket_id))
