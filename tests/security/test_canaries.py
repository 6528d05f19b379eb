"""What people write rests nowhere in the clear: not in the database, its log, NATS, files, logs."""

import json

import asyncpg
import pytest

from tests.journeys import letters
from tests.journeys.company import Company, found
from tests.journeys.desk import PASSWORD, Desk, Refused
from tests.journeys.test_doors import prove
from tests.security.canaries import Canaries, hits
from tests.security.town import upload

pytestmark = pytest.mark.journey

IN_THE_CLEAR = ("mail/out/", "keys/")
"""The development maildir is the recipient's side; the keys are what opens the rest."""


async def people(company: Company, made: Canaries) -> None:
    admin = company.admin
    await admin.post(
        "/v1/organizations",
        {"name": made.text("organization name"), "locale": "ar", "timezone": "Asia/Riyadh"},
    )
    await admin.post(
        "/v1/users",
        {
            "email": f"{made.word('user address')}@{company.organization['domains'][0]}",
            "name": made.text("user name"),
            "roles": ["customer"],
            "organization_id": company.organization["id"],
            "password": f"{made.word('user password')} {PASSWORD}",
        },
    )
    await admin.post(
        "/v1/webhooks",
        {
            "url": f"https://hooks.example.com/{made.word('webhook path')}",
            "event_types": ["ticket.*"],
            "organization_id": company.organization["id"],
            "description": made.text("webhook description"),
        },
    )


async def api(company: Company, made: Canaries) -> None:
    customer, agent = company.seats["customer"], company.seats["agent"]
    file = await upload(customer, made.text("upload").encode(), f"{made.text('file name')}.txt")
    ticket = await customer.post(
        "/v1/tickets",
        {
            "subject": made.text("subject"),
            "body": made.text("body"),
            "department_id": company.department["id"],
            "upload_ids": [file],
        },
    )
    path = f"/v1/tickets/{ticket['id']}"
    custom = {"custom": {"serial": made.text("custom field")}}
    await agent.ask("PATCH", path, json=custom, headers={"If-Match": "*"})
    await agent.post(f"{path}/messages", {"body": made.text("reply"), "public": True})
    await agent.post(f"{path}/messages", {"body": made.text("note"), "public": False})
    reasons = {"for": "third_party", "reason": made.text("reason to wait")}
    await agent.post(f"{path}/wait", reasons)
    await agent.post(f"{path}/escalate", {"reason": made.text("reason to escalate")})
    await agent.post(f"{path}/resolve", {"message": made.text("resolution")})
    await customer.post(f"{path}/feedback", {"score": 2, "comment": made.text("comment")})
    await customer.get("/v1/tickets", q=made.text("search"))


async def form_and_mail(company: Company, made: Canaries) -> None:
    desk = company.desk
    domain = company.organization["domains"][0]
    form = {
        "subject": made.text("form subject"),
        "body": made.text("form body"),
        "requester": {
            "email": f"{made.word('form address')}@{domain}",
            "name": made.text("form name"),
        },
        "proof": await prove(desk),
    }
    answer = await desk.http.post("/v1/public/tickets", json=form)
    assert answer.is_success, answer.text
    sender = f"{made.word('mail address')}@{domain}"
    subject = made.text("mail subject")
    mail = letters.plain(
        f'"{made.text("mail name")}" <{sender}>', company.mailbox, subject, made.text("mail body")
    )
    await desk.send(mail, sender, company.mailbox)

    async def opened() -> bool:
        items = (await company.admin.get("/v1/tickets", sort="-created_at"))["items"]
        return any(one["subject"] == subject for one in items)

    await desk.eventually(opened)


async def provoke(company: Company, made: Canaries) -> None:
    """Requests that fail, each with text that a careless log line would keep."""
    http = company.desk.http
    login = {"grant_type": "password", "username": made.text("login"), "password": made.text("pw")}
    await http.post("/v1/auth/token", data=login)
    await http.get("/v1/me", headers={"Authorization": f"Bearer {made.word('token')}"})
    await http.get(f"/v1/tickets/{made.text('path')}")
    await http.get("/v1/tickets", headers={"User-Agent": made.word("user agent")})
    await http.post(
        "/v1/public/tickets", content=f'{{"subject": "{made.text("broken JSON")}'.encode()
    )
    await http.post("/v1/public/tickets", json={made.text("unknown field"): made.text("value")})
    with pytest.raises(Refused):
        await company.seats["customer"].post("/v1/tickets", {"subject": made.text("half a ticket")})


async def settle(desk: Desk) -> None:
    """Everything that the database knows is on its disk."""
    connection = await asyncpg.connect(desk.endpoints["database"])
    await connection.execute("checkpoint")
    await connection.close()


async def test_what_people_write_rests_nowhere_in_the_clear(desk: Desk) -> None:
    company, made = await found(desk), Canaries()
    await people(company, made)
    await api(company, made)
    await form_and_mail(company, made)
    await provoke(company, made)
    await settle(desk)
    ticket = (await company.find_ticket())["id"]
    known = {ticket.encode(): "id", b"token_refused": "line"}
    places = {(place.partition("/")[0], name) for place, name in hits(desk.home, known, ())}
    assert {("pg", "id"), ("log", "line")} <= places, "the search finds what is there"
    found_texts = hits(desk.home, made.forms(), IN_THE_CLEAR)
    runner = (desk.home.parent / "runner.log").read_bytes()
    found_texts |= {("runner.log", name) for form, name in made.forms().items() if form in runner}
    print(json.dumps(sorted(set(made.doors.values()))))
    assert sorted(found_texts) == []
