"""Senders of mail that never give up, and what lies in the desk of the mails they were promised."""

import asyncio
import json
import smtplib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg

from tests.chaos.traffic import PATIENCE
from tests.journeys.desk import Desk

SUPPORT = "support@localhost"
FINAL = {"applied", "held", "rejected", "quarantined", "duplicate", "loop", "unfetchable"}
_PAUSE = 0.25
_ROWS = "select id::text, state, degraded, mail_class from intake.inbound_mail"
_FACTS = "select subject, body from intake.outbox where body like '%\"mail.%' order by sequence"
_MESSAGES = (
    "select mail_id::text, count(*) from tickets.message where mail_id is not null group by 1"
)
_DEAD = "select count(*) from {schema}.dead_letter"


@dataclass
class Sender:
    """Hands in mails by SMTP until each is promised; the promise names the mail's id."""

    desk: Desk
    promised: dict[str, list[str]] = field(default_factory=dict)
    """Per mail as the test names it: every id that a 250 named for it."""
    refused: list[str] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)

    async def post(self, name: str, raw: bytes, sender: str) -> None:
        """Again and again, as mail servers do, until 250; a 5xx is noted and final."""
        clock = asyncio.get_running_loop()
        until = clock.time() + PATIENCE
        while clock.time() < until:
            try:
                mail_id = await asyncio.to_thread(self._hand_in, raw, sender)
            except smtplib.SMTPResponseException as answer:
                self.faults[f"SMTP {answer.smtp_code}"] += 1
                if answer.smtp_code >= 500:
                    self.refused.append(f"{name}: {answer.smtp_code} {answer.smtp_error!r}")
                    return
            except (OSError, smtplib.SMTPException) as error:
                self.faults[type(error).__name__] += 1
            else:
                self.promised.setdefault(name, []).append(mail_id)
                return
            await asyncio.sleep(_PAUSE)
        self.refused.append(f"{name}: never taken")

    def _hand_in(self, raw: bytes, sender: str) -> str:
        host, _, port = self.desk.endpoints["smtp"].partition(":")
        with smtplib.SMTP(host, int(port), timeout=20) as door:
            door.ehlo()
            _expect(door.mail(sender))
            _expect(door.rcpt(SUPPORT))
            _, said = _expect(door.data(raw))
            return said.decode().rpartition(" ")[2]


def _expect(answer: tuple[int, bytes]) -> tuple[int, bytes]:
    if answer[0] >= 400:
        raise smtplib.SMTPResponseException(*answer)
    return answer


@dataclass
class Found:
    """What the tables say of all mails."""

    states: dict[str, str] = field(default_factory=dict)
    degraded: set[str] = field(default_factory=set)
    facts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    messages: dict[str, int] = field(default_factory=dict)
    dead: int = 0

    def unfinished(self) -> list[str]:
        return [mail_id for mail_id, state in self.states.items() if state not in FINAL]

    def types(self, mail_id: str) -> Counter[str]:
        return Counter(fact["type"] for fact in self.facts.get(mail_id, ()))

    def seconds(self, mail_id: str, until: str = "mail.applied.v1") -> float:
        """From the promise to the ticket, by the times of the two facts."""
        times = {fact["type"]: datetime.fromisoformat(fact["time"]) for fact in self.facts[mail_id]}
        return (times[until] - times["mail.accepted.v1"]).total_seconds()


async def look(desk: Desk) -> Found:
    connection = await asyncpg.connect(desk.endpoints["database"], timeout=20)
    try:
        found = Found()
        for row in await connection.fetch(_ROWS):
            found.states[row["id"]] = row["state"]
            found.degraded |= {row["id"]} if row["degraded"] else set()
        for row in await connection.fetch(_FACTS):
            found.facts.setdefault(row["subject"], []).append(json.loads(row["body"]))
        found.messages = dict(await connection.fetch(_MESSAGES))
        for schema in ("intake", "tickets", "sla", "escalation", "notify"):
            found.dead += await connection.fetchval(_DEAD.format(schema=schema))
        return found
    finally:
        await connection.close()


async def settled(desk: Desk, within: float) -> Found:
    """Once every mail has come to its end."""

    async def final() -> Found | None:
        found = await look(desk)
        return None if found.unfinished() else found

    found = await desk.eventually(final, within=within, every=0.5)
    assert found is not None
    return found


ENDS: Mapping[str, str] = {
    "applied": "mail.routed.v1",
    "held": "mail.held.v1",
    "quarantined": "mail.quarantined.v1",
}


def complaints(promised: Iterable[str], found: Found) -> list[str]:
    """Whatever is not exactly one visible state with exactly the facts and messages of it."""
    said = [f"dead letters: {found.dead}"] if found.dead else []
    for mail_id in promised:
        state, types = found.states.get(mail_id, "lost"), found.types(mail_id)
        if state not in FINAL:
            said.append(f"{mail_id} is {state}")
        decided = {kind: types[kind] for kind in ENDS.values() if types[kind]}
        wanted = {ENDS[state]: 1} if state in ENDS else {}
        if decided != wanted:
            said.append(f"{mail_id} is {state} and was decided {decided}")
        if found.messages.get(mail_id, 0) != (state == "applied"):
            said.append(f"{mail_id} is {state} and stands {found.messages.get(mail_id, 0)} times")
    return said
