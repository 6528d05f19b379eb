"""Proofs of work that were used."""

from datetime import datetime

from shared.kit.tx import Tx


async def spend(tx: Tx, proof_id: bytes, expires_at: datetime) -> bool:
    """Use a proof up; False when somebody already did."""
    result = await tx.execute(
        "insert into tickets.spent_proof (id, expires_at) values (:id, :expires_at)"
        " on conflict do nothing",
        {"id": proof_id, "expires_at": expires_at},
    )
    return bool(result.rowcount)


async def forget(tx: Tx) -> None:
    """Those whose challenge has run out can no longer be used anyway."""
    await tx.execute("delete from tickets.spent_proof where expires_at < :now", {"now": tx.now})
