"""The search index is made outside the hot path, a bounded batch of tickets at a time.

Names are asked for between two transactions; a gateway that is away costs names, not words.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from services.tickets.adapters import stems
from services.tickets.adapters.people import Card, people_of
from services.tickets.domain.fieldrules import hidden_keys
from services.tickets.domain.fields import Field
from services.tickets.domain.postings import Changes, pack, unpack
from services.tickets.store import postings, search
from services.tickets.store.rows import Row
from services.tickets.store.search import Generation
from services.tickets.usecases import indexed
from services.tickets.usecases.fieldbook import book_of
from shared.kit.context import Context
from shared.kit.tx import Tx

BATCH: Final = 50
_KINDS: Final = ("anew", "facts")

Cards = Mapping[UUID, Card]


@dataclass(frozen=True, slots=True)
class Batch:
    """Tickets that are indexed together, with everything about them."""

    tickets: Sequence[Row]
    people: Mapping[UUID, set[UUID]]
    shown: Mapping[UUID, set[UUID]]
    """Of the people those whose addresses customers are shown."""
    readers: Mapping[UUID, set[UUID]]
    cards: Cards
    texts: Sequence[Row] = ()
    files: Sequence[Row] = ()
    nameless: set[UUID] = field(default_factory=set)
    hidden: frozenset[str] = frozenset()
    """Custom fields that customers may not see."""
    fields: Mapping[str, Field] = field(default_factory=dict)


async def lag(context: Context) -> float:
    """Seconds since the oldest text that still waits came."""
    async with context.tx() as tx:
        since = await search.oldest_wait(tx)
        return max(0.0, (tx.now - since).total_seconds()) if since else 0.0


async def index_some(context: Context) -> bool:
    """Index a batch; whether there may be more."""
    heard = people_of(context).heard(context)
    kinds = (*_KINDS, "names") if heard else _KINDS
    async with context.tx() as tx:
        ids = await search.wanted(tx, kinds, BATCH)
        people = await search.people(tx, ids) if ids else []
    if not ids:
        return False
    cards = await people_of(context).cards(context, [row["person_id"] for row in people])
    async with context.tx() as tx:
        await postings.hold(tx)
        await _index(tx, ids, cards)
    return len(ids) == BATCH


async def _index(tx: Tx, ids: Sequence[UUID], cards: Cards) -> None:
    rows = await search.claim(tx, ids)
    kept = await search.generations(tx)
    await _run_errands(tx, kept, ids, {row["id"] for row in rows})
    batch = await gather(tx, rows, cards)
    for generation in kept:
        await write(tx, generation, batch, every=generation is kept[0])
    await search.done(tx, [row["id"] for row in batch.texts])
    key = stems.search_key(tx.context.keys, 1)
    await search.note_prints(tx, {one: indexed.print_of(key, cards[one]) for one in cards})
    waiting = [(row["id"], row["number"]) for row in rows if row["id"] in batch.nameless]
    await search.ask(tx, "names", waiting)


async def gather(tx: Tx, rows: Sequence[Row], cards: Cards, *, whole: bool = False) -> Batch:
    """What tickets are found by; `whole` = with texts that have tokens already."""
    ids = [row["id"] for row in rows]
    texts = await search.texts(tx, ids, whole=whole)
    people = await search.people(tx, ids)
    fields = (await book_of(tx.context)).by_key
    return Batch(
        tickets=rows,
        people=_by_ticket(people),
        shown=_by_ticket([row for row in people if row["shown"]]),
        readers=_by_ticket(await search.readers(tx, ids)),
        cards=cards,
        texts=texts,
        files=await search.files(tx, [row["id"] for row in texts]),
        hidden=frozenset(hidden_keys(fields, staff=False)),
        fields=fields,
    )


async def write(tx: Tx, generation: Generation, batch: Batch, *, every: bool) -> None:
    """Bring one index up to date; unless `every`, only of tickets that it has already."""
    key = stems.search_key(tx.context.keys, generation.key_version)
    before = await postings.entries(tx, generation.id, [row["id"] for row in batch.tickets])
    tickets = [row for row in batch.tickets if every or row["id"] in before]
    changes, entries = Changes(), []
    for row in tickets:
        box = await tx.context.vault.box(row["organization_id"])
        known = unpack(before.get(row["id"], b""), stems.LENGTH)
        marks = indexed.changing(key, box, row, batch, known)
        changes.remove(row["number"], known - marks)
        changes.add(row["number"], marks - known | indexed.lasting(key, box, row, batch))
        entries.append((row["id"], row["number"], pack(marks)))
        await asyncio.sleep(0)  # requests come first
    await postings.change(tx, generation.id, changes)
    await postings.note_entries(tx, generation.id, entries)


async def _run_errands(
    tx: Tx, kept: Sequence[Generation], ids: Sequence[UUID], held: set[UUID]
) -> None:
    """Forget the texts of tickets that lost a message or are gone; the rest follows anew."""
    for task in await search.tasks(tx, ids):
        about, kind = task["about_id"], task["kind"]
        gone = about not in held and not await search.exists(tx, about)
        if not (gone or about in held):
            continue
        if kind == "anew":
            await _forget(tx, kept, about, task["number"], gone=gone)
        await search.end_task(tx, about, kind)


async def _forget(
    tx: Tx, kept: Sequence[Generation], ticket_id: UUID, number: int, *, gone: bool
) -> None:
    for generation in kept:
        changes = Changes()
        for _, token, where in await postings.of_ticket(tx, generation.id, number):
            changes.remove(number, [(where, token)])
        if gone:
            known = (await postings.entries(tx, generation.id, [ticket_id])).get(ticket_id, b"")
            changes.remove(number, unpack(known, stems.LENGTH))
        await postings.change(tx, generation.id, changes)
    if gone:
        await postings.drop_entry(tx, ticket_id)
    else:
        await search.again(tx, ticket_id)


def _by_ticket(rows: Sequence[Row]) -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for row in rows:
        found[row["ticket_id"]].add(row["person_id"])
    return found
