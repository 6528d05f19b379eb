"""How far a mailbox has been read: moved in the transaction that owns the mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from shared.kit.tx import Tx

_STUB: Final = """insert into intake.inbound_mail (id, channel, state, version, received_at,
        accepted_at, sha256, size, source_key, mailbox_id, envelope, raw, next_at, reasons)
    values (:id, 'imap', 'unfetchable', 0, :received_at, :now, :sha256, :size, :source_key,
        :mailbox_id, :envelope, :raw, 'infinity', array['unfetchable'])"""


@dataclass(frozen=True, slots=True)
class Place:
    """A mail on its server, and who reads there."""

    mailbox_id: UUID
    holder: UUID
    validity: int
    uid: int


async def advance(tx: Tx, place: Place) -> bool:
    """The cursor stands on this mail now; false when another replica reads, or has read it."""
    row = await tx.row(
        """update intake.server_mailbox set last_uid = :uid, stuck_uid = null, stuck_times = 0
        where id = :id and holder = :holder and held_until >= :now
            and uid_validity = :validity and last_uid < :uid returning id""",
        {
            "id": place.mailbox_id,
            "holder": place.holder,
            "validity": place.validity,
            "uid": place.uid,
            "now": tx.now,
        },
    )
    return row is not None


async def begin(tx: Tx, place: Place, rescan_to: int) -> bool:
    """Read the folder from its start; what stands there already may be old, or known to us."""
    row = await tx.row(
        """update intake.server_mailbox set uid_validity = :validity, last_uid = 0,
            rescan_to = :rescan_to, stuck_uid = null, stuck_times = 0
        where id = :id and holder = :holder returning id""",
        {
            "id": place.mailbox_id,
            "holder": place.holder,
            "validity": place.validity,
            "rescan_to": rescan_to,
        },
    )
    return row is not None


async def stumble(tx: Tx, place: Place) -> int:
    """One more failure with this very mail; how many there were."""
    times: int | None = await tx.scalar(
        """update intake.server_mailbox set stuck_uid = :uid,
            stuck_times = case when stuck_uid = :uid then stuck_times + 1 else 1 end
        where id = :id and holder = :holder returning stuck_times""",
        {"id": place.mailbox_id, "holder": place.holder, "uid": place.uid},
    )
    return times or 0


async def known(tx: Tx, mailbox_id: UUID, source_key: str, sha256: bytes | None) -> bool:
    """Whether this mail is ours already: by its place, and in a rescan by its bytes."""
    found = await tx.scalar(
        """select 1 from intake.inbound_mail where source_key = :key
        union all
        select 1 from intake.inbound_mail where mailbox_id = :mailbox
            and sha256 = cast(:sha256 as bytea) and state <> 'unfetchable'
        limit 1""",
        {"key": source_key, "mailbox": mailbox_id, "sha256": sha256},
    )
    return found is not None


async def set_aside(tx: Tx, stub: Mapping[str, Any]) -> None:
    """A mail that its server does not give: visible to operators, without words."""
    await tx.execute(_STUB, {**stub, "now": tx.now})


@dataclass(frozen=True, slots=True)
class Stub:
    """A mail that an operator wants fetched again."""

    id: UUID
    source_key: str
    received_at: datetime


async def wanted(tx: Tx, mailbox_id: UUID) -> list[Stub]:
    """Stubs whose replay was asked for."""
    rows = await tx.rows(
        """select id, source_key, received_at from intake.inbound_mail
        where mailbox_id = :id and state = 'unfetchable' and next_at <= :now
        order by next_at limit 20""",
        {"id": mailbox_id, "now": tx.now},
    )
    return [Stub(**row) for row in rows]


async def fill(tx: Tx, stub: Mapping[str, Any]) -> int | None:
    """The stub has its bytes: an accepted mail like any other; None when it moved on meanwhile."""
    version: int | None = await tx.scalar(
        """update intake.inbound_mail set state = 'accepted', version = version + 1,
            sha256 = :sha256, size = :size, envelope = :envelope, raw = :raw, next_at = :now,
            accepted_at = :now, reasons = '{}', attempts = 0
        where id = :id and state = 'unfetchable' returning version""",
        {**stub, "now": tx.now},
    )
    return version


async def give_up_again(tx: Tx, mail_id: UUID) -> None:
    """Still not to be had: it waits for the next replay."""
    await tx.only(
        """update intake.inbound_mail set next_at = 'infinity', attempts = attempts + 1
        where id = :id and state = 'unfetchable'""",
        {"id": mail_id},
    )


async def looked(tx: Tx, mailbox_id: UUID, holder: UUID) -> None:
    """A look that went well."""
    await tx.only(
        """update intake.server_mailbox set polled_at = :now, failures = 0, failing_since = null,
            failure = null where id = :id and holder = :holder""",
        {"id": mailbox_id, "holder": holder, "now": tx.now},
    )


async def failed(tx: Tx, mailbox_id: UUID, holder: UUID, failure: Mapping[str, Any]) -> int:
    """A look that went wrong, and why; how many there were in a row."""
    rows = await tx.only(
        """update intake.server_mailbox set failures = failures + 1,
            failing_since = coalesce(failing_since, :now), failure = cast(:failure as jsonb)
        where id = :id and holder = :holder returning failures""",
        {
            "id": mailbox_id,
            "holder": holder,
            "now": tx.now,
            "failure": orjson.dumps(dict(failure)).decode(),
        },
    )
    return rows[0]["failures"] if rows else 1
