"""From when on tokens count, as this service's own verifier reads it."""

from datetime import datetime
from uuid import UUID

from shared.kit.tx import Tx


async def refuse_before(tx: Tx, principal: UUID, valid_from: datetime) -> None:
    """Tokens of this user, client or session that were issued before are refused."""
    await tx.execute(
        """insert into identity.token_validity as v (principal, valid_from)
            values (:principal, :valid_from) on conflict (principal) do update
            set valid_from = greatest(v.valid_from, excluded.valid_from)""",
        {"principal": principal, "valid_from": valid_from},
    )
