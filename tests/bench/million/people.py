"""The people of a large desk, made through its own doors; only their ids are kept."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.journeys.company import Company, found
from tests.journeys.desk import Desk, Person

AT_ONCE = 8
NAMES = ("سارة العتيبي", "خالد الحربي", "Mona Adel", "John Smith", "ليلى حسن", "Ann Lee")
AGENT = "agent{}@million.example.com"
CUSTOMER = "customer{}@million.example.net"


def name(number: int) -> str:
    return NAMES[number % len(NAMES)]


@dataclass(frozen=True)
class Cast:
    """Who there is: agents with their departments, customers with their organizations."""

    departments: list[str]
    agents: list[tuple[str, str]]
    customers: list[tuple[str, str]]

    @property
    def organizations(self) -> list[UUID]:
        return [UUID(one) for one in dict.fromkeys(owner for _, owner in self.customers)]

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def load(cls, path: Path) -> "Cast":
        return cls(**json.loads(path.read_text()))


@dataclass(frozen=True)
class Size:
    """How many of each go with so many tickets."""

    organizations: int
    departments: int
    agents: int
    customers: int

    @classmethod
    def of(cls, tickets: int) -> "Size":
        few = tickets < 50_000
        return cls(*((20, 6, 12, 100) if few else (400, 24, 120, 4000)))


async def engage(desk: Desk, size: Size) -> Cast:
    """Found a company of this size; some seconds."""
    company: Company = await found(desk)
    admin = company.admin
    await admin.sign_in()
    organizations = await _many(size.organizations, lambda n: _organization(admin, n), "companies")
    departments = await _many(size.departments, lambda n: _department(admin, n), "departments")
    agents = await _many(
        size.agents, lambda n: _agent(admin, n, departments[n % len(departments)]), "agents"
    )
    customers = await _many(
        size.customers,
        lambda n: _customer(admin, n, organizations[n % len(organizations)]),
        "customers",
    )
    return Cast(
        departments,
        [(one, departments[n % len(departments)]) for n, one in enumerate(agents)],
        [(one, organizations[n % len(organizations)]) for n, one in enumerate(customers)],
    )


async def _many(count: int, make: Callable[[int], Awaitable[str]], what: str) -> Sequence[str]:
    made = [""] * count
    numbers = iter(range(count))

    async def hand() -> None:
        for number in numbers:
            made[number] = await make(number)

    await asyncio.gather(*(hand() for _ in range(AT_ONCE)))
    print(f"{count} {what}", file=sys.stderr, flush=True)
    return made


async def _organization(admin: Person, number: int) -> str:
    body: dict[str, Any] = {
        "name": f"Company {number}",
        "domains": [f"m{number}.example.org"],
        "locale": "ar" if number % 2 else "en",
        "timezone": "Asia/Riyadh",
    }
    return str((await admin.post("/v1/organizations", body))["id"])


async def _department(admin: Person, number: int) -> str:
    name = {"ar": f"القسم {number}", "en": f"Department {number}"}
    body = {"name": name, "mailbox": f"m{number}@localhost"}
    return str((await admin.post("/v1/departments", body))["id"])


async def _agent(admin: Person, number: int, department: str) -> str:
    body = {
        "email": AGENT.format(number),
        "name": name(number),
        "locale": "ar" if number % 2 else "en",
        "roles": ["agent"],
        "department_ids": [department],
    }
    return str((await admin.post("/v1/users", body))["id"])


async def _customer(admin: Person, number: int, organization: str) -> str:
    body = {
        "email": CUSTOMER.format(number),
        "name": name(number),
        "locale": "ar" if number % 2 else "en",
        "roles": ["customer"],
        "organization_id": organization,
    }
    return str((await admin.post("/v1/users", body))["id"])
