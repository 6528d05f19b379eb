"""Fields that only the house may write are refused or left alone on every write (F12)."""

import json
from typing import Any
from uuid import uuid4

import pytest

from deploy.openapi import TARGET
from tests.journeys.desk import PASSWORD, Person
from tests.security.town import Town

pytestmark = pytest.mark.journey


def only_ours(path: str, verb: str) -> list[str]:
    """Fields that the answer of a write has and its body does not take."""
    document = json.loads(TARGET.read_text("utf-8"))
    operation = document["paths"][path][verb]
    schemas = document["components"]["schemas"]

    def fields(holder: Any) -> set[str]:
        name = holder["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        return set(schemas[name]["properties"])

    answers = operation["responses"]
    taken, given = fields(operation["requestBody"]), fields(answers.get("201") or answers["200"])
    return sorted(given - taken)


async def refused(person: Person, verb: str, path: str, body: dict[str, Any]) -> str:
    answer = await person.ask(verb, path, json=body)
    return "" if answer.status_code == 422 else f"{verb} {path} {[*body]}: {answer.status_code}"


async def test_no_write_takes_what_only_the_house_may_say(town: Town) -> None:
    customer, agent, admin = (
        town.ours.seats["customer"],
        town.ours.seats["agent"],
        town.ours.admin,
    )
    ticket, user = f"/v1/tickets/{town.own['ticket_id']}", f"/v1/users/{town.own['user_id']}"
    macro, named = f"/v1/macros/{town.own['macro_id']}", {"ar": "س", "en": "x"}
    before = [await admin.get(ticket), await admin.get(user), await agent.get(macro)]
    opening = {"subject": "x", "body": "x"}
    person = {"email": f"{uuid4().hex}@example.com", "name": "x", "roles": ["auditor"]}
    fields = only_ours("/v1/tickets", "post")
    assert {"id", "number", "status", "version", "sla", "escalation"} <= set(fields)
    tried: list[tuple[Person, str, str, dict[str, Any]]] = [
        *((customer, "POST", "/v1/tickets", {**opening, name: "forged"}) for name in fields),
        *(
            (agent, "PATCH", ticket, {name: "forged"})
            for name in only_ours("/v1/tickets/{ticket_id}", "patch")
        ),
        *(
            (admin, "POST", "/v1/users", {**person, name: "forged"})
            for name in only_ours("/v1/users", "post")
        ),
        *(
            (admin, "PATCH", user, {name: "forged"})
            for name in only_ours("/v1/users/{user_id}", "patch")
        ),
    ]
    tried += [
        *(
            (agent, "POST", "/v1/macros", {"name": named, "body": named, name: "forged"})
            for name in only_ours("/v1/macros", "post")
        ),
        *(
            (agent, "PATCH", macro, {name: "forged"})
            for name in only_ours("/v1/macros/{macro_id}", "patch")
        ),
    ]
    told = [await refused(*one) for one in tried]
    assert [line for line in told if line] == []
    assert [await admin.get(ticket), await admin.get(user), await agent.get(macro)] == before


async def test_a_customer_cannot_speak_for_others_or_set_what_staff_set(town: Town) -> None:
    customer = town.ours.seats["customer"]
    opening = {"subject": "x", "body": "x"}
    for field in (
        {"organization_id": town.foreign["organization_id"]},
        {"requester": {"email": town.theirs.address("customer")}},
        {"channel": "phone"},
    ):
        answer = await customer.ask("POST", "/v1/tickets", json={**opening, **field})
        if answer.is_success:
            made = answer.json()
            assert made["organization_id"] == town.own["organization_id"], field
            assert made["requester"]["id"] == town.own["user_id"], field
            assert made["channel"] != "phone", field
        else:
            assert answer.status_code in {403, 422}, answer.text
    path = f"/v1/tickets/{town.own['ticket_id']}"
    for change in (
        {"priority": "P1"},
        {"assignee_id": town.own["user_id"]},
        {"department_id": town.foreign["department_id"]},
    ):
        answer = await customer.ask("PATCH", path, json=change)
        assert answer.status_code in {403, 422}, (change, answer.text)
    hidden = await customer.ask("POST", f"{path}/messages", json={"body": "x", "public": False})
    assert hidden.status_code in {403, 422}


async def test_nobody_but_an_administrator_makes_or_changes_people(town: Town) -> None:
    body = {
        "email": f"{uuid4().hex}@example.com",
        "name": "x",
        "roles": ["admin"],
        "password": PASSWORD,
    }
    for seat in ("customer", "agent", "supervisor", "manager", "executive"):
        person = town.ours.seats[seat]
        own = f"/v1/users/{town.ours.people[seat]['id']}"
        assert (await person.ask("POST", "/v1/users", json=body)).status_code == 403
        assert (await person.ask("PATCH", own, json={"roles": ["admin"]})).status_code == 403
        assert (await person.get("/v1/me"))["roles"] == [seat]
