"""A customer company and the people of the desk, made through the REST door."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.journeys.desk import PASSWORD, Desk, Person

SECONDS_LONG = {
    "P1": {"first_response": "PT3S", "resolution": "PT8S"},
    "P3": {"first_response": "PT3S", "resolution": "PT8S"},
}


@dataclass
class Company:
    """Everybody that the story needs, signed in when first used."""

    desk: Desk
    admin: Person
    organization: dict[str, Any]
    department: dict[str, Any]
    people: dict[str, dict[str, Any]]
    seats: dict[str, Person]

    @property
    def mailbox(self) -> str:
        mailbox: str = self.department["mailbox"]
        return mailbox

    def address(self, role: str) -> str:
        address: str = self.people[role]["email"]
        return address

    async def find_ticket(self, **filters: Any) -> dict[str, Any]:
        """The newest ticket of this organization; its list entry."""
        query = {"organization_id": self.organization["id"], "sort": "-created_at", **filters}
        items = (await self.admin.get("/v1/tickets", **query))["items"]
        return items[0] if items else {}

    async def ticket(self, ticket_id: str, who: str = "agent") -> dict[str, Any]:
        found: dict[str, Any] = await self.seats[who].get(f"/v1/tickets/{ticket_id}")
        return found


async def found(desk: Desk, locale: str = "ar", zone: str = "Asia/Riyadh") -> Company:
    """A new company with a customer, a department with its people, and the company's top."""
    admin = desk.admin()
    tag = uuid4().hex[:8]
    domain = f"c{tag}.example.com"
    organization = await admin.post(
        "/v1/organizations",
        {"name": f"شركة {tag}", "domains": [domain], "locale": locale, "timezone": zone},
    )
    department = await admin.post(
        "/v1/departments",
        {"name": {"ar": f"قسم {tag}", "en": f"Section {tag}"}, "mailbox": f"help-{tag}@localhost"},
    )
    people: dict[str, dict[str, Any]] = {}
    for role in ("supervisor", "manager", "agent", "senior_management", "executive"):
        inside = [department["id"]] if role in {"supervisor", "manager", "agent"} else []
        people[role] = await _person(admin, role, f"{role}-{tag}@desk.example.com", locale, inside)
    people["customer"] = await admin.post(
        "/v1/users",
        {
            "email": f"sara@{domain}",
            "name": "سارة العتيبي",
            "locale": locale,
            "roles": ["customer"],
            "organization_id": organization["id"],
            "password": PASSWORD,
        },
    )
    await admin.put(
        f"/v1/departments/{department['id']}/positions",
        {"supervisor": people["supervisor"]["id"], "manager": people["manager"]["id"]},
    )
    await admin.put(
        "/v1/positions",
        {
            "senior_management": [people["senior_management"]["id"]],
            "executive": [people["executive"]["id"]],
        },
    )
    seats = {role: desk.person(person["email"]) for role, person in people.items()}
    return Company(desk, admin, organization, department, people, seats)


async def _person(
    admin: Person, role: str, email: str, locale: str, departments: list[str]
) -> dict[str, Any]:
    made: dict[str, Any] = await admin.post(
        "/v1/users",
        {
            "email": email,
            "name": f"{role} واحد",
            "locale": locale,
            "roles": [role],
            "department_ids": departments,
            "password": PASSWORD,
        },
    )
    return made


def ladder(delay: str) -> list[dict[str, Any]]:
    """The default ladder with delays that can be watched."""
    return [
        {"metric": "first_response", "after": "breach", "to": "manager", "action": ["notify"]},
        {
            "metric": "resolution",
            "after": "breach",
            "to": "supervisor",
            "action": ["assign", "notify"],
        },
        {
            "metric": "resolution",
            "after": delay,
            "to": "senior_management",
            "action": ["notify"],
        },
        {
            "metric": "resolution",
            "after": delay,
            "to": "executive",
            "action": ["notify"],
            "when": {"priority": ["P1", "P2"]},
        },
    ]


async def promise(
    company: Company,
    targets: dict[str, dict[str, str]] | None = None,
    *,
    reopen_window: str = "PT24H",
    delay: str = "PT2S",
) -> dict[str, Any]:
    """A policy that counts around the clock, in force for the company through a contract."""
    wanted = targets or SECONDS_LONG
    policy: dict[str, Any] = await company.admin.post(
        "/v1/sla/policies",
        {
            "name": f"watchable {company.organization['id'][-6:]}",
            "targets": {
                priority: {
                    metric: {"target": target, "calendar": "always_open"}
                    for metric, target in metrics.items()
                }
                for priority, metrics in wanted.items()
            },
            "pause_statuses": ["waiting_customer"],
            "pause_metrics": ["resolution"],
            "stop_statuses": ["resolved", "closed"],
            "warn_at": [0.75],
            "next_response_starts": "oldest_unanswered",
            "ladder": ladder(delay),
            "reopen_window": reopen_window,
        },
    )
    await company.admin.post(
        "/v1/contracts",
        {
            "organization_id": company.organization["id"],
            "kind": "standard",
            "policy_id": policy["id"],
            "starts_on": "2026-01-01",
        },
    )
    return policy
