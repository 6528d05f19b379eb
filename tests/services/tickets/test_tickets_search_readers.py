"""What `q` finds for whom: people by what is shown of them, days by the reader's clock, labels."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.tickets.usecases.indexing import index_some
from services.tickets.usecases.renaming import rename_one
from shared.vocabulary import DEFAULT_DEPARTMENT, RESERVED_ORGANIZATION
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person

ADMIN = Person("admin", scope="tickets:read tickets:write tickets:manage")


async def index(desk: Desk) -> None:
    while await index_some(desk.context) or await rename_one(desk.context):
        pass


async def found(desk: Desk, person: Person, q: str = "", **more: Any) -> list[str]:
    params = {**({"q": q} if q else {}), **more}
    answer = await desk.http.get("/v1/tickets", params=params, headers=person.headers())
    assert answer.status_code == 200, answer.text
    return [one["number"] for one in answer.json()["items"]]


async def refused(desk: Desk, person: Person, locale: str, **params: str) -> dict[str, Any]:
    headers = person.headers(accept_language=locale)
    answer = await desk.http.get("/v1/tickets", params=params, headers=headers)
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    told: dict[str, Any] = error
    return told


def call(desk: Desk, person: Person, name: str, email: str) -> None:
    desk.neighbours.cards[str(person.id)] = {"id": str(person.id), "name": name, "email": email}


async def test_customers_find_staff_by_the_name_they_are_shown_never_by_an_address(
    desk: Desk,
) -> None:
    customer, head = desk.customer(), desk.customer(role="customer_admin")
    agent = desk.agent()
    call(desk, customer, "Dana Zaafaran", "dana@herbs.example")
    call(desk, agent, "Samira Huqul", "samira.huqul@desk.example")
    made = await desk.open(customer, subject="saffron one")
    number = made["number"]
    await desk.do(agent, made["id"], "messages", {"body": "hello"})
    await index(desk)
    for person in (customer, head):
        for hidden in (
            "samira.huqul@desk.example",
            "from:samira.huqul@desk.example",
            "from:samira.huqul",
            "from:desk.example",
            'from:"samira.huqul@desk.example"',
            "من:samira.huqul@desk.example",
        ):
            assert await found(desk, person, hidden) == [], hidden
            assert await found(desk, person, f"saffron -{hidden}") == [number], hidden
        assert await found(desk, person, "saffron from:samira") == [number]
        assert await found(desk, person, 'from:"Samira Huqul"') == [number]
        assert await found(desk, person, "from:dana@herbs.example") == [number]
    assert await found(desk, agent, "from:samira.huqul@desk.example saffron") == [number]
    assert await found(desk, agent, 'from:"samira.huqul@desk.example" saffron') == [number]


async def test_a_phrase_is_a_name_in_its_order(desk: Desk) -> None:
    customer = desk.customer(organization=uuid4())
    call(desk, customer, "ليلى سعد الحربي", "layla@herbs.example")
    number = (await desk.open(customer, subject="anise"))["number"]
    await index(desk)
    assert await found(desk, customer, 'من:"ليلى سعد"') == [number]
    assert await found(desk, customer, 'from:"سعد الحربي"') == [number]
    assert await found(desk, customer, '"ليلى سعد الحربي"') == [number]
    assert await found(desk, customer, 'from:"الحربي ليلى"') == []
    assert await found(desk, customer, 'from:"ليلى الحربي"') == []
    assert await found(desk, customer, 'subject:"ليلى سعد"') == []
    assert await found(desk, customer, 'anise -from:"ليلى سعد"') == []


async def test_days_begin_where_the_reader_is(desk: Desk) -> None:
    far = uuid4()
    await desk.look(
        "insert into tickets.organization (id, locale, timezone)"
        " values ($1, 'en', 'Pacific/Auckland')",
        far,
    )
    customer, agent = desk.customer(organization=far), desk.agent()
    made = await desk.open(customer, subject="cumin")
    await desk.look(
        "update tickets.ticket set created_at = '2026-03-10T12:30Z', reindex = true where id = $1",
        UUID(made["id"]),
    )
    await index(desk)
    number = made["number"]
    assert await found(desk, customer, "cumin created:2026-03-11") == [number]
    assert await found(desk, customer, "cumin created:2026-03-10") == []
    assert await found(desk, agent, "cumin created:2026-03-10") == [number]
    assert await found(desk, agent, "cumin created:2026-03-11") == []
    await desk.look(
        "insert into tickets.organization (id, locale, timezone)"
        " values ($1, 'ar', 'Asia/Tokyo')"
        " on conflict (id) do update set timezone = excluded.timezone",
        RESERVED_ORGANIZATION,
    )
    try:
        await desk.look(
            "update tickets.ticket set created_at = '2026-03-10T16:00Z', reindex = true"
            " where id = $1",
            UUID(made["id"]),
        )
        await index(desk)
        assert await found(desk, agent, "cumin created:2026-03-11") == [number]
    finally:
        await desk.look(
            "update tickets.organization set timezone = 'Asia/Riyadh' where id = $1",
            RESERVED_ORGANIZATION,
        )


async def test_filters_take_words_for_priorities_and_states(desk: Desk) -> None:
    customer = desk.customer(organization=uuid4())
    urgent = (await desk.open(customer, subject="x", priority="P1"))["number"]
    low = (await desk.open(customer, subject="x", priority="P4"))["number"]
    assert await found(desk, customer, priority="urgent") == [urgent]
    assert await found(desk, customer, priority="منخفضة,عاجلة") == [low, urgent]
    assert await found(desk, customer, status="live") == [low, urgent]
    assert await found(desk, customer, status="مغلقة") == []
    for locale in ("ar", "en"):
        error = await refused(desk, customer, locale, priority="important")
        assert all(one in error["message"] for one in ("P1", "P2", "P3", "P4"))


async def test_spam_is_closed_to_customers_in_what_they_ask_for_too(desk: Desk) -> None:
    customer, agent = desk.customer(), desk.agent()
    made = await desk.open(customer, subject="saffron offer")
    await desk.do(agent, made["id"], "spam", {})
    await index(desk)
    assert await found(desk, customer, "saffron status:closed") == [made["number"]]
    assert await found(desk, agent, "saffron status:spam") == [made["number"]]
    error = await refused(desk, customer, "en", q="saffron status:spam")
    assert error["code"] == "query_unknown_value"
    assert "spam" not in error["message"]


async def test_a_department_is_chosen_by_a_word_or_the_choices_are_told(desk: Desk) -> None:
    places = [uuid4(), uuid4()]
    names = (
        ("قسم الزعفران والهيل", "Saffron Department"),
        ("قسم الزعفران الطازج", "Fresh saffron"),
    )
    for one, (ar, en) in zip(places, names, strict=True):
        await desk.look(
            "insert into tickets.department (id, name_ar, name_en) values ($1, $2, $3)",
            one,
            ar,
            en,
        )
    manager = Person("admin")
    made = await desk.open(subject="turmeric")
    await desk.look(
        "update tickets.ticket set department_id = $1 where id = $2", places[0], UUID(made["id"])
    )
    await index(desk)
    for q in ("قسم:الهيل", "قسم:هيل", 'قسم:"الزعفران والهيل"'):
        assert await found(desk, manager, f"turmeric {q}") == [made["number"]], q
    error = await refused(desk, manager, "ar", q="turmeric قسم:الزعفران")
    assert error["code"] == "query_ambiguous_value"
    assert names[0][0] in error["message"]
    assert names[1][0] in error["message"]
    error = await refused(desk, manager, "en", q="turmeric department:nutmeg")
    assert error["code"] == "query_unknown_value"
    assert "Fresh saffron" in error["message"]
    assert "قسم" not in error["message"]


@pytest.mark.parametrize("q", ["\u202e", "\u200b\u200f", "\u3164\u3164", "\u2800"])
async def test_an_unseen_query_is_refused_in_words(desk: Desk, q: str) -> None:
    for sort in ("-created_at", "relevance"):
        error = await refused(desk, desk.agent(), "ar", q=q, sort=sort)
        assert error["code"] in {"query_nothing_seen", "string_too_short", "blank"}
        assert "مرئية" in error["message"] or "فارغ" in error["message"]


async def test_choices_are_found_by_their_labels_and_follow_a_new_one(desk: Desk) -> None:
    options = [
        {"value": "hw_print", "label": {"ar": "عطل الطابعة", "en": "Printing fault"}},
        {"value": "sw_erp", "label": {"ar": "نظام الموارد", "en": "Resource system"}},
    ]
    wish = {
        "key": "trouble_kind",
        "label": {"ar": "النوع", "en": "Kind"},
        "type": "choice",
        "options": options,
        "customers": "read",
    }
    answer = await desk.http.post("/v1/custom-fields", json=wish, headers=ADMIN.headers())
    assert answer.status_code == 201, answer.text
    field = answer.json()
    agent = Person("agent", departments=(DEFAULT_DEPARTMENT,))
    customer = desk.customer(organization=uuid4())
    made = await desk.open(customer, subject="paprika", body="paprika")
    await desk.open(customer, subject="paprika", body="paprika")
    answer = await desk.http.patch(
        f"/v1/tickets/{made['id']}",
        json={"custom": {"trouble_kind": "hw_print"}},
        headers=agent.headers(),
    )
    assert answer.status_code == 200, answer.text
    await index(desk)
    number = made["number"]
    for q in (
        "paprika printing",
        "paprika عطل",
        "paprika custom.trouble_kind:hw_print",
        "paprika custom.trouble_kind:printing",
        "paprika حقل.trouble_kind:الطابعة",
        'paprika custom.trouble_kind:"Printing fault"',
        'paprika "عطل الطابعة"',
    ):
        assert await found(desk, customer, q) == [number], q
    assert await found(desk, customer, "paprika custom.trouble_kind:resource") == []
    options[0]["label"] = {"ar": "خلل الطباعة", "en": "Printer defect"}
    answer = await desk.http.patch(
        f"/v1/custom-fields/{field['id']}", json={"options": options}, headers=ADMIN.headers()
    )
    assert answer.status_code == 200, answer.text
    await index(desk)
    assert await found(desk, customer, "paprika defect") == [number]
    assert await found(desk, customer, 'paprika custom.trouble_kind:"خلل الطباعة"') == [number]
    assert await found(desk, customer, "paprika fault") == []
