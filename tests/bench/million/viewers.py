"""Who looks at a large desk: everybody sees another part of it."""

import time
from dataclasses import dataclass, field
from typing import Final
from uuid import uuid4

import asyncpg

from tests.bench.million.keep import Kept
from tests.bench.million.people import Cast
from tests.bench.product import Bench
from tests.journeys.desk import PASSWORD, Person

RENEWED: Final = 240
"""Seconds; a token lives for ten minutes."""
# The people of the desk were made without passwords: they borrow the administrator's.
_LEND: Final = """update identity.user set password_hash =
        (select password_hash from identity.user where roles @> '{admin}' and password_hash <> ''
            order by created_at limit 1),
        roles = case when id = $2 then '{customer_admin}' else roles end
    where id = any($1)"""


@dataclass(frozen=True)
class Viewers:
    """Seats by name, and the ids that fill the filters of their lists."""

    seats: dict[str, Person]
    ids: dict[str, str]
    _signed: list[float] = field(default_factory=list)

    async def renew(self) -> None:
        """Tokens live for minutes, a bench for an hour: before they end everybody signs in anew."""
        now = time.monotonic()
        if self._signed and now - self._signed[-1] < RENEWED:
            return
        for seat in self.seats.values():
            await seat.sign_in()
        self._signed.append(now)

    @property
    def tokens(self) -> dict[str, str]:
        return {who: seat.token for who, seat in self.seats.items()}


async def viewers(bench: Bench, kept: Kept) -> Viewers:
    """The administrator, the busiest agent, customer and head of a customer."""
    cast = Cast.load(kept.cast)
    agent, department = cast.agents[0]
    customer, organization = cast.customers[0]
    newcomer, stranger = await _fresh(bench, organization)
    head = next(one for one, owner in cast.customers[1:] if owner == organization)
    connection = await asyncpg.connect(bench.desk.endpoints["database"])
    try:
        await connection.execute(_LEND, [agent, customer, head], head)
    finally:
        await connection.close()
    numbers = {one: number for number, (one, _) in enumerate(cast.customers)}

    return Viewers(
        {
            "admin": bench.company.admin,
            "agent": bench.desk.person("agent0@million.example.com"),
            "customer": bench.desk.person("customer0@million.example.net"),
            "newcomer": newcomer,
            "stranger": stranger,
            "head": bench.desk.person(f"customer{numbers[head]}@million.example.net"),
        },
        {
            "agent": agent,
            "department": department,
            "customer": customer,
            "organization": organization,
            "quiet": cast.customers[-1][0],
            "idle": cast.agents[-1][0],
        },
    )


async def _fresh(bench: Bench, organization: str) -> tuple[Person, Person]:
    """An agent of a department without a ticket, and a customer who has never written."""
    tag = uuid4().hex[:8]
    agent = {"roles": ["agent"], "department_ids": [bench.company.department["id"]]}
    customer = {"roles": ["customer"], "organization_id": organization}
    seats = []
    for who, rest in (("newcomer", agent), ("stranger", customer)):
        address = f"{who}-{tag}@million.example.com"
        body = {"email": address, "name": who, "locale": "en", "password": PASSWORD, **rest}
        await bench.company.admin.post("/v1/users", body)
        seats.append(bench.desk.person(address))
    return seats[0], seats[1]
