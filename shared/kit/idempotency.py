"""The same key and the same request get the same answer for a day; another request is refused.

The key's row is inserted first, in the transaction of its effect, so that a second request with
the same key waits for the first and then hears its answer.
"""

from datetime import timedelta
from functools import cache
from hashlib import sha256
from typing import Any, Final

import orjson
from fastapi import Request, Response
from sqlalchemy.exc import IntegrityError

from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.problems import BadRequest, IdempotencyKeyReused
from shared.kit.tx import Tx
from shared.vocabulary import RESERVED_ORGANIZATION

KEPT: Final = timedelta(hours=24)
LONGEST_KEY: Final = 255
MOST_STORED: Final = 512 * 1024
UNSAFE: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_HEADERS: Final = ("content-type", "location", "etag", "link")


@cache
def IDEMPOTENCY_CTE(schema: str) -> str:  # noqa: N802 - a piece of SQL, read as a constant
    """A CTE named `idempotency` for doors whose whole transaction is one statement.

    Parameters come from `Repeat.params(response)`; without a key it inserts nothing. A repeated
    key breaks the whole statement, and the door then answers what the first one answered.
    """
    return f"""idempotency as (insert into {schema}.idempotency_key
        (principal, key, organization_id, fingerprint, status, headers, body, created_at)
        select cast(:idem_principal as uuid), cast(:idem_key as text),
            cast(:idem_organization as uuid), cast(:idem_fingerprint as bytea),
            cast(:idem_status as smallint), cast(:idem_headers as text),
            cast(:idem_body as bytea), cast(:idem_now as timestamptz)
        where cast(:idem_key as text) is not null)"""


class Repeat:
    """The idempotency of one request: its key, what it asked, and where the answer is kept."""

    def __init__(self, context: Context, caller: Caller, key: str | None, asked: bytes) -> None:
        self.key = key
        self.principal = caller.id
        self.organization_id = caller.organization_id or RESERVED_ORGANIZATION
        self._context = context
        self._table = f"{context.schema}.idempotency_key"
        self._fingerprint = asked

    async def claim(self, tx: Tx) -> Response | None:
        """Take the key for this transaction, or give the answer of whoever had it before."""
        taken = await tx.scalar(
            f"""insert into {self._table} as k
                (principal, key, organization_id, fingerprint, created_at)
                values (:principal, :key, :organization, :fingerprint, :now)
                on conflict (principal, key) do update set fingerprint = excluded.fingerprint,
                    status = null, headers = null, body = null, created_at = excluded.created_at
                where k.created_at < :expired returning true""",
            self._row(tx) | {"expired": tx.now - KEPT},
        )
        return None if taken else await self.replay(tx)

    async def settle(self, tx: Tx, response: Response) -> None:
        """Keep the answer beside its effect."""
        stored = await self._stored(response)
        await tx.execute(
            f"update {self._table} set status = :status, headers = :headers, body = :body"
            " where principal = :principal and key = :key",
            stored | {"principal": self.principal, "key": self.key},
        )

    async def keep_refusal(self, tx: Tx, response: Response) -> None:
        """Keep a refusal whose own transaction was rolled back."""
        await tx.execute(
            f"""insert into {self._table} (principal, key, organization_id, fingerprint,
                status, headers, body, created_at) values (:principal, :key, :organization,
                :fingerprint, :status, :headers, :body, :now) on conflict do nothing""",
            self._row(tx) | await self._stored(response),
        )

    async def replay(self, tx: Tx) -> Response | None:
        """The kept answer; None when there is none or it is too old to count."""
        row = await tx.row(
            f"select fingerprint, status, headers, body, organization_id, created_at"
            f" from {self._table} where principal = :principal and key = :key",
            {"principal": self.principal, "key": self.key},
        )
        if row is None or row["created_at"] < tx.now - KEPT:
            return None
        if row["fingerprint"] != self._fingerprint:
            raise IdempotencyKeyReused
        body = b""
        if row["body"] is not None:
            box = await self._context.vault.box(row["organization_id"])
            body = box.open_bytes(self._label, self.principal, row["body"])
        headers = orjson.loads(row["headers"] or b"{}")
        return Response(body, row["status"] or 200, {**headers, "Idempotent-Replayed": "true"})

    async def forget(self) -> None:
        """Make room for a request that came after the key's day."""
        async with self._context.tx() as tx:
            await tx.execute(
                f"delete from {self._table} where principal = :principal and key = :key"
                " and created_at < :expired",
                {"principal": self.principal, "key": self.key, "expired": tx.now - KEPT},
            )

    async def params(self, response: Response, tx: Tx) -> dict[str, Any]:
        """Parameters of `IDEMPOTENCY_CTE` for an answer that is known before the statement."""
        kept: dict[str, Any] = {"status": None, "headers": None, "body": None}
        if self.key is not None:
            kept = await self._stored(response)
        return {f"idem_{name}": value for name, value in (self._row(tx) | kept).items()}

    @property
    def _label(self) -> str:
        return f"{self._table}.{self.key}"

    def _row(self, tx: Tx) -> dict[str, Any]:
        return {
            "principal": self.principal,
            "key": self.key,
            "organization": self.organization_id,
            "fingerprint": self._fingerprint,
            "now": tx.now,
        }

    async def _stored(self, response: Response) -> dict[str, Any]:
        body = bytes(getattr(response, "body", b""))
        sealed = None
        if body and len(body) <= MOST_STORED:
            box = await self._context.vault.box(self.organization_id)
            sealed = box.seal(self._label, self.principal, body)
        headers = {name: response.headers[name] for name in _HEADERS if name in response.headers}
        return {
            "status": response.status_code,
            "headers": orjson.dumps(headers).decode(),
            "body": sealed,
        }


async def repeat_of(request: Request, context: Context, caller: Caller) -> Repeat:
    """Read the request's key; without one, nothing is kept and nothing replayed."""
    key = request.headers.get("idempotency-key")
    if key is None or request.method not in UNSAFE:
        return Repeat(context, caller, None, b"")
    if not 0 < len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise BadRequest
    place = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return Repeat(context, caller, key, sha256(place + await request.body()).digest())


def is_repeated(error: Exception) -> bool:
    """Whether a statement broke on a key that another request has taken."""
    return isinstance(error, IntegrityError) and "idempotency_key" in str(error.orig)


async def purge(context: Context) -> None:
    """Forget keys whose day is over."""
    async with context.tx() as tx:
        await tx.execute(
            f"delete from {context.schema}.idempotency_key where created_at < :expired",
            {"expired": tx.now - KEPT},
        )
