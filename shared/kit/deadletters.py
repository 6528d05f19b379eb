"""Facts that could not be handled yet: the waiting room between attempts, and the parking place.

A fact that fails is acknowledged to NATS once it is here, so retries survive any courier and hold
up nobody else; later facts of its source and subject queue behind it (decisions.md 14).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from traceback import extract_tb
from uuid import UUID

from sqlalchemy import RowMapping

from shared.kit.consumers import Delivery, Key, read_delivery
from shared.kit.context import Context
from shared.kit.peers import PeerUnavailable
from shared.kit.tx import Tx

FIRST_DELAY, LAST_DELAY, PEER_DELAY = 0.2, 60.0, 30.0
PEER_PATIENCE = "1 hour"
_ROOT = f"{Path(__file__).resolve().parents[2]}/"
_HOLD = """
    insert into {schema}.dead_letter as d (event_id, type, source, subject, sequence, body,
        state, attempts, error, first_failed_at, next_at, parked_at)
    select v.event_id, v.type, v.source, v.subject, v.sequence, v.body,
        coalesce(head.state, 'waiting'), v.attempts, v.error, now(),
        now() + make_interval(secs => v.delay), head.parked_at
    from unnest(cast(:ids as uuid[]), cast(:types as text[]), cast(:sources as text[]),
        cast(:subjects as text[]), cast(:sequences as bigint[]), cast(:bodies as text[]),
        cast(:attempts as int[]), cast(:errors as text[]), cast(:delays as float8[]))
        as v (event_id, type, source, subject, sequence, body, attempts, error, delay)
    left join lateral (
        select state, parked_at from {schema}.dead_letter h
        where h.source = v.source and h.subject = v.subject and h.sequence < v.sequence
        order by h.sequence limit 1) head on true
    on conflict (event_id) do nothing"""
_DUE = """
    select d.body, d.attempts from {schema}.dead_letter d
    left join {schema}.checkpoint c on c.source = d.source and c.subject = d.subject
    where d.state = 'waiting' and d.next_at <= now()
        and d.sequence <= coalesce(c.sequence, 0) + 1
        and not exists (
            select 1 from {schema}.dead_letter e where e.source = d.source
                and e.subject = d.subject and e.sequence < d.sequence)
    order by d.next_at limit :limit"""
_DEFER = """
    update {schema}.dead_letter set attempts = attempts + 1, error = :error,
        next_at = now() + make_interval(secs => :delay),
        state = case when {exhausted} then 'parked' else state end,
        parked_at = case when {exhausted} then now() end
    where event_id = :id returning source, subject, state"""
_EXHAUSTED = "attempts + 1 >= :most"
_PEER_EXHAUSTED = f"first_failed_at < now() - interval '{PEER_PATIENCE}' and :most > 0"


@dataclass(frozen=True, slots=True)
class Held:
    """A delivery and why it waits: an error, or nothing but the one before it."""

    delivery: Delivery
    error: BaseException | None = None


async def hold(tx: Tx, held: Sequence[Held]) -> None:
    """Take facts into the waiting room; behind a parked one they are parked as well."""
    ones = [one.delivery for one in held]
    failed = [one.error is not None for one in held]
    await tx.execute(
        _HOLD.format(schema=tx.context.schema),
        {
            "ids": [one.id for one in ones],
            "types": [one.type for one in ones],
            "sources": [one.key.source for one in ones],
            "subjects": [one.key.subject for one in ones],
            "sequences": [one.sequence for one in ones],
            "bodies": [one.body for one in ones],
            "attempts": [int(bad) for bad in failed],
            "errors": [describe(one.error) for one in held],
            "delays": [FIRST_DELAY if bad else 0.0 for bad in failed],
        },
    )


async def park_unreadable(tx: Tx, event_id: UUID, body: str, error: BaseException) -> None:
    """Keep what is no event at all: never lost, and in nobody's way."""
    await tx.execute(
        f"""insert into {tx.context.schema}.dead_letter (event_id, type, source, subject, sequence,
            body, state, attempts, error, first_failed_at, parked_at)
        values (:id, '', '', :subject, 0, :body, 'parked', 1, :error, now(), now())
        on conflict (event_id) do nothing""",
        {"id": event_id, "subject": str(event_id), "body": body, "error": describe(error)},
    )


async def due(context: Context, limit: int) -> list[Delivery]:
    """The first waiting fact of each line whose moment has come and whose turn it is."""
    async with context.tx() as tx:
        rows = await tx.only(_DUE.format(schema=context.schema), {"limit": limit})
    return [read_delivery(row["body"], row["attempts"]) for row in rows]


async def anything_waits(context: Context) -> bool:
    """Whether another attempt will be due soon."""
    async with context.tx() as tx:
        (row,) = await tx.only(
            f"select exists (select 1 from {context.schema}.dead_letter"
            " where state = 'waiting') as waits"
        )
    return bool(row["waits"])


async def release(tx: Tx, ids: Sequence[UUID]) -> None:
    """Let handled facts go, in the transaction of their effect."""
    await tx.execute(
        f"delete from {tx.context.schema}.dead_letter where event_id = any(cast(:ids as uuid[]))",
        {"ids": list(ids)},
    )


async def defer(tx: Tx, delivery: Delivery, error: BaseException, most: int) -> bool:
    """Set the next attempt, or park the fact and all behind it; whether it was parked now.

    A peer that is away is no fault of the fact: it is asked again for an hour.
    """
    away = isinstance(error, PeerUnavailable)
    longest = PEER_DELAY if away else LAST_DELAY
    exhausted = _PEER_EXHAUSTED if away else _EXHAUSTED
    statement = _DEFER.format(schema=tx.context.schema, exhausted=exhausted)
    delay = min(longest, FIRST_DELAY * 2 ** min(delivery.attempts, 16))
    row = await tx.row(
        statement,
        {"id": delivery.id, "error": describe(error), "delay": delay, "most": most},
    )
    if row is None or row["state"] != "parked":
        return False
    await tx.execute(
        f"""update {tx.context.schema}.dead_letter set state = 'parked', parked_at = now()
        where source = :source and subject = :subject and state = 'waiting'""",
        {"source": row["source"], "subject": row["subject"]},
    )
    return True


async def listed(tx: Tx, state: str | None = None, limit: int = 200) -> list[RowMapping]:
    """Held facts, oldest first, without their bodies."""
    return await tx.rows(
        f"""select event_id, type, source, subject, sequence, state, attempts, error,
            first_failed_at, next_at, parked_at from {tx.context.schema}.dead_letter
        where cast(:state as text) is null or state = :state
        order by first_failed_at, sequence limit :limit""",
        {"state": state, "limit": limit},
    )


async def requeue(
    tx: Tx, *, ids: Sequence[UUID] = (), subject: str | None = None, everything: bool = False
) -> int:
    """Give parked facts their attempts back; those before them in their line come along."""
    rows = await tx.rows(
        f"""update {tx.context.schema}.dead_letter d
        set state = 'waiting', attempts = 0, first_failed_at = now(), next_at = now(),
            parked_at = null
        where d.source <> '' and (:everything or d.subject = :subject or exists (
            select 1 from {tx.context.schema}.dead_letter named
            where named.event_id = any(cast(:ids as uuid[])) and named.source = d.source
                and named.subject = d.subject and named.sequence >= d.sequence))
        returning 1""",
        {"everything": everything, "subject": subject, "ids": list(ids)},
    )
    tx.wake("retries")
    return len(rows)


async def accept_gap(tx: Tx, key: Key) -> None:
    """An operator's word that what is missing before the first held fact will never come."""
    await tx.execute(
        f"""insert into {tx.context.schema}.checkpoint as c (source, subject, sequence)
        select source, subject, min(sequence) - 1 from {tx.context.schema}.dead_letter
        where source = :source and subject = :subject group by source, subject
        on conflict (source, subject) do update
        set sequence = greatest(c.sequence, excluded.sequence)""",
        {"source": key.source, "subject": key.subject},
    )
    tx.wake("retries")


def describe(error: BaseException | None) -> str:
    """What broke and where, never its message: messages quote data, and data is personal."""
    if error is None:
        return ""
    frames = extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(_ROOT)] or frames
    if not ours:
        return type(error).__name__
    return f"{type(error).__name__} at {ours[-1].filename.removeprefix(_ROOT)}:{ours[-1].lineno}"
