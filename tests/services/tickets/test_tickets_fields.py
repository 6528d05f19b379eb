"""Custom fields: defined by managers, held to their type, seen only by those who may."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.tickets.usecases.fieldfilling import fill_some
from services.tickets.usecases.indexing import index_some
from shared.vocabulary import DEFAULT_DEPARTMENT
from tests.services.tickets.conftest import BODY, Desk
from tests.services.tickets.people import Person

LABEL = {"ar": "بيئة العمل", "en": "Environment"}
OPTIONS = [
    {"value": "live", "label": {"ar": "حية", "en": "Live"}},
    {"value": "test", "label": {"ar": "تجريبية", "en": "Test"}},
]


def manager(department_id: str | None = None) -> Person:
    own = (UUID(department_id),) if department_id else ()
    return Person("manager", departments=(DEFAULT_DEPARTMENT, *own))


def named(stem: str = "f") -> str:
    return f"{stem}_{uuid4().hex[:8]}"


async def define(desk: Desk, **more: Any) -> dict[str, Any]:
    body = {"key": named(), "label": LABEL, "type": "text", "customers": "write", **more}
    who = manager(body.get("department_id"))
    answer = await desk.http.post("/v1/custom-fields", json=body, headers=who.headers())
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def redefine(desk: Desk, field: dict[str, Any], **more: Any) -> httpx.Response:
    path = f"/v1/custom-fields/{field['id']}"
    who = manager(field["department_id"])
    return await desk.http.patch(path, json=more, headers=who.headers())


async def post(desk: Desk, person: Person, custom: Any, **more: Any) -> httpx.Response:
    body = {**BODY, "custom": custom, **more}
    return await desk.http.post("/v1/tickets", json=body, headers=person.headers())


async def patch(desk: Desk, person: Person, ticket_id: str, **more: Any) -> httpx.Response:
    path = f"/v1/tickets/{ticket_id}"
    return await desk.http.patch(path, json=more, headers=person.headers())


async def department(desk: Desk) -> str:
    made = str(uuid4())
    name = {"ar": "الشبكات", "en": "Networks"}
    desk.neighbours.departments[made] = {"id": made, "name": name}
    return made


def codes(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    return {one["pointer"]: one["code"] for one in answer.json()["errors"]}


async def story(desk: Desk, person: Person, ticket_id: str, language: str = "en") -> list[Any]:
    answer = await desk.http.get(
        f"/v1/tickets/{ticket_id}/timeline",
        headers=person.headers(accept_language=language),
    )
    assert answer.status_code == 200, answer.text
    items: list[Any] = answer.json()["items"]
    return items


async def test_a_defined_field_is_read_back_as_it_was_defined(desk: Desk) -> None:
    made = await define(
        desk,
        type="choice",
        options=OPTIONS,
        department_id=await department(desk),
        help={"ar": "أين وقع العطل؟", "en": "Where did it happen?"},
        required=["resolve"],
        position=7,
        filterable=True,
    )
    answer = await desk.http.get(f"/v1/custom-fields/{made['id']}", headers=desk.agent().headers())
    assert answer.headers["etag"] == '"1"'
    found = answer.json()
    assert {**found, "filter_ready": None} == {**made, "filter_ready": None}
    assert found["options"] == [{**one, "retired": False} for one in OPTIONS]
    assert (found["required"], found["position"], found["active"]) == (["resolve"], 7, True)


@pytest.mark.parametrize("role", ["agent", "supervisor", "customer", "customer_admin", "auditor"])
async def test_only_managers_define_and_change_fields(desk: Desk, role: str) -> None:
    made = await define(desk)
    person = desk.customer(role=role) if role.startswith("customer") else Person(role)
    body = {"key": named(), "label": LABEL, "type": "text"}
    tried = [
        await desk.http.post("/v1/custom-fields", json=body, headers=person.headers()),
        await desk.http.patch(
            f"/v1/custom-fields/{made['id']}", json={"position": 1}, headers=person.headers()
        ),
    ]
    assert [one.status_code for one in tried] == [403, 403]


async def test_a_manager_defines_for_their_own_departments_and_for_the_house(desk: Desk) -> None:
    place, stranger = await department(desk), manager()
    made = await define(desk, department_id=place)
    body = {"key": named(), "label": LABEL, "type": "text", "department_id": place}
    refused = await desk.http.post("/v1/custom-fields", json=body, headers=stranger.headers())
    assert codes(refused) == {"#/department_id": "foreign_department"}
    own, path = await define(desk), "/v1/custom-fields/{}"
    moved = await desk.http.patch(
        path.format(own["id"]), json={"department_id": place}, headers=stranger.headers()
    )
    assert codes(moved) == {"#/department_id": "foreign_department"}
    for person, status in ((stranger, 403), (manager(place), 200), (Person("admin"), 200)):
        answer = await desk.http.patch(
            path.format(made["id"]), json={"position": status}, headers=person.headers()
        )
        assert answer.status_code == status


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a key with a dot": ({"key": "a.b"}, "string_pattern_mismatch"),
    "a key in capitals": ({"key": "Abc"}, "string_pattern_mismatch"),
    "a type that is none": ({"type": "colour"}, "enum"),
    "a type of another kind": ({"type": 4}, "enum"),
    "a label in one language": ({"label": {"ar": "س"}}, "missing"),
    "a blank label": ({"label": {"ar": " ", "en": "x"}}, "string_too_short"),
    "a label of unseen signs": ({"label": {"ar": "\u3164\u200b", "en": "x"}}, "blank"),
    "a label with NUL": ({"label": {"ar": "\x00", "en": "x"}}, "text_nul"),
    "a label of two lines": ({"label": {"ar": "س\nس", "en": "x"}}, "one_line"),
    "a choice without options": ({"type": "choice"}, "options_missing"),
    "only retired options": (
        {"type": "choice", "options": [{**OPTIONS[0], "retired": True}]},
        "options_missing",
    ),
    "an option twice": ({"type": "choices", "options": [*OPTIONS, OPTIONS[0]]}, "option_repeated"),
    "an option with a quote": (
        {"type": "choice", "options": [{**OPTIONS[0], "value": "a'b"}]},
        "string_pattern_mismatch",
    ),
    "options of a text": ({"options": OPTIONS}, "no_options"),
    "limits of a text": ({"minimum": 3}, "no_limits"),
    "a length of a number": ({"type": "integer", "max_length": 3}, "no_length"),
    "crossed limits": ({"type": "integer", "minimum": 3, "maximum": 2}, "limits_crossed"),
    "a half as the limit of integers": ({"type": "integer", "minimum": 0.5}, "integer_expected"),
    "a word as the limit of dates": ({"type": "date", "maximum": "soon"}, "date_expected"),
    "a limit beyond numbers": ({"type": "decimal", "maximum": 1e300}, "number_out_of_range"),
    "a list as a limit": ({"type": "decimal", "maximum": [1]}, "string_type"),
    "too long a length": ({"max_length": 10**9}, "less_than_equal"),
    "a department that is none": ({"department_id": str(uuid4())}, "unknown_department"),
    "a need that is none": ({"required": ["close"]}, "enum"),
    "a right that is none": ({"customers": "own"}, "enum"),
    "a truth in words": ({"active": "yes"}, "bool_type"),
    "what only the house says": ({"used": True}, "extra_forbidden"),
    "its version": ({"version": 9}, "extra_forbidden"),
    "its id": ({"id": str(uuid4())}, "extra_forbidden"),
}


@pytest.mark.parametrize("name", WRONG)
async def test_a_definition_that_makes_no_sense_is_refused(desk: Desk, name: str) -> None:
    more, code = WRONG[name]
    body = {"key": named(), "label": LABEL, "type": "text", **more}
    answer = await desk.http.post("/v1/custom-fields", json=body, headers=manager().headers())
    assert code in codes(answer).values(), answer.text


async def test_a_key_is_its_fields_own_for_ever(desk: Desk) -> None:
    made = await define(desk)
    assert (await redefine(desk, made, active=False)).status_code == 200
    body = {"key": made["key"], "label": LABEL, "type": "text"}
    answer = await desk.http.post("/v1/custom-fields", json=body, headers=manager().headers())
    assert (answer.status_code, answer.json()["code"]) == (409, "key_taken")


async def test_a_type_changes_only_while_no_ticket_has_a_value(desk: Desk) -> None:
    made = await define(desk)
    assert (await redefine(desk, made, type="integer")).json()["type"] == "integer"
    assert (await post(desk, desk.customer(), {made["key"]: 5})).status_code == 201
    assert codes(await redefine(desk, made, type="text")) == {"#/type": "type_in_use"}


async def test_options_are_retired_and_never_mean_something_else(desk: Desk) -> None:
    made = await define(desk, type="choice", options=OPTIONS)
    agent = desk.agent()
    ticket = await desk.open(agent, custom={made["key"]: "test"})
    only = (await redefine(desk, made, options=OPTIONS[:1])).json()
    assert [(one["value"], one["retired"]) for one in only["options"]] == [
        ("live", False),
        ("test", True),
    ]
    assert (await desk.read(agent, ticket["id"]))["custom"] == {made["key"]: "test"}
    again = await patch(desk, agent, ticket["id"], custom={made["key"]: "test"})
    assert again.status_code == 200, "what is so already stays"
    refused = await post(desk, agent, {made["key"]: "test"})
    assert codes(refused) == {f"#/custom/{made['key']}": "retired_option"}
    other = [OPTIONS[0], {"value": "test", "label": {"ar": "مجرّبة", "en": "Tested"}}]
    assert codes(await redefine(desk, made, options=other)) == {
        "#/options/1/label": "option_reused"
    }
    back = await redefine(desk, made, options=OPTIONS)
    assert back.status_code == 200, back.text
    assert (await post(desk, agent, {made["key"]: "test"})).status_code == 201


async def test_a_stale_change_of_a_definition_is_refused(desk: Desk) -> None:
    made = await define(desk)
    path, person = f"/v1/custom-fields/{made['id']}", manager()
    for expected in (200, 412):
        answer = await desk.http.patch(
            path, json={"position": 5 + expected}, headers=person.headers(if_match='"1"')
        )
        assert answer.status_code == expected
    same = await desk.http.patch(path, json={"position": 205}, headers=person.headers())
    assert same.headers["etag"] == '"2"', "saying what is so is no change"


async def test_definitions_come_in_pages_in_the_order_of_forms(desk: Desk) -> None:
    keys = [(await define(desk, position=90_000 + 5 - n))["key"] for n in range(5)]
    seen: list[str] = []
    url: str | None = "/v1/custom-fields?limit=2"
    agent = desk.agent()
    while url:
        answer = await desk.http.get(url, headers=agent.headers())
        seen += [one["key"] for one in answer.json()["items"]]
        link = answer.headers.get("link")
        url = link.partition(">")[0].removeprefix("<") if link else None
    assert [key for key in seen if key in keys] == keys[::-1]
    assert len(seen) == len(set(seen))


TYPES: dict[str, tuple[dict[str, Any], Any, Any]] = {
    "integer in Arabic digits": ({"type": "integer"}, "١٢٬٣٤٥", 12345),
    "integer in Persian digits": ({"type": "integer"}, "-۱۲", -12),
    "decimal with an Arabic sign": ({"type": "decimal"}, "٣٫١٤", 3.14),
    "date in Arabic digits": ({"type": "date"}, "٢٠٢٦-٠٣-٢٠", "2026-03-20"),
    "boolean": ({"type": "boolean"}, False, False),
    "choices in the order of the options": (
        {"type": "choices", "options": OPTIONS},
        ["test", "live", "test"],
        ["live", "test"],
    ),
    "address": ({"type": "url"}, "https://مثال.شركة/دليل", "https://مثال.شركة/دليل"),
    "text without turning marks": ({"type": "text"}, " a\u202eb ", "ab"),
}


@pytest.mark.parametrize("name", TYPES)
async def test_a_value_is_kept_in_one_form(desk: Desk, name: str) -> None:
    more, sent, kept = TYPES[name]
    made = await define(desk, **more)
    customer = desk.customer()
    answer = await post(desk, customer, {made["key"]: sent})
    assert answer.status_code == 201, answer.text
    assert answer.json()["custom"] == {made["key"]: kept}
    assert (await desk.read(customer, answer.json()["id"]))["custom"] == {made["key"]: kept}


async def test_wrong_values_are_named_one_by_one_in_both_languages(desk: Desk) -> None:
    number = await define(desk, type="integer", minimum=1, maximum=9)
    choice = await define(desk, type="choice", options=OPTIONS)
    sent = {number["key"]: 10, choice["key"]: "none"}
    for locale, words in (
        ("ar", "أكبر قيمة هي \u20689\u2069."),
        ("en", "The greatest value is 9."),
    ):
        answer = await post(desk, desk.customer(locale=locale), sent)
        assert codes(answer) == {
            f"#/custom/{number['key']}": "too_great",
            f"#/custom/{choice['key']}": "unknown_option",
        }
        assert answer.json()["errors"][0]["message"] == words


async def test_keys_without_a_definition_are_kept_as_they_are(desk: Desk) -> None:
    free = {"crm": {"id": 7, "tags": ["a"]}, "ملاحظة": "نص", "n": 1.5, "t": True}
    program, agent = desk.customer(kind="client"), desk.agent()
    ticket = await desk.open(program, custom=free)
    assert ticket["custom"] == free
    assert (await desk.read(program, ticket["id"]))["custom"] == free
    changed = await patch(desk, agent, ticket["id"], custom={"n": 2, "t": None})
    assert changed.json()["custom"] == {key: free[key] for key in ("crm", "ملاحظة")} | {"n": 2}


async def test_two_editors_of_different_fields_lose_nothing(desk: Desk) -> None:
    keys = [(await define(desk, type="integer"))["key"] for _ in range(8)]
    ticket, agent = await desk.open(), desk.agent()
    assert (await patch(desk, agent, ticket["id"], custom={"free": "kept"})).status_code == 200
    answers = await asyncio.gather(
        *(patch(desk, agent, ticket["id"], custom={key: n}) for n, key in enumerate(keys))
    )
    assert {one.status_code for one in answers} == {200}
    found = (await desk.read(agent, ticket["id"]))["custom"]
    assert found == {"free": "kept"} | {key: n for n, key in enumerate(keys)}
    assert len(await desk.names(ticket["id"])) == 2 + len(keys)


async def test_what_is_required_is_asked_of_whoever_may_fill_it(desk: Desk) -> None:
    place = await department(desk)
    common = {"department_id": place, "required": ["create"]}
    theirs = await define(desk, **common)
    ours = await define(desk, customers="read", **common)
    customer, agent = desk.customer(), desk.agent()
    missing = await post(desk, customer, {}, department_id=place)
    assert codes(missing) == {f"#/custom/{theirs['key']}": "required"}
    filled = await post(desk, customer, {theirs["key"]: "x"}, department_id=place)
    assert filled.status_code == 201
    by_staff = await post(desk, agent, {theirs["key"]: " "}, department_id=place)
    assert codes(by_staff) == {f"#/custom/{one['key']}": "required" for one in (theirs, ours)}
    emptied = await patch(desk, customer, filled.json()["id"], custom={theirs["key"]: None})
    assert codes(emptied) == {f"#/custom/{theirs['key']}": "required"}
    assert (await desk.open(customer))["custom"] == {}, "another department asks nothing"


async def test_a_field_of_another_department_takes_no_value(desk: Desk) -> None:
    made = await define(desk, department_id=await department(desk))
    answer = await post(desk, desk.agent(), {made["key"]: "x"})
    assert codes(answer) == {f"#/custom/{made['key']}": "field_elsewhere"}


async def test_a_field_out_of_use_keeps_its_values_readable(desk: Desk) -> None:
    made = await define(desk, required=["create"])
    customer = desk.customer()
    ticket = (await post(desk, customer, {made["key"]: "x"})).json()
    assert (await redefine(desk, made, active=False)).status_code == 200
    assert (await desk.read(customer, ticket["id"]))["custom"] == {made["key"]: "x"}
    changed = await patch(desk, customer, ticket["id"], custom={made["key"]: "y"})
    assert codes(changed) == {f"#/custom/{made['key']}": "field_inactive"}
    assert (await patch(desk, customer, ticket["id"], custom={made["key"]: None})).json()[
        "custom"
    ] == {}
    assert (await desk.open(customer))["custom"] == {}, "nobody is asked for it any more"


async def test_customers_neither_see_what_is_hidden_nor_write_what_they_only_read(
    desk: Desk,
) -> None:
    hidden = await define(desk, customers="hidden")
    read = await define(desk, customers="read")
    write = await define(desk, customers="write")
    customer, agent = desk.customer(), desk.agent()
    ticket = await desk.open(customer)
    values = {hidden["key"]: "سر", read["key"]: "r", write["key"]: "w"}
    full = await patch(desk, agent, ticket["id"], custom=values)
    assert full.json()["custom"] == values

    for key, told in ((hidden["key"], "unknown_field"), (read["key"], "not_writable")):
        for person, code in ((customer, told), (desk.customer(kind="client"), "not_writable")):
            answer = await patch(desk, person, ticket["id"], custom={key: "x"})
            assert codes(answer) == {f"#/custom/{key}": code}
        assert codes(await post(desk, customer, {key: "x"})) == {f"#/custom/{key}": told}
    blank = await post(desk, customer, {write["key"]: "\u200b\u3164"})
    assert blank.json()["custom"] == {}, "what nobody sees says nothing"
    seen = {read["key"]: "r", write["key"]: "w"}
    same = await patch(desk, customer, ticket["id"], custom={**seen, write["key"]: "W"})
    assert same.json()["custom"] == {**seen, write["key"]: "W"}, "what was read may be sent back"
    nothing = await patch(desk, customer, ticket["id"], custom=None)
    assert nothing.json()["custom"] == {read["key"]: "r"}
    assert (await desk.read(agent, ticket["id"]))["custom"] == {
        hidden["key"]: "سر",
        read["key"]: "r",
    }


async def test_no_door_shows_a_customer_what_is_hidden(desk: Desk) -> None:
    hidden = await define(
        desk, customers="hidden", filterable=True, label={"ar": "خطورة", "en": "Risk"}
    )
    customer, agent = desk.customer(), desk.agent()
    ticket = await desk.open(customer)
    number = ticket["number"]
    await patch(desk, agent, ticket["id"], custom={hidden["key"]: "secret-word"})
    await desk.do(agent, ticket["id"], "resolve")
    told = [
        await desk.http.get(path, headers=customer.headers())
        for path in (
            f"/v1/tickets/{ticket['id']}",
            f"/v1/tickets/{ticket['id']}?include=messages",
            f"/v1/tickets/by-number/{number}",
            "/v1/tickets",
            f"/v1/tickets/{ticket['id']}/timeline",
            f"/v1/tickets/{ticket['id']}/messages",
            "/v1/custom-fields?limit=200",
        )
    ]
    told += [
        await patch(desk, customer, ticket["id"], subject="x"),
        await desk.do(customer, ticket["id"], "reopen"),
        await desk.http.get("/v1/public/fields"),
    ]
    for answer in told:
        assert answer.is_success, answer.text
        assert "secret-word" not in answer.text
        assert hidden["key"] not in answer.text
        assert "Risk" not in answer.text
    one = await desk.http.get(f"/v1/custom-fields/{hidden['id']}", headers=customer.headers())
    assert one.status_code == 404
    asked = await desk.http.get(
        f"/v1/tickets?custom.{hidden['key']}=secret-word", headers=customer.headers()
    )
    assert list(codes(asked).values()) == ["unknown_field"]
    facts = await desk.facts(ticket["id"])
    assert not any("secret-word" in str(fact) for fact in facts)


async def test_the_timeline_says_which_field_changed_in_the_readers_language(desk: Desk) -> None:
    made = await define(desk, type="choice", options=OPTIONS, customers="read")
    hidden = await define(desk, customers="hidden", label={"ar": "خطورة", "en": "Risk"})
    customer, agent = desk.customer(), desk.agent()
    ticket = await desk.open(customer)
    for value in ("live", "test", None):
        await patch(desk, agent, ticket["id"], custom={made["key"]: value, hidden["key"]: "x"})
    texts = [one["text"] for one in await story(desk, customer, ticket["id"])][2:]
    assert texts == [
        "The field “Environment” was filled in: “Live”",
        "The field “Environment” changed from “Live” to “Test”",
        "The field “Environment” was emptied; it was “Test”",
    ]
    arabic = [one["text"] for one in await story(desk, agent, ticket["id"], "ar")][2:]
    assert "تغيّر الحقل «بيئة العمل» من «حية» إلى «تجريبية»" in arabic
    assert "عُبّئ الحقل «خطورة»: «\u2068x\u2069»" in arabic
    rows = await desk.look(
        "select data::text, detail from tickets.timeline where kind = 'field_changed'"
    )
    assert all(b"live" not in row["detail"] and "live" not in row["data"] for row in rows)
    assert (await redefine(desk, made, customers="hidden")).status_code == 200
    later = [one["kind"] for one in await story(desk, customer, ticket["id"])]
    assert "field_changed" not in later, "what is hidden now was never told"


async def test_resolving_asks_for_what_the_desk_wants_to_know(desk: Desk) -> None:
    place = await department(desk)
    made = await define(
        desk, department_id=place, required=["resolve"], customers="hidden", type="boolean"
    )
    agent = Person("agent", departments=(UUID(place), DEFAULT_DEPARTMENT))
    ticket = await desk.open()
    moved = await patch(desk, agent, ticket["id"], department_id=place)
    assert moved.status_code == 200
    refused = await desk.do(agent, ticket["id"], "resolve", {"message": "done"})
    assert codes(refused) == {f"#/custom/{made['key']}": "required"}
    told = [one["message"] for one in refused.json()["errors"]]
    assert told == ["The field “Environment” is required."]
    agent.locale = "ar"
    again = await desk.do(agent, ticket["id"], "resolve")
    assert again.json()["errors"][0]["message"] == "الحقل «\u2068بيئة العمل\u2069» مطلوب."
    assert (await desk.read(agent, ticket["id"]))["status"] == "new", "nothing was half done"
    assert (await patch(desk, agent, ticket["id"], custom={made["key"]: False})).is_success
    assert (await desk.do(agent, ticket["id"], "resolve")).json()["status"] == "resolved"


async def test_what_a_solution_asks_for_may_come_with_it(desk: Desk) -> None:
    made, agent = await define(desk, required=["resolve"], type="integer"), desk.agent()
    try:
        ticket = await desk.open()
        wrong = await desk.do(agent, ticket["id"], "resolve", {"custom": {made["key"]: "x"}})
        assert codes(wrong) == {f"#/custom/{made['key']}": "integer_expected"}
        body = {"message": "Done", "custom": {made["key"]: 7}}
        solved = (await desk.do(agent, ticket["id"], "resolve", body)).json()
        assert (solved["status"], solved["custom"]) == ("resolved", {made["key"]: 7})
        assert "ticket.edited" in await desk.names(ticket["id"])
        assert "field_changed" in [one["kind"] for one in await story(desk, agent, ticket["id"])]
    finally:
        await redefine(desk, made, active=False)


async def test_a_move_brings_what_the_new_department_asks_of_its_tickets(desk: Desk) -> None:
    place = await department(desk)
    made = await define(desk, department_id=place, required=["create"], customers="read")
    agent = Person("agent", departments=(UUID(place), DEFAULT_DEPARTMENT))
    ticket = await desk.open()
    bare = await patch(desk, agent, ticket["id"], department_id=place)
    assert codes(bare) == {f"#/custom/{made['key']}": "required"}
    full = await patch(desk, agent, ticket["id"], department_id=place, custom={made["key"]: "x"})
    assert (full.json()["department_id"], full.json()["custom"]) == (place, {made["key"]: "x"})
    back = await patch(desk, agent, ticket["id"], department_id=str(DEFAULT_DEPARTMENT))
    assert back.json()["custom"] == {made["key"]: "x"}, "a move loses nothing"


BAD: list[Any] = [
    *(0, -1, 1.5, 10**18, 1e15, True, "", " ", "x", "\x00", "\u202e", "1e5", "NaN", "Infinity"),
    *("٣٫١٤٫١٥", "0x10", "2026-02-30", "20260101", "javascript:alert(1)", "https://", "a" * 5000),
    *([], ["live"], [["live"]], [1], ["live"] * 500, {}, {"a": 1}, [None], "live", "https://x@y.z"),
]


@pytest.mark.parametrize(
    "kind", ["text", "integer", "decimal", "date", "boolean", "choice", "choices", "url"]
)
async def test_whatever_is_sent_is_kept_whole_or_refused_with_a_code(desk: Desk, kind: str) -> None:
    options = OPTIONS if kind.startswith("choice") else []
    made = await define(desk, type=kind, options=options, filterable=True)
    customer, ticket = desk.customer(), None
    ticket = await desk.open(customer)
    taken = 0
    for value in BAD:
        answer = await patch(desk, customer, ticket["id"], custom={made["key"]: value})
        if answer.status_code == 200:
            kept = answer.json()["custom"].get(made["key"])
            again = await patch(desk, customer, ticket["id"], custom={made["key"]: kept})
            assert again.status_code == 200, (value, kept)
            taken += 1
        else:
            assert answer.status_code == 422, (value, answer.text)
            assert answer.json()["errors"][0]["code"], value
    assert 0 < taken < len(BAD)


@pytest.mark.parametrize(
    "text",
    ['{"custom": {"n": NaN}}', '{"custom": {"n": 1e999}}', '{"custom": []}', '{"custom": "x"}'],
)
async def test_what_is_no_json_object_is_refused(desk: Desk, text: str) -> None:
    ticket, agent = await desk.open(), desk.agent()
    headers = agent.headers(content_type="application/json")
    answer = await desk.http.patch(f"/v1/tickets/{ticket['id']}", content=text, headers=headers)
    assert answer.status_code in {400, 422}, answer.text


async def test_all_values_of_a_ticket_have_one_bound(desk: Desk) -> None:
    ticket, agent = await desk.open(), desk.agent()
    for n in range(2):
        assert (await patch(desk, agent, ticket["id"], custom={f"k{n}": "x" * 7000})).is_success
    last = await patch(desk, agent, ticket["id"], custom={"k2": "x" * 7000})
    assert codes(last) == {"#/custom": "too_large"}


async def test_the_form_asks_and_takes_only_what_customers_write(desk: Desk) -> None:
    place = await department(desk)
    asked = await define(
        desk, type="choice", options=OPTIONS, department_id=place, required=["create"]
    )
    kept_in = await define(desk, customers="read")
    await redefine(desk, asked, options=OPTIONS[:1])
    answer = await desk.http.get(f"/v1/public/fields?department_id={place}")
    found = {one["key"]: one for one in answer.json()["items"]}
    assert kept_in["key"] not in found
    assert found[asked["key"]]["required"] is True
    assert [one["value"] for one in found[asked["key"]]["options"]] == ["live"]
    assert found[asked["key"]]["label"] == LABEL
    elsewhere = await desk.http.get(f"/v1/public/fields?department_id={DEFAULT_DEPARTMENT}")
    assert asked["key"] not in {one["key"] for one in elsewhere.json()["items"]}


async def rows_of(desk: Desk, field: dict[str, Any]) -> list[Any]:
    return await desk.look(
        "select * from tickets.custom_value where field_id = $1", UUID(field["id"])
    )


async def filtered(desk: Desk, person: Person, **params: Any) -> set[str]:
    answer = await desk.http.get("/v1/tickets", params=params, headers=person.headers())
    assert answer.status_code == 200, answer.text
    return {one["id"] for one in answer.json()["items"]}


async def test_lists_are_filtered_by_every_kind_of_field(desk: Desk) -> None:
    kinds = {
        "text": "خادم الطباعة",
        "integer": 5,
        "decimal": 2.5,
        "date": "2026-03-20",
        "boolean": True,
        "choice": "live",
        "choices": ["live", "test"],
        "url": "https://example.com/a,b",
    }
    keys = {
        kind: (
            await define(
                desk,
                type=kind,
                options=OPTIONS if kind.startswith("choice") else [],
                filterable=True,
            )
        )["key"]
        for kind in kinds
    }
    agent, customer = desk.agent(), desk.customer()
    ticket = await desk.open(customer, custom={keys[kind]: value for kind, value in kinds.items()})
    await desk.open(customer, custom={keys["integer"]: 6, keys["boolean"]: False})
    mine = {"requester_id": str(customer.id)}

    async def finds(**asked: Any) -> bool:
        kinds = ((name.partition("."), value) for name, value in asked.items())
        params = {f"custom.{keys[kind]}{dot}{end}": value for (kind, dot, end), value in kinds}
        found = [await filtered(desk, one, **mine, **params) for one in (agent, customer)]
        assert found[0] == found[1]
        return found[0] == {ticket["id"]}

    assert await finds(text="خَادِم  الطباعه")
    assert not await finds(text="خادم")
    assert await finds(integer="٥")
    assert await finds(integer="5,7")
    assert await finds(**{"integer.from": "4", "integer.to": "5"})
    assert not await finds(**{"integer.from": "6"})
    assert await finds(**{"decimal.from": "2.5", "decimal.to": "2.5"})
    assert await finds(date="2026-03-20")
    assert await finds(**{"date.from": "2026-03-01"})
    assert not await finds(**{"date.to": "2026-03-01"})
    assert await finds(boolean="true")
    assert await finds(choice=["live", "test"])
    assert await finds(choice="حيه")
    assert await finds(choice="live,Test")
    assert not await finds(choice="test")
    assert not await finds(choice="تجريبية")
    assert await finds(choices="test")
    assert await finds(url="https://example.com/a,b")
    assert await finds(choice="live", integer="5", text="خادم الطباعة")
    gone = {keys["choices"]: ["live"], keys["integer"]: None, keys["boolean"]: False}
    assert (await patch(desk, agent, ticket["id"], custom=gone)).is_success
    assert not await finds(choices="test")
    assert not await finds(integer="5")
    assert not await finds(boolean="true")
    plain = await desk.look("select * from tickets.custom_value")
    assert not any("خادم" in str(dict(row)) or "example" in str(dict(row)) for row in plain)


@pytest.mark.parametrize(
    ("kind", "query", "code"),
    [
        ("integer", "={key}=x", "integer_expected"),
        ("integer", "={key}.from=", "empty"),
        ("integer", "={key}.above=1", "string_pattern_mismatch"),
        ("text", "={key}.from=a", "no_span"),
        ("choice", "={key}=none", "unknown_option"),
        ("boolean", "={key}=1", "boolean_expected"),
        ("date", "={key}.to=tomorrow", "date_expected"),
        ("integer", "=nosuchkey=1", "unknown_field"),
        ("text", "={key}=" + "x" * 201, "string_too_long"),
        ("integer", "={key}=" + ",".join("123456789012345678901"), "too_many_values"),
    ],
)
async def test_a_filter_that_makes_no_sense_is_refused(
    desk: Desk, kind: str, query: str, code: str
) -> None:
    options = OPTIONS if kind == "choice" else []
    made = await define(desk, type=kind, options=options, filterable=True)
    asked = "custom." + query.format(key=made["key"]).removeprefix("=")
    answer = await desk.http.get(f"/v1/tickets?{asked}", headers=desk.agent().headers())
    assert list(codes(answer).values()) == [code]


async def test_a_field_is_filtered_by_only_where_that_was_decided(desk: Desk) -> None:
    made = await define(desk, type="integer")
    path = f"/v1/tickets?custom.{made['key']}=1"
    answer = await desk.http.get(path, headers=desk.agent().headers())
    assert list(codes(answer).values()) == ["not_filterable"]
    assert await rows_of(desk, made) == []


@pytest.mark.parametrize(
    ("kind", "value", "wish"),
    [
        *(("integer", "12", "12"), ("integer", "١٢", "12"), ("decimal", "1.5", "1.5")),
        *(("date", "٢٠٢٦-٠١-٠٢", "2026-01-02"), ("boolean", "true", "true"), ("integer", [], "0")),
    ],
)
async def test_free_data_of_an_older_day_never_stops_the_filling(
    desk: Desk, kind: str, value: Any, wish: str
) -> None:
    """The key was anybody's before it became a field's: what is written there is read or left."""
    key = f"k{uuid4().hex[:8]}"
    customer = desk.customer()
    made = await desk.open(customer)
    assert (await patch(desk, desk.agent(), made["id"], custom={key: value})).status_code == 200
    field = await define(desk, type=kind, key=key, filterable=True)
    desk.travel(4)
    while await fill_some(desk.context):
        pass
    desk.travel(0)
    rows = await rows_of(desk, field)
    assert len(rows) in {0, 1}
    mine = {"requester_id": str(customer.id), f"custom.{key}": wish}
    assert await filtered(desk, desk.agent(), **mine) == ({made["id"]} if rows else set())


async def test_old_tickets_are_found_once_a_field_is_made_filterable(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await define(desk, type="integer")
    customer = desk.customer()
    tickets = [await desk.open(customer, custom={made["key"]: n % 2}) for n in range(7)]
    await desk.look("update tickets.custom_field set filling = null")  # those of other tests
    path = f"/v1/custom-fields/{made['id']}"
    changed = (await redefine(desk, made, filterable=True)).json()
    assert changed["filter_ready"] is False
    assert await fill_some(desk.context) is False
    early = await desk.http.get(path, headers=desk.agent().headers())
    assert early.json()["filter_ready"] is False, "what is being written has time to settle"
    monkeypatch.setattr("services.tickets.usecases.fieldfilling.BATCH", 2)
    desk.travel(4)
    steps = 0
    while await fill_some(desk.context):
        steps += 1
    assert steps > 3
    ready = await desk.http.get(path, headers=Person("agent", ahead=4).headers())
    assert ready.json()["filter_ready"] is True
    mine = {"requester_id": str(customer.id), f"custom.{made['key']}": "1"}
    found = await filtered(desk, desk.agent(ahead=4), **mine)
    assert found == {one["id"] for n, one in enumerate(tickets) if n % 2}
    desk.travel(0)
    assert (await redefine(desk, made, filterable=False)).status_code == 200
    desk.travel(4)
    while await fill_some(desk.context):
        pass
    desk.travel(0)
    assert await rows_of(desk, made) == []


async def test_what_is_hidden_is_not_found_by_customers_either(desk: Desk) -> None:
    hidden = await define(desk, customers="hidden")
    customer, agent = desk.customer(), desk.agent()
    ticket, word = await desk.open(customer), f"zarf{uuid4().hex[:8]}"
    await patch(desk, agent, ticket["id"], custom={hidden["key"]: f"{word} inside"})
    asked = (word, f'"{word} inside"', f"custom.{hidden['key']}:{word}")

    async def finds() -> list[list[bool]]:
        while await index_some(desk.context):
            pass
        found = [[await filtered(desk, one, q=q) for q in asked] for one in (agent, customer)]
        return [[one == {ticket["id"]} for one in row] for row in found]

    assert await finds() == [[True] * 3, [False] * 3]
    for customers, seen in (("read", True), ("hidden", False)):
        assert (await redefine(desk, hidden, customers=customers)).status_code == 200
        desk.travel(4)
        while await fill_some(desk.context):
            pass
        desk.travel(0)
        assert await finds() == [[True] * 3, [seen] * 3]


async def test_what_nobody_defined_is_not_for_customers(desk: Desk) -> None:
    """Neither to write nor to read, from the list either; programs keep their own data there."""
    customer, agent = desk.customer(), desk.agent()
    program = desk.customer(kind="client")
    made = await desk.open(customer)
    for custom in ({"crm": 7}, {"crm": None}, {"a/b": 1}):
        place = f"#/custom/{next(iter(custom)).replace('/', '~1')}"
        assert codes(await post(desk, customer, custom)) == {place: "unknown_field"}
        assert codes(await patch(desk, customer, made["id"], custom=custom)) == {
            place: "unknown_field"
        }
    assert (await patch(desk, agent, made["id"], custom={"crm": {"owner": "x"}})).status_code == 200
    assert (await patch(desk, customer, made["id"], custom=None)).status_code == 200
    answers = {}
    for reader in (customer, program, agent):
        page = await desk.http.get("/v1/tickets?limit=200", headers=reader.headers())
        [listed] = [one for one in page.json()["items"] if one["id"] == made["id"]]
        read = await desk.read(reader, made["id"])
        assert listed["custom"] == read["custom"]
        answers[reader.kind, reader.role] = read["custom"]
    assert list(answers.values()) == [{}, {"crm": {"owner": "x"}}, {"crm": {"owner": "x"}}]
    told = await story(desk, customer, made["id"])
    assert [one["kind"] for one in told] == ["opened", "message"]
