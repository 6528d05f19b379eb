"""The people of the demonstration and what was agreed with them; what is there already stays."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from deploy.local.demo.content import Content
from deploy.local.demo.doors import Desk, Seat
from deploy.local.layout import Home, keep, new_password

PROGRAM = "Demo program / برنامج العرض"
_NOWHERE = "https://hooks.partner.invalid/sanad"
_SCOPES = ["tickets:read", "tickets:write", "webhooks:manage"]
_HEARS = ["ticket.opened.v1", "ticket.resolved.v1", "sla.breached.v1", "escalation.raised.v1"]
_HEARING = "thames"
_SEATED = ("senior_management", "executive")


@dataclass
class Company:
    """Ids by the keys of the content, and everybody's seat."""

    admin: Seat
    organizations: dict[str, str] = field(default_factory=dict)
    departments: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    seats: dict[str, Seat] = field(default_factory=dict)
    programs: dict[str, Seat] = field(default_factory=dict)
    made: int = 0

    def find_or_make(
        self, path: str, known: Iterable[dict[str, Any]], body: dict[str, Any]
    ) -> dict[str, Any]:
        """The first of the known ones, else a new one."""
        for one in known:
            return one
        self.made += 1
        fresh: dict[str, Any] = self.admin.post(path, body)
        return fresh


def found(home: Home, desk: Desk, admin: Seat, content: Content, allowed: str) -> Company:
    """Everything that must be there before the first ticket."""
    company = Company(admin)
    _organizations(company, content)
    _departments(company, content)
    _people(company, desk, content, demo_password(home))
    _positions(company, content)
    _agreements(company, content)
    _partners(company, desk, home, allowed)
    return company


def demo_password(home: Home) -> str:
    """One password for all invented people, made up once for each installation."""
    keep(home.keys / "demo/password", new_password)
    return home.secret("demo/password")


def _organizations(company: Company, content: Content) -> None:
    there = list(company.admin.every("/v1/organizations"))
    for one in content.organizations:
        known = (old for old in there if one["domains"][0] in old["domains"])
        body = {name: value for name, value in one.items() if name != "key"}
        found = company.find_or_make("/v1/organizations", known, body)
        company.organizations[one["key"]] = found["id"]


def _departments(company: Company, content: Content) -> None:
    there = list(company.admin.every("/v1/departments"))
    for one in content.departments:
        known = (old for old in there if old["mailbox"] == one["mailbox"])
        body = {"name": one["name"], "mailbox": one["mailbox"]}
        found = company.find_or_make("/v1/departments", known, body)
        company.departments[one["key"]] = found["id"]


def _people(company: Company, desk: Desk, content: Content, password: str) -> None:
    there = {old["email"]: old for old in company.admin.every("/v1/users")}
    for one in content.people:
        email = content.address(one)
        known = (old for address, old in there.items() if address == email)
        body: dict[str, Any] = {"email": email, "name": one["name"], "locale": one["locale"]}
        body |= {"roles": [one["role"]], "password": password}
        if "organization" in one:
            body["organization_id"] = company.organizations[one["organization"]]
        if "department" in one:
            body["department_ids"] = [company.departments[one["department"]]]
        company.people[one["key"]] = company.find_or_make("/v1/users", known, body)["id"]
        company.seats[one["key"]] = desk.seat(email, password)


def _positions(company: Company, content: Content) -> None:
    """Departments of ours get their two seats; the company's top only when nobody sits there."""
    for one in content.departments:
        path = f"/v1/departments/{company.departments[one['key']]}/positions"
        wanted = {role: company.people[one[role]] for role in ("supervisor", "manager")}
        there = company.admin.get(path)
        if any(there.get(role) != person for role, person in wanted.items()):
            company.admin.put(path, wanted)
    top = company.admin.get("/v1/positions")
    if not any(top.get(role) for role in _SEATED):
        by_role = {one["role"]: company.people[one["key"]] for one in content.people}
        company.admin.put("/v1/positions", {role: [by_role[role]] for role in _SEATED})


def _agreements(company: Company, content: Content) -> None:
    there = list(company.admin.every("/v1/sla/policies"))
    policies = {}
    for one in content.policies:
        known = (old for old in there if _named(old["name"], one["name"]["en"]))
        policies[one["key"]] = company.find_or_make("/v1/sla/policies", known, _policy(one))["id"]
    contracts = list(company.admin.every("/v1/contracts"))
    for one in content.contracts:
        organization = company.organizations[one["organization"]]
        known = (old for old in contracts if old["organization_id"] == organization)
        terms = ("kind", "uptime_target")
        body: dict[str, Any] = {name: one[name] for name in terms if name in one}
        body |= {"organization_id": organization, "policy_id": policies[one["policy"]]}
        company.find_or_make("/v1/contracts", known, {**body, "starts_on": "2026-01-01"})


def _named(name: Any, english: str) -> bool:
    return english in (name.values() if isinstance(name, dict) else (name,))


def _policy(one: dict[str, Any]) -> dict[str, Any]:
    metrics = ("first_response", "resolution")
    targets = {
        priority: {
            metric: {"target": target, "calendar": "always_open"}
            for metric, target in zip(metrics, spans, strict=True)
        }
        for priority, spans in one["targets"].items()
    }
    rungs = [("first_response", "breach", "manager"), ("resolution", "breach", "supervisor")]
    rungs.append(("resolution", one["after"], "senior_management"))
    ladder: list[dict[str, Any]] = [
        {"metric": metric, "after": after, "to": to, "action": ["notify"]}
        for metric, after, to in rungs
    ]
    ladder[1]["action"] = ["assign", "notify"]
    top = {"metric": "resolution", "after": one["after"], "to": "executive", "action": ["notify"]}
    ladder.append({**top, "when": {"priority": ["P1", "P2"]}})
    return {
        "name": one["name"],
        "targets": targets,
        "ladder": ladder,
        "warn_at": [0.75],
        "pause_statuses": ["waiting_customer", "waiting_third_party"],
        "reopen_window": one["reopen_window"],
    }


def _partners(company: Company, desk: Desk, home: Home, allowed: str) -> None:
    """Each customer's own program writes through the API; one of them hears by webhook."""
    there = {one["name"] for one in company.admin.every("/v1/api-clients")}
    for key, organization in company.organizations.items():
        program = _program(company, home, key, organization, there)
        if program:
            company.programs[key] = desk.client(*program)
    hearing = company.programs.get(_HEARING)
    if hearing and not list(hearing.every("/v1/webhooks")):
        url = f"http://{allowed.partition(',')[0]}/sanad" if allowed else _NOWHERE
        hearing.post("/v1/webhooks", {"url": url, "event_types": _HEARS})
        company.made += 1


def _program(
    company: Company, home: Home, key: str, organization: str, there: set[str]
) -> tuple[str, str] | None:
    """Its secret is shown once, so it is kept with the keys; elsewhere it cannot be known again."""
    name, kept = f"{PROGRAM} ({key})", home.keys / f"demo/{key}"
    if name not in there:
        body = {"name": name, "scopes": _SCOPES, "organization_id": organization}
        made = company.find_or_make("/v1/api-clients", (), body)
        kept.unlink(missing_ok=True)
        keep(kept, lambda: f"{made['client_id']}:{made['client_secret']}")
    if not kept.exists():
        return None
    client_id, _, secret = home.secret(f"demo/{key}").partition(":")
    return client_id, secret
