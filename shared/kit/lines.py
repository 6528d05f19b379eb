"""Lines of facts: where each one stands, what comes next in it, and moving it on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from uuid import UUID

from shared.kit.consumers import Delivery, Key
from shared.kit.context import Context
from shared.kit.deadletters import Held
from shared.kit.tx import Tx

_PLACES = """
    select k.source, k.subject, coalesce(c.sequence, 0) as done,
        (select min(d.sequence) from {schema}.dead_letter d
         where d.source = k.source and d.subject = k.subject) as head
    from unnest(cast(:sources as text[]), cast(:subjects as text[])) as k (source, subject)
    left join {schema}.checkpoint c on c.source = k.source and c.subject = k.subject"""
_REMEMBER = """
    with line as (
        select * from unnest(cast(:sources as text[]), cast(:subjects as text[]),
            cast(:firsts as bigint[]), cast(:reached as bigint[]))
            as l (source, subject, first, reached)),
    fit as (
        select :trusted or not exists (
            select 1 from line l
            left join {schema}.checkpoint c on c.source = l.source and c.subject = l.subject
            where coalesce(c.sequence, 0) <> l.first - 1 or exists (
                select 1 from {schema}.dead_letter d
                where d.source = l.source and d.subject = l.subject)) as ok),
    moved as (
        insert into {schema}.checkpoint as c (source, subject, sequence)
        select source, subject, reached from line, fit where fit.ok
        on conflict (source, subject) do update
        set sequence = greatest(c.sequence, excluded.sequence)),
    fresh as (
        insert into {schema}.inbox (event_id, handler)
        select id, :handler from unnest(cast(:ids as uuid[])) as f (id), fit where fit.ok
        on conflict do nothing returning event_id)
    select fit.ok, array(select event_id from fresh) as fresh from fit"""


class OutOfLineError(Exception):
    """A batch that was taken on trust holds more than the next facts of quiet lines."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands: the last fact applied, and the first one held, if any is."""

    done: int
    head: int | None


@dataclass(slots=True)
class Sorted:
    """What is to become of a batch: to apply now, to hold behind others, or too early to know."""

    ready: list[Delivery] = field(default_factory=list)
    behind: list[Held] = field(default_factory=list)
    early: list[Delivery] = field(default_factory=list)


def in_order(deliveries: Iterable[Delivery]) -> list[Delivery]:
    """By line, and in each line by sequence: also the order in which rows are locked."""
    return sorted(deliveries, key=lambda one: (one.key, one.sequence))


def contiguous(ordered: Sequence[Delivery]) -> bool:
    """Whether each line's facts follow one another."""
    return all(a.key != b.key or a.sequence + 1 == b.sequence for a, b in pairwise(ordered))


def sort(ordered: Sequence[Delivery], places: dict[Key, Place]) -> Sorted:
    """Tell the next facts of their lines from those behind a held one and those too early.

    What is old is in none of the three.
    """
    batch = Sorted()
    reached = {key: place.done for key, place in places.items()}
    for one in ordered:
        head = places[one.key].head
        if one.sequence <= reached[one.key]:
            continue
        if head is not None and one.sequence > head:
            batch.behind.append(Held(one))
        elif one.sequence > reached[one.key] + 1:
            batch.early.append(one)
        else:
            batch.ready.append(one)
            reached[one.key] = one.sequence
    return batch


async def look_up(context: Context, keys: Iterable[Key]) -> dict[Key, Place]:
    """The places of lines, in one statement."""
    asked = list(keys)
    params = {
        "sources": [key.source for key in asked],
        "subjects": [key.subject for key in asked],
    }
    async with context.tx() as tx:
        rows = await tx.only(_PLACES.format(schema=context.schema), params)
    return {Key(row["source"], row["subject"]): Place(row["done"], row["head"]) for row in rows}


async def move_on(
    tx: Tx, ready: Sequence[Delivery], handled: Sequence[Delivery], *, trusted: bool
) -> set[UUID]:
    """Advance the lines and remember the handled events; the ids that were not known yet.

    When nothing is handled the statement is its own transaction. Facts that are not `trusted` to
    be the next ones are checked by the same statement: OutOfLineError, and nothing was written.
    """
    reached = {one.key: one.sequence for one in ready}
    firsts = {one.key: one.sequence for one in reversed(ready)}
    statement = _REMEMBER.format(schema=tx.context.schema)
    params: dict[str, Any] = {
        "sources": [key.source for key in reached],
        "subjects": [key.subject for key in reached],
        "firsts": [firsts[key] for key in reached],
        "reached": list(reached.values()),
        "ids": [one.id for one in handled],
        "handler": tx.context.service,
        "trusted": trusted,
    }
    (row,) = await (tx.rows(statement, params) if handled else tx.only(statement, params))
    if not row["ok"]:
        raise OutOfLineError
    return set(row["fresh"])
