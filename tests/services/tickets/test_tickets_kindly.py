"""A customer cannot tell spam from a ticket that somebody, or its time, has closed.

Two tickets of one customer live alike until one is closed and the other is set aside as spam.
Every door that a customer has is then asked about both: the answers differ in ids, numbers and
instants alone.
"""

import json
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.tickets.domain.words import parse_number
from services.tickets.usecases.indexing import index_some
from services.tickets.usecases.tallying import catch_up
from shared.events.sla import ClockState, SlaBreached, SlaClockStarted, SlaClockUpdated, SlaMet
from shared.tokens import make_rating_token
from shared.vocabulary import DEFAULT_DEPARTMENT, DEFAULT_POLICY, Metric, Priority
from tests.services.tickets.conftest import BODY, Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_files import PNG, upload
from tests.services.tickets.test_tickets_mail import fire

_MASKS = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<id>"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<request>"),
    (re.compile(r"/v1/files/[\w-]+"), "<link>"),
    (re.compile(r"SND-\d+"), "<number>"),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "<instant>"),
    (re.compile(r"\d{1,2}:\d\d( [AP]M| [صم])?"), "<time>"),
)
STANDING = ["new", "open", "late", "waiting_customer", "resolved", "closed"]
GETS = {
    "/v1/tickets/{ticket_id}": ["", "?include=messages"],
    "/v1/tickets/{ticket_id}/timeline": [""],
    "/v1/tickets/{ticket_id}/links": ["", "?kind=related"],
    "/v1/tickets/{ticket_id}/participants": [""],
    "/v1/tickets/{ticket_id}/watchers": [""],
    "/v1/tickets/{ticket_id}/messages": [""],
    "/v1/tickets/{ticket_id}/feedback": [""],
}
WISHES: dict[str, Any] = {
    "messages": {"body": "Hello?"},
    "reopen": {"reason": "still broken"},
    "feedback": {"score": 1, "reopen": True},
    "tags": {"add": ["printer"]},
    "link": {"ticket_id": str(uuid4()), "kind": "related"},
    "participants": {"email": "a@b.example"},
    "escalate": {"reason": "urgent"},
    "wait": {"for": "customer"},
    "assign": {"assignee_id": None},
    "merge": {"into": str(uuid4())},
    "split": {"message_ids": [str(uuid4())], "subject": "x"},
    "macro": {"macro_id": str(uuid4())},
}


@dataclass
class Pair:
    """Two tickets of one organization that were treated alike until their end."""

    desk: Desk
    customer: Person
    closed: dict[str, Any]
    spam: dict[str, Any]
    stood: str

    async def both(self, method: str, path: str, body: Any = None) -> Any:
        """The masked answers of both, the closed one's first."""
        answers = []
        for one in (self.closed, self.spam):
            place = path.replace("{ticket_id}", one["id"]).replace("{number}", one["number"])
            told = json.dumps(body).replace("{ticket_id}", one["id"]) if body is not None else None
            headers = self.customer.headers(content_type="application/json")
            answer = await self.desk.http.request(method, place, content=told, headers=headers)
            answers.append(masked(answer, place))
        if self.stood == "closed":  # as after a note of the desk, one step is not told
            return [unversioned(one) for one in answers]
        return answers

    async def ballots(self, method: str, body: Any = None) -> Any:
        """The same of the links in resolution mails."""
        key, answers = self.desk.context.keys.derive("feedback-link"), []
        for one in (self.closed, self.spam):
            token = make_rating_token(key, UUID(one["id"]), 0, 2)
            answer = await self.desk.http.request(method, f"/v1/feedback/{token}", json=body)
            answers.append(masked(answer, "ballot"))
        return answers


def unversioned(told: tuple[int, str, Any]) -> tuple[int, str, Any]:
    status, tag, answer = told
    if isinstance(answer, dict):
        answer.pop("version", None)
    return status, tag.partition(".")[2], answer


def masked(answer: Any, place: str) -> tuple[int, str, Any]:
    text = answer.text.replace(str(answer.request.url).rpartition("/")[2], "<token>")
    for pattern, word in _MASKS:
        text = pattern.sub(word, text)
    assert "spam" not in text.casefold(), (place, text)
    assert "مزعج" not in text, place
    tag = answer.headers.get("etag", "")
    return answer.status_code, tag, json.loads(text) if text.startswith(("{", "[")) else text


async def live(desk: Desk, customer: Person, before: str) -> dict[str, Any]:
    """A ticket that stands as named."""
    made, agent = await desk.open(customer, subject="zirconium offer"), desk.agent()
    values: dict[str, Any] = {
        "ticket_id": UUID(made["id"]),
        "organization_id": UUID(made["organization_id"]),
    }
    now = desk.context.clock.now()
    clocks = (clock("running", due_at=now), clock("running", Metric.FIRST_RESPONSE, due_at=now))
    await desk.deliver(
        SlaClockStarted(
            **values,
            at=now,
            policy_id=DEFAULT_POLICY,
            policy_version=1,
            reopen_window_seconds=86_400,
            clocks=clocks,
            next_due_at=now,
        )
    )
    if before == "late":
        await desk.deliver(
            SlaBreached(
                **values,
                at=now,
                metric=Metric.RESOLUTION,
                cycle=1,
                due_at=now,
                breached_at=now,
                fired_at=now,
                cause="elapsed",
                priority=Priority.P3,
                department_id=DEFAULT_DEPARTMENT,
                policy_id=DEFAULT_POLICY,
                policy_version=1,
                ladder=(),
            )
        )
    if before in {"open", "waiting_customer"}:
        await desk.do(agent, made["id"], "messages", {"body": "Hello"})
    if before == "waiting_customer":
        assert (await desk.do(agent, made["id"], "wait", {"for": "customer"})).is_success
    if before in {"resolved", "closed"}:
        assert (await desk.do(agent, made["id"], "resolve", {"message": "Done"})).is_success
    if before == "closed":
        await run_out(desk, made)
        await fire(desk, made)
    return made


async def run_out(desk: Desk, made: dict[str, Any]) -> None:
    """As if the window of the resolution were over."""
    await desk.look(
        "update tickets.ticket set reopen_until = now() where id = $1", UUID(made["id"])
    )


def facts_of(made: dict[str, Any]) -> dict[str, Any]:
    return {"ticket_id": UUID(made["id"]), "organization_id": UUID(made["organization_id"])}


def clock(state: Any, metric: Metric = Metric.RESOLUTION, **more: Any) -> ClockState:
    return ClockState(metric=metric, state=state, target_seconds=14_400, **more)


async def end(desk: Desk, made: dict[str, Any], before: str, *, spam: bool) -> None:
    """Set aside, or closed: what was solved by the clock, else by hand; and what sla says of it."""
    if spam:
        assert (await desk.do(desk.agent(), made["id"], "spam")).is_success
    elif before == "resolved":
        await run_out(desk, made)
        await fire(desk, made)
    elif before != "closed":
        assert (await desk.do(desk.agent(), made["id"], "close")).is_success
    now = desk.context.clock.now()
    base = {**facts_of(made), "at": now}
    late: dict[str, Any] = {"breached_at": now} if before == "late" else {}
    told = (
        clock("breached" if late else "met", met_at=now, counted_seconds=20_000, **late),
        clock("met", Metric.FIRST_RESPONSE, met_at=now, counted_seconds=9),
    )
    aside = (clock("cancelled", **late), clock("cancelled", Metric.FIRST_RESPONSE))
    for metric in [Metric.FIRST_RESPONSE, *([] if late else [Metric.RESOLUTION])]:
        more: dict[str, Any] = {"met_at": now, "due_at": now, "counted_seconds": 9, "outside": spam}
        await desk.deliver(SlaMet(**base, metric=metric, cycle=1, **more))
    await desk.deliver(
        SlaClockUpdated(
            **base,
            clocks=aside if spam else told,
            outside=told if spam else None,
            generation=2,
            cause="status",
        )
    )


async def pair(desk: Desk, before: str, customer: Person) -> Pair:
    made = [await live(desk, customer, before) for _ in range(2)]
    other = await desk.open(customer)
    for one in made:
        body = {"ticket_id": other["id"], "kind": "related"}
        assert (await desk.do(desk.agent(), one["id"], "link", body)).is_success
    await end(desk, made[0], before, spam=False)
    await end(desk, made[1], before, spam=True)
    return Pair(desk, customer, made[0], made[1], before)


def doors(desk: Desk, method: str) -> list[str]:
    """The doors of one ticket, as the service has them: a new one is asked too."""
    found = []
    for route in desk.service.app.routes:
        path = getattr(route, "path", "")
        if path.startswith("/v1/tickets/{ticket_id}") and method in getattr(route, "methods", ()):
            found.append(path)
    return sorted(found)


@pytest.mark.parametrize("before", STANDING)
@pytest.mark.parametrize("locale", ["ar", "en"])
async def test_every_door_answers_of_spam_as_of_a_closed_ticket(
    desk: Desk, before: str, locale: str
) -> None:
    two = await pair(desk, before, desk.customer(locale=locale, organization=uuid4()))
    assert set(doors(desk, "GET")) == set(GETS)
    reads = [f"{path}{query}" for path, queries in GETS.items() for query in queries]

    async def look() -> None:
        for path in (*reads, "/v1/tickets/by-number/{number}"):
            closed, spam = await two.both("GET", path)
            assert spam == closed, path
        closed, spam = await two.ballots("GET")
        assert spam == closed

    await look()
    for path in doors(desk, "POST"):
        verb = path.rpartition("/")[2]
        if verb != "feedback":
            closed, spam = await two.both("POST", path, WISHES.get(verb, {}))
            assert spam == closed, path
    for method in ("PATCH", "DELETE"):
        for path in doors(desk, method):
            place = path.replace("{other_id}", str(uuid4())).replace("{person_id}", str(uuid4()))
            closed, spam = await two.both(method, place, {"subject": "Other words"})
            assert spam == closed, path
    for wish in (WISHES["feedback"], {"score": 4, "comment": "well"}):
        closed, spam = await two.both("POST", "/v1/tickets/{ticket_id}/feedback", wish)
        assert spam == closed
    closed, spam = await two.ballots("POST", {"score": 2})
    assert spam == closed
    closed, spam = await two.both("POST", "/v1/tickets", {**BODY, "follow_up_of": "{ticket_id}"})
    assert spam == closed
    assert spam[0] == 201, "a follow-up is a ticket of its own"
    await look()
    for one, status in ((two.closed, "closed"), (two.spam, "spam")):
        assert (await desk.read(desk.agent(), one["id"]))["status"] == status


async def messages(desk: Desk, who: Person, made: dict[str, Any]) -> Any:
    path = f"/v1/tickets/{made['id']}/messages"
    return (await desk.http.get(path, headers=who.headers())).json()["items"]


async def test_files_of_spam_are_read_and_refused_as_those_of_a_closed_ticket(desk: Desk) -> None:
    customer = desk.customer()
    told = []
    for verb in ("close", "spam"):
        made = await desk.open(customer, upload_ids=[await upload(desk, customer, PNG)])
        assert (await desk.do(desk.agent(), made["id"], verb)).is_success
        [first] = await messages(desk, customer, made)
        [file] = first["attachments"]
        place = f"/v1/attachments/{file['id']}"
        answers = [
            await desk.http.get(f"{place}{more}", headers=customer.headers())
            for more in ("", "/content", "/preview")
        ]
        answers.append(await desk.http.post(f"{place}/link", headers=customer.headers()))
        body = {"body": "and this", "upload_ids": [await upload(desk, customer, PNG)]}
        answers.append(await desk.do(customer, made["id"], "messages", body))
        told.append([(one.status_code, masked(one, place)[2]) for one in answers])
    assert told[0] == told[1]
    assert [status for status, _ in told[1]][:2] == [200, 200]
    assert told[1][-1][0] == 409


@pytest.mark.parametrize("before", ["open", "late"])
async def test_lists_and_searches_find_spam_where_they_find_what_is_closed(
    desk: Desk, before: str
) -> None:
    customer = desk.customer(organization=uuid4())
    two = await pair(desk, before, customer)
    while await index_some(desk.context):
        pass
    for query in (
        "status=closed",
        "status=open,closed",
        "status=spam",
        "status=new",
        "sla_state=ok",
        "sla_state=breached",
        "sort=updated_at",
        "due_before=2100-01-01T00:00:00Z",
        "waiting_since=2100-01-01T00:00:00Z",
        "q=zirconium",
        "q=zirconium%20status:closed",
        "q=zirconium%20status:open",
    ):
        answer = await desk.http.get(f"/v1/tickets?{query}", headers=customer.headers())
        found = {one["id"]: one for one in answer.json()["items"]}
        assert (two.closed["id"] in found) is (two.spam["id"] in found), query
        if two.spam["id"] in found:
            texts = [json.dumps(found[one["id"]]) for one in (two.closed, two.spam)]
            masks = [re.sub("|".join(one.pattern for one, _ in _MASKS), "x", t) for t in texts]
            assert masks[0] == masks[1], query


@pytest.mark.parametrize("before", ["open", "resolved"])
async def test_reports_of_customers_count_spam_as_closed(desk: Desk, before: str) -> None:
    told = []
    for spam in (False, True):
        customer = desk.customer(organization=uuid4())
        made = await live(desk, customer, before)
        await end(desk, made, before, spam=spam)
        await catch_up(desk.context)
        boss = Person(
            "customer_admin",
            organization=customer.organization,
            scope="tickets:read reports:read",
        )
        answer = await desk.http.get(
            "/v1/reports?metric=volume,first_response,resolution,messages,backlog",
            headers=boss.headers(),
        )
        assert answer.status_code == 200, answer.text
        told.append(answer.json())
    for one in told:
        for name in ("from", "to", "as_of", "at"):
            one.pop(name, None)
    assert mask_json(told[0]) == mask_json(told[1])
    assert '"closed": 1' in json.dumps(told[1])


def mask_json(value: Any) -> str:
    text = json.dumps(value)
    for pattern, word in _MASKS:
        text = pattern.sub(word, text)
    return text


async def test_what_was_closed_before_it_was_spam_stays_closed_when_it_was(desk: Desk) -> None:
    customer = desk.customer()
    made = await live(desk, customer, "closed")
    at = (await desk.read(customer, made["id"]))["closed_at"]
    await end(desk, made, "closed", spam=True)
    assert (await desk.read(customer, made["id"]))["closed_at"] == at
    assert (await desk.do(desk.agent(), made["id"], "unspam")).json()["closed_at"] == at


async def test_who_is_no_longer_spam_is_open_again(desk: Desk) -> None:
    customer, agent = desk.customer(), desk.agent()
    made = await live(desk, customer, "open")
    await end(desk, made, "open", spam=True)
    assert (await desk.do(agent, made["id"], "unspam")).json()["closed_at"] is None
    read = await desk.read(customer, made["id"])
    assert (read["status"], read["closed_at"]) == ("open", None)
    assert parse_number(read["number"])
    path = f"/v1/tickets/{made['id']}/timeline"
    told = (await desk.http.get(path, headers=agent.headers())).json()["items"]
    assert [one["kind"] for one in told if one["kind"] in {"spam", "closed", "sla_met"}] == ["spam"]
