"""Rows of inbound mail: kept, claimed, moved from state to state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping

from services.intake.domain.words import Decision, State
from shared.kit.outbox import FACTS_CTE
from shared.kit.tx import Tx

_KEEP: Final = f"""
    with kept as (
        insert into intake.inbound_mail (id, channel, state, received_at, sha256, size, source_key,
            envelope, raw, next_at)
        values (:id, :channel, 'accepted', :now, :sha256, :size, :source_key,
            :envelope, :raw, :now)),
    {FACTS_CTE("intake")}
    select 1"""
_LIGHT: Final = """id, channel, state, version, received_at, size, envelope, summary, attempts,
    mail_class, sender_auth, match, decision, reasons, flags, degraded, released, department_id,
    organization_id, requester_id, ticket_id, duplicate_of"""


@dataclass(frozen=True, slots=True)
class Row:
    """A mail as its row tells, without the sealed bytes."""

    id: UUID
    channel: str
    state: State
    version: int
    received_at: datetime
    size: int
    envelope: bytes
    summary: bytes | None
    attempts: int
    mail_class: str | None
    sender_auth: str | None
    match: str | None
    decision: Decision | None
    reasons: list[str]
    flags: list[str]
    degraded: bool
    released: bool
    department_id: UUID | None
    organization_id: UUID | None
    requester_id: UUID | None
    ticket_id: UUID | None
    duplicate_of: UUID | None


async def keep(tx: Tx, row: Mapping[str, Any]) -> None:
    """The mail and its first fact in one statement, which is the whole transaction."""
    await tx.only(_KEEP, {**row, **tx.take_facts()})


async def claim(tx: Tx, most: int, lease: timedelta) -> list[UUID]:
    """Mails to decide now; a claim that is not renewed ends with its lease."""
    rows = await tx.only(
        """update intake.inbound_mail set next_at = :until where id in (
            select id from intake.inbound_mail
            where state in ('accepted', 'parsed') and next_at <= :now
            order by next_at limit :most for update skip locked)
        returning id""",
        {"now": tx.now, "until": tx.now + lease, "most": most},
    )
    return [row["id"] for row in rows]


async def postpone(tx: Tx, mail_id: UUID, wait: timedelta, *, failed: bool = False) -> None:
    """Look at the mail again after a while; renews a lease too."""
    await tx.only(
        """update intake.inbound_mail set next_at = :at, attempts = attempts + :failed
        where id = :id and state in ('accepted', 'parsed')""",
        {"id": mail_id, "at": tx.now + wait, "failed": int(failed)},
    )


async def next_due(tx: Tx) -> datetime | None:
    """When the next undecided mail is to be looked at."""
    rows = await tx.only(
        "select min(next_at) as at from intake.inbound_mail where state in ('accepted', 'parsed')"
    )
    due: datetime | None = rows[0]["at"]
    return due


async def find(tx: Tx, mail_id: UUID, *, lock: bool = False) -> Row | None:
    ending = "for update" if lock else ""
    row = await tx.row(
        f"select {_LIGHT} from intake.inbound_mail where id = :id {ending}", {"id": mail_id}
    )
    return _row(row) if row else None


async def raw_of(tx: Tx, mail_id: UUID) -> bytes | None:
    """The sealed bytes as they came in."""
    raw: bytes | None = await tx.scalar(
        "select raw from intake.inbound_mail where id = :id", {"id": mail_id}
    )
    return raw


async def sender_tag(tx: Tx, mail_id: UUID) -> bytes | None:
    """The sender of a mail that a person wrote; automatic mail makes nobody take part."""
    tag: bytes | None = await tx.scalar(
        """select sender_tag from intake.inbound_mail
        where id = :id and mail_class in ('human', 'list')""",
        {"id": mail_id},
    )
    return tag


async def page(tx: Tx, state: str | None, before: UUID | None, most: int) -> list[Row]:
    """Newest first; `before` is the id that the last page ended with."""
    wishes = ["true"]
    wishes += ["state = :state"] if state else []
    wishes += ["id < :before"] if before else []
    rows = await tx.rows(
        f"""select {_LIGHT} from intake.inbound_mail where {" and ".join(wishes)}
        order by id desc limit :most""",
        {"state": state, "before": before, "most": most},
    )
    return [_row(row) for row in rows]


async def change(tx: Tx, mail_id: UUID, fields: Mapping[str, Any], *, facts: int = 0) -> int:
    """Write columns; answers the row's version, which counts the mail's facts and nothing else."""
    assignments = ", ".join(f"{name} = :{name}" for name in fields)
    version: int = await tx.scalar(
        f"""update intake.inbound_mail set {assignments}, version = version + :facts
        where id = :id returning version""",
        {**fields, "id": mail_id, "facts": facts},
    )
    return version


async def claim_digest(tx: Tx, tag: bytes, mail_id: UUID) -> UUID:
    """The mail that first had this content: this one, unless another came before."""
    row = await tx.row(
        """insert into intake.mail_digest (tag, mail_id) values (:tag, :id)
        on conflict (tag) do update set tag = excluded.tag returning mail_id""",
        {"tag": tag, "id": mail_id},
    )
    assert row is not None
    first: UUID = row["mail_id"]
    return first


async def by_message(tx: Tx, tags: list[bytes]) -> dict[bytes, Row]:
    """Mails by the tag of their Message-ID; the newest where several share one."""
    rows = await tx.rows(
        f"""select message_tag, {_LIGHT} from intake.inbound_mail
        where message_tag = any(:tags) and state <> 'duplicate' order by id""",
        {"tags": tags},
    )
    return {row["message_tag"]: _row(row) for row in rows}


async def oldest_unfinished(tx: Tx) -> datetime | None:
    """Arrival of the oldest mail that has not come to its end."""
    rows = await tx.only(
        """select min(received_at) as at from intake.inbound_mail
        where state in ('accepted', 'parsed', 'routed')"""
    )
    oldest: datetime | None = rows[0]["at"]
    return oldest


def _row(row: RowMapping) -> Row:
    values = {name: row[name] for name in Row.__dataclass_fields__}
    values["state"] = State(values["state"])
    values["decision"] = Decision(values["decision"]) if values["decision"] else None
    return Row(**values)
