"""Lists by keyset, their filters, and search."""

from typing import Any
from uuid import uuid4

import pytest

from services.tickets.usecases.indexing import index_some
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person


async def listed(desk: Desk, person: Person, **params: Any) -> list[dict[str, Any]]:
    answer = await desk.http.get("/v1/tickets", params=params, headers=person.headers())
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.mark.parametrize("sort", ["-created_at", "-updated_at", "next_due_at", "priority"])
async def test_pages_follow_each_other_without_gap_or_overlap(desk: Desk, sort: str) -> None:
    customer = desk.customer()
    made = {
        (await desk.open(customer, priority=priority))["id"]
        for priority in ("P1", "P2", "P3", "P4", "P1", "P2", "P3")
    }
    seen: list[str] = []
    url: str | None = f"/v1/tickets?limit=3&sort={sort}"
    while url:
        answer = await desk.http.get(url, headers=customer.headers())
        seen += [one["id"] for one in answer.json()["items"]]
        link = answer.headers.get("link")
        url = link.partition(">")[0].removeprefix("<") if link else None
        assert (answer.json()["next_cursor"] is None) is (url is None)
    assert len(seen) == len(made)
    assert set(seen) == made


async def test_a_cursor_of_another_order_or_a_made_up_one_is_refused(desk: Desk) -> None:
    customer = desk.customer()
    for _ in range(2):
        await desk.open(customer)
    first = await desk.http.get("/v1/tickets?limit=1", headers=customer.headers())
    for cursor, sort in ((first.json()["next_cursor"], "priority"), ("abc", "-created_at")):
        answer = await desk.http.get(
            "/v1/tickets", params={"cursor": cursor, "sort": sort}, headers=customer.headers()
        )
        assert answer.status_code == 422


async def test_filters_narrow(desk: Desk) -> None:
    customer, agent = desk.customer(), desk.agent()
    first = await desk.open(customer, priority="P1", tags=["printer", "urgent"])
    second = await desk.open(customer, priority="P4")
    await desk.do(agent, second["id"], "messages", {"body": "x"})
    mine = {"requester_id": str(customer.id)}

    async def found(**params: Any) -> set[str]:
        return {one["id"] for one in await listed(desk, agent, **mine, **params)}

    assert await found(priority="P1") == {first["id"]}
    assert await found(priority="P1,P4") == {first["id"], second["id"]}
    assert await found(status="open") == {second["id"]}
    assert await found(status=["open", "new"]) == {first["id"], second["id"]}
    assert await found(tag="printer") == {first["id"]}
    assert await found(sla_state="ok") == {first["id"], second["id"]}
    assert await found(sla_state="breached") == set()
    assert await found(organization_id=str(customer.organization), priority="P4") == {second["id"]}
    assert await found(assignee_id=str(uuid4())) == set()
    assert await found(created_from=second["created_at"]) == {second["id"]}
    assert await found(created_to=second["created_at"]) == {first["id"]}


@pytest.mark.parametrize(
    "query", ["status=odd", "limit=0", "limit=201", "sort=odd", "assignee_id=x"]
)
async def test_nonsense_is_422(desk: Desk, query: str) -> None:
    answer = await desk.http.get(f"/v1/tickets?{query}", headers=desk.agent().headers())
    assert answer.status_code == 422


async def index(desk: Desk) -> None:
    while await index_some(desk.context):
        pass


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("طابعة", True),
        ("الطَّابِعَة", True),
        ("للطابعات", True),
        ("printers", True),
        ("printing offline", True),
        ("printer router", False),
        ("xyzzy", False),
    ],
)
async def test_search_folds_arabic_and_english(desk: Desk, query: str, hits: bool) -> None:
    customer = desk.customer()
    made = await desk.open(
        customer, subject="Printer offline", body="والطابعة الجديدة لا تطبع، the printer prints"
    )
    await index(desk)
    found = {one["id"] for one in await listed(desk, customer, q=query)}
    assert found == ({made["id"]} if hits else set())


async def test_a_number_finds_its_ticket(desk: Desk) -> None:
    customer = desk.customer()
    made = await desk.open(customer)
    found = await listed(desk, customer, q=made["number"].lower())
    assert [one["id"] for one in found] == [made["id"]]


async def test_words_of_notes_find_nothing_for_customers(desk: Desk) -> None:
    customer, agent = desk.customer(), desk.agent()
    made = await desk.open(customer)
    note = {"body": "suspicious zephyr", "public": False}
    for _ in range(2):
        await desk.do(agent, made["id"], "messages", note)
        await index(desk)
    assert await listed(desk, customer, q="zephyr") == []
    assert [one["id"] for one in await listed(desk, agent, q="zephyr")] == [made["id"]]


async def test_a_changed_subject_is_found_by_its_new_words_only(desk: Desk) -> None:
    customer = desk.customer()
    made = await desk.open(customer, subject="gryphon")
    await index(desk)
    await desk.http.patch(
        f"/v1/tickets/{made['id']}", json={"subject": "wyvern"}, headers=customer.headers()
    )
    await index(desk)
    assert await listed(desk, customer, q="gryphon") == []
    assert [one["id"] for one in await listed(desk, customer, q="wyvern")] == [made["id"]]


async def test_no_word_of_the_text_lies_in_the_search_table(desk: Desk) -> None:
    await desk.open(subject="basilisk")
    await index(desk)
    rows = await desk.look("select token from tickets.posting")
    assert rows
    assert all(len(row["token"]) == 8 and b"basil" not in row["token"] for row in rows)
