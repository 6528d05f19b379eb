"""Opening and reading tickets over HTTP on a real database."""

from uuid import uuid4

from services.tickets.adapters.people import people_of
from tests.services.tickets.conftest import BODY, Desk
from tests.services.tickets.people import Person


async def test_a_customer_opens_a_ticket_and_reads_it(desk: Desk) -> None:
    customer = desk.customer()
    made = await desk.open(customer, priority="P1", tags=["printer"])
    assert made["number"].startswith("SND-")
    assert (made["status"], made["priority"], made["requested_priority"]) == ("new", "P1", "P1")
    assert made["sla"]["first_response"]["state"] == "pending"
    assert made["sla"]["next_due_at"] is None
    read = await desk.read(customer, made["id"])
    assert read["subject"] == BODY["subject"]
    assert {key for key in made if made[key] != read[key]} <= {"requester"}
    assert await desk.names(made["id"]) == ["ticket.opened"]


async def test_default_priority_is_p3_and_the_wish_stays_empty(desk: Desk) -> None:
    made = await desk.open()
    assert (made["priority"], made["requested_priority"]) == ("P3", None)


async def test_a_ticket_is_found_by_its_number(desk: Desk) -> None:
    customer = desk.customer()
    made = await desk.open(customer)
    answer = await desk.http.get(
        f"/v1/tickets/by-number/{made['number']}", headers=customer.headers()
    )
    assert answer.json()["id"] == made["id"]


async def test_staff_open_for_a_requester_whom_the_gateway_resolves(desk: Desk) -> None:
    made = await desk.open(
        desk.agent(), requester={"email": "sara@north.example", "name": "Sara", "locale": "en"}
    )
    resolved = desk.neighbours.people["sara@north.example"]
    assert made["requester"]["id"] == resolved["user_id"]
    assert made["locale"] == "en"
    read = await desk.read(desk.agent(), made["id"])
    assert read["requester"]["email"] == "sara@north.example"


async def test_the_same_key_and_body_open_one_ticket(desk: Desk) -> None:
    customer = desk.customer()
    headers = customer.headers(Idempotency_Key=str(uuid4()))
    first = await desk.http.post("/v1/tickets", json=BODY, headers=headers)
    again = await desk.http.post("/v1/tickets", json=BODY, headers=headers)
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    other = await desk.http.post("/v1/tickets", json={**BODY, "body": "x"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_subject_and_body_do_not_lie_open_in_the_database(desk: Desk) -> None:
    made = await desk.open()
    rows = await desk.look(
        "select t.subject, m.body_text from tickets.ticket t"
        " join tickets.message m on m.ticket_id = t.id where t.id = $1",
        made["id"],
    )
    assert BODY["subject"].encode() not in rows[0]["subject"]
    assert BODY["body"].encode() not in rows[0]["body_text"]
    [fact] = await desk.facts(made["id"])
    assert BODY["subject"] not in fact["body"]


async def test_unknown_departments_and_foreign_organizations_are_refused(desk: Desk) -> None:
    customer = desk.customer()
    for field in ("department_id", "organization_id"):
        answer = await desk.http.post(
            "/v1/tickets", json={**BODY, field: str(uuid4())}, headers=customer.headers()
        )
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == f"#/{field}"


async def test_a_department_that_only_the_gateway_knows_is_learnt(desk: Desk) -> None:
    department = str(uuid4())
    desk.neighbours.departments[department] = {"name": {"ar": "الشبكات", "en": "Networks"}}
    made = await desk.open(desk.customer(), department_id=department)
    assert made["department_id"] == department


async def test_a_read_with_messages_brings_them_along(desk: Desk) -> None:
    customer = desk.customer()
    made = await desk.open(customer)
    answer = await desk.http.get(
        f"/v1/tickets/{made['id']}?include=messages", headers=customer.headers()
    )
    [message] = answer.json()["messages"]
    assert (message["body_text"], message["direction"]) == (BODY["body"], "inbound")
    assert answer.headers["etag"] == '"1.0.0"'


async def test_an_auditor_reads_everything_and_writes_nothing(desk: Desk) -> None:
    made = await desk.open()
    auditor = Person("auditor")
    await desk.read(auditor, made["id"])
    answer = await desk.http.post("/v1/tickets", json=BODY, headers=auditor.headers())
    assert answer.status_code == 403


async def test_a_gateway_that_is_away_costs_names_and_no_answer(desk: Desk) -> None:
    customer = desk.customer()
    made = await desk.open(customer)
    desk.neighbours.down = True
    try:
        assert (await desk.read(customer, made["id"]))["requester"]["name"] is None
    finally:
        desk.neighbours.down = False
        people_of(desk.context)._silent_until = None
