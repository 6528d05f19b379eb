"""Several requests of the form in one name: each is its own question, and none stays hidden."""

from typing import Any
from uuid import UUID, uuid4

from shared.events.notify import NotifySuppressed
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person, service_headers
from tests.services.tickets.test_tickets_form import submit
from tests.services.tickets.test_tickets_merge import timeline
from tests.services.tickets.test_tickets_visitors import PAGE, link, stranger


async def several(desk: Desk, person: Person, count: int) -> list[dict[str, Any]]:
    """As many requests by the form under one address."""
    address = f"lina{uuid4().hex[:8]}@customer.example"
    desk.neighbours.know(address, person.organization, str(person.id))
    return [(await submit(desk, email=address)).json() for _ in range(count)]


async def shown(desk: Desk, person: Person, made: list[dict[str, Any]]) -> list[int]:
    signed = person.headers()
    paths = [f"/v1/tickets/{one['id']}" for one in made]
    return [(await desk.http.get(path, headers=signed)).status_code for path in paths]


async def test_after_a_yes_the_others_are_asked_about_one_by_one(desk: Desk) -> None:
    lina, stray = desk.customer(organization=uuid4()), (await submit(desk, email=stranger())).json()
    made = await several(desk, lina, 5)
    first = await desk.http.get(link(desk, made[0]["id"]), headers=PAGE)
    assert not any(one["number"] in first.text for one in made[1:])
    said = (await desk.http.post(link(desk, made[0]["id"]), json={"answer": "confirmed"})).json()
    assert [one["number"] for one in said["others"]] == [one["number"] for one in made[:0:-1]]
    assert await shown(desk, lina, made) == [200, 404, 404, 404, 404]
    for other in said["others"][:2]:
        answer = await desk.http.post(other["link"], json={"answer": "confirmed"})
        assert answer.json()["number"] == other["number"]
    denied = await desk.http.post(said["others"][2]["link"], json={"answer": "denied"})
    assert denied.json()["others"] == []
    assert await shown(desk, lina, made) == [200, 404, 404, 200, 200]
    page = await desk.http.get(link(desk, made[0]["id"]), headers=PAGE)
    assert [one["number"] in page.text for one in made] == [True, True, False, False, False]
    assert link(desk, made[1]["id"]) in page.text
    assert "ووصلت باسمك طلبات أخرى" in page.text
    assert "Other requests came in your name" in page.text
    assert stray["number"] not in page.text
    assert made[1]["subject"] not in page.text


async def test_a_no_shows_nothing_else_and_spam_is_not_offered(desk: Desk) -> None:
    made = await several(desk, desk.customer(organization=uuid4()), 3)
    await desk.do(desk.agent(), made[1]["id"], "spam")
    url = link(desk, made[0]["id"])
    assert (await desk.http.post(url, json={"answer": "denied"})).json()["others"] == []
    said = (await desk.http.post(url, json={"answer": "confirmed"})).json()
    assert [one["number"] for one in said["others"]] == [made[2]["number"]]


async def test_a_colleague_vouches_for_a_request_whose_link_was_never_mailed(desk: Desk) -> None:
    lina, agent = desk.customer(organization=uuid4()), desk.agent()
    made = await several(desk, lina, 2)
    for _ in range(2):
        answer = await desk.do(agent, made[1]["id"], "vouch")
        assert answer.status_code == 200, answer.text
    assert await shown(desk, lina, made) == [404, 200]
    assert (await desk.read(agent, made[1]["id"]))["requester_answer"] == "confirmed"
    kinds = [kind for kind, _ in await timeline(desk, agent, made[1]["id"])]
    assert kinds.count("request_vouched") == 1
    facts = [one for one in await desk.facts(made[1]["id"]) if "edited" in one["route"]]
    assert ['"unconfirmed":false' in one["body"] for one in facts] == [True]


async def test_nobody_vouches_against_a_no_or_where_nothing_was_asked(desk: Desk) -> None:
    lina, agent = desk.customer(organization=uuid4()), desk.agent()
    [made] = await several(desk, lina, 1)
    assert (await desk.do(lina, made["id"], "vouch")).status_code in {403, 404}
    await desk.http.post(link(desk, made["id"]), json={"answer": "denied"})
    for ticket_id in (made["id"], (await desk.open())["id"]):
        answer = await desk.do(agent, ticket_id, "vouch")
        assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_vouch")
    assert (await desk.read(agent, made["id"]))["requester_answer"] == "denied"


async def told_denied(desk: Desk, ticket_id: str) -> list[str]:
    """Who hears nothing of the ticket, as notify asks it."""
    answer = await desk.ops.post(
        "/internal/tickets/batch",
        json={"ticket_ids": [ticket_id]},
        headers=service_headers("notify"),
    )
    [item] = answer.json()["items"]
    found: list[str] = item["denied"]
    return found


async def test_who_denied_one_hears_nothing_of_another_that_is_pending(desk: Desk) -> None:
    lina, agent = desk.customer(organization=uuid4()), desk.agent()
    first, second = await several(desk, lina, 2)
    assert await told_denied(desk, second["id"]) == []
    await desk.http.post(link(desk, first["id"]), json={"answer": "denied"})
    assert await told_denied(desk, second["id"]) == [str(lina.id)]
    answer = await desk.do(agent, second["id"], "messages", {"body": "x"})
    [warning] = answer.json()["warnings"]
    assert warning["code"] == "requester_denied_another"
    assert "أنكر صاحب العنوان طلبًا آخر" in warning["text"]["ar"]
    story = await timeline(desk, agent, second["id"])
    [text] = [text for kind, text in story if kind == "reply_unheard"]
    assert "denied another request" in text
    await desk.http.post(link(desk, second["id"]), json={"answer": "confirmed"})
    assert await told_denied(desk, second["id"]) == []


async def test_the_peace_holds_for_the_inbox_and_ends_after_a_month(desk: Desk) -> None:
    name = uuid4().hex[:8]
    first = (await submit(desk, email=f"{name}@nowhere.example")).json()
    await desk.http.post(link(desk, first["id"]), json={"answer": "denied"})
    second = (await submit(desk, email=f"{name}+a@nowhere.example")).json()
    assert len(await told_denied(desk, second["id"])) == 1
    answer = await desk.do(desk.agent(), second["id"], "messages", {"body": "x"})
    assert [one["code"] for one in answer.json()["warnings"]] == ["requester_denied_another"]
    await desk.look(
        "update tickets.verification set said_at = said_at - interval '31 days'"
        " where ticket_id = $1 returning 1",
        UUID(first["id"]),
    )
    assert await told_denied(desk, second["id"]) == []


async def why_unsaid(desk: Desk, ticket_id: str) -> str:
    """What staff read after notify has said that nobody asked it for an acknowledgement."""
    told = NotifySuppressed(
        kind="acknowledgement",
        reason="not_wanted",
        delivery_id=uuid4(),
        ticket_id=UUID(ticket_id),
        at=desk.context.clock.now(),
    )
    await desk.deliver(told, source="notify")
    story = await timeline(desk, desk.agent(), ticket_id)
    [text] = [text for kind, text in story if kind == "acknowledgement_suppressed"]
    return text


async def test_the_story_says_why_a_request_was_not_acknowledged(desk: Desk) -> None:
    address, flooded = stranger(), stranger()
    made = (await submit(desk, email=address)).json()
    await desk.http.post(link(desk, made["id"]), json={"answer": "denied"})
    silent = (await submit(desk, email=address)).json()
    assert "denied a request" in await why_unsaid(desk, silent["id"])
    many = [(await submit(desk, email=flooded)).json() for _ in range(4)]
    assert "reached its cap" in await why_unsaid(desk, many[-1]["id"])
    by_mail = await desk.open()
    assert "unverified sender" in await why_unsaid(desk, by_mail["id"])


async def test_staff_list_what_nobody_has_confirmed_and_customers_find_nothing(desk: Desk) -> None:
    lina, agent = desk.customer(organization=uuid4()), desk.agent()
    pending, denied, confirmed = await several(desk, lina, 3)
    plain = await desk.open(lina)
    for made, word in ((denied, "denied"), (confirmed, "confirmed")):
        await desk.http.post(link(desk, made["id"]), json={"answer": word})
    names = {one["id"]: one["number"] for one in (pending, denied, confirmed, plain)}

    async def found(person: Person, answer: str) -> list[str]:
        path = f"/v1/tickets?requester_answer={answer}&requester_id={lina.id}&sort=created_at"
        listed = await desk.http.get(path, headers=person.headers())
        assert listed.status_code == 200, listed.text
        return [names[one["id"]] for one in listed.json()["items"]]

    assert await found(agent, "pending") == [pending["number"]]
    assert await found(agent, "denied") == [denied["number"]]
    for word in ("pending", "denied"):
        assert await found(lina, word) == []
    wrong = await desk.http.get("/v1/tickets?requester_answer=x", headers=agent.headers())
    assert wrong.status_code == 422
    view = {"name": {"en": "Unconfirmed"}, "filters": {"requester_answer": "pending"}}
    kept = await desk.http.post("/v1/views", json=view, headers=agent.headers())
    assert kept.status_code == 201, kept.text
    path = f"/v1/views/{kept.json()['id']}/tickets?limit=200"
    listed = (await desk.http.get(path, headers=agent.headers())).json()["items"]
    assert pending["id"] in [one["id"] for one in listed]
    assert denied["id"] not in [one["id"] for one in listed]
