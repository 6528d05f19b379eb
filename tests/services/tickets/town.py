"""A small desk that lives for some weeks: what reports are asked about in tests."""

import json
import random
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from shared.events.sla import SlaMet
from shared.vocabulary import DEFAULT_DEPARTMENT, Metric
from tests.services.tickets.conftest import Desk
from tests.services.tickets.ledger import Tale
from tests.services.tickets.people import Person

STAFF = "tickets:read tickets:write tickets:manage users:read reports:read"
OTHER_DEPARTMENT = UUID(int=77)
HOUR, DAY = 3_600, 86_400
HABITS: Final = {
    "reply": 3,
    "write": 2,
    "resolve": 3,
    "rate": 2,
    "close": 1,
    "assign": 2,
    "move": 2,
    "return": 4,
    "suspect": 1,
    "merge": 1,
}
"""How often a desk does what; what is refused in a ticket's state is refused here too."""


def leader(role: str = "admin", **more: Any) -> Person:
    return Person(role, scope=STAFF, **more)


class Town:
    """It lives by the doors and the clock alone."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.dice, self.ahead = desk, random.Random(seed), 0.0  # noqa: S311 - one seed, one town
        self.organizations = (uuid4(), uuid4())
        self.agents = (uuid4(), uuid4())
        self.boss = leader()
        self.tickets: dict[str, Person] = {}
        self.counted: dict[str, int] = {}
        self.merged: dict[str, str] = {}

    async def live(self, steps: int) -> None:
        for _ in range(steps):
            self._pass(60, HOUR, 7 * HOUR, DAY, 5 * DAY)
            await self._step()

    def _pass(self, *seconds: int) -> None:
        self.ahead += self.dice.choice(seconds)
        self.desk.travel(self.ahead)
        for person in (self.boss, *self.tickets.values()):
            person.ahead = self.ahead

    async def _step(self) -> None:
        if not self.tickets or self.dice.random() < 0.25:
            await self._open()
            return
        number = self.dice.choice([*self.tickets])
        [verb] = self.dice.choices([*HABITS], [*HABITS.values()])
        await getattr(self, f"_{verb}")(number)

    async def _open(self) -> None:
        customer = self.desk.customer(organization=self.dice.choice(self.organizations))
        customer.ahead = self.ahead
        tags = self.dice.sample(["vpn", "=طابعة", "mail"], self.dice.randrange(3))
        made = await self.desk.open(customer, tags=tags)
        self.tickets[made["id"]] = customer
        if self.dice.random() < 0.5:
            await self._patch(made["id"], priority=self.dice.choice(("P1", "P4")))

    async def _patch(self, ticket: str, **change: Any) -> None:
        path, headers = f"/v1/tickets/{ticket}", self.boss.headers()
        await self.desk.http.patch(path, json=change, headers=headers)

    async def _reply(self, ticket: str) -> None:
        body = {"body": "نعمل عليها", "public": self.dice.random() < 0.7}
        answer = await self.desk.do(self.boss, ticket, "messages", body)
        if answer.is_success and body["public"] and ticket not in self.counted:
            self.counted[ticket] = self.dice.randrange(5_000)
            at = self.desk.context.clock.now()
            fact = SlaMet(
                ticket_id=UUID(ticket),
                organization_id=self.tickets[ticket].organization,
                at=at,
                metric=Metric.FIRST_RESPONSE,
                cycle=1,
                met_at=at,
                counted_seconds=self.counted[ticket],
            )
            await self.desk.deliver(fact)

    async def _write(self, ticket: str) -> None:
        await self.desk.do(self.tickets[ticket], ticket, "messages", {"body": "ما زالت"})

    async def _resolve(self, ticket: str) -> None:
        await self.desk.do(self.boss, ticket, "resolve")

    async def _close(self, ticket: str) -> None:
        await self.desk.do(self.boss, ticket, "close")

    async def _assign(self, ticket: str) -> None:
        await self._patch(ticket, assignee_id=str(self.dice.choice(self.agents)))

    async def _move(self, ticket: str) -> None:
        places = (DEFAULT_DEPARTMENT, OTHER_DEPARTMENT)
        await self._patch(ticket, department_id=str(self.dice.choice(places)))

    async def _rate(self, ticket: str) -> None:
        score = self.dice.randrange(1, 6)
        wish = {"score": score, "reopen": score < 3 and self.dice.random() < 0.5}
        await self.desk.do(self.tickets[ticket], ticket, "feedback", wish)

    async def _return(self, ticket: str) -> None:
        """Solved, rated, and back in other hands, perhaps more than once."""
        for _ in range(self.dice.randrange(1, 3)):
            await self._resolve(ticket)
            self._pass(60, 7 * HOUR)
            await self._rate(ticket)
            self._pass(60, 7 * HOUR)
            await self.desk.do(self.boss, ticket, "reopen")
            self._pass(HOUR, DAY)
            await self._move(ticket)
            await self._assign(ticket)
        if self.dice.random() < 0.5:
            await self._resolve(ticket)

    async def _suspect(self, ticket: str) -> None:
        await self.desk.do(self.boss, ticket, "spam")
        self._pass(HOUR, DAY)
        if self.dice.random() < 0.6:
            await self.desk.do(self.boss, ticket, "unspam")

    async def _merge(self, ticket: str) -> None:
        """Into another of its customer's, and half of the time that was a mistake."""
        organization = self.tickets[ticket].organization
        others = [
            one
            for one, who in self.tickets.items()
            if who.organization == organization and one != ticket
        ]
        if not others or ticket in self.merged.values():
            return
        other = self.dice.choice(others)
        merged = await self.desk.do(self.boss, ticket, "merge", {"into": other})
        if not merged.is_success:
            return
        self.merged[ticket] = other
        self._pass(60, 7 * HOUR)
        if self.dice.random() < 0.5:
            back = await self.desk.do(self.boss, ticket, "unmerge")
            assert back.is_success, back.text
            del self.merged[ticket]

    async def tales(self) -> list[Tale]:
        tales = {ticket: await self._tale(ticket) for ticket in self.tickets}
        for source, target in self.merged.items():
            tales[target].take_in(tales[source])
        return [*tales.values()]

    async def _tale(self, ticket: str) -> Tale:
        facts = [
            (one["route"].removeprefix("sanad."), body["at"], body)
            for one in await self.desk.facts(ticket)
            for body in (json.loads(one["body"])["data"],)
        ]
        told = [(kind, datetime.fromisoformat(at), body) for kind, at, body in facts]
        shown = await self.desk.read(self.boss, ticket)
        return Tale(told, shown, self.counted.get(ticket))
