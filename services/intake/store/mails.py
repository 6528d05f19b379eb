"""Rows of inbound mail: kept, claimed, moved from state to state."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping

from services.intake.domain.words import Decision, State
from shared.kit.outbox import FACTS_CTE
from shared.kit.tx import Tx
from shared.vocabulary import DEFAULT_DEPARTMENT

_KEEP: Final = f"""
    with kept as (
        insert into intake.inbound_mail (id, channel, state, received_at, accepted_at, sha256, size,
            source_key, mailbox_id, envelope, raw, flags, sender_tag, next_at)
        values (:id, :channel, 'accepted', :received_at, :now, :sha256, :size, :source_key,
            :mailbox_id, :envelope, :raw, :flags, :sender_tag, :now)),
    {FACTS_CTE("intake")}
    select 1"""
_KEEP_ALL: Final = f"""
    with kept as (
        insert into intake.inbound_mail (id, channel, state, received_at, accepted_at, sha256, size,
            envelope, raw, sender_tag, flags, next_at)
        select id, :channel, 'accepted', :now, :now, sha256, size, envelope, raw, sender_tag,
            '{{}}', :now
        from unnest(cast(:ids as uuid[]), cast(:sha256s as bytea[]), cast(:sizes as int[]),
            cast(:envelopes as bytea[]), cast(:raws as bytea[]), cast(:sender_tags as bytea[]))
            as m (id, sha256, size, envelope, raw, sender_tag)),
    {FACTS_CTE("intake")}
    select 1"""
LIGHT: Final = """id, channel, state, version, received_at, accepted_at, size, envelope, summary,
    attempts, mailbox_id, mail_class, sender_auth, match, decision, reasons, because, flags,
    degraded, released, department_id, organization_id, requester_id, ticket_id, duplicate_of,
    steered_department_id, steered_ticket_id, steered_new, decided_by"""
DEPARTMENT: Final = (
    f"(case when department_id is null then '{DEFAULT_DEPARTMENT}'::uuid else department_id end)"
)
"""As its index spells it: behind row-level security the planner takes `coalesce` for leaky."""

_WATCHED: Final = """ticket_id in (select w.ticket_id from intake.thread_watcher w
    where w.department_id = any(cast(:within as uuid[])))"""


@dataclass(frozen=True, slots=True)
class Row:
    """A mail as its row tells, without the sealed bytes."""

    id: UUID
    channel: str
    state: State
    version: int
    received_at: datetime
    accepted_at: datetime
    size: int
    envelope: bytes
    summary: bytes | None
    attempts: int
    mail_class: str | None
    sender_auth: str | None
    match: str | None
    decision: Decision | None
    reasons: list[str]
    because: list[str]
    flags: list[str]
    degraded: bool
    released: bool
    department_id: UUID | None
    organization_id: UUID | None
    requester_id: UUID | None
    ticket_id: UUID | None
    duplicate_of: UUID | None
    steered_department_id: UUID | None
    steered_ticket_id: UUID | None
    steered_new: bool
    decided_by: UUID | None
    mailbox_id: UUID | None


async def keep(tx: Tx, row: Mapping[str, Any]) -> None:
    """The mail and its first fact in one statement, which is the whole transaction."""
    await tx.only(_KEEP, {**row, **tx.take_facts()})


async def keep_all(tx: Tx, channel: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Several mails that came in side by side, as `keep` would have kept each."""
    columns = ("id", "sha256", "size", "envelope", "raw", "sender_tag")
    values = {f"{name}s": [row[name] for row in rows] for name in columns}
    await tx.only(_KEEP_ALL, {"channel": channel, "now": tx.now, **values, **tx.take_facts()})


async def postpone(tx: Tx, mail_id: UUID, wait: timedelta, *, failed: bool = False) -> None:
    """Look at the mail again after a while; renews a lease too."""
    await tx.only(
        """update intake.inbound_mail set next_at = :at, attempts = attempts + :failed
        where id = :id and state in ('accepted', 'parsed')""",
        {"id": mail_id, "at": tx.now + wait, "failed": int(failed)},
    )


async def find(
    tx: Tx,
    mail_id: UUID,
    within: Collection[UUID] | None = None,
    *,
    lock: bool = False,
    watched: bool = False,
) -> Row | None:
    """One mail, when it is of the departments `within`; None of them is every mail.

    `watched`: also when they look on at its ticket.
    """
    row = await tx.row(
        f"""select {LIGHT} from intake.inbound_mail where id = :id {_wall(within, watched=watched)}
        {"for update" if lock else ""}""",
        {"id": mail_id, "within": list(within or ())},
    )
    return read_row(row) if row else None


async def with_contents(tx: Tx, mail_ids: Sequence[UUID]) -> list[tuple[Row, bytes | None, bool]]:
    """These mails, the sealed words that were read in each, and whether it has files."""
    rows = await tx.rows(
        f"""select {LIGHT}, p.content, exists (
                select from intake.mail_attachment a where a.mail_id = m.id) as has_files
        from intake.inbound_mail m left join intake.mail_parsed p on p.mail_id = m.id
        where m.id = any(cast(:ids as uuid[]))""",
        {"ids": list(mail_ids)},
    )
    return [(read_row(row), row["content"], row["has_files"]) for row in rows]


async def note_of(tx: Tx, mail_id: UUID) -> bytes | None:
    """Why a person refused the mail, sealed."""
    note: bytes | None = await tx.scalar(
        "select note from intake.inbound_mail where id = :id", {"id": mail_id}
    )
    return note


async def raw_of(tx: Tx, mail_id: UUID, within: Collection[UUID] | None) -> bytes | None:
    """The sealed bytes as they came in."""
    raw: bytes | None = await tx.scalar(
        f"select raw from intake.inbound_mail where id = :id {_wall(within, watched=True)}",
        {"id": mail_id, "within": list(within or ())},
    )
    return raw


@dataclass(frozen=True, slots=True)
class Undecided:
    """A mail that waits for its decision; `reused`: an earlier one says other things by its id."""

    row: Row
    content: bytes
    reused: bool


async def parsed(tx: Tx, mail_ids: Sequence[UUID]) -> dict[UUID, Undecided]:
    """All that is stored of them, in one look; without those that are decided."""
    rows = await tx.rows(
        f"""select {LIGHT}, p.content, exists (select from intake.inbound_mail o
                where o.message_tag = m.message_tag and o.id < m.id and o.state <> 'duplicate'
            ) as reused
        from intake.inbound_mail m join intake.mail_parsed p on p.mail_id = m.id
        where m.id = any(cast(:ids as uuid[])) and m.state = 'parsed'""",
        {"ids": list(mail_ids)},
    )
    return {row["id"]: Undecided(read_row(row), row["content"], row["reused"]) for row in rows}


async def read_by(tx: Tx, mail_ids: Sequence[UUID]) -> list[Undecided]:
    """Mails that have been read, in this order, wherever they stand."""
    rows = await tx.rows(
        f"""select {LIGHT}, p.content
        from intake.inbound_mail m join intake.mail_parsed p on p.mail_id = m.id
        where m.id = any(cast(:ids as uuid[]))""",
        {"ids": list(mail_ids)},
    )
    found = {row["id"]: Undecided(read_row(row), row["content"], reused=False) for row in rows}
    return [found[one] for one in mail_ids if one in found]


async def change(tx: Tx, mail_id: UUID, fields: Mapping[str, Any]) -> None:
    """Write columns of a row that the caller has locked."""
    await tx.execute(
        f"update intake.inbound_mail set {_set(fields)} where id = :id", {**fields, "id": mail_id}
    )


_APPLY: Final = """
    with done as (
        update intake.inbound_mail
        set state = 'applied', ticket_id = :ticket, version = version + 1,
            department_id = coalesce(cast(:department as uuid), (select t.department_id
                from intake.thread_ticket t where t.ticket_id = :ticket), department_id)
        where id = :id and state <> 'applied'
        returning id, version, once, department_id,
            case when mail_class in ('human', 'list') then sender_tag end as speaker),
    copies as (
        update intake.inbound_mail c set department_id = done.department_id
        from done where c.duplicate_of = done.id)
    select id, version, once, speaker from done"""


Place = tuple[UUID, UUID | None]
"""A ticket, and its department where it is not known by the ticket."""


async def apply(tx: Tx, tickets: Mapping[UUID, Place]) -> dict[UUID, RowMapping]:
    """Mails are on their tickets and their departments' own; what is new of them.

    Version and sender of those of which it was not known.
    """
    places = [
        {"id": mail_id, "ticket": tickets[mail_id][0], "department": tickets[mail_id][1]}
        for mail_id in sorted(tickets)
    ]
    return {row["id"]: row for row in await tx.each(_APPLY, places)}


async def by_message(tx: Tx, tags: list[bytes]) -> dict[bytes, list[Row]]:
    """Mails by the tag of their Message-ID, the oldest first: several may share one."""
    rows = await tx.rows(
        f"""select message_tag, {LIGHT} from intake.inbound_mail
        where message_tag = any(:tags) and state <> 'duplicate' order by id limit 500""",
        {"tags": tags},
    )
    found: dict[bytes, list[Row]] = {}
    for row in rows:
        found.setdefault(row["message_tag"], []).append(read_row(row))
    return found


async def oldest_unfinished(tx: Tx) -> datetime | None:
    """Since when the oldest mail is ours that has not come to its end."""
    rows = await tx.only(
        """select min(accepted_at) as at from intake.inbound_mail
        where state in ('accepted', 'parsed', 'routed')"""
    )
    oldest: datetime | None = rows[0]["at"]
    return oldest


def _wall(within: Collection[UUID] | None, *, watched: bool) -> str:
    if within is None:
        return ""
    own = f"{DEPARTMENT} = any(cast(:within as uuid[]))"
    return f"and ({own} or {_WATCHED})" if watched else f"and {own}"


def read_row(row: RowMapping) -> Row:
    values = {name: row[name] for name in Row.__dataclass_fields__}
    values["state"] = State(values["state"])
    values["decision"] = Decision(values["decision"]) if values["decision"] else None
    return Row(**values)


def _set(fields: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = :{name}" for name in fields)
