"""Merging and taking it back: chains, circles, what moves and what comes back."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person


async def words(desk: Desk, person: Person, ticket_id: str) -> list[str]:
    """The messages that somebody reads on a ticket."""
    path = f"/v1/tickets/{ticket_id}/messages"
    answer = await desk.http.get(path, headers=person.headers())
    assert answer.status_code == 200, answer.text
    return [one["body_text"] for one in answer.json()["items"]]


async def merge(desk: Desk, agent: Person, source: Any, target: Any) -> Any:
    answer = await desk.do(agent, source["id"], "merge", {"into": target["id"]})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def three(desk: Desk) -> tuple[list[Person], list[dict[str, Any]], Person]:
    people = [desk.customer() for _ in range(3)]
    made = [await desk.open(one, body=f"Word {at}") for at, one in enumerate(people)]
    return people, made, desk.agent()


async def test_all_roads_of_a_chain_lead_to_its_end(desk: Desk) -> None:
    (first, _, third), (a, b, c), agent = await three(desk)
    await merge(desk, agent, a, b)
    await merge(desk, agent, b, c)
    read = await desk.read(first, a["id"])
    assert (read["merged_into"], read["merged_into_final"]) == (b["id"], c["id"])
    everything = ["Word 0", "Word 1", "Word 2"]
    for person in (first, third, agent):
        assert await words(desk, person, c["id"]) == everything
    assert await words(desk, first, a["id"]) == everything
    by_number = await desk.http.get(f"/v1/tickets/by-number/{a['number']}", headers=first.headers())
    assert by_number.json()["id"] == c["id"]
    answer = await desk.do(first, a["id"], "messages", {"body": "One more"})
    assert (answer.status_code, answer.json()["ticket_id"]) == (201, c["id"])


async def test_a_number_is_read_in_arabic_digits_too(desk: Desk) -> None:
    customer = desk.customer()
    made = await desk.open(customer)
    digits = made["number"].translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    for text in (digits, digits.removeprefix("SND-")):
        answer = await desk.http.get(f"/v1/tickets/by-number/{text}", headers=customer.headers())
        assert (answer.status_code, answer.json()["id"]) == (200, made["id"])


async def test_why_only_the_subject_was_changed_stays_on_the_timeline(desk: Desk) -> None:
    customer, agent = desk.customer(), desk.agent()
    path = f"/v1/tickets/{(await desk.open(customer))['id']}"
    wish = {"subject": "Printer", "reason": "It named a person"}
    changed = await desk.http.patch(path, json=wish, headers=agent.headers())
    assert changed.status_code == 200, changed.text
    for person, reason in ((agent, "It named a person"), (customer, None)):
        story = await desk.http.get(f"{path}/timeline?limit=50", headers=person.headers())
        edited = [one for one in story.json()["items"] if one["kind"] == "edited"]
        assert [one.get("reason") for one in edited] == [reason]
        assert [one["text"] for one in edited] == ["The subject was edited"]


async def test_a_merge_takes_the_number_that_people_see(desk: Desk) -> None:
    _, (a, b, _), agent = await three(desk)
    for number in ("SND-999999999", "SND-99999999999999999"):
        unknown = await desk.do(agent, a["id"], "merge", {"into": number})
        assert unknown.status_code == 404
    for wrong in ("b", "1001", 1001, ["SND-1001"]):
        refused = await desk.do(agent, a["id"], "merge", {"into": wrong})
        assert refused.status_code == 422
        (error,) = refused.json()["errors"]
        assert (error["pointer"], error["code"]) == ("#/into", "id_or_number")
        assert "SND-" in error["message"]
    merged = await desk.do(agent, a["id"], "merge", {"into": b["number"]})
    assert merged.json()["merged_into"] == b["id"]


async def test_a_merge_into_itself_or_in_a_circle_is_refused(desk: Desk) -> None:
    _, (a, b, c), agent = await three(desk)
    itself = await desk.do(agent, a["id"], "merge", {"into": a["id"]})
    assert (itself.status_code, itself.json()["errors"][0]["code"]) == (422, "same_ticket")
    await merge(desk, agent, a, b)
    await merge(desk, agent, b, c)
    circle = await desk.do(agent, c["id"], "merge", {"into": a["id"]})
    assert (circle.status_code, circle.json()["code"]) == (409, "merge_cycle")


@pytest.mark.parametrize(
    ("verb", "status", "legal"),
    [
        ("close", "closed", ["assign", "merge", "split", "link", "spam"]),
        ("spam", "spam", ["unspam"]),
        ("resolve", "resolved", ["assign", "reopen", "close", "merge", "split", "link", "spam"]),
    ],
)
async def test_an_ended_ticket_takes_none_in_and_says_what_it_allows(
    desk: Desk, verb: str, status: str, legal: list[str]
) -> None:
    _, (a, b, _), agent = await three(desk)
    await desk.do(agent, b["id"], verb)
    refused = (await desk.do(agent, a["id"], "merge", {"into": b["id"]})).json()
    assert (refused["status"], refused["code"]) == (409, "illegal_transition")
    assert (refused["target_status"], refused["legal"]) == (status, legal)
    assert (await desk.read(agent, a["id"]))["status"] == "new"


async def test_a_merged_ticket_takes_none_in_and_names_where_it_lives(desk: Desk) -> None:
    _, (a, b, c), agent = await three(desk)
    await merge(desk, agent, b, c)
    refused = (await desk.do(agent, a["id"], "merge", {"into": b["id"]})).json()
    assert (refused["code"], refused["into"]) == ("illegal_transition", c["id"])


async def test_an_undone_merge_brings_back_exactly_what_moved(desk: Desk) -> None:
    (first, second, _), (a, b, other), agent = await three(desk)
    await desk.do(agent, a["id"], "link", {"ticket_id": other["id"], "kind": "parent"})
    await desk.do(agent, a["id"], "watchers")
    await desk.do(agent, a["id"], "wait", {"for": "customer", "message": "Is it on?"})
    await merge(desk, agent, a, b)
    await desk.do(second, b["id"], "messages", {"body": "Mine, meanwhile"})
    await desk.do(first, a["id"], "messages", {"body": "Theirs, meanwhile"})
    assert await linked(desk, agent, b) == [("parent", other["id"])]
    back = await desk.do(agent, a["id"], "unmerge")
    assert back.status_code == 200, back.text
    assert (back.json()["status"], back.json()["merged_into"]) == ("waiting_customer", None)
    assert await words(desk, first, a["id"]) == ["Word 0", "Is it on?"]
    assert await words(desk, second, b["id"]) == [
        "Word 1",
        "Mine, meanwhile",
        "Theirs, meanwhile",
    ]
    assert await linked(desk, agent, a) == [("parent", other["id"])]
    assert await linked(desk, agent, b) == []
    assert await watchers(desk, agent, b) == []
    assert await watchers(desk, agent, a) == [str(agent.id)]
    # who has spoken there meanwhile takes part there by their own word
    assert (await desk.read(first, b["id"]))["id"] == b["id"]
    stories = await timeline(desk, agent, a["id"])
    assert stories[-1] == ("unmerged", f"The merge into {b['number']} was undone")
    assert ("unmerged_from", f"Ticket {a['number']} was taken out again: its merge was undone") in (
        await timeline(desk, agent, b["id"])
    )
    assert (await desk.names(a["id"]))[-2:] == ["ticket.status_changed", "ticket.unmerged"]


async def test_whoever_only_came_along_sees_the_other_ticket_no_more(desk: Desk) -> None:
    (first, *_), (a, b, _), agent = await three(desk)
    await merge(desk, agent, a, b)
    assert await words(desk, first, b["id"]) == ["Word 0", "Word 1"]
    await desk.do(agent, a["id"], "unmerge")
    hidden = await desk.http.get(f"/v1/tickets/{b['id']}", headers=first.headers())
    assert hidden.status_code == 404
    assert "ticket.participant_removed" in await desk.names(b["id"])


async def test_an_inner_link_of_a_chain_is_taken_out_alone(desk: Desk) -> None:
    (first, second, _), (a, b, c), agent = await three(desk)
    await merge(desk, agent, a, b)
    await merge(desk, agent, b, c)
    back = await desk.do(agent, a["id"], "unmerge")
    assert back.status_code == 200, back.text
    assert await words(desk, agent, a["id"]) == ["Word 0"]
    assert await words(desk, agent, c["id"]) == ["Word 1", "Word 2"]
    hidden = await desk.http.get(f"/v1/tickets/{c['id']}", headers=first.headers())
    assert hidden.status_code == 404
    # and what is merged again belongs to its newest merge alone
    await merge(desk, agent, a, c)
    assert (await desk.do(agent, b["id"], "unmerge")).status_code == 200
    assert await words(desk, second, b["id"]) == ["Word 1"]
    assert await words(desk, agent, c["id"]) == ["Word 0", "Word 2"]


async def test_after_a_day_a_merge_stands(desk: Desk) -> None:
    _, (a, b, _), agent = await three(desk)
    await merge(desk, agent, a, b)
    desk.travel(86_401)
    agent.ahead = 86_401
    try:
        late = await desk.do(agent, a["id"], "unmerge")
        assert (late.status_code, late.json()["code"]) == (409, "unmerge_expired")
    finally:
        desk.travel(0)


async def test_undoing_twice_says_what_is_legal(desk: Desk) -> None:
    _, (a, b, _), agent = await three(desk)
    await merge(desk, agent, a, b)
    assert (await desk.do(agent, a["id"], "unmerge")).status_code == 200
    again = await desk.do(agent, a["id"], "unmerge")
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")
    assert "merge" in again.json()["legal"]


async def test_a_solved_ticket_waits_for_its_closing_again(desk: Desk) -> None:
    _, (a, b, _), agent = await three(desk)
    await desk.do(agent, a["id"], "resolve")
    await merge(desk, agent, a, b)
    back = (await desk.do(agent, a["id"], "unmerge")).json()
    assert back["status"] == "resolved"
    names = await desk.names(f"close:{a['id']}:0")
    assert names == ["timer.requested", "timer.cancelled", "timer.requested"]


async def test_files_and_waiting_mails_come_back(desk: Desk) -> None:
    _, (a, b, _), agent = await three(desk)
    mail = uuid4()
    await desk.look(
        "insert into tickets.held_mail (mail_id, ticket_id, organization_id, reasons, held_at)"
        " select $1, id, organization_id, '{}', now() from tickets.ticket where id = $2",
        mail,
        UUID(a["id"]),
    )
    await merge(desk, agent, a, b)
    counts = "select held_mails from tickets.ticket where id = $1"
    assert (await desk.look(counts, UUID(b["id"])))[0][0] == 1
    await desk.do(agent, a["id"], "unmerge")
    assert [(await desk.look(counts, UUID(one["id"])))[0][0] for one in (a, b)] == [1, 0]


async def test_a_wait_ends_when_somebody_who_waits_is_merged_in(desk: Desk) -> None:
    _, (a, b, _), agent = await three(desk)
    await desk.do(agent, b["id"], "wait", {"for": "customer", "message": "Is it on?"})
    await merge(desk, agent, a, b)
    assert (await desk.read(agent, b["id"]))["status"] == "open"


async def test_a_foreign_target_is_not_found_out(desk: Desk) -> None:
    _, (a, *_), agent = await three(desk)
    unknown = await desk.do(agent, a["id"], "merge", {"into": str(uuid4())})
    elsewhere = await desk.open(desk.customer(organization=uuid4()))
    foreign = await desk.do(agent, a["id"], "merge", {"into": elsewhere["id"]})
    assert (unknown.status_code, foreign.status_code) == (422, 422)
    assert foreign.json()["errors"][0]["code"] == "not_mergeable"


async def test_each_refusal_says_what_was_wrong_in_both_languages(desk: Desk) -> None:
    _, (a, *_), agent = await three(desk)
    elsewhere = await desk.open(desk.customer(organization=uuid4()))
    wishes = (
        ("merge", {"into": a["id"]}, "into itself", "في نفسها"),
        ("merge", {"into": elsewhere["id"]}, "another organization", "لمؤسسة مختلفة"),
        ("link", {"ticket_id": a["id"], "kind": "related"}, "linked with itself", "بنفسها"),
    )
    for verb, body, english, arabic in wishes:
        for language, words in (("en", english), ("ar", arabic)):
            headers = agent.headers(accept_language=language)
            path = f"/v1/tickets/{a['id']}/{verb}"
            refused = await desk.http.post(path, json=body, headers=headers)
            assert refused.status_code == 422
            assert words in refused.json()["errors"][0]["message"]


async def linked(desk: Desk, person: Person, ticket: Any) -> list[tuple[str, str]]:
    path = f"/v1/tickets/{ticket['id']}/links"
    items = (await desk.http.get(path, headers=person.headers())).json()["items"]
    return [(one["kind"], one["ticket"]["id"]) for one in items]


async def watchers(desk: Desk, person: Person, ticket: Any) -> list[str]:
    path = f"/v1/tickets/{ticket['id']}/watchers"
    items = (await desk.http.get(path, headers=person.headers())).json()["items"]
    return [one["person"]["id"] for one in items]


async def timeline(desk: Desk, person: Person, ticket_id: str) -> list[tuple[str, str]]:
    path = f"/v1/tickets/{ticket_id}/timeline?limit=200"
    answer = await desk.http.get(path, headers=person.headers(accept_language="en"))
    return [(one["kind"], one["text"]) for one in answer.json()["items"]]
