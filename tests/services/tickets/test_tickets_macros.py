"""Macros and canned replies: made, rendered, previewed, applied; by whom, and what is refused."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.tickets.usecases.macros import add_up
from shared.vocabulary import DEFAULT_DEPARTMENT
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_verbs import colleague

NAME = {"ar": "شكر وإغلاق", "en": "Thank and close"}
HELLO = {
    "ar": "أهلًا {{requester.name}}، تذكرتك {{ticket.number}}.",
    "en": "Hi {{requester.name}}, {{ticket.number}}.",
}


async def ask(
    desk: Desk, person: Person, verb: str, path: str, body: Any = None, **headers: str
) -> httpx.Response:
    return await desk.http.request(
        verb, f"/v1/{path}", json=body, headers=person.headers(**headers)
    )


async def make(desk: Desk, person: Person, **more: Any) -> dict[str, Any]:
    answer = await ask(desk, person, "POST", "macros", {"name": NAME, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_canned_reply_is_made_read_changed_and_dropped(desk: Desk) -> None:
    agent = desk.agent()
    made = await make(desk, agent, body=HELLO)
    path = f"macros/{made['id']}"
    read = await ask(desk, agent, "GET", path)
    assert read.json() == made
    assert (made["actions"], made["shared"], made["uses"]) == ([], "private", 0)
    tag = read.headers["etag"]
    changed = await ask(desk, agent, "PATCH", path, {"active": False}, if_match=tag)
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    stale = await ask(desk, agent, "PATCH", path, {"active": True}, if_match=tag)
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")
    assert (await ask(desk, agent, "DELETE", path, if_match=tag)).status_code == 412
    assert (await ask(desk, agent, "DELETE", path)).status_code == 204
    assert (await ask(desk, agent, "GET", path)).status_code == 404
    assert (await ask(desk, agent, "DELETE", path)).status_code == 404


async def test_a_macro_says_and_does_everything_in_one_step_of_the_agent(desk: Desk) -> None:
    customer, agent = desk.customer(locale="ar"), await colleague(desk)
    desk.neighbours.cards[str(customer.id)] = {
        "id": str(customer.id),
        "name": "ليلى",
        "email": "l@x.example",
    }
    made = await desk.open(customer)
    macro = await make(
        desk,
        agent,
        body=HELLO,
        actions=[
            {"do": "priority", "priority": "P2", "reason": "many wait"},
            {"do": "assign", "to": "me"},
            {"do": "add_tags", "tags": ["طابعة", "paper"]},
            {"do": "custom", "values": {"floor": 3}},
            {"do": "note", "body": "Looked at {{ticket.number}}"},
            {"do": "resolve"},
        ],
    )
    answer = await ask(
        desk, agent, "POST", f"tickets/{made['id']}/macro", {"macro_id": macro["id"]}
    )
    assert answer.status_code == 200, answer.text
    ticket = answer.json()
    assert (ticket["status"], ticket["priority"]) == ("resolved", "P2")
    assert (ticket["assignee_id"], ticket["tags"]) == (str(agent.id), ["طابعة", "paper"])
    assert ticket["custom"] == {"floor": 3}
    names = await desk.names(made["id"])
    assert names[1:] == [
        "ticket.message_added",
        "ticket.status_changed",
        "ticket.priority_changed",
        "ticket.assigned",
        "ticket.edited",
        "ticket.edited",
        "ticket.message_added",
        "ticket.status_changed",
        "ticket.resolved",
    ]
    path = f"tickets/{made['id']}/messages"
    said = (await ask(desk, agent, "GET", path)).json()["items"][1:]
    number = made["number"]
    assert [one["body_text"] for one in said] == [
        f"أهلًا \u2068ليلى\u2069، تذكرتك \u2068{number}\u2069.",
        f"Looked at {number}",
    ]
    facts = await desk.facts(made["id"])
    resolved = next(one["body"] for one in facts if one["route"].endswith("resolved"))
    assert said[0]["id"] in resolved, "the reply goes with the resolution mail"
    story = (await ask(desk, agent, "GET", f"tickets/{made['id']}/timeline")).json()["items"]
    assert "The macro “Thank and close” was applied" in [one["text"] for one in story]
    seen = (await ask(desk, customer, "GET", f"tickets/{made['id']}/timeline")).json()["items"]
    assert "macro_applied" not in [one["kind"] for one in seen]


async def apply(desk: Desk, person: Person, ticket_id: str, **body: Any) -> httpx.Response:
    return await ask(desk, person, "POST", f"tickets/{ticket_id}/macro", body)


async def last_word(desk: Desk, person: Person, ticket_id: str) -> str:
    path = f"tickets/{ticket_id}/messages"
    items = (await ask(desk, person, "GET", path)).json()["items"]
    text: str = items[-1]["body_text"]
    return text


async def test_what_a_customer_wrote_stays_a_word_in_the_text(desk: Desk) -> None:
    """A subject that looks like a placeholder or turns the line around does neither."""
    agent = desk.agent()
    evil = "{{agent.name}} \u202e{{ticket.number}} <b>x</b>"
    chief, key = desk.agent(), f"room_{uuid4().hex[:8]}"
    chief.role = "manager"
    field = {"key": key, "label": NAME, "type": "text", "customers": "write"}
    assert (await ask(desk, chief, "POST", "custom-fields", field)).status_code == 201
    ticket = await desk.open(subject=evil, custom={key: "{{ticket.number}}\nsecond"})
    body = (
        f"«{{{{ticket.subject}}}}» {{{{custom.{key}}}}} {{{{custom.none}}}} {{{{ticket.priority}}}}"
    )
    macro = await make(desk, agent, body={"ar": body, "en": body})
    assert (await apply(desk, agent, ticket["id"], macro_id=macro["id"])).status_code == 200
    assert await last_word(desk, agent, ticket["id"]) == (
        "«{{agent.name}} {{ticket.number}} <b>x</b>» {{ticket.number}} second — medium (P3)"
    )


async def test_a_text_speaks_the_language_of_the_ticket_with_its_due_times(desk: Desk) -> None:
    agent = desk.agent()
    pair = {
        "ar": "الرد قبل {{ticket.first_response_due}}.",
        "en": "By {{ticket.first_response_due}}.",
    }
    macro = await make(desk, agent, body=pair)
    told = {
        "ar": "الرد قبل \u2068الخميس 20 مارس 2031، 12:00 (UTC+3)\u2069.",
        "en": "By Thursday 20 March 2031, 12:00 (UTC+3).",
    }
    unset = {"ar": "الرد قبل وقت يُحدَّد قريبًا.", "en": "By a time to be set soon."}
    for locale in ("ar", "en"):
        ticket = await desk.open(desk.customer(locale=locale))
        await apply(desk, agent, ticket["id"], macro_id=macro["id"])
        assert await last_word(desk, agent, ticket["id"]) == unset[locale]
        await desk.look(
            "update tickets.ticket set sla = jsonb_build_object('first_response',"
            " jsonb_build_object('due_at', '2031-03-20T09:00:00Z')) where id = $1",
            ticket["id"],
        )
        preview = await ask(
            desk, agent, "POST", f"macros/{macro['id']}/preview", {"ticket_id": ticket["id"]}
        )
        assert (preview.json()["body"], preview.json()["missing"]) == (told[locale], [])
        await apply(desk, agent, ticket["id"], macro_id=macro["id"])
        assert await last_word(desk, agent, ticket["id"]) == told[locale]


async def test_where_nothing_is_owed_no_time_is_promised(desk: Desk) -> None:
    """A solved ticket has no due instant: that is no reason to say that one will be set."""
    pair = {"ar": "الحل: {{ticket.resolution_due}}", "en": "Due {{ticket.resolution_due}}"}
    agent = desk.agent()
    macro, ticket = await make(desk, agent, body=pair), await desk.open()
    await desk.look(
        "update tickets.ticket set sla = jsonb_build_object('resolution',"
        " jsonb_build_object('due_at', null, 'state', 'met')) where id = $1",
        ticket["id"],
    )
    path = f"macros/{macro['id']}/preview"
    seen = (await ask(desk, agent, "POST", path, {"ticket_id": ticket["id"]})).json()
    assert (seen["body"], seen["missing"]) == ("Due —", ["ticket.resolution_due"])


async def test_the_edited_text_goes_out_as_it_was_edited(desk: Desk) -> None:
    agent = desk.agent()
    note = await make(
        desk, agent, body=HELLO, public=False, actions=[{"do": "assign", "to": "nobody"}]
    )
    ticket = await desk.open()
    await apply(desk, agent, ticket["id"], macro_id=note["id"], body="As is: {{ticket.number}}")
    path = f"tickets/{ticket['id']}/messages"
    said = (await ask(desk, agent, "GET", path)).json()["items"][-1]
    assert (said["body_text"], said["direction"]) == ("As is: {{ticket.number}}", "internal")


async def test_a_preview_tells_each_effect_in_the_readers_language_and_changes_nothing(
    desk: Desk,
) -> None:
    agent = await colleague(desk)
    desk.neighbours.cards[str(agent.id)] = {"id": str(agent.id), "name": "Sami", "email": None}
    ticket = await desk.open(tags=["a"])
    told = await ask(desk, agent, "PATCH", f"tickets/{ticket['id']}", {"custom": {"floor": 3}})
    assert told.status_code == 200, told.text
    macro = await make(
        desk,
        agent,
        body={"ar": "{{requester.name}}", "en": "{{requester.name}} {{custom.floor}}"},
        actions=[
            {"do": "priority", "priority": "P1"},
            {"do": "priority", "priority": "P1"},
            {"do": "assign", "to": "me"},
            {"do": "department", "department_id": str(DEFAULT_DEPARTMENT)},
            {"do": "add_tags", "tags": ["a", "b"]},
            {"do": "remove_tags", "tags": ["z"]},
            {"do": "custom", "values": {"floor": None}},
            {"do": "wait", "for": "customer", "reason": "x"},
            {"do": "resolve"},
        ],
    )
    before = await desk.look("select * from tickets.ticket where id = $1", ticket["id"])
    path = f"macros/{macro['id']}/preview"
    body = {"ticket_id": ticket["id"], "locale": "en"}
    told = (await ask(desk, agent, "POST", path, body, accept_language="en")).json()
    assert (told["body"], told["missing"]) == ("Customer —", ["requester.name", "custom.floor"])
    assert told["applicable"] is True
    assert [(one["text"], one["changes"]) for one in told["actions"]] == [
        ("The reply goes to the customer", True),
        ("The priority becomes urgent (P1); it was medium (P3)", True),
        ("The priority stays urgent (P1)", False),
        ("The ticket is assigned to Sami", True),
        ("The ticket stays in the department “—”", False),
        ("Tags are added: a, b", True),
        ("The ticket does not carry these tags: z", False),
        ("Custom fields change: floor", True),
        ("The ticket waits for the customer", True),
        ("The ticket is resolved", True),
    ]
    arabic = (await ask(desk, agent, "POST", path, body, accept_language="ar")).json()
    assert arabic["actions"][1]["text"] == (
        "تصبح الأولوية عاجلة (\u2068P1\u2069) بعد أن كانت متوسطة (\u2068P3\u2069)"
    )
    assert await desk.look("select * from tickets.ticket where id = $1", ticket["id"]) == before
    assert await desk.names(ticket["id"]) == ["ticket.opened", "ticket.edited"]
    assert await desk.names(f"close:{ticket['id']}:0") == []


async def test_an_illegal_step_undoes_all_and_says_which_and_what_is_legal(desk: Desk) -> None:
    agent = desk.agent()
    ticket = await desk.open()
    actions = [
        {"do": "add_tags", "tags": ["x"]},
        {"do": "close"},
        {"do": "resolve"},
        {"do": "priority", "priority": "P1"},
    ]
    macro = await make(desk, agent, body=HELLO, actions=actions)
    answer = await apply(desk, agent, ticket["id"], macro_id=macro["id"])
    told = answer.json()
    assert (answer.status_code, told["code"]) == (409, "illegal_transition")
    assert (told["step"], told["macro_id"]) == ("#/actions/2", macro["id"])
    assert "assign" in told["legal"]
    assert "resolve" not in told["legal"]
    assert await desk.names(ticket["id"]) == ["ticket.opened"]
    read = await desk.read(agent, ticket["id"])
    assert (read["status"], read["tags"], read["version"]) == ("new", [], 1)
    path = f"macros/{macro['id']}/preview"
    preview = (await ask(desk, agent, "POST", path, {"ticket_id": ticket["id"]})).json()
    assert preview["applicable"] is False
    assert [one["changes"] for one in preview["actions"]] == [True, True, True, None, None]
    assert preview["actions"][3]["problem"]["code"] == "illegal_transition"
    assert preview["actions"][3]["problem"]["step"] == "#/actions/2"


async def test_waiting_for_a_customer_nobody_has_answered_is_refused_as_by_the_verb(
    desk: Desk,
) -> None:
    agent = desk.agent()
    ticket = await desk.open()
    alone = await make(desk, agent, actions=[{"do": "wait", "for": "customer"}])
    refused = await apply(desk, agent, ticket["id"], macro_id=alone["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")
    spoken = await make(
        desk, agent, body=HELLO, actions=[{"do": "wait", "for": "customer", "reason": "x"}]
    )
    waiting = await apply(desk, agent, ticket["id"], macro_id=spoken["id"])
    assert waiting.json()["status"] == "waiting_customer"


async def test_macros_that_run_each_other_are_refused_and_the_circle_is_named(desk: Desk) -> None:
    agent = desk.agent()
    first = await make(desk, agent, body=HELLO, name={"ar": "الأول", "en": "First"})
    run = [{"do": "run", "macro_id": first["id"]}]
    second = await make(desk, agent, actions=run, name={"ar": "الثاني", "en": "Second"})
    back = {"actions": [{"do": "run", "macro_id": second["id"]}]}
    path = f"macros/{first['id']}"
    answer = await ask(desk, agent, "PATCH", path, back, accept_language="en")
    assert (answer.status_code, answer.json()["code"]) == (422, "macro_loop")
    assert [one["name"]["en"] for one in answer.json()["loop"]] == ["First", "Second", "First"]
    assert "First → Second → First" in answer.json()["detail"]
    arabic = await ask(desk, agent, "PATCH", path, back, accept_language="ar")
    assert "\u2068الأول\u2069 ← \u2068الثاني\u2069" in arabic.json()["detail"]
    own = {"actions": [{"do": "run", "macro_id": first["id"]}]}
    assert (await ask(desk, agent, "PATCH", path, own)).json()["code"] == "macro_loop"
    # A circle that came in behind our back is still no circle for tickets.
    await desk.look(
        "update tickets.macro set runs = array[$2::uuid], actions = jsonb_build_array("
        "jsonb_build_object('do', 'run', 'macro_id', $2::text)) where id = $1::uuid",
        first["id"],
        second["id"],
    )
    ticket = await desk.open()
    caught = await apply(desk, agent, ticket["id"], macro_id=second["id"])
    assert (caught.status_code, caught.json()["code"]) == (422, "macro_loop")


async def test_two_who_save_at_once_cannot_close_a_circle(desk: Desk) -> None:
    agent = desk.agent()
    for _ in range(5):
        one, two = await make(desk, agent, body=HELLO), await make(desk, agent, body=HELLO)

        async def run(outer: dict[str, Any], inner: dict[str, Any]) -> int:
            body = {"actions": [{"do": "run", "macro_id": inner["id"]}]}
            return (await ask(desk, agent, "PATCH", f"macros/{outer['id']}", body)).status_code

        assert sorted(await asyncio.gather(run(one, two), run(two, one))) == [200, 422]


async def test_inner_macros_do_their_part_and_are_missed_when_gone(desk: Desk) -> None:
    agent = desk.agent()
    inner = await make(desk, agent, actions=[{"do": "add_tags", "tags": ["inner"]}])
    run = {"do": "run", "macro_id": inner["id"]}
    outer = await make(desk, agent, actions=[run, {"do": "add_tags", "tags": ["outer"]}])
    ticket = await desk.open()
    done = await apply(desk, agent, ticket["id"], macro_id=outer["id"])
    assert done.json()["tags"] == ["inner", "outer"]
    await ask(desk, agent, "PATCH", f"macros/{inner['id']}", {"active": False})
    missed = await apply(desk, agent, ticket["id"], macro_id=outer["id"])
    assert (missed.status_code, missed.json()["code"]) == (409, "macro_unusable")
    assert missed.json()["macro_id"] == inner["id"]
    asleep = await apply(desk, agent, ticket["id"], macro_id=inner["id"])
    assert (asleep.status_code, asleep.json()["code"]) == (409, "macro_inactive")


SOME = str(uuid4())
TEXT = {"ar": "نص", "en": "text"}
BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"name": {"ar": "x"}}, "#/name/en", "missing"),
    ({"name": {"ar": "x", "en": ""}}, "#/name/en", "string_too_short"),
    ({"name": {"ar": "x", "en": "x" * 101}}, "#/name/en", "string_too_long"),
    ({"name": None}, "#/name", "model_attributes_type"),
    ({"body": {"en": "x"}}, "#/body/ar", "missing"),
    ({"body": {"ar": " ", "en": "x"}}, "#/body/ar", "blank"),
    ({"body": {"ar": "x", "en": "x\x00"}}, "#/body/en", "text_nul"),
    ({"body": {"ar": "x", "en": "x" * 50_001}}, "#/body/en", "string_too_long"),
    ({"body": "x"}, "#/body", "model_attributes_type"),
    ({"body": {**TEXT, "fr": "x"}}, "#/body/fr", "extra_forbidden"),
    ({"body": {"ar": "{{ticket.secret}}", "en": "x"}}, "#/body/ar", "unknown_placeholder"),
    ({"body": {"ar": "x", "en": "{{ }}"}}, "#/body/en", "unknown_placeholder"),
    ({"body": {"ar": "x", "en": "{{ticket.number}}" * 101}}, "#/body/en", "too_many_placeholders"),
    ({"actions": [], "body": None}, "#/actions", "macro_empty"),
    ({"actions": None}, "#/actions", "list_type"),
    ({"actions": {"do": "resolve"}}, "#/actions", "list_type"),
    ({"actions": [{"do": "resolve"}] * 21}, "#/actions", "too_long"),
    ({"actions": [{"do": "explode"}]}, "#/actions/0", "literal_error"),
    ({"actions": [{"do": "resolve", "body": "x"}]}, "#/actions/0/body", "extra_forbidden"),
    ({"actions": [{"do": "priority", "priority": "P5"}]}, "#/actions/0/priority", "enum"),
    ({"actions": [{"do": "assign", "to": SOME}]}, "#/actions/0/to", "unknown_assignee"),
    ({"actions": [{"do": "assign", "to": "you"}]}, "#/actions/0/to", "uuid_parsing"),
    (
        {"actions": [{"do": "department", "department_id": SOME}]},
        "#/actions/0/department_id",
        "unknown_department",
    ),
    ({"actions": [{"do": "add_tags", "tags": []}]}, "#/actions/0/tags", "too_short"),
    ({"actions": [{"do": "custom", "values": {}}]}, "#/actions/0/values", "too_short"),
    ({"actions": [{"do": "wait", "for": "godot"}]}, "#/actions/0/for", "literal_error"),
    ({"actions": [{"do": "note", "body": {"ar": "x"}}]}, "#/actions/0/body/en", "missing"),
    ({"actions": [{"do": "note", "body": "{{x}}"}]}, "#/actions/0/body", "unknown_placeholder"),
    ({"actions": [{"do": "run", "macro_id": SOME}]}, "#/actions/0/macro_id", "unknown_macro"),
    ({"shared": "everybody"}, "#/shared", "literal_error"),
    ({"shared": "department"}, "#/department_id", "department_needed"),
    ({"department_id": str(DEFAULT_DEPARTMENT)}, "#/department_id", "department_unasked"),
    ({"shared": "department", "department_id": SOME}, "#/department_id", "unknown_department"),
    ({"position": -1}, "#/position", "greater_than_equal"),
    ({"position": 1.5}, "#/position", "int_type"),
    ({"active": "yes"}, "#/active", "bool_type"),
    ({"public": 1}, "#/public", "bool_type"),
    ({"uses": 7}, "#/uses", "extra_forbidden"),
    ({"owner_id": SOME}, "#/owner_id", "extra_forbidden"),
    ({"version": 7}, "#/version", "extra_forbidden"),
    ({"id": SOME}, "#/id", "extra_forbidden"),
]


@pytest.mark.parametrize(("wrong", "pointer", "code"), BAD)
async def test_every_field_that_is_wrong_is_named(
    desk: Desk, wrong: dict[str, Any], pointer: str, code: str
) -> None:
    agent = desk.agent()
    sound = {"name": NAME, "body": TEXT}
    answer = await ask(desk, agent, "POST", "macros", sound | wrong)
    assert answer.status_code == 422, answer.text
    errors = [(one["pointer"], one["code"]) for one in answer.json()["errors"]]
    assert (pointer, code) in errors


async def test_a_patch_is_held_to_the_same(desk: Desk) -> None:
    agent = desk.agent()
    path = f"macros/{(await make(desk, agent, body=TEXT))['id']}"
    for wrong, _, _ in BAD:
        answer = await ask(desk, agent, "PATCH", path, wrong)
        assert answer.status_code == 422, (wrong, answer.text)
    assert (await ask(desk, agent, "GET", path)).json()["version"] == 1
    assert (await ask(desk, agent, "PATCH", path, {"body": None})).json()["errors"][0]["code"] == (
        "macro_empty"
    )


async def test_a_private_macro_of_another_does_not_exist(desk: Desk) -> None:
    owner, other, chief = desk.agent(), desk.agent(), Person("admin")
    macro = await make(desk, owner, body=TEXT)
    ticket = await desk.open()
    for person in (other, chief):
        path = f"macros/{macro['id']}"
        tried = [
            await ask(desk, person, "GET", path),
            await ask(desk, person, "PATCH", path, {"active": False}),
            await ask(desk, person, "DELETE", path),
            await ask(desk, person, "POST", f"{path}/preview", {"ticket_id": ticket["id"]}),
            await apply(desk, person, ticket["id"], macro_id=macro["id"]),
            await ask(
                desk,
                person,
                "POST",
                "bulk",
                {"ticket_ids": [ticket["id"]], "macro_id": macro["id"]},
            ),
        ]
        assert [one.status_code for one in tried] == [404] * 6
        listed = (await ask(desk, person, "GET", "macros?limit=200")).json()["items"]
        assert macro["id"] not in [one["id"] for one in listed]
        run = {"name": NAME, "actions": [{"do": "run", "macro_id": macro["id"]}]}
        refused = await ask(desk, person, "POST", "macros", run)
        assert refused.json()["errors"][0]["code"] == "unknown_macro"
    await ask(desk, owner, "PATCH", f"macros/{macro['id']}", {"active": False})
    asleep = await apply(desk, other, ticket["id"], macro_id=macro["id"])
    assert asleep.status_code == 404, "whether it sleeps is nobody else's business"


async def test_a_departments_macro_is_for_its_people_and_changed_by_who_leads(desk: Desk) -> None:
    agent, peer = desk.agent(), desk.agent()
    elsewhere = Person("agent", departments=(uuid4(),))
    chief = Person("supervisor", departments=(DEFAULT_DEPARTMENT,))
    place = {"shared": "department", "department_id": str(DEFAULT_DEPARTMENT)}
    macro = await make(desk, agent, body=TEXT, **place)
    path = f"macros/{macro['id']}"
    assert (await ask(desk, peer, "GET", path)).status_code == 200
    assert (await ask(desk, elsewhere, "GET", path)).status_code == 404
    assert (await ask(desk, peer, "PATCH", path, {"position": 1})).status_code == 403
    assert (await ask(desk, peer, "DELETE", path)).status_code == 403
    assert (await ask(desk, chief, "PATCH", path, {"position": 1})).status_code == 200
    foreign = await ask(desk, elsewhere, "POST", "macros", {"name": NAME, "body": TEXT, **place})
    assert foreign.json()["errors"][0]["code"] == "foreign_department"
    mine = await make(desk, agent, body=TEXT)
    run = {"name": NAME, **place, "actions": [{"do": "run", "macro_id": mine["id"]}]}
    narrower = await ask(desk, agent, "POST", "macros", run)
    assert narrower.json()["errors"][0]["code"] == "macro_not_shared"
    alone = await ask(desk, agent, "PATCH", path, {"shared": "private"})
    assert (alone.json()["shared"], alone.json()["department_id"]) == ("private", None)


async def test_customers_programs_of_customers_and_auditors_have_no_macros(desk: Desk) -> None:
    ticket = await desk.open()
    macro = await make(desk, desk.agent(), body=TEXT, shared="all")
    program = Person(
        kind="client", organization=desk.organization, scope="tickets:read tickets:manage"
    )
    for person in (desk.customer(), Person("auditor"), program):
        assert (await ask(desk, person, "GET", "macros")).status_code == 403
        assert (await ask(desk, person, "GET", f"macros/{macro['id']}")).status_code == 403
        body = {"name": NAME, "body": TEXT}
        assert (await ask(desk, person, "POST", "macros", body)).status_code == 403
        applied = await apply(desk, person, ticket["id"], macro_id=macro["id"])
        assert applied.status_code == 403
        many = {"ticket_ids": [ticket["id"]], "macro_id": macro["id"]}
        assert (await ask(desk, person, "POST", "bulk", many)).status_code == 403


async def test_a_macro_is_no_way_to_a_ticket_out_of_sight(desk: Desk) -> None:
    elsewhere = Person("agent", departments=(uuid4(),))
    macro = await make(desk, elsewhere, body=TEXT)
    for ticket_id in ((await desk.open())["id"], str(uuid4())):
        assert (await apply(desk, elsewhere, ticket_id, macro_id=macro["id"])).status_code == 404
        path, body = f"macros/{macro['id']}/preview", {"ticket_id": ticket_id}
        assert (await ask(desk, elsewhere, "POST", path, body)).status_code == 404


async def test_the_list_shows_the_most_used_first_and_pages_by_what_it_showed(desk: Desk) -> None:
    agent = desk.agent()
    word = uuid4().hex[:8]
    made = [
        await make(desk, agent, body=TEXT, position=place, name={"ar": f"إجراء {word}", "en": "x"})
        for place in (3, 2, 1)
    ]
    ticket = await desk.open()
    for _ in range(2):
        await apply(desk, agent, ticket["id"], macro_id=made[0]["id"])
    many = {"ticket_ids": [ticket["id"]], "macro_id": made[1]["id"]}
    await ask(desk, agent, "POST", "bulk", many)

    async def counted() -> list[tuple[str, int]]:
        items = (await ask(desk, agent, "GET", f"macros?q={word}")).json()["items"]
        return [(one["id"], one["uses"]) for one in items]

    wanted = [(made[0]["id"], 2), (made[1]["id"], 1), (made[2]["id"], 0)]
    while await add_up(desk.context):
        continue
    assert await counted() == wanted
    found: list[str] = []
    path: str | None = f"/v1/macros?q={word}&limit=1"
    while path:
        page = await desk.http.get(path, headers=agent.headers())
        found += [one["id"] for one in page.json()["items"]]
        path = page.links["next"]["url"] if "next" in page.links else None
    assert found == [one["id"] for one in made]
    stolen = await desk.http.get(f"/v1/macros?cursor={'A' * 40}", headers=agent.headers())
    assert stolen.status_code == 422
    version = (await ask(desk, agent, "GET", f"macros/{made[0]['id']}")).json()["version"]
    assert version == 1, "being used is no change"


async def test_a_search_among_macros_folds_arabic(desk: Desk) -> None:
    agent = desk.agent()
    body = {"ar": "إعادة ضبط المصنع", "en": "Factory 100% reset_now"}
    macro = await make(desk, agent, body=body)
    for q in ("اعاده", "FACTORY", "ضَبْط المصنع", "100%", "reset_"):
        items = (await ask(desk, agent, "GET", f"macros?{httpx.QueryParams(q=q)}")).json()["items"]
        assert macro["id"] in [one["id"] for one in items], q
    for q in ("مصنعنا", "r%t", "resetXnow"):
        items = (await desk.http.get("/v1/macros", params={"q": q}, headers=agent.headers())).json()
        assert macro["id"] not in [one["id"] for one in items["items"]], q


async def test_a_custom_field_speaks_in_words_and_hidden_ones_never_to_customers(
    desk: Desk,
) -> None:
    agent, chief = desk.agent(), Person("admin")
    tag = uuid4().hex[:6]
    options = [
        {"value": "in", "label": {"ar": "داخلي", "en": "Inside"}},
        {"value": "out", "label": {"ar": "خارجي", "en": "Outside"}},
    ]
    label = {"ar": "حقل", "en": "Field"}
    for field in (
        {"key": f"where_{tag}", "type": "choice", "options": options, "customers": "read"},
        {"key": f"day_{tag}", "type": "date", "customers": "read"},
        {"key": f"secret_{tag}", "type": "text", "customers": "hidden"},
    ):
        made = await ask(desk, chief, "POST", "custom-fields", {"label": label, **field})
        assert made.status_code == 201, made.text
    ticket = await desk.open(desk.customer(locale="ar"))
    values = {f"where_{tag}": "in", f"day_{tag}": "2026-03-20", f"secret_{tag}": "rude"}
    text = f"{{{{custom.where_{tag}}}}} {{{{custom.day_{tag}}}}} {{{{custom.secret_{tag}}}}}"
    macro = await make(
        desk,
        agent,
        body={"ar": text, "en": text},
        actions=[{"do": "note", "body": text}],
    )
    told = await ask(desk, agent, "PATCH", f"tickets/{ticket['id']}", {"custom": values})
    assert told.status_code == 200, told.text
    assert (await apply(desk, agent, ticket["id"], macro_id=macro["id"])).status_code == 200
    path = f"tickets/{ticket['id']}/messages"
    said = [one["body_text"] for one in (await ask(desk, agent, "GET", path)).json()["items"][-2:]]
    assert said == [
        "\u2068داخلي\u2069 \u2068الجمعة 20 مارس 2026\u2069 —",
        "Inside Friday 20 March 2026 rude",
    ]
