"""Rows of API clients; a secret is known by its hash only."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, insert

from services.gateway import tables
from services.gateway.domain.clients import ApiClient
from shared.kit.tables import table
from shared.kit.tx import Tx

_CLIENT = table(tables.ApiClient)
_SELECT = """select id, organization_id, name, scopes, created_by, created_at, revoked_at
    from identity.api_client"""


async def insert_client(tx: Tx, client: ApiClient, secret_hash: bytes) -> None:
    await tx.execute(
        insert(_CLIENT).values(
            id=client.id,
            organization_id=client.organization_id,
            name=client.name,
            secret_hash=secret_hash,
            scopes=list(client.scopes),
            created_by=client.created_by,
            created_at=client.created_at,
        )
    )


async def find_client(tx: Tx, client_id: UUID) -> ApiClient | None:
    row = await tx.row(f"{_SELECT} where id = :id", {"id": client_id})
    return _client(row) if row else None


async def find_secret(tx: Tx, client_id: UUID) -> tuple[ApiClient, bytes] | None:
    """A client that may still act, with the hash of its secret."""
    row = await tx.row(
        """select id, organization_id, name, scopes, created_by, created_at, revoked_at,
            secret_hash from identity.api_client where id = :id and revoked_at is null""",
        {"id": client_id},
    )
    return (_client(row), bytes(row["secret_hash"])) if row else None


async def list_clients(tx: Tx, after: UUID | None, limit: int) -> Sequence[ApiClient]:
    """In the order of their making, revoked ones included."""
    rows = await tx.rows(
        f"""{_SELECT} where cast(:after as uuid) is null or id > :after
            order by id limit :limit""",
        {"after": after, "limit": limit},
    )
    return [_client(row) for row in rows]


async def revoke_client(tx: Tx, client_id: UUID) -> bool:
    """Whether it could act until now."""
    row = await tx.row(
        """update identity.api_client set revoked_at = :now
            where id = :id and revoked_at is null returning id""",
        {"id": client_id, "now": tx.now},
    )
    return row is not None


def _client(row: RowMapping) -> ApiClient:
    fields: dict[str, Any] = {key: row[key] for key in ApiClient.__slots__ if key != "scopes"}
    return ApiClient(scopes=tuple(row["scopes"]), **fields)
