"""The keys that sign tokens: made, rotated and dropped in the table, prepared in memory."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from services.gateway.domain.keys import (
    Create,
    Drop,
    KeyLife,
    KeyState,
    Promote,
    Rotation,
    Step,
    next_steps,
)
from services.gateway.store import keys as store
from services.gateway.store.locks import take_turn
from shared.kit import jwt
from shared.kit.context import Context
from shared.kit.ids import uuid7
from shared.kit.problems import Unavailable
from shared.kit.tx import Tx
from shared.kit.vault import Vault


class Ring:
    """The keys as a process knows them; one is prepared once, not at each signature."""

    def __init__(self) -> None:
        self._active: jwt.SigningKey | None = None
        self._published: list[Mapping[str, Any]] = []

    async def load(self, context: Context) -> None:
        """Read the table anew."""
        async with context.tx() as tx:
            rows = await store.stored_keys(tx)
            active = next((row for row in rows if row.life.state is KeyState.ACTIVE), None)
            if active and (self._active is None or self._active.kid != active.life.kid):
                self._active = await _prepare(tx, active.life.kid)
        self._published = [row.public_jwk for row in rows]

    def sign(self, claims: Mapping[str, Any]) -> str:
        if self._active is None:
            raise Unavailable
        return jwt.sign(self._active, claims)

    def document(self) -> dict[str, Any]:
        """The JWKS: next, active and retired keys."""
        return {"keys": self._published}


_rings: WeakKeyDictionary[Vault, Ring] = WeakKeyDictionary()


def ring_of(context: Context) -> Ring:
    """The ring of a process; `Context` is frozen, so the ring hangs on its vault."""
    return _rings.setdefault(context.vault, Ring())


async def turn(context: Context) -> None:
    """Do what the rotation's rule asks for now, then read the keys anew."""
    rules = Rotation(period=context.settings.gateway_key_period)
    async with context.tx() as tx:
        steps = next_steps([row.life for row in await store.stored_keys(tx)], tx.now, rules)
    if steps:
        spare = await asyncio.get_running_loop().run_in_executor(None, jwt.generate_pem)
        async with context.tx() as tx:
            await take_turn(tx, "signing_key")
            lives = [row.life for row in await store.stored_keys(tx)]
            await _apply(tx, next_steps(lives, tx.now, rules), spare)
    await ring_of(context).load(context)


async def _apply(tx: Tx, steps: Sequence[Step], spare: str) -> None:
    for step in steps:
        match step:
            case Create(state, not_before):
                key = jwt.signing_key(str(uuid7()), spare)
                life = KeyLife(key.kid, state, not_before)
                await store.insert_key(tx, life, spare, key.public_jwk())
            case Promote(kid, former):
                await store.set_state(tx, former, KeyState.RETIRED, tx.now)
                await store.set_state(tx, kid, KeyState.ACTIVE)
            case Drop(kid):
                await store.delete_key(tx, kid)


async def _prepare(tx: Tx, kid: str) -> jwt.SigningKey | None:
    pem = await store.private_pem(tx, str(UUID(kid)))
    return jwt.signing_key(kid, pem) if pem else None
