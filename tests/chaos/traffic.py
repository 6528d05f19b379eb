"""Customers, agents and their mail programs: persistent, patient, and they keep a ledger."""

import asyncio
import random
import smtplib
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Self, TypeVar
from uuid import UUID

import httpx

from tests.chaos.ledger import Ledger
from tests.journeys import letters
from tests.journeys.company import Company
from tests.journeys.desk import Refused

PATIENCE = 90.0
_PAUSE = 0.25
_AGAIN = {401, 409, 429, 500, 502, 503, 504}
"""After these a client may try again, with the same key."""

T = TypeVar("T")
_FAILURES = (httpx.HTTPError, Refused, smtplib.SMTPException, OSError)


class Traffic:
    """Work at a modest pace until told to stop; every request is tried until it is answered."""

    def __init__(self, company: Company, dice: random.Random, *, eager: float = 1) -> None:
        self.company = company
        self.ledger = Ledger()
        self.faults: Counter[str] = Counter()
        """Answers that were no success, by kind; a later attempt made up for them."""
        self.slowest = 0.0
        self._dice = dice
        self._eager = eager
        self._tickets: list[str] = []
        self._stopping = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._running = asyncio.gather(
            self._keep(self.create, 2.0 * self._eager),
            self._keep(self.mail, self._eager),
            self._keep(self.reply, 1.5 * self._eager),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stopping.set()
        await self._running

    async def create(self) -> None:
        key = self._word("k")
        body = {"subject": key, "body": "تفاصيل العطل", "department_id": self._department}
        made = await self._post("customer", "/v1/tickets", body, key)
        if made:
            self.ledger.created(key, made["id"])
            self._tickets.append(made["id"])

    async def reply(self) -> None:
        if not self._tickets:
            return
        word, ticket_id = self._word("w"), self._dice.choice(self._tickets)
        who = self._dice.choice(["agent", "customer"])
        path = f"/v1/tickets/{ticket_id}/messages"
        if await self._post(who, path, {"body": f"رد {word}"}, word):
            self.ledger.replies[word] = ticket_id

    async def mail(self) -> None:
        subject, sara = self._word("m"), self.company.address("customer")
        raw = letters.plain(sara, self.company.mailbox, subject, "نص الرسالة")

        async def attempt() -> bool:
            await self.company.desk.send(raw, sara, self.company.mailbox)
            return True

        if await self._persist(f"mail {subject}", attempt):
            self.ledger.mails.add(subject)

    async def _post(
        self, who: str, path: str, body: dict[str, str], key: str
    ) -> dict[str, str] | None:
        async def attempt() -> dict[str, str] | None:
            headers = {"Idempotency-Key": key}
            seat = self.company.seats[who]
            answer = await seat.ask("POST", path, json=body, headers=headers)
            if answer.status_code in {200, 201}:
                made: dict[str, str] = answer.json()
                return made
            self.faults[f"{answer.status_code} {path.partition('/v1/')[2].split('/')[0]}"] += 1
            if answer.status_code not in _AGAIN:
                self.ledger.refused.append(f"{key}: {answer.status_code} {answer.text[:300]}")
                return {}
            return None

        return await self._persist(f"{path} {key}", attempt)

    async def _persist(self, what: str, attempt: Callable[[], Awaitable[T | None]]) -> T | None:
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE:
            try:
                done = await attempt()
            except _FAILURES as failure:
                self.faults[_kind(failure)] += 1
                done = None
            if done is not None:
                self.slowest = max(self.slowest, time.monotonic() - began)
                return done
            await asyncio.sleep(_PAUSE)
        self.ledger.unanswered.append(what)
        return None

    async def _keep(self, act: Callable[[], Coroutine[Any, Any, None]], rate: float) -> None:
        """At so many a second on average; who is slow does not hold up the next."""
        async with asyncio.TaskGroup() as group:
            while not self._stopping.is_set():
                group.create_task(act())
                await asyncio.sleep(self._dice.expovariate(rate))

    def _word(self, kind: str) -> str:
        return f"{kind}{UUID(int=self._dice.getrandbits(128)).hex[:16]}"

    @property
    def _department(self) -> str:
        department: str = self.company.department["id"]
        return department


def _kind(failure: Exception) -> str:
    code = getattr(failure, "smtp_code", "")
    if isinstance(failure, smtplib.SMTPRecipientsRefused):
        code = next(iter(failure.recipients.values()))[0]
    return f"{type(failure).__name__} {code}".strip()
