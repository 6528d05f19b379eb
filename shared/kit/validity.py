"""From when on a principal's or session's tokens count: how a revocation reaches a service."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from shared.kit.context import Context
from shared.kit.jwt import LEEWAY, MAX_LIFE
from shared.kit.tx import Tx

POLL: Final = 2.0
_KEEP: Final = timedelta(seconds=MAX_LIFE + 2 * LEEWAY)


class Validity:
    """`<schema>.token_validity` in memory: only rows that a living token can still meet."""

    def __init__(self, schema: str) -> None:
        self._schema = schema
        self._from: dict[UUID, int] = {}

    def note(self, principal: UUID, valid_from: datetime) -> None:
        """Refuse what was issued to this user, client or session before `valid_from`."""
        moment = _millis(valid_from.timestamp())
        self._from[principal] = max(moment, self._from.get(principal, 0))

    def refuses(self, principal: UUID, session_id: UUID | None, issued_at: float) -> bool:
        if not self._from:
            return False
        issued = _millis(issued_at)
        if issued < self._from.get(principal, 0):
            return True
        return session_id is not None and issued < self._from.get(session_id, 0)

    async def record(self, tx: Tx, principal: UUID, valid_from: datetime) -> None:
        """Keep it for the other processes of this service and for the next start."""
        await tx.execute(
            f"insert into {self._schema}.token_validity as v (principal, valid_from)"
            " values (:principal, :valid_from) on conflict (principal) do update"
            " set valid_from = greatest(v.valid_from, excluded.valid_from)",
            {"principal": principal, "valid_from": valid_from},
        )
        self.note(principal, valid_from)

    async def load(self, context: Context) -> None:
        """Read what other processes recorded; older tokens are refused by their own `exp`."""
        since = context.clock.now() - _KEEP
        async with context.tx() as tx:
            rows = await tx.rows(
                f"select principal, valid_from from {self._schema}.token_validity"
                " where valid_from > :since",
                {"since": since},
            )
        self._from = {who: at for who, at in self._from.items() if at > _millis(since.timestamp())}
        for row in rows:
            self.note(row["principal"], row["valid_from"])

    async def forget(self, context: Context) -> None:
        """Drop rows that no living token can meet."""
        async with context.tx() as tx:
            await tx.execute(
                f"delete from {self._schema}.token_validity where valid_from < :before",
                {"before": context.clock.now() - 24 * _KEEP},
            )


def _millis(moment: float) -> int:
    """Tokens carry milliseconds, so that one issued right after a change is not refused."""
    return round(moment * 1000)
