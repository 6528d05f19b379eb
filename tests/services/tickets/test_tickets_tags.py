"""Tags: one tag for all its writings, edited side by side, counted, renamed by a job."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.tickets.usecases.fieldfilling import fold_some, rename_some
from shared.vocabulary import DEFAULT_DEPARTMENT
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_fields import codes, department, manager, patch, story


def word() -> str:
    return f"t{uuid4().hex[:10]}"


async def retag(desk: Desk, person: Person, ticket_id: str, **more: Any) -> Any:
    path = f"/v1/tickets/{ticket_id}/tags"
    return await desk.http.post(path, json=more, headers=person.headers())


async def suggested(desk: Desk, person: Person, prefix: str) -> dict[str, int]:
    answer = await desk.http.get(
        "/v1/tickets/tags", params={"prefix": prefix} if prefix else {}, headers=person.headers()
    )
    assert answer.status_code == 200, answer.text
    return {one["tag"]: one["count"] for one in answer.json()["items"]}


async def test_the_writings_of_a_tag_are_one_tag(desk: Desk) -> None:
    stem = word()
    first = await desk.open(tags=[f"إدارة  {stem}", f" {stem.upper()} ", f"\u200f{stem}"])
    assert first["tags"] == [f"إدارة {stem}", stem.upper()]
    second = await desk.open(tags=[f"اداره {stem}"])
    assert second["tags"] == [f"إدارة {stem}"], "known by its first writing"
    found = await desk.http.get(
        "/v1/tickets", params={"tag": f"أدَارَه {stem}"}, headers=desk.agent().headers()
    )
    assert {one["id"] for one in found.json()["items"]} == {first["id"], second["id"]}


async def test_single_tags_are_edited_side_by_side(desk: Desk) -> None:
    ticket, agent = await desk.open(tags=["kept", "gone"]), desk.agent()
    names = [word() for _ in range(8)]
    answers = await asyncio.gather(
        *(retag(desk, agent, ticket["id"], add=[name]) for name in names),
        retag(desk, agent, ticket["id"], remove=["GONE"]),
    )
    assert {one.status_code for one in answers} == {200}
    assert set((await desk.read(agent, ticket["id"]))["tags"]) == {"kept", *names}
    facts = await desk.names(ticket["id"])
    assert facts.count("ticket.edited") == 9
    again = await retag(desk, agent, ticket["id"], add=["KEPT"], remove=["unheard"])
    assert again.status_code == 200
    assert await desk.names(ticket["id"]) == facts, "what is so already is no news"


async def test_the_story_says_which_tags_came_and_which_went(desk: Desk) -> None:
    customer, agent, stem = desk.customer(), desk.agent(), word()
    ticket = await desk.open(customer)
    arabic = f"فاتورة {stem}"
    await retag(desk, agent, ticket["id"], add=["vip", arabic])
    await patch(desk, agent, ticket["id"], tags=[arabic, "vpn"])
    await patch(desk, agent, ticket["id"], subject="Other", tags=[arabic])

    async def texts(person: Person, language: str) -> list[str]:
        items = await story(desk, person, ticket["id"], language)
        return [one["text"] for one in items if one["kind"] == "edited"]

    assert await texts(agent, "en") == [
        f"Tags added: vip, \u2068{arabic}\u2069",
        "Tags added: vpn; removed: vip",
        "The subject was edited. Tags removed: vpn",
    ]
    assert await texts(agent, "ar") == [
        f"أُضيفت الوسوم: \u2068vip\u2069، \u2068{arabic}\u2069",
        "أُضيفت الوسوم: \u2068vpn\u2069، وأُزيلت: \u2068vip\u2069",
        "عُدّل موضوع التذكرة، وأُزيلت الوسوم: \u2068vpn\u2069",
    ]
    assert await texts(customer, "en") == [
        f"Tags added: \u2068{arabic}\u2069",
        "The tags were edited",
        "The subject and the tags were edited",
    ], "customers read what they see on the ticket, not what was taken off again"
    rows = await desk.look(
        "select data::text from tickets.timeline where ticket_id = $1", ticket["id"]
    )
    assert stem not in str([dict(row) for row in rows])
    assert stem not in str(await desk.facts(ticket["id"]))


async def test_an_outage_is_marked_by_any_writing_of_its_tag(desk: Desk) -> None:
    ticket, agent = await desk.open(), desk.agent()
    await retag(desk, agent, ticket["id"], add=["OUTAGE"])
    await retag(desk, agent, ticket["id"], remove=["Outage"])
    bodies = [one["body"] for one in await desk.facts(ticket["id"]) if "edited" in one["route"]]
    assert ['"outage":true' in bodies[0], '"outage":false' in bodies[1]] == [True, True]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"add": ["ـــ"]}, "blank"),
        ({"add": ["\u06e9"]}, "no_tag"),
        ({"add": ["\u200f"]}, "blank"),
        ({"add": ["a\nb"]}, "one_line"),
        ({"add": ["a\x00"]}, "text_nul"),
        ({"add": ["x" * 51]}, "string_too_long"),
        ({"add": [7]}, "string_type"),
        ({"add": "x"}, "list_type"),
        ({"add": [f"n{n}" for n in range(21)]}, "too_long"),
        ({"tags": ["x"]}, "extra_forbidden"),
    ],
)
async def test_what_is_no_tag_is_refused(desk: Desk, body: dict[str, Any], code: str) -> None:
    ticket = await desk.open()
    assert code in codes(await retag(desk, desk.agent(), ticket["id"], **body)).values()


async def test_a_ticket_bears_at_most_twenty_tags(desk: Desk) -> None:
    ticket, agent = await desk.open(tags=[word() for _ in range(20)]), desk.agent()
    answer = await retag(desk, agent, ticket["id"], add=[word()])
    assert list(codes(answer).values()) == ["too_many_tags"]
    swapped = await retag(desk, agent, ticket["id"], add=[word()], remove=[ticket["tags"][0]])
    assert len(swapped.json()["tags"]) == 20


async def test_customers_and_strangers_tag_nothing(desk: Desk) -> None:
    customer = desk.customer()
    ticket = await desk.open(customer)
    assert (await retag(desk, customer, ticket["id"], add=["x"])).status_code == 403
    elsewhere = Person("agent", departments=(uuid4(),))
    assert (await retag(desk, elsewhere, ticket["id"], add=["x"])).status_code == 404


async def test_suggestions_count_what_the_reader_may_see(desk: Desk) -> None:
    tag, other = f"إجازة {word()}", word()
    place = await department(desk)
    customer, mate = desk.customer(), desk.customer()
    stranger = Person(organization=uuid4())
    for person, where in ((customer, None), (customer, place), (mate, None), (stranger, None)):
        more = {"department_id": where} if where else {}
        await desk.open(person, tags=[tag, other], **more)
    boss = Person("executive")
    agent, networker = desk.agent(), Person("agent", departments=(UUID(place),))
    admin = desk.customer(role="customer_admin")
    readers = (boss, agent, networker, customer, mate, stranger, admin)
    for folded in (False, True):
        if folded:
            await fold_some(desk.context)
        for prefix in (tag, "اجاز"):
            found = [(await suggested(desk, one, prefix)).get(tag) for one in readers]
            assert found == [4, 3, 1, 2, 1, 1, 3]
        assert other not in await suggested(desk, boss, "اجاز")
    assert await suggested(desk, Person("agent", departments=(uuid4(),)), "") == {}
    assert await suggested(desk, boss, "%") == {}


async def test_counts_follow_edits_and_moves(desk: Desk) -> None:
    tag, place = word(), await department(desk)
    both = Person("agent", departments=(DEFAULT_DEPARTMENT, UUID(place)))
    networker = Person("agent", departments=(UUID(place),))
    ticket = await desk.open(tags=[tag])
    assert await suggested(desk, networker, tag) == {}
    assert (await patch(desk, both, ticket["id"], department_id=place)).is_success
    assert await suggested(desk, networker, tag) == {tag: 1}
    assert await suggested(desk, both, tag) == {tag: 1}
    await fold_some(desk.context)
    await retag(desk, both, ticket["id"], remove=[tag])
    assert await suggested(desk, both, tag) == {}


async def rename(desk: Desk, person: Person, tag: str, to: str) -> Any:
    body = {"tag": tag, "to": to}
    return await desk.http.post("/v1/tickets/tags/rename", json=body, headers=person.headers())


async def work(desk: Desk) -> int:
    steps = 0
    while await rename_some(desk.context):
        steps += 1
    return steps


async def test_a_renamed_tag_is_renamed_on_old_tickets_in_batches(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.tickets.usecases.fieldfilling.TICKETS", 2)
    old, new, agent, boss = word(), word(), desk.agent(), manager()
    tickets = [await desk.open(tags=[old, f"x{n}"]) for n in range(5)]
    merged = await desk.open(tags=[new, old])
    answer = await rename(desk, boss, old.upper(), new)
    assert answer.status_code == 202, answer.text
    assert (await desk.open(tags=[old]))["tags"] == [new], "at once for new tickets"
    assert await work(desk) >= 3
    assert [(await desk.read(agent, one["id"]))["tags"] for one in tickets] == [
        [f"x{n}", new] for n in range(5)
    ]
    assert (await desk.read(agent, merged["id"]))["tags"] == [new]
    assert await suggested(desk, agent, new) == {new: 7}
    assert await suggested(desk, agent, old) == {}
    job = answer.headers["location"]
    assert (await desk.http.get(job, headers=boss.headers())).json()["finished_at"] is None
    desk.travel(4)
    await work(desk)
    desk.travel(0)
    done = (await desk.http.get(job, headers=boss.headers())).json()
    assert (done["changed"], done["finished_at"] is None) == (6, False)
    assert (await desk.names(tickets[0]["id"]))[-1] == "ticket.edited"


async def test_names_may_be_mended_merged_onwards_and_taken_back(desk: Desk) -> None:
    one, two, three = word(), word(), word()
    boss, agent = manager(), desk.agent()
    ticket = await desk.open(tags=[one])

    async def renamed(tag: str, to: str) -> list[str]:
        assert (await rename(desk, boss, tag, to)).status_code == 202
        await work(desk)
        found: list[str] = (await desk.read(agent, ticket["id"]))["tags"]
        return found

    assert await renamed(one, one.upper()) == [one.upper()], "another writing of itself"
    assert await renamed(one, two) == [two]
    assert await renamed(two, three) == [three]
    assert (await desk.open(tags=[one, two]))["tags"] == [three], "all of its names lead on"
    assert await renamed(three, one) == [one], "back to a name of its own"
    assert (await desk.open(tags=[two, three]))["tags"] == [one]
    same = await rename(desk, boss, two, one)
    assert list(codes(same).values()) == ["same_tag"]
    unknown = await rename(desk, boss, word(), one)
    assert list(codes(unknown).values()) == ["unknown_tag"]


@pytest.mark.parametrize("role", ["agent", "supervisor", "customer", "auditor"])
async def test_only_managers_rename_tags(desk: Desk, role: str) -> None:
    person = desk.customer() if role == "customer" else Person(role)
    assert (await rename(desk, person, "a", "b")).status_code == 403
    path = f"/v1/tickets/tags/jobs/{uuid4()}"
    assert (await desk.http.get(path, headers=person.headers())).status_code == 403
    assert (await desk.http.get(path, headers=manager().headers())).status_code == 404
