"""Turns that only one process of all replicas may take at a time."""

from shared.kit.tx import Tx


async def take_turn(tx: Tx, name: str) -> None:
    """Wait until nobody else holds `name`; held until the transaction ends."""
    await tx.execute("select pg_advisory_xact_lock(hashtext(:name))", {"name": f"identity.{name}"})
