"""What `q` finds on a running desk: fields, phrases, exclusions, orders, pages, and for whom."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.tickets.domain.postings import bit_of, decode
from services.tickets.usecases import verifying
from services.tickets.usecases.indexing import index_some
from services.tickets.usecases.renaming import rename_one
from shared.events.identity import IdentityUserUpdated
from shared.vocabulary import DEFAULT_DEPARTMENT, Locale, Role
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_verbs import colleague


async def index(desk: Desk) -> None:
    while await index_some(desk.context) or await rename_one(desk.context):
        pass


async def page(desk: Desk, person: Person, q: str, **more: Any) -> dict[str, Any]:
    params = {"q": q, **more}
    answer = await desk.http.get("/v1/tickets", params=params, headers=person.headers())
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def found(desk: Desk, person: Person, q: str, **more: Any) -> list[str]:
    return [one["number"] for one in (await page(desk, person, q, **more))["items"]]


async def attach(desk: Desk, agent: Person, ticket_id: str, name: str, *, public: bool) -> None:
    """A file's row alone; its bytes are no matter here."""
    body = {"body": "see the file", "public": public}
    message = (await desk.do(agent, ticket_id, "messages", body)).json()
    async with desk.context.tx() as tx:
        rows = await tx.rows(
            "select organization_id from tickets.message where id = :id", {"id": message["id"]}
        )
        box = await desk.context.vault.box(rows[0]["organization_id"])
        row_id = uuid4()
        await tx.execute(
            """insert into tickets.attachment (id, ticket_id, message_id, organization_id, public,
                name, media_type, size, file_id, file_key, cautions, state, created_at)
            select :id, ticket_id, id, organization_id, public, :name, 'text/plain', 1, :id,
                '', '{}', 'clean', created_at from tickets.message where id = :message""",
            {
                "id": row_id,
                "name": box.seal("tickets.attachment.name", row_id, name),
                "message": message["id"],
            },
        )


@pytest.fixture
def agent(desk: Desk) -> Person:
    return desk.agent()


async def test_every_source_finds_and_its_field_alone_does(desk: Desk, agent: Person) -> None:
    customer = desk.customer()
    desk.neighbours.cards[str(customer.id)] = {
        "id": str(customer.id),
        "name": "ليلى الحربي",
        "email": "layla.harbi@zumurrud.example",
    }
    made = await desk.open(
        customer,
        subject="Zumurrud gateway",
        body="The quasar relay hums",
        tags=["vip-zebra"],
    )
    number, ticket_id = made["number"], made["id"]
    await attach(desk, agent, ticket_id, "تقرير-flamingo.pdf", public=True)
    await index(desk)
    finds = {
        "subject": "gateway",
        "body": "quasars",
        "from": "ليلي",
        "file": "flamingo",
        "tag": "zebra",
    }
    arabic = {"موضوع": "subject", "نص": "body", "من": "from", "ملف": "file", "وسم": "tag"}
    for field, word in finds.items():
        assert await found(desk, customer, word) == [number], word
        assert await found(desk, customer, f"{field}:{word}") == [number], field
        others = [one for one in finds if one != field]
        for other in others:
            assert await found(desk, customer, f"{other}:{word}") == [], (other, word)
    for name, field in arabic.items():
        assert await found(desk, customer, f"{name}:{finds[field]}") == [number], name
    assert await found(desk, customer, "from:layla.harbi@zumurrud.example") == [number]
    assert await found(desk, customer, "layla.harbi") == [number]
    assert await found(desk, customer, "quasar gateway zebra flamingo ليلى") == [number]


async def test_phrases_exclusions_and_alternatives(desk: Desk) -> None:
    customer = desk.customer(organization=uuid4())
    first = (await desk.open(customer, subject="a", body="the copper kettle is broken"))["number"]
    other = (await desk.open(customer, subject="b", body="a kettle of copper is fine"))["number"]
    await index(desk)
    assert await found(desk, customer, "copper kettle") == [other, first]
    assert await found(desk, customer, '"copper kettle"') == [first]
    assert await found(desk, customer, "«copper kettle»") == [first]
    assert await found(desk, customer, '"copper kettle') == [first]
    assert await found(desk, customer, 'body:"Copper Kettle"') == [first]
    assert await found(desk, customer, 'subject:"copper kettle"') == []
    assert await found(desk, customer, 'kettle -"copper kettle"') == [other]
    assert await found(desk, customer, "kettle -broken") == [other]
    assert await found(desk, customer, "broken OR fine") == [other, first]
    assert await found(desk, customer, '"copper kettle" OR fine') == [other, first]
    assert await found(desk, customer, "-kettle") == []
    assert await found(desk, customer, '"coppers kettle"') == []


async def test_states_places_and_times_narrow(desk: Desk, agent: Person) -> None:
    customer = desk.customer(organization=uuid4())
    old = await desk.open(customer, subject="walnut one", priority="P1")
    new = await desk.open(customer, subject="walnut two", priority="P4")
    await desk.do(agent, old["id"], "messages", {"body": "hello"})
    await index(desk)
    assert await found(desk, agent, "walnut status:new") == [new["number"]]
    assert await found(desk, agent, "walnut status:open") == [old["number"]]
    assert await found(desk, agent, "walnut حالة:مفتوحة") == [old["number"]]
    assert await found(desk, agent, "walnut -status:open") == [new["number"]]
    assert await found(desk, agent, "walnut priority:p1") == [old["number"]]
    assert await found(desk, agent, "walnut أولوية:منخفضة") == [new["number"]]
    assert await found(desk, agent, f"walnut number:{new['number']}") == [new["number"]]
    assert await found(desk, agent, f"walnut رقم:{new['number']}") == [new["number"]]
    assert await found(desk, agent, "walnut assignee:me") == []
    assert await found(desk, agent, "walnut assignee:none") == [new["number"], old["number"]]
    assert len(await found(desk, agent, f"walnut department:{DEFAULT_DEPARTMENT}")) == 2
    assert len(await found(desk, agent, "walnut created:today")) == 2
    assert await found(desk, agent, "walnut created:<2020-01-01") == []
    assert len(await found(desk, agent, "walnut created:>2020-01-01")) == 2
    assert len(await found(desk, agent, "walnut", status="open")) == 1
    assert len(await found(desk, agent, "walnut", department_id="mine")) == 2
    assert len(await found(desk, agent, "walnut", assignee_id="none")) == 2
    assert await found(desk, agent, "walnut", assignee_id="me") == []
    await desk.look("update tickets.ticket set assignee_id = $1 where id = $2", agent.id, old["id"])
    await index(desk)
    assert await found(desk, agent, "walnut", assignee_id="me") == [old["number"]]
    assert await found(desk, agent, "walnut assignee:me") == [old["number"]]
    assert await found(desk, agent, "walnut مسؤول:أنا") == [old["number"]]
    assert await found(desk, agent, "walnut", assignee_id="none") == [new["number"]]


async def test_a_moved_state_is_found_by_the_new_one(desk: Desk, agent: Person) -> None:
    customer = desk.customer()
    made = await desk.open(customer, subject="ocelot")
    await index(desk)
    assert await found(desk, agent, "ocelot status:resolved") == []
    await desk.do(agent, made["id"], "resolve", {"message": "done"})
    await index(desk)
    assert await found(desk, agent, "ocelot status:resolved") == [made["number"]]
    assert await found(desk, agent, "ocelot status:new") == []


@pytest.mark.parametrize("sort", ["-created_at", "relevance", "-updated_at", "priority"])
async def test_pages_of_a_query_have_no_gap_and_no_overlap(desk: Desk, sort: str) -> None:
    customer = desk.customer(organization=uuid4())
    made = [
        (await desk.open(customer, subject=f"pelican {i % 3}", body=body))["number"]
        for i, body in enumerate(("pelican", "x") * 4)
    ]
    await index(desk)
    seen: list[str] = []
    cursor: str | None = None
    while True:
        more = {"cursor": cursor} if cursor else {}
        answer = await page(desk, customer, "pelican", sort=sort, limit=2, **more)
        seen += [one["number"] for one in answer["items"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(made)
    if sort == "-created_at":
        assert seen == made[::-1]


async def test_a_cursor_belongs_to_its_query(desk: Desk) -> None:
    customer = desk.customer()
    for _ in range(2):
        await desk.open(customer, subject="narwhal whale")
    await index(desk)
    cursor = (await page(desk, customer, "narwhal", limit=1))["next_cursor"]
    for person, q in ((customer, "whale"), (desk.customer(), "narwhal")):
        answer = await desk.http.get(
            "/v1/tickets", params={"q": q, "limit": 1, "cursor": cursor}, headers=person.headers()
        )
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == "cursor_foreign"


async def test_a_rare_word_in_the_subject_comes_first(desk: Desk) -> None:
    customer = desk.customer(organization=uuid4())
    subject = (await desk.open(customer, subject="ibis", body="x"))["number"]
    body = (await desk.open(customer, subject="x", body="ibis"))["number"]
    both = (await desk.open(customer, subject="ibis and heron", body="x"))["number"]
    for _ in range(5):
        await desk.open(customer, subject="heron", body="x")
    await index(desk)
    assert await found(desk, customer, "ibis", sort="relevance") == [both, subject, body]
    assert (await found(desk, customer, "ibis OR heron", sort="relevance"))[0] == both
    last = (await found(desk, customer, "ibis OR heron", sort="relevance"))[-1]
    assert last != subject


async def test_internal_words_find_nothing_for_customers(desk: Desk, agent: Person) -> None:
    customer = desk.customer(role="customer_admin")
    made = await desk.open(customer)
    await desk.do(agent, made["id"], "messages", {"body": "suspicious okapi", "public": False})
    await attach(desk, agent, made["id"], "tapir-evidence.txt", public=False)
    await index(desk)
    for query in ("okapi", "body:okapi", '"suspicious okapi"', "tapir", "file:tapir", "-zzz tapir"):
        assert await found(desk, customer, query) == [], query
        assert await found(desk, agent, query) == [made["number"]], query
    # What is excluded by a hidden word must not show that the word is there.
    assert made["number"] in await found(desk, customer, "الطابعة -okapi -tapir")


async def test_words_move_with_merged_messages(desk: Desk, agent: Person) -> None:
    customer = desk.customer(organization=uuid4())
    gone = await desk.open(customer, subject="quetzal", body="saffron curry")
    kept = await desk.open(customer, subject="toucan", body="plain")
    await index(desk)
    answer = await desk.do(agent, gone["id"], "merge", {"into": kept["id"]})
    assert answer.status_code == 200, answer.text
    await index(desk)
    assert await found(desk, agent, "saffron") == [kept["number"]]
    assert await found(desk, agent, "quetzal") == [gone["number"]]


async def test_an_erased_ticket_leaves_no_bit(desk: Desk, agent: Person) -> None:
    gone = await desk.open(subject="basilisk", body="cardamom curry")
    await index(desk)
    assert await found(desk, agent, "basilisk cardamom") == [gone["number"]]
    number = int(gone["number"].removeprefix("SND-"))
    assert await bits_of(desk, number)
    for table in ("timeline", "participant", "message"):
        await desk.look(f"delete from tickets.{table} where ticket_id = $1", gone["id"])
    await desk.look("delete from tickets.ticket where id = $1", gone["id"])
    await index(desk)
    assert await bits_of(desk, number) == 0
    assert await desk.look("select 1 from tickets.search_entry where number = $1", number) == []


async def bits_of(desk: Desk, number: int) -> int:
    """In how many rows of the index a ticket stands."""
    rows = await desk.look("select count, bits from tickets.posting where slice = $1", number >> 13)
    return sum(bool(decode(row["count"], row["bits"]) & bit_of(number)) for row in rows)


async def test_names_follow_a_gateway_that_was_away_and_a_renaming(
    desk: Desk, agent: Person
) -> None:
    customer = desk.customer()
    card = {"id": str(customer.id), "name": "Basil Thyme", "email": "basil@herbs.example"}
    desk.neighbours.cards[str(customer.id)] = card
    desk.neighbours.down = True
    try:
        made = await desk.open(customer, subject="coriander")
        await index(desk)
        assert await found(desk, agent, "coriander") == [made["number"]]
        assert await found(desk, agent, "thyme") == []
    finally:
        desk.neighbours.down = False
    desk.travel(60)
    await index(desk)
    assert await found(desk, agent, "thyme") == [made["number"]]
    card |= {"name": "Basil Rosemary", "email": "rosemary@herbs.example"}
    await desk.deliver(
        IdentityUserUpdated(
            user_id=customer.id,
            organization_id=customer.organization,
            roles=(Role.CUSTOMER,),
            department_ids=(),
            locale=Locale.EN,
            disabled=False,
            at=datetime.now(UTC),
        ),
        source="gateway",
    )
    await index(desk)
    assert await found(desk, agent, "from:rosemary") == [made["number"]]
    assert await found(desk, agent, "thyme") == []
    desk.travel(0)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("status:banana", "query_unknown_value"),
        ("priority:P9", "query_unknown_value"),
        ("created:yesterdayish", "query_unknown_value"),
        ("created:2026-13-45", "query_unknown_value"),
        ("assignee:somebody", "query_unknown_value"),
        ("department:nowhere", "query_unknown_value"),
        ("number:abc", "query_unknown_value"),
        ("حالة:موز", "query_unknown_value"),
        ("assignee:nobody@nowhere.example", "query_unknown_value"),
        ("org:acme", "query_unknown_field"),
        ("العميل:سارة", "query_unknown_field"),
        ("word " * 30, "query_too_many_words"),
        ("tool*", "query_word_beginning"),
        ("موضوع:طابع*", "query_word_beginning"),
    ],
)
@pytest.mark.parametrize("locale", ["ar", "en"])
async def test_what_cannot_be_read_says_where(
    desk: Desk, agent: Person, query: str, code: str, locale: str
) -> None:
    answer = await desk.http.get(
        "/v1/tickets",
        params={"q": f"printer {query}"},
        headers=agent.headers(accept_language=locale),
    )
    assert answer.status_code == 422
    problem = answer.json()
    assert [one["code"] for one in problem["errors"]] == [code]
    assert problem["errors"][0]["pointer"] == "?q"
    assert problem["position"] >= 9
    assert str(problem["position"]) in problem["errors"][0]["message"]


ODD = [
    *('"', '""', "-", "--", "---x", "OR", "OR OR", "| |", "-OR", ":", "::", "subject:", "*"),
    *("the", "the of and", "في من على", "(.*)+$", "[a-z]{99}", "\\", "%", "_", "'; drop table"),
    *("?" * 50, "custom.:x", "custom.a:b", "http://x", "a:b:c", "\u200fstatus:open", "\u202eabc"),
    *(
        'x"y"z',
        "«",
        "»",
        'subject:"',
        "-subject:x",
        "number:1",
        "1",
        "0",
        "9" * 21,
        "٪",
        "subject:-",
    ),
    *("created:0001-01-01..9999-01-01", "created:<1970", "created:>8999", "created:7d"),
    *("🤷 printer", "ا", "و", "@", "a@", "@b", "a@b", "....", "1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1"),
    *("created:1..2", "created:9999d", "created:٢٠٢٦-٠١", "status:", "from:@", "\ufdfa" * 20),
]


@pytest.mark.parametrize("query", ODD)
async def test_odd_queries_are_read_or_refused(desk: Desk, query: str) -> None:
    for sort in ("-created_at", "relevance", "priority"):
        answer = await desk.http.get(
            "/v1/tickets", params={"q": query, "sort": sort}, headers=desk.agent().headers()
        )
        assert answer.status_code in {200, 422}, answer.text


async def test_ten_kilobytes_nul_and_broken_text_are_refused(desk: Desk) -> None:
    agent = desk.agent()
    for address in ("q=" + "x" * 10_000, "q=%00", "q=a%00b", "q=%ED%A0%80", "q=%FF%FE", "q=%0A"):
        answer = await desk.http.get(f"/v1/tickets?{address}", headers=agent.headers())
        assert answer.status_code in {200, 400, 422}, (address[:20], answer.text)
        assert "x" * 100 not in answer.text


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
async def test_never_more_than_the_list_without_q(desk: Desk, data: st.DataObject) -> None:
    who = data.draw(st.sampled_from(["customer", "customer_admin", "agent", "manager", "auditor"]))
    words = ["printer", "status:new", "-router", "الطابعة", '"لا تعمل"', "OR", "number:1", "x"]
    query = " ".join(data.draw(st.lists(st.sampled_from(words), min_size=1, max_size=4)))
    sort = data.draw(st.sampled_from(["-created_at", "relevance", "-updated_at"]))
    person = Person(who, organization=desk.organization, departments=(DEFAULT_DEPARTMENT,))
    everything = {
        one["number"]
        for one in (
            await desk.http.get("/v1/tickets", params={"limit": 200}, headers=person.headers())
        ).json()["items"]
    }
    assert set(await found(desk, person, query, sort=sort, limit=200)) <= everything


@pytest.mark.parametrize("sort", ["-created_at", "relevance", "-updated_at"])
async def test_a_phrase_that_is_far_is_reached_page_by_page(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    monkeypatch.setattr(verifying, "MOST_OPENED", 3)
    monkeypatch.setattr(verifying, "AT_ONCE", 2)
    customer = desk.customer(organization=uuid4())
    far = (await desk.open(customer, body="the green lantern"))["number"]
    for _ in range(8):
        await desk.open(customer, body="a lantern, which is green")
    await index(desk)
    seen: list[str] = []
    cursor: str | None = None
    pages = 0
    while True:
        more = {"cursor": cursor} if cursor else {}
        answer = await page(desk, customer, '"green lantern"', sort=sort, limit=1, **more)
        seen += [one["number"] for one in answer["items"]]
        pages += 1
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert seen == [far]
    assert 2 <= pages <= 6, "no page looks at all of them"


@pytest.mark.parametrize("locale", ["ar", "en"])
async def test_an_unknown_field_is_answered_with_the_known_ones_in_both_languages(
    desk: Desk, agent: Person, locale: str
) -> None:
    headers = agent.headers(accept_language=locale)
    answer = await desk.http.get("/v1/tickets", params={"q": "org:acme"}, headers=headers)
    (error,) = answer.json()["errors"]
    assert "acme" not in answer.text
    for name in ("subject:", "موضوع:", "assignee:", "مسؤول:", "custom.<key>:", "حقل.<key>:"):
        assert name in error["message"]


async def test_a_colleague_goes_by_address_for_staff_alone(desk: Desk) -> None:
    agent = await colleague(desk)
    desk.neighbours.colleagues["amal@desk.example"] = str(agent.id)
    customer = desk.customer()
    made = await desk.open(customer, subject="A marjoram question")
    done = await desk.do(agent, made["id"], "assign", {"assignee_id": str(agent.id)})
    assert done.status_code == 200, done.text
    await index(desk)
    for query in ("assignee:amal@desk.example", 'مسؤول:"Amal@Desk.example"'):
        assert await found(desk, agent, f"marjoram {query}") == [made["number"]]
        assert await found(desk, agent, f"marjoram -{query}") == []
    told = []
    for address in ("amal@desk.example", "nobody@desk.example"):
        answer = await desk.http.get(
            "/v1/tickets", params={"q": f"assignee:{address}"}, headers=customer.headers()
        )
        told.append((answer.status_code, answer.json()["errors"]))
    assert told[0] == told[1]
    assert told[0][0] == 422


async def test_a_port_is_found_as_it_is_typed(desk: Desk, agent: Person) -> None:
    customer = desk.customer()
    one = await desk.open(customer, subject="gateway", body="http://10.7.7.1:8080/status is slow")
    other = await desk.open(customer, subject="gateway", body="10.7.7.1:443 is slow")
    await index(desk)
    for typed in ("10.7.7.1", "10.7.7.1:"):
        assert await found(desk, agent, typed) == [other["number"], one["number"]]
    for typed in ("10.7.7.1:8", "10.7.7.1:80", "10.7.7.1:808", "10.7.7.1:8080"):
        assert await found(desk, agent, typed) == [one["number"]]
        assert await found(desk, agent, f"10.7.7.1 -{typed}") == [other["number"]]
