"""Mailboxes that administrators set up: what they are, and who works on them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import RowMapping

from services.intake.domain.servers import Auth, Kind, Marking, Provider, Security, Server
from shared.kit.tx import Tx

_FIELDS: Final = """id, version, address, department_id, kind, enabled, server, secrets, since,
    created_at, updated_at, uid_validity, last_uid, rescan_to, stuck_uid, stuck_times, polled_at,
    failures, failing_since, failure, access_until, consent_until, refresh_failed"""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One mailbox with its cursor and how it fares; secrets stay sealed."""

    id: UUID
    version: int
    address: str
    department_id: UUID
    kind: Kind
    enabled: bool
    server: Server | None
    secrets: bytes | None
    since: datetime
    created_at: datetime
    updated_at: datetime
    uid_validity: int | None
    last_uid: int
    rescan_to: int
    stuck_uid: int | None
    stuck_times: int
    polled_at: datetime | None
    failures: int
    failing_since: datetime | None
    failure: dict[str, Any] | None
    access_until: datetime | None
    consent_until: datetime | None
    refresh_failed: str | None


async def insert(tx: Tx, made: Mailbox) -> bool:
    """False when the address, or the account on its server, is set up already."""
    row = await tx.row(
        """insert into intake.server_mailbox (id, address, department_id, kind, enabled, server,
            secrets, since, created_at, updated_at, consent_until)
        values (:id, :address, :department_id, :kind, :enabled, cast(:server as jsonb), :secrets,
            :since, :now, :now, :consent_until)
        on conflict do nothing returning id""",
        {**_values(made), "now": tx.now},
    )
    return row is not None


async def taken(tx: Tx, wanted: Mailbox) -> bool:
    """Whether another mailbox has this address, or this account on its server."""
    server = wanted.server
    found = await tx.scalar(
        """select 1 from intake.server_mailbox where id <> :id and kind = :kind and (
            address = :address or (kind = 'imap' and lower(server ->> 'host') = lower(:host)
                and server ->> 'port' = :port and server ->> 'username' = :username
                and server ->> 'folder' = :folder)) limit 1""",
        {
            "id": wanted.id,
            "kind": wanted.kind,
            "address": wanted.address,
            "host": server.host if server else "",
            "port": str(server.port) if server else "",
            "username": server.username if server else "",
            "folder": server.folder if server else "",
        },
    )
    return found is not None


async def update(tx: Tx, after: Mailbox, *, elsewhere: bool) -> None:
    """Write a row that the caller has locked; `elsewhere` begins reading anew.

    Whoever holds the mailbox lets go, because it reads with what was before.
    """
    anew = ", uid_validity = null, last_uid = 0, rescan_to = 0, stuck_uid = null, stuck_times = 0"
    await tx.execute(
        f"""update intake.server_mailbox set version = :version, address = :address,
            department_id = :department_id, enabled = :enabled, server = cast(:server as jsonb),
            secrets = :secrets, since = :since, updated_at = :now, consent_until = :consent_until,
            access_until = :access_until, refresh_failed = :refresh_failed, failures = 0,
            failing_since = null, failure = null, held_until = null, holder = null
            {anew if elsewhere else ""} where id = :id""",
        {**_values(after), "version": after.version, "now": tx.now},
    )


async def remove(tx: Tx, mailbox_id: UUID) -> bool:
    row = await tx.row(
        "delete from intake.server_mailbox where id = :id returning id", {"id": mailbox_id}
    )
    return row is not None


async def find(tx: Tx, mailbox_id: UUID, *, lock: bool = False) -> Mailbox | None:
    row = await tx.row(
        f"""select {_FIELDS} from intake.server_mailbox where id = :id
        {"for update" if lock else ""}""",
        {"id": mailbox_id},
    )
    return _mailbox(row) if row else None


async def page(tx: Tx, after: UUID | None, most: int) -> list[Mailbox]:
    """Oldest first."""
    rows = await tx.rows(
        f"""select {_FIELDS} from intake.server_mailbox
        where cast(:after as uuid) is null or id > :after order by id limit :most""",
        {"after": after, "most": most},
    )
    return [_mailbox(row) for row in rows]


async def watched(tx: Tx) -> list[tuple[Mailbox, int]]:
    """Every mailbox that is fetched from, and how many of its mails could not be fetched."""
    rows = await tx.rows(
        f"""select {_FIELDS}, (select count(*) from intake.inbound_mail m
            where m.mailbox_id = b.id and m.state = 'unfetchable') as unfetchable
        from intake.server_mailbox b where kind = 'imap' and enabled order by id"""
    )
    return [(_mailbox(row), row["unfetchable"]) for row in rows]


async def claim(tx: Tx, holder: UUID, lease: timedelta) -> list[Mailbox]:
    """Hold every mailbox that is ours or nobody's; what another replica holds is left to it."""
    rows = await tx.only(
        f"""update intake.server_mailbox set holder = :holder, held_until = :until
        where id in (select id from intake.server_mailbox where kind = 'imap' and enabled
            and (holder = :holder or held_until is null or held_until < :now)
            for update skip locked)
        returning {_FIELDS}""",
        {"holder": holder, "now": tx.now, "until": tx.now + lease},
    )
    return [_mailbox(row) for row in rows]


async def let_go(tx: Tx, holder: UUID) -> None:
    """So that another replica need not wait for the lease to end."""
    await tx.only(
        """update intake.server_mailbox set holder = null, held_until = null
        where holder = :holder""",
        {"holder": holder},
    )


async def keep_secrets(tx: Tx, mailbox: Mailbox, fields: Mapping[str, Any]) -> bool:
    """Renewed tokens; false when an administrator has changed the mailbox meanwhile."""
    row = await tx.row(
        """update intake.server_mailbox set secrets = :secrets, access_until = :access_until,
            consent_until = :consent_until, refresh_failed = null
        where id = :id and version = :version returning id""",
        {**fields, "id": mailbox.id, "version": mailbox.version},
    )
    return row is not None


async def note_refresh_failed(tx: Tx, mailbox: Mailbox, code: str) -> None:
    await tx.only(
        """update intake.server_mailbox set refresh_failed = :code
        where id = :id and version = :version""",
        {"code": code, "id": mailbox.id, "version": mailbox.version},
    )


def _values(mailbox: Mailbox) -> dict[str, Any]:
    names = ("id", "address", "department_id", "kind", "enabled", "secrets", "since")
    tokens = ("access_until", "consent_until", "refresh_failed")
    values = {name: getattr(mailbox, name) for name in (*names, *tokens)}
    server = orjson.dumps(asdict(mailbox.server)).decode() if mailbox.server else None
    return {**values, "server": server}


def _mailbox(row: RowMapping) -> Mailbox:
    values = {name: row[name] for name in Mailbox.__dataclass_fields__}
    values["kind"] = Kind(values["kind"])
    values["server"] = _server(_json(values["server"]))
    values["failure"] = _json(values["failure"])
    return Mailbox(**values)


def _json(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str) else value


def _server(told: Any) -> Server | None:
    if told is None:
        return None
    words = {
        "security": Security(told["security"]),
        "auth": Auth(told["auth"]),
        "marking": Marking(told["marking"]),
        "provider": Provider(told["provider"]),
    }
    return Server(**{**told, **words})
