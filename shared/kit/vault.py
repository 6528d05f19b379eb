"""Keeps the data keys of the organizations: made on first use, cached, stored wrapped."""

import asyncio
import secrets
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.kit.callers import Seat
from shared.kit.crypto import Box, Keys
from shared.kit.database import Database


class Vault:
    """Gives the box of an organization.

    A data key is written by a statement of its own, not in the caller's transaction: a key whose
    transaction rolled back would leave sealed values that nothing opens.
    """

    def __init__(self, database: Database, schema: str, keys: Keys) -> None:
        self._database = database
        self._keys = keys
        self._boxes: dict[UUID, Box] = {}
        self._making = asyncio.Lock()
        self._select = text(
            f"select version, wrapped from {schema}.data_key where organization_id = :owner"
        )
        self._several = text(
            f"select organization_id as owner, version, wrapped from {schema}.data_key"
            " where organization_id = any(cast(:owners as uuid[]))"
        )
        self._insert = text(
            f"insert into {schema}.data_key (organization_id, version, wrapped)"
            " values (:owner, 1, :wrapped) on conflict do nothing"
        )

    async def box(self, organization_id: UUID) -> Box:
        """The organization's box; its data key is made when it has none."""
        ready = self._boxes.get(organization_id)
        if ready is not None:
            return ready
        async with self._making:
            if organization_id not in self._boxes:
                self._boxes[organization_id] = await self._fetch(organization_id)
        return self._boxes[organization_id]

    async def learn(self, organization_ids: Iterable[UUID]) -> None:
        """One look for the keys of many; who has none yet gets one at the first use, as ever."""
        async with self._making:
            unknown = set(organization_ids) - self._boxes.keys()
            if unknown:
                self._boxes |= await self._fetch_all(unknown)

    def forget(self, organization_id: UUID) -> None:
        """Read the keys anew at the next use (rotation, erasure)."""
        self._boxes.pop(organization_id, None)

    async def _fetch(self, owner: UUID) -> Box:
        async with self._database.engine(Seat.SYSTEM).connect() as connection:
            rows = (await connection.execute(self._select, {"owner": owner})).all()
            if not rows:
                wrapped = self._keys.wrap(secrets.token_bytes(32), owner)
                await connection.execute(self._insert, {"owner": owner, "wrapped": wrapped})
                rows = (await connection.execute(self._select, {"owner": owner})).all()
        return Box(owner, {row.version: self._open(owner, row) for row in rows})

    async def _fetch_all(self, owners: set[UUID]) -> dict[UUID, Box]:
        async with self._database.engine(Seat.SYSTEM).connect() as connection:
            rows = (await connection.execute(self._several, {"owners": list(owners)})).all()
        keys: dict[UUID, dict[int, bytes]] = {}
        for row in rows:
            keys.setdefault(row.owner, {})[row.version] = self._open(row.owner, row)
        return {owner: Box(owner, versions) for owner, versions in keys.items()}

    def _open(self, owner: UUID, row: Any) -> bytes:
        return self._keys.unwrap(row.wrapped, owner)
