"""Rows of sessions and their refresh tokens, and of who keeps failing to log in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert

from services.gateway import tables
from services.gateway.domain.sessions import Link
from shared.kit.tables import table
from shared.kit.tx import Tx

_SESSION = table(tables.Session)
_REFRESH = table(tables.RefreshToken)


@dataclass(frozen=True, slots=True)
class Found:
    """A presented refresh token: its place in the chain and whose chain it is."""

    link: Link
    session_id: UUID
    user_id: UUID


async def insert_session(
    tx: Tx, session_id: UUID, user_id: UUID, organization_id: UUID, ends_at: datetime
) -> None:
    await tx.execute(
        insert(_SESSION).values(
            id=session_id,
            user_id=user_id,
            organization_id=organization_id,
            created_at=tx.now,
            ends_at=ends_at,
        )
    )


async def insert_refresh(tx: Tx, digest: bytes, session_id: UUID, expires_at: datetime) -> None:
    await tx.execute(
        insert(_REFRESH).values(hash=digest, session_id=session_id, expires_at=expires_at)
    )


async def find_refresh(tx: Tx, digest: bytes) -> Found | None:
    """The token's link, locked: twins of one request come one after the other."""
    row = await tx.row(
        """select r.expires_at, r.used_at, s.id, s.user_id, s.ends_at, s.revoked_at
            from identity.refresh_token r join identity.session s on s.id = r.session_id
            where r.hash = :hash for update of r, s""",
        {"hash": digest},
    )
    if row is None:
        return None
    link = Link(row["expires_at"], row["used_at"], row["ends_at"], row["revoked_at"] is not None)
    return Found(link, row["id"], row["user_id"])


async def use_refresh(tx: Tx, digest: bytes) -> None:
    await tx.execute(
        "update identity.refresh_token set used_at = :now where hash = :hash",
        {"hash": digest, "now": tx.now},
    )


async def revoke_session(tx: Tx, session_id: UUID) -> bool:
    """Whether it was alive until now."""
    row = await tx.row(
        """update identity.session set revoked_at = :now
            where id = :id and revoked_at is null returning id""",
        {"id": session_id, "now": tx.now},
    )
    return row is not None


async def revoke_sessions_of(tx: Tx, user_id: UUID) -> Sequence[UUID]:
    """End all sessions of a person; returns those that were alive."""
    rows = await tx.rows(
        """update identity.session set revoked_at = :now
            where user_id = :id and revoked_at is null returning id""",
        {"id": user_id, "now": tx.now},
    )
    return [row["id"] for row in rows]


async def failures(tx: Tx, keys: Sequence[bytes]) -> Mapping[bytes, datetime]:
    """Until when each of these buckets of failed logins still holds something."""
    rows = await tx.rows(
        """select key, empty_at from identity.login_throttle
            where key = any(cast(:keys as bytea[]))""",
        {"keys": list(keys)},
    )
    return {bytes(row["key"]): row["empty_at"] for row in rows}


async def count_failure(tx: Tx, intervals: Mapping[bytes, timedelta]) -> None:
    """One more in each bucket; in one statement, so that parallel guesses all count."""
    await tx.execute(
        """insert into identity.login_throttle as t (key, empty_at)
            select key, cast(:now as timestamptz) + lasts from unnest(
                cast(:keys as bytea[]), cast(:lasts as interval[])) as one (key, lasts)
            order by key
            on conflict (key) do update set empty_at =
                greatest(t.empty_at, :now) + (excluded.empty_at - :now)""",
        {"keys": list(intervals), "lasts": list(intervals.values()), "now": tx.now},
    )


async def forget_failures(tx: Tx, key: bytes) -> None:
    await tx.execute("delete from identity.login_throttle where key = :key", {"key": key})


async def sweep(tx: Tx, ended_before: datetime) -> None:
    """Drop what can no longer matter: chains that ended, buckets that ran empty."""
    await tx.execute(
        "delete from identity.session where ends_at < :before or revoked_at < :before",
        {"before": ended_before},
    )
    await tx.execute(
        "delete from identity.login_throttle where empty_at < :now",
        {"now": tx.now},
    )
