"""A new index beside the one that answers: made ticket by ticket, then put in its place.

Each batch is a transaction that notes how far it came, so a stop loses nothing. What changes
meanwhile is written to both (`indexing.write`). An upgrade that changes the rules of the words
(`terms.RULES`) begins one by itself.
"""

from typing import Any, Final
from uuid import UUID

from services.tickets.adapters.people import people_of
from services.tickets.domain.terms import RULES
from services.tickets.store import generations, postings, search
from services.tickets.store.rows import Row
from services.tickets.store.search import Generation
from services.tickets.usecases import indexing
from shared.kit.context import Context
from shared.kit.tx import Tx

BATCH: Final = 100


async def build_some(context: Context) -> bool:
    """Take the new index a batch further, or clear an old one; whether there may be more."""
    async with context.tx() as tx:
        found = await generations.in_the_making(tx)
        if found is None:
            return await generations.clear_retired(tx) or await _follow_rules(tx)
        if found["rules"] < RULES:
            await generations.abandon(tx, found["id"])
            await generations.begin(tx, RULES, fresh_key=False)
            return True
        rows = await _next(tx, found)
        people = await search.people(tx, [row["id"] for row in rows])
    cards = await people_of(context).cards(context, [row["person_id"] for row in people])
    async with context.tx() as tx:
        await postings.hold(tx)
        await _build(tx, _generation(found), [row["id"] for row in rows], cards)
    return True


async def _follow_rules(tx: Tx) -> bool:
    """Begin a new index when the one that answers was made by older rules; whether so."""
    by_itself = tx.context.settings.tickets_search_rebuild == "auto"
    if not by_itself or not await generations.outdated(tx, RULES):
        return False
    if await generations.blank(tx):
        await generations.restamp(tx, RULES)
        return False
    await generations.begin(tx, RULES, fresh_key=False)
    return True


async def _build(tx: Tx, generation: Generation, ids: list[UUID], cards: indexing.Cards) -> None:
    """Rows are read anew under the keeper's lock: what changed since is in them."""
    if not ids:
        await generations.take_over(tx, generation)
        return
    rows = await search.look(tx, ids)
    batch = await indexing.gather(tx, rows, cards, whole=True)
    await indexing.write(tx, generation, batch, every=True)
    await search.ask(
        tx, "names", [(r["id"], r["number"]) for r in rows if r["id"] in batch.nameless]
    )
    place = max((row["number"] for row in rows), default=0)
    await generations.advance(tx, generation.id, place, len(rows))


async def _next(tx: Tx, found: Row) -> list[Row]:
    rows = await generations.following(tx, found["place"], BATCH)
    return rows or await generations.overlooked(tx, found["id"], BATCH)


def _generation(row: Row) -> Generation:
    return Generation(row["id"], row["key_version"])


async def rebuild(context: Context, *, fresh_key: bool) -> dict[str, Any]:
    """Begin a new index, or go on with the one in the making."""
    async with context.tx() as tx:
        await generations.begin(tx, RULES, fresh_key=fresh_key)
        tx.wake("tickets.rebuild")
        return await _told(tx)


async def status(context: Context) -> dict[str, Any]:
    """How the index is, and how far a new one has come."""
    async with context.tx() as tx:
        return await _told(tx)


async def _told(tx: Tx) -> dict[str, Any]:
    rows = await generations.all_of_them(tx)
    active = next(row for row in rows if row["state"] == "active")
    making = next((row for row in rows if row["state"] == "building"), None)
    since = await search.oldest_wait(tx)
    return {
        "generation": active["id"],
        "key_version": active["key_version"],
        "rules": active["rules"],
        "current_rules": RULES,
        "built_at": active["finished_at"],
        "bytes": await generations.size(tx),
        "waiting": await generations.waiting(tx),
        "lag_seconds": max(0.0, (tx.now - since).total_seconds()) if since else 0.0,
        "building": await _progress(tx, making) if making is not None else None,
    }


async def _progress(tx: Tx, making: Row) -> dict[str, Any]:
    return {
        "generation": making["id"],
        "key_version": making["key_version"],
        "rules": making["rules"],
        "started_at": making["started_at"],
        "done": making["done"],
        "left": await generations.left(tx, making["place"]),
    }
