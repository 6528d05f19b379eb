"""Many at once: one wins, the others are told so, nothing is lost and nothing breaks."""

import asyncio
from collections import Counter
from typing import Any

import asyncpg
import httpx

from shared.vocabulary import DEFAULT_DEPARTMENT
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_bonds import ids
from tests.services.tickets.test_tickets_merge import words


def statuses(answers: list[httpx.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


async def at_once(*calls: Any) -> list[httpx.Response]:
    return list(await asyncio.gather(*calls))


async def test_of_two_hundred_resolutions_one_counts(desk: Desk) -> None:
    made, agent = await desk.open(), desk.agent()
    answers = await at_once(*(desk.do(agent, made["id"], "resolve") for _ in range(200)))
    assert statuses(answers) == {200: 1, 409: 199}
    legal = {tuple(one.json()["legal"]) for one in answers if one.status_code == 409}
    assert legal == {("assign", "reopen", "close", "merge", "split", "link", "spam")}
    assert (await desk.names(made["id"])).count("ticket.resolved") == 1
    assert (await desk.read(agent, made["id"]))["version"] == 3


async def test_solving_and_reopening_in_loops_loses_no_step(desk: Desk) -> None:
    made, agent = await desk.open(), desk.agent()

    async def loop(verb: str) -> list[int]:
        return [(await desk.do(agent, made["id"], verb)).status_code for _ in range(20)]

    found = await asyncio.gather(*(loop(verb) for verb in ("resolve", "reopen") * 3))
    counts = Counter(code for one in found for code in one)
    assert set(counts) <= {200, 409}
    names = await desk.names(made["id"])
    solved, again = names.count("ticket.resolved"), names.count("ticket.reopened")
    assert solved - again in {0, 1}
    read = await desk.read(agent, made["id"])
    assert (read["version"], read["reopen_count"]) == (len(names), again)
    assert counts[200] == solved + again


async def test_two_tickets_are_merged_into_each_other_only_one_way(desk: Desk) -> None:
    customer, agent = desk.customer(), desk.agent()
    for _ in range(5):
        a, b = await desk.open(customer, body="A"), await desk.open(customer, body="B")
        pair = [(a, b), (b, a)] * 5
        answers = await at_once(
            *(desk.do(agent, one["id"], "merge", {"into": other["id"]}) for one, other in pair)
        )
        assert statuses(answers) == {200: 1, 409: 9}
        states = [(await desk.read(agent, one["id"]))["status"] for one in (a, b)]
        assert sorted(states) == ["merged", "new"]
        living = (a, b)[states.index("new")]
        assert await words(desk, agent, living["id"]) == ["A", "B"]


async def test_a_split_and_a_merge_at_once_lose_no_message(desk: Desk) -> None:
    customer, agent = desk.customer(), desk.agent()
    for _ in range(5):
        a, b = await desk.open(customer, body="A1"), await desk.open(customer, body="B")
        await desk.do(customer, a["id"], "messages", {"body": "A2"})
        split = {"message_ids": (await ids(desk, agent, a))[1:], "subject": "Split"}
        answers = await at_once(
            desk.do(agent, a["id"], "merge", {"into": b["id"]}),
            desk.do(agent, a["id"], "split", split),
            desk.do(customer, a["id"], "messages", {"body": "A3"}),
        )
        assert answers[0].status_code == 200
        assert answers[1].status_code in {201, 409, 422}
        assert answers[2].status_code == 201
        found = await words(desk, agent, b["id"])
        if answers[1].status_code == 201:
            found += await words(desk, agent, answers[1].json()["id"])
        assert sorted(found) == ["A1", "A2", "A3", "B"]


async def test_a_merge_and_its_undoing_in_loops_leave_every_message_somewhere(desk: Desk) -> None:
    customer, agent = desk.customer(), desk.agent()
    a, b = await desk.open(customer, body="A"), await desk.open(customer, body="B")
    codes: Counter[int] = Counter()

    async def loop(verb: str, body: Any) -> None:
        for _ in range(8):
            codes[(await desk.do(agent, a["id"], verb, body)).status_code] += 1

    merge = loop("merge", {"into": b["id"]})
    await asyncio.gather(merge, loop("unmerge", None), loop("unmerge", None))
    assert set(codes) <= {200, 409}
    await desk.do(agent, a["id"], "unmerge")
    assert await words(desk, agent, a["id"]) == ["A"]
    assert await words(desk, agent, b["id"]) == ["B"]
    await desk.names(a["id"])
    await desk.names(b["id"])


async def test_a_stale_version_is_refused_everywhere_it_is_named(desk: Desk) -> None:
    made, other, agent = await desk.open(), await desk.open(), desk.agent()
    old = agent.headers(if_match='"1.0.0"')
    base = f"/v1/tickets/{made['id']}"
    await desk.do(agent, made["id"], "messages", {"body": "Hello"})
    stale: list[tuple[str, str, Any]] = [
        ("PATCH", base, {"priority": "P1"}),
        ("POST", f"{base}/resolve", {}),
        ("POST", f"{base}/merge", {"into": other["id"]}),
        ("POST", f"{base}/link", {"ticket_id": other["id"], "kind": "related"}),
        ("POST", f"{base}/spam", {}),
        ("POST", f"{base}/assign", {"assignee_id": None}),
        ("POST", f"{base}/close", {}),
        ("POST", f"{base}/escalate", {"reason": "x"}),
    ]
    for method, path, body in stale:
        answer = await desk.http.request(method, path, json=body, headers=old)
        assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed"), path
    tag = (await desk.http.get(base, headers=agent.headers())).headers["etag"]
    answers = await at_once(
        *(
            desk.http.post(f"{base}/{verb}", json={}, headers=agent.headers(if_match=tag))
            for verb in ("resolve", "spam", "close")
        )
    )
    assert statuses(answers)[200] == 1
    assert set(statuses(answers)) <= {200, 412}


async def test_who_is_late_already_hears_it_while_somebody_holds_the_ticket(desk: Desk) -> None:
    """More of them than there are connections; and whoever asks about other tickets is served."""
    made, other, agent = await desk.open(), await desk.open(), desk.agent()
    await desk.do(agent, made["id"], "messages", {"body": "Hello"})
    old, base = agent.headers(if_match='"1.0.0"'), f"/v1/tickets/{made['id']}"
    stale: list[tuple[str, str, Any]] = [
        ("PATCH", base, {"priority": "P1"}),
        ("POST", f"{base}/resolve", {}),
        ("POST", f"{base}/assign", {"assignee_id": None}),
        ("POST", f"{base}/messages", {"body": "Late"}),
        ("POST", f"{base}/merge", {"into": other["id"]}),
    ]
    holder = await asyncpg.connect(desk.database.superuser_dsn)
    try:
        async with holder.transaction(), asyncio.timeout(10):
            await holder.execute(
                "select 1 from tickets.ticket where id = $1 for update", made["id"]
            )
            fresh = [asyncio.ensure_future(desk.do(agent, made["id"], "resolve")) for _ in range(9)]
            late = [
                desk.http.request(how, path, json=body, headers=old) for how, path, body in stale
            ]
            answers = await at_once(*late)
            assert statuses(answers) == {412: len(stale)}
            beside = [desk.do(agent, other["id"], "messages", {"body": "Beside"}) for _ in range(9)]
            assert statuses(await at_once(*beside)) == {201: 9}
    finally:
        await holder.close()
    assert statuses(await at_once(*fresh)) == {200: 1, 409: 8}


async def test_reports_are_linked_and_merged_at_once_and_none_waits_for_another(
    desk: Desk,
) -> None:
    """Each of these changes the incident's count as well: a third ticket, taken in one order."""
    customer, agent = desk.customer(), desk.agent()
    incident, elsewhere = await desk.open(customer), await desk.open(customer)
    reports = [await desk.open(customer) for _ in range(16)]
    fresh = [await desk.open(customer) for _ in range(8)]
    tie = {"ticket_id": incident["id"], "kind": "incident"}
    for one in reports:
        assert (await desk.do(agent, one["id"], "link", tie)).status_code == 200
    pairs = list(zip(reports[::2], reports[1::2], strict=True))
    merges = [desk.do(agent, a["id"], "merge", {"into": b["id"]}) for a, b in pairs]
    ties = [desk.do(agent, one["id"], "link", tie) for one in fresh]
    mixed = [call for two in zip(merges, ties, strict=True) for call in two]
    assert statuses(await at_once(*mixed)) == {200: 16}
    assert (await desk.read(agent, incident["id"]))["reports"]["total"] == 16
    undone = [desk.do(agent, a["id"], "unmerge") for a, _ in pairs]
    moved = desk.do(agent, incident["id"], "merge", {"into": elsewhere["id"]})
    assert statuses(await at_once(*undone, moved)) == {200: 9}
    assert (await desk.read(agent, elsewhere["id"]))["reports"]["total"] == 24


async def test_tags_are_renamed_into_each_other_at_once(desk: Desk) -> None:
    agent = desk.agent()
    boss = Person("manager", departments=(DEFAULT_DEPARTMENT,))
    made = await desk.open()
    names = [f"{letter}{made['number']}" for letter in "abc"]
    await desk.do(agent, made["id"], "tags", {"add": names})
    rounds = [(a, b) for a in names for b in names if a != b] * 4
    path = "/v1/tickets/tags/rename"
    answers = await at_once(
        *(desk.http.post(path, json={"tag": a, "to": b}, headers=boss.headers()) for a, b in rounds)
    )
    assert set(statuses(answers)) <= {202, 200, 422}, statuses(answers)
