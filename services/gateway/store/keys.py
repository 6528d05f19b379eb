"""Rows of signing keys; the private half never leaves this module unsealed but to sign."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from services.gateway import tables
from services.gateway.domain.keys import KeyLife, KeyState
from shared.kit.tables import table
from shared.kit.tx import Tx
from shared.vocabulary import RESERVED_ORGANIZATION

_KEY = table(tables.SigningKeyRow)
_PRIVATE = "identity.signing_key.private"


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key's place in its life and its public half."""

    life: KeyLife
    public_jwk: Mapping[str, Any]


async def stored_keys(tx: Tx) -> Sequence[StoredKey]:
    rows = await tx.rows(
        """select id, state, not_before, retired_at, public_jwk from identity.signing_key
            order by not_before, id"""
    )
    return [
        StoredKey(
            KeyLife(str(row["id"]), KeyState(row["state"]), row["not_before"], row["retired_at"]),
            json.loads(row["public_jwk"]),
        )
        for row in rows
    ]


async def private_pem(tx: Tx, kid: str) -> str | None:
    row = await tx.row(
        "select private_sealed from identity.signing_key where id = :id", {"id": UUID(kid)}
    )
    if row is None:
        return None
    box = await tx.context.vault.box(RESERVED_ORGANIZATION)
    return box.open(_PRIVATE, UUID(kid), row["private_sealed"])


async def insert_key(tx: Tx, life: KeyLife, pem: str, public_jwk: Mapping[str, Any]) -> None:
    box = await tx.context.vault.box(RESERVED_ORGANIZATION)
    await tx.execute(
        insert(_KEY).values(
            id=UUID(life.kid),
            state=life.state.value,
            not_before=life.not_before,
            private_sealed=box.seal(_PRIVATE, UUID(life.kid), pem),
            public_jwk=json.dumps(public_jwk),
        )
    )


async def set_state(tx: Tx, kid: str, state: KeyState, retired_at: datetime | None = None) -> None:
    await tx.execute(
        "update identity.signing_key set state = :state, retired_at = :retired where id = :id",
        {"id": UUID(kid), "state": state.value, "retired": retired_at},
    )


async def delete_key(tx: Tx, kid: str) -> None:
    await tx.execute("delete from identity.signing_key where id = :id", {"id": UUID(kid)})
