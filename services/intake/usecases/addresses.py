"""Which addresses are ours: the departments' mailboxes, those set up here, the support address."""

from uuid import UUID

from services.intake.store import mailboxes
from shared.kit.tx import Tx
from shared.vocabulary import DEFAULT_DEPARTMENT


async def our_addresses(tx: Tx) -> dict[str, UUID]:
    """Department by address; the support address works before the directory has told of it.

    Where the directory gives an address to a department, it decides (decisions.md 11).
    """
    support = tx.context.settings.support_address.strip().lower()
    return {support: DEFAULT_DEPARTMENT} | await mailboxes.with_servers(tx)
