"""What the doors refuse: questions they do not know, texts nobody sees, stale versions."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.services.tickets.conftest import BODY, Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_verbs import colleague

UNSEEN = [
    "\u202e",
    "\u200b\u200d",
    "\u3164",
    "\u2800",
    "\ufe0f",
    "\U000e0101 \u00ad",
    "\u2066\u2069",
    "\u0640\u0640",
    "\u064e\u0651",
    "\ue000",
    "\u0378",
]


@pytest.mark.parametrize(
    "path",
    [
        *("/v1/tickets", "/v1/views", "/v1/macros", "/v1/custom-fields", "/v1/tickets/tags"),
        *("/v1/views/counts", "/v1/tickets/{id}", "/v1/tickets/{id}/timeline"),
        *("/v1/tickets/{id}/messages", "/v1/tickets/{id}/links", "/v1/tickets/{id}/watchers"),
    ],
)
async def test_a_question_that_nobody_knows_is_named(desk: Desk, path: str) -> None:
    agent, made = desk.agent(), await desk.open()
    place = path.format(id=made["id"])
    fine = await desk.http.get(f"{place}?limit=7", headers=agent.headers())
    assert fine.status_code == 200, fine.text
    for name in ("stauts", "customer_id", "custom"):
        odd = await desk.http.get(f"{place}?{name}=x", headers=agent.headers(accept_language="en"))
        assert odd.status_code == 422, odd.text
        assert odd.json()["errors"] == [
            {
                "pointer": f"?{name}",
                "code": "extra_forbidden",
                "message": "This field is not known.",
            }
        ]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("q=walnut&q=pecan", "q"),
        ("sort=created&sort=updated", "sort"),
        ("cursor=&cursor=", "cursor"),
        ("limit=3&status=new&status=open&limit=4", "limit"),
    ],
)
async def test_a_second_answer_to_one_question_is_refused(
    desk: Desk, query: str, name: str
) -> None:
    for language, said in (("en", "This field was sent more than once"), ("ar", "أكثر من مرة")):
        headers = desk.agent().headers(accept_language=language)
        odd = await desk.http.get(f"/v1/tickets?{query}", headers=headers)
        assert odd.status_code == 422, odd.text
        (error,) = odd.json()["errors"]
        assert (error["pointer"], error["code"]) == (f"?{name}", "repeated")
        assert said in error["message"]


async def test_every_documented_question_of_the_list_is_known(desk: Desk) -> None:
    document = json.loads(Path("docs/openapi/merged.json").read_text(encoding="utf-8"))
    names = [
        one["name"]
        for one in document["paths"]["/v1/tickets"]["get"]["parameters"]
        if one["in"] == "query"
    ]
    assert len(names) >= 20
    for name in names:
        answer = await desk.http.get(f"/v1/tickets?{name}=", headers=desk.agent().headers())
        assert "extra_forbidden" not in answer.text, name


@pytest.mark.parametrize("text", UNSEEN)
async def test_a_text_that_nobody_sees_is_no_text(desk: Desk, text: str) -> None:
    customer, agent = desk.customer(), desk.agent()
    made = await desk.open(customer)
    base = f"/v1/tickets/{made['id']}"
    pair = {"ar": text, "en": "x"}
    tried: list[tuple[Person, str, str, Any]] = [
        (customer, "POST", "/v1/tickets", {**BODY, "subject": text}),
        (customer, "POST", "/v1/tickets", {**BODY, "body": text}),
        (agent, "POST", "/v1/tickets", {**BODY, "tags": [text]}),
        (customer, "POST", f"{base}/messages", {"body": f" {text}\n"}),
        (agent, "PATCH", base, {"subject": text}),
        (agent, "POST", f"{base}/tags", {"add": [text]}),
        (agent, "POST", f"{base}/resolve", {"message": text}),
        (agent, "POST", "/v1/views", {"name": {"ar": text}}),
        (agent, "POST", "/v1/macros", {"name": pair, "body": {"ar": "x", "en": "x"}}),
        (agent, "POST", "/v1/macros", {"name": {"ar": "x", "en": "x"}, "body": pair}),
        (
            Person("manager"),
            "POST",
            "/v1/custom-fields",
            {"key": "k", "label": pair, "type": "text"},
        ),
    ]
    for person, method, path, body in tried:
        answer = await desk.http.request(method, path, json=body, headers=person.headers())
        assert answer.status_code == 422, (path, body, answer.text)
        assert answer.json()["errors"][0]["code"] in {"blank", "string_too_short"}


async def test_joiners_inside_words_stay_and_turning_marks_go(desk: Desk) -> None:
    made = await desk.open(subject="می\u200cخواهم \u202eeman\u202c 👩\u200d💻")
    assert made["subject"] == "می\u200cخواهم eman 👩\u200d💻"


async def test_a_stale_version_is_refused_by_every_verb(desk: Desk) -> None:
    agent, other, made = await colleague(desk), desk.customer(), await desk.open()
    base = f"/v1/tickets/{made['id']}"
    address = f"{uuid4().hex}@client.example"
    desk.neighbours.know(address, other.organization)
    tried: list[tuple[str, str, Any]] = [
        ("POST", "take", None),
        ("POST", "tags", {"add": ["x"]}),
        ("POST", "messages", {"body": "x"}),
        ("POST", "participants", {"email": address}),
        ("DELETE", f"participants/{uuid4()}", None),
        ("POST", "watchers", None),
        ("DELETE", f"watchers/{agent.id}", None),
    ]
    for method, path, body in tried:
        place = f"{base}/{path}"
        for tag, status in (('"999.0.0"', 412), ("seven", 400)):
            headers = agent.headers(If_Match=tag)
            answer = await desk.http.request(method, place, json=body, headers=headers)
            assert answer.status_code == status, (path, answer.text)
    assert await desk.names(made["id"]) == ["ticket.opened"]
    for method, path, body in tried:
        version = (await desk.read(agent, made["id"]))["version"]
        headers = agent.headers(If_Match=f'"{version}.0.0"')
        answer = await desk.http.request(method, f"{base}/{path}", json=body, headers=headers)
        assert answer.status_code < 300, (path, answer.text)
