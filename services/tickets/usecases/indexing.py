"""Search keys are made outside the hot path, from messages that are not yet indexed."""

from services.tickets.adapters.stems import index_tokens
from services.tickets.store import seals, search
from services.tickets.store.rows import Row
from shared.kit.context import Context
from shared.kit.tx import Tx

BATCH = 50


async def index_some(context: Context) -> bool:
    """Index a batch; whether there may be more."""
    async with context.tx() as tx:
        await search.forget_changed(tx)
        rows = await search.waiting(tx, BATCH)
        if rows:
            await search.put(tx, [(row, await _tokens(tx, row)) for row in rows])
            await search.done(tx, [row["id"] for row in rows])
    return len(rows) == BATCH


async def _tokens(tx: Tx, row: Row) -> set[bytes]:
    box = await tx.context.vault.box(row["organization_id"])
    body = box.open(seals.BODY, row["id"], row["body_text"])
    texts = [body]
    if row["public"]:
        texts.append(box.open(seals.SUBJECT, row["ticket_id"], row["subject"]))
    return index_tokens(tx.context.keys.derive("search"), *texts)
