"""Reading the evidence: tickets and replies through the API, facts and steps behind the walls."""

import asyncio
import itertools
import json
from collections import Counter
from email import message_from_bytes
from email.policy import default
from typing import Any

import asyncpg

from deploy.local.layout import SCHEMAS
from shared.events.catalogue import BOOK
from tests.chaos.ledger import Evidence, Line
from tests.journeys.company import Company
from tests.journeys.desk import Desk

_STATED = "select subject, sequence, body from {schema}.outbox"
_REACHED = "select source, subject, sequence from {schema}.checkpoint"
_UNSENT = "select count(*) from {schema}.outbox where published_at is null"
_DEAD = "select type, state, error from {schema}.dead_letter"
_SENT = "select message_id from notify.delivery where state = 'sent' and message_id is not null"


async def gather(company: Company, replies: dict[str, str]) -> Evidence:
    """Everything that the judge wants to see."""
    found = Evidence()
    found.tickets = await tickets(company)
    await _words(company, replies, found)
    connection = await asyncpg.connect(company.desk.endpoints["database"], timeout=20)
    try:
        await _facts(connection, found)
        rows = await connection.fetch(_SENT)
        found.deliveries = {row["message_id"] for row in rows}
    finally:
        await connection.close()
    found.letters = await asyncio.to_thread(letters_of, company.desk)
    return found


async def tickets(company: Company) -> dict[str, str]:
    """Subjects of all tickets of the company, page by page."""
    found: dict[str, str] = {}
    query = {"organization_id": company.organization["id"], "limit": 200}
    page = await company.admin.get("/v1/tickets", **query)
    while True:
        found |= {item["id"]: item["subject"] for item in page["items"]}
        if not page["next_cursor"]:
            return found
        page = await company.admin.get("/v1/tickets", **query, cursor=page["next_cursor"])


async def _words(company: Company, replies: dict[str, str], found: Evidence) -> None:
    for ticket_id in sorted({*replies.values()}):
        path = f"/v1/tickets/{ticket_id}/messages"
        items = (await company.admin.get(path, limit=200))["items"]
        for item in items:
            text = str(item["body_text"])
            if text.startswith("رد w"):
                found.words[ticket_id, text.split()[1]] += 1


async def _facts(connection: asyncpg.Connection, found: Evidence) -> None:
    stated: dict[tuple[str, str], list[int]] = {}
    families: dict[tuple[str, str], set[str]] = {}
    reached: dict[tuple[str, str], dict[str, int]] = {}
    for service, schema in SCHEMAS.items():
        source = f"sanad/{service}"
        for row in await connection.fetch(_STATED.format(schema=schema)):
            key = (source, row["subject"])
            body = json.loads(row["body"])
            stated.setdefault(key, []).append(row["sequence"])
            families.setdefault(key, set()).add(body["type"].partition(".")[0])
            _note(body, found)
        for row in await connection.fetch(_REACHED.format(schema=schema)):
            reached.setdefault((row["source"], row["subject"]), {})[service] = row["sequence"]
        found.unsent += await connection.fetchval(_UNSENT.format(schema=schema))
        dead = await connection.fetch(_DEAD.format(schema=schema))
        found.dead += [f"{service}: {row['type']} {row['state']} {row['error']}" for row in dead]
    found.lines = [
        _line(key, stated.get(key, []), families.get(key, set()), reached.get(key, {}))
        for key in stated.keys() | reached.keys()
    ]


def _line(
    key: tuple[str, str], sequences: list[int], families: set[str], reached: dict[str, int]
) -> Line:
    """A listener of a family that knows nothing of the line stands at nought."""
    heard = {one: 0 for one, kinds in _listening().items() if kinds & families}
    return Line(*key, tuple(sequences), heard | reached)


def _listening() -> dict[str, set[str]]:
    """The families of facts that each service takes, by the event book."""
    families: dict[str, set[str]] = {}
    for entry in BOOK:
        for service in entry.listeners:
            families.setdefault(service, set()).add(entry.fact.TYPE.partition(".")[0])
    return families


def _note(body: dict[str, Any], found: Evidence) -> None:
    data = body["data"]
    if body["type"] == "sla.breached.v1":
        found.breaches[data["ticket_id"], data["metric"], data["cycle"]] += 1
    if body["type"] == "escalation.raised.v1":
        step = (data["ticket_id"], data["metric"], data.get("cycle", 0), data["level"])
        found.raised[step] += 1


def letters_of(desk: Desk) -> Counter[str]:
    """How often each Message-ID lies in the maildir."""
    folder = desk.home / "mail" / "out"
    files = itertools.chain(*((folder / part).iterdir() for part in ("new", "cur")))
    mails = (message_from_bytes(path.read_bytes(), policy=default) for path in files)
    return Counter(str(mail["Message-ID"]).strip() for mail in mails)
