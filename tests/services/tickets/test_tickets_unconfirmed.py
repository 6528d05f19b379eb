"""A request of the form is no customer's before somebody says that it is theirs."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.tickets.domain.visitors import is_mixed
from services.tickets.usecases.indexing import index_some
from services.tickets.usecases.tallying import catch_up
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_files import upload
from tests.services.tickets.test_tickets_form import submit
from tests.services.tickets.test_tickets_reports import CUSTOMER
from tests.services.tickets.test_tickets_rights import as_customer
from tests.services.tickets.test_tickets_visitors import link, opening, stranger
from tests.services.tickets.town import leader


async def written_as(desk: Desk, person: Person, **more: Any) -> dict[str, Any]:
    """The form, filled in by anybody with the address of somebody of a customer."""
    address = f"lina{uuid4().hex[:8]}@customer.example"
    desk.neighbours.know(address, person.organization, str(person.id))
    answer = await submit(desk, email=address, **more)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def seen(desk: Desk, person: Person, made: dict[str, Any]) -> dict[str, Any]:
    """What each door of a customer says of the ticket."""
    base = f"/v1/tickets/{made['id']}"
    paths = (base, f"/v1/tickets/by-number/{made['number']}", f"{base}/messages")
    paths = (*paths, f"{base}/timeline", f"{base}/feedback")
    signed = person.headers()
    told = {path: (await desk.http.get(path, headers=signed)).status_code for path in paths}
    listed = (await desk.http.get("/v1/tickets?limit=200", headers=signed)).json()["items"]
    found = (await desk.http.get("/v1/tickets?q=blackmail", headers=signed)).json()["items"]
    told["list"] = made["id"] in [one["id"] for one in listed]
    told["search"] = made["id"] in [one["id"] for one in found]
    body = {"body": "x", "public": True}
    answer = await desk.http.post(f"{base}/messages", json=body, headers=signed)
    told["write"] = answer.status_code
    return told


HIDDEN = {404, False}


async def test_nobody_of_the_company_sees_what_a_stranger_wrote_under_its_name(desk: Desk) -> None:
    home = uuid4()
    lina = desk.customer(organization=home)
    company = (lina, desk.customer(organization=home, role="customer_admin"))
    program = desk.customer(organization=home, kind="client", role="")
    file = await upload(desk, None, b"\x89PNG picture")
    made = await written_as(desk, lina, subject="blackmail", upload_ids=[file])
    while await index_some(desk.context):
        pass
    for person in (*company, program):
        assert set((await seen(desk, person, made)).values()) <= HIDDEN, person.role
    found = await desk.http.get("/v1/tickets?q=blackmail", headers=desk.agent().headers())
    assert made["id"] in [one["id"] for one in found.json()["items"]]
    [attachment] = await desk.look(
        "select id from tickets.attachment where ticket_id = $1", UUID(made["id"])
    )
    path = f"/v1/attachments/{attachment['id']}/content"
    assert (await desk.http.get(path, headers=lina.headers())).status_code == 404
    read = await desk.read(desk.agent(), made["id"])
    assert read["requester_answer"] == "pending"
    assert read["organization_id"] == str(home)


async def test_it_is_theirs_once_the_link_was_answered_and_goes_when_it_was_denied(
    desk: Desk,
) -> None:
    home = uuid4()
    lina = desk.customer(organization=home)
    boss = desk.customer(organization=home, role="customer_admin")
    made = await written_as(desk, lina)
    url = link(desk, made["id"])
    for word, shown in (("confirmed", 200), ("denied", 404), ("confirmed", 200)):
        assert (await desk.http.post(url, json={"answer": word})).status_code == 200
        for person in (lina, boss):
            answer = await desk.http.get(f"/v1/tickets/{made['id']}", headers=person.headers())
            assert answer.status_code == shown, (word, person.role)
    facts = [one for one in await desk.facts(made["id"]) if "edited" in one["route"]]
    told = [
        [word for word in ("false", "true") if f'"unconfirmed":{word}' in one["body"]]
        for one in facts
    ]
    assert told == [["false"], ["true"], ["false"]]
    await desk.names(made["id"])


async def test_a_companys_reports_count_it_from_the_yes_on(desk: Desk) -> None:
    home = uuid4()
    boss = desk.customer(organization=home, role="customer_admin", scope=CUSTOMER)
    made = await written_as(desk, desk.customer(organization=home))
    await catch_up(desk.context)

    async def counted(person: Person) -> int:
        path = f"/v1/reports?metric=volume&group_by=channel&organization_id={home}"
        answer = await desk.http.get(path, headers=person.headers())
        assert answer.status_code == 200, answer.text
        opened: int = answer.json()["totals"]["volume"]["opened"]
        return opened

    assert [await counted(boss), await counted(leader())] == [0, 1]
    await desk.http.post(link(desk, made["id"]), json={"answer": "confirmed"})
    assert await counted(boss) == 1


async def test_whose_address_is_confirmed_sees_the_next_request_at_once(desk: Desk) -> None:
    lina = desk.customer(organization=uuid4())
    await desk.open(lina)
    made = await written_as(desk, lina)
    answer = await desk.http.get(f"/v1/tickets/{made['id']}", headers=lina.headers())
    assert answer.status_code == 200


async def test_the_database_alone_hides_it_too(desk: Desk) -> None:
    lina = desk.customer(organization=uuid4())
    made = await written_as(desk, lina)
    connection: asyncpg.Connection = await as_customer(desk, lina.organization)
    try:
        assert await connection.fetch("select id from tickets.ticket") == []
    finally:
        await connection.close()
    await desk.http.post(link(desk, made["id"]), json={"answer": "confirmed"})
    connection = await as_customer(desk, lina.organization)
    try:
        assert len(await connection.fetch("select id from tickets.ticket")) == 1
    finally:
        await connection.close()


async def test_the_answer_is_the_same_for_whom_we_know_and_whom_we_do_not(desk: Desk) -> None:
    lina = desk.customer(organization=uuid4())
    await desk.open(lina)
    address = stranger()
    desk.neighbours.know(address, lina.organization, str(lina.id))
    changing = {"id", "number", "created_at", "updated_at"}
    desk.http.headers["accept-language"] = "en"
    try:
        answers = [
            (await submit(desk, email=one, priority="P1")).json() for one in (address, stranger())
        ]
    finally:
        desk.http.headers.pop("accept-language", None)
    told = [{key: one[key] for key in one.keys() - changing} for one in answers]
    assert told[0] == told[1]
    assert (told[0]["locale"], told[0]["priority"]) == ("en", "P3")
    real = await desk.read(desk.agent(), answers[0]["id"])
    assert (real["locale"], real["priority"]) != ("en", "P3")


async def test_a_confirmed_person_is_told_of_each_request(desk: Desk) -> None:
    """A stranger of three in ten minutes only; the caps of mail remain."""
    lina = desk.customer(organization=uuid4())
    await desk.open(lina)
    made = [await written_as(desk, lina) for _ in range(11)]
    said = [(await opening(desk, one["id"]))["acknowledge"] for one in made]
    assert said == [True] * 10 + [False]


@pytest.mark.parametrize(
    ("address", "mixed"),
    [
        ("lina@customer.example", False),
        ("linа@customer.example", True),
        ("لينا@customer.example", False),
        ("lina.1-2+x@customer.example", False),
        ("lina.لينا@customer.example", True),
        ("لينا2@customer.example", False),
    ],
)
def test_names_that_pass_for_others_are_told(address: str, mixed: bool) -> None:
    assert is_mixed(address) == mixed


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("ｌｉｎａ@customer.example", "email_disguised"),
        ("lina@customer。example", "email_disguised"),
        ("lina@customer.example\u202c", "email_hidden"),
        ("lina@1.2.3.4", "email_number"),
        ("lina@[1.2.3.4]", "email_number"),
        ("a@b", "email"),
        ("a" * 65 + "@customer.example", "email"),
    ],
)
async def test_addresses_that_no_mail_server_would_take_are_refused(
    desk: Desk, address: str, code: str
) -> None:
    for language in ("ar", "en"):
        desk.http.headers["accept-language"] = language
        try:
            answer = await submit(desk, email=address)
        finally:
            desk.http.headers.pop("accept-language", None)
        [error] = answer.json()["errors"]
        assert (answer.status_code, error["pointer"]) == (422, "#/requester/email")
        assert error["code"] == code
        assert error["message"].isascii() is (language == "en")


async def test_the_desk_is_warned_of_an_address_of_mixed_scripts(desk: Desk) -> None:
    made = (await submit(desk, email=f"linа{uuid4().hex[:6]}@customer.example")).json()
    path = f"/v1/tickets/{made['id']}/timeline"
    told = (await desk.http.get(path, headers=desk.agent().headers())).json()["items"]
    assert "address_mixed" in [one["kind"] for one in told]


async def test_a_missing_proof_is_named_with_where_to_get_it(desk: Desk) -> None:
    for proof in ({"proof": None}, {"proof": {"salt": "x", "nonce": "1"}, "captcha": "y"}):
        answer = await submit(desk, **proof)
        [error] = answer.json()["errors"]
        assert (answer.status_code, error["pointer"]) == (422, "#/proof")
        assert error["code"] == "proof_required"
    answer = await submit(desk, proof=None)
    assert "/v1/public/challenge" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "text/json"])
async def test_a_body_that_says_it_is_something_else_is_415(desk: Desk, kind: str) -> None:
    headers = {"Content-Type": kind}
    answer = await desk.http.post("/v1/public/tickets", content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    signed = desk.agent().headers() | headers
    answer = await desk.http.post("/v1/tickets", content=b"{}", headers=signed)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    json = {"Content-Type": "Application/JSON; charset=utf-8"}
    answer = await desk.http.post("/v1/public/tickets", content=b"{}", headers=json)
    assert answer.status_code == 422


async def test_a_head_is_answered_as_a_get_without_its_page(desk: Desk) -> None:
    made = (await submit(desk, email=stranger())).json()
    for path in ("/form", "/form/form.js", link(desk, made["id"]), "/form/nothing.js"):
        got, head = await desk.http.get(path), await desk.http.head(path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        if got.is_success:
            assert head.headers["content-type"] == got.headers["content-type"]
            assert head.headers["content-length"] == str(len(got.content))
    assert (await desk.read(desk.agent(), made["id"]))["requester_answer"] == "pending"
