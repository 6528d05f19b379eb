"""Facts on their way out: buffered by the transaction, written beside the change they state."""

import secrets
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import orjson

from shared.events.base import Fact, render_instant
from shared.kit.ids import uuid7


@dataclass(frozen=True, slots=True)
class Stated:
    """A fact that the transaction will state when it commits; `sequence` may come at the end."""

    id: UUID
    fact: Fact
    subject: str
    sequence: int | None
    time: datetime
    traceparent: str
    """Of the work that stated it: a batch of events shares one transaction, not one trace."""


def new_fact_id() -> UUID:
    """The id of an event: UUIDv7, so that the outbox is ordered and cut by time."""
    return uuid7()


def new_fact_ids(count: int) -> list[UUID]:
    """Ids of facts that are stated in this order."""
    return uuid7.row(count)


@cache
def FACTS_CTE(  # noqa: N802 - a piece of SQL, read as a constant
    schema: str, provided: str = ""
) -> str:
    """A CTE named `facts` that writes the buffered facts; parameters come from `tx.take_facts()`.

    For hot doors whose whole transaction is one statement (performance.md 4.2). With `provided`,
    an earlier CTE, nothing is stated unless that one returned a row.
    """
    condition = f" where exists (select from {provided})" if provided else ""
    return f"facts as ({_insert(schema)}{condition})"


@cache
def insert_facts(schema: str) -> str:
    """The statement that an ordinary transaction writes its facts with."""
    return _insert(schema)


@cache
def count_subjects(schema: str) -> str:
    """Adds to each subject's count and answers the new one; the row lock orders the writers."""
    return f"""
        insert into {schema}.subject_sequence as s (subject, last)
        select * from unnest(cast(:subjects as text[]), cast(:counts as bigint[]))
        order by 1
        on conflict (subject) do update set last = s.last + excluded.last
        returning subject, last"""


def fact_rows(service: str, facts: list[Stated]) -> dict[str, Any]:
    """Parameters of the insert: one array for each column."""
    return {
        "fact_ids": [one.id for one in facts],
        "fact_routes": [one.fact.nats_subject() for one in facts],
        "fact_subjects": [one.subject for one in facts],
        "fact_sequences": [one.sequence for one in facts],
        "fact_bodies": [envelope(service, one) for one in facts],
    }


def uncounted(facts: list[Stated]) -> dict[str, int]:
    """How many facts of which subject wait for their sequence."""
    return Counter(one.subject for one in facts if one.sequence is None)


def counted(facts: list[Stated], last: dict[str, int]) -> list[Stated]:
    """The facts with their sequences; `last` is each subject's before them."""
    found = []
    for one in facts:
        if one.sequence is None:
            last[one.subject] += 1
            found.append(replace(one, sequence=last[one.subject]))
        else:
            found.append(one)
    return found


def new_traceparent() -> str:
    """A W3C trace context of our own, for work that no caller traced."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def _insert(schema: str) -> str:
    return f"""insert into {schema}.outbox (id, route, subject, sequence, body)
        select * from unnest(cast(:fact_ids as uuid[]), cast(:fact_routes as text[]),
            cast(:fact_subjects as text[]), cast(:fact_sequences as bigint[]),
            cast(:fact_bodies as text[]))"""


def envelope(service: str, one: Stated) -> str:
    """The envelope's JSON; `shared.events.base.Envelope` is what reads it.

    Put together by hand: this is the dearest step of stating a fact, and the model costs it thrice.
    """
    assert one.sequence is not None
    head = {
        "specversion": "1.0",
        "id": str(one.id),
        "type": one.fact.TYPE,
        "source": f"sanad/{service}",
        "subject": one.subject,
        "time": render_instant(one.time),
        "datacontenttype": "application/json",
        "sequence": one.sequence,
        "traceparent": one.traceparent,
    }
    return f'{orjson.dumps(head).decode()[:-1]},"data":{one.fact.model_dump_json()}}}'
