"""Two companies, two departments, and every kind of caller that may stand before a door."""

import base64
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.journeys.company import Company, found, promise
from tests.journeys.desk import PASSWORD, Desk, Person

BOUND = ["tickets:read", "tickets:write", "sla:read", "escalations:read", "webhooks:manage"]
SECRET = "ورقة سرية للشركة الأخرى"


@dataclass
class Town:
    """Callers by name; `own` and `foreign` hold one id for each path parameter."""

    desk: Desk
    ours: Company
    theirs: Company
    callers: dict[str, str] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)
    foreign: dict[str, str] = field(default_factory=dict)


async def build(desk: Desk) -> Town:
    """Ours is the company that most callers belong to; theirs is the one to keep them from."""
    ours, theirs = await found(desk), await found(desk)
    town = Town(desk, ours, theirs)
    town.callers["expired"] = await _token(ours.seats["customer"])
    desk.travel(timedelta(minutes=11))
    for company in (ours, theirs):
        for seat in (*company.seats.values(), company.admin):
            seat.token = ""
    await _people(town)
    town.own = await _things(ours, theirs_too=False)
    town.foreign = await _things(theirs, theirs_too=True)
    return town


async def _people(town: Town) -> None:
    ours, theirs, admin = town.ours, town.theirs, town.ours.admin
    for name, roles in (("colleague", "customer"), ("customer_admin", "customer_admin")):
        person = await _join(ours, roles)
        town.callers[name] = await _token(person)
    auditor = await _join(ours, "auditor")
    bound = await _client(admin, BOUND, ours.organization["id"])
    narrow = await _client(admin, ["notifications:read"], None)
    town.callers |= {
        "customer": await _token(ours.seats["customer"]),
        "stranger": await _token(theirs.seats["customer"]),
        "agent": await _token(ours.seats["agent"]),
        "agent_elsewhere": await _token(theirs.seats["agent"]),
        "supervisor": await _token(ours.seats["supervisor"]),
        "manager": await _token(ours.seats["manager"]),
        "auditor": await _token(auditor),
        "bound_client": await _token(town.desk.client(*bound)),
        "narrow_client": await _token(town.desk.client(*narrow)),
    }


async def _token(person: Person) -> str:
    await person.sign_in()
    return person.token


async def _join(company: Company, role: str) -> Person:
    email = f"{role}-{uuid4().hex[:8]}@desk.example.com"
    body: dict[str, Any] = {"email": email, "name": role, "roles": [role], "password": PASSWORD}
    if role.startswith("customer"):
        body["organization_id"] = company.organization["id"]
    await company.admin.post("/v1/users", body)
    return company.desk.person(email)


async def _client(admin: Person, scopes: list[str], organization: str | None) -> tuple[str, str]:
    body = {"name": "program", "scopes": scopes, "organization_id": organization}
    made = await admin.post("/v1/api-clients", body)
    return made["client_id"], made["client_secret"]


async def upload(person: Person, content: bytes, name: str) -> str:
    """A finished upload of somebody; its id."""
    named = base64.b64encode(name.encode()).decode()
    headers = {"Upload-Length": str(len(content)), "Upload-Metadata": f"filename {named}"}
    made = await person.ask("POST", "/v1/uploads", headers=headers)
    place: str = made.headers["location"]
    sent = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    done = await person.ask("PATCH", place, content=content, headers=sent)
    assert done.status_code == 204, done.text
    return place.rpartition("/")[2]


async def _things(company: Company, *, theirs_too: bool) -> dict[str, str]:
    """One of everything that a path can name, with text that must not leak."""
    customer, admin = company.seats["customer"], company.admin
    organization = company.organization["id"]
    policy = await promise(company, {"P3": {"first_response": "PT9H", "resolution": "PT9H"}})
    note = SECRET if theirs_too else "ورقتنا"
    file = await upload(customer, note.encode(), "log.txt")
    ticket = await customer.post(
        "/v1/tickets",
        {
            "subject": note,
            "body": note,
            "upload_ids": [file],
            "department_id": company.department["id"],
        },
    )
    messages = await customer.get(f"/v1/tickets/{ticket['id']}/messages")
    contracts = await admin.get("/v1/contracts", organization_id=organization)
    hook = {"url": "https://hooks.example.com/x", "event_types": ["ticket.*"]}
    endpoint = await admin.post("/v1/webhooks", {**hook, "organization_id": organization})

    macro = await company.seats["agent"].post(
        "/v1/macros",
        {"name": {"ar": note, "en": "macro"}, "body": {"ar": note, "en": "macro"}},
    )

    async def known() -> bool:
        promised = await customer.ask("GET", f"/v1/tickets/{ticket['id']}/sla")
        ladder = await customer.ask("GET", f"/v1/tickets/{ticket['id']}/escalations")
        return promised.is_success and ladder.is_success

    await company.desk.eventually(known)
    return {
        "ticket_id": ticket["id"],
        "number": ticket["number"],
        "attachment_id": messages["items"][0]["attachments"][0]["id"],
        "upload_id": await upload(customer, b"unclaimed", "later.txt"),
        "user_id": company.people["customer"]["id"],
        "organization_id": organization,
        "contract_id": next(
            one["id"] for one in contracts["items"] if one["organization_id"] == organization
        ),
        "endpoint_id": endpoint["id"],
        "policy_id": policy["id"],
        "department_id": company.department["id"],
        "macro_id": macro["id"],
    }
