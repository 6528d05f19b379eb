"""A person's new name or address: the tickets that are found by the old one follow."""

from services.tickets.adapters import stems
from services.tickets.adapters.people import people_of
from services.tickets.domain.postings import Field, decode, numbers, slice_of
from services.tickets.store import postings, search, tickets
from services.tickets.usecases.indexed import print_of
from services.tickets.usecases.relabelling import relabel_one
from shared.kit.context import Context
from shared.kit.tx import Tx

_AT_ONCE = 1000


async def rename_one(context: Context) -> bool:
    """Follow one person, or one label of an option; whether there may be more."""
    return await _rename_person(context) or await relabel_one(context)


async def _rename_person(context: Context) -> bool:
    """Without the gateway it waits."""
    if not people_of(context).heard(context):
        return False
    async with context.tx() as tx:
        person = await search.changed_person(tx)
    if person is None:
        return False
    cards = await people_of(context).cards(context, [person])
    if person not in cards:
        return False
    async with context.tx() as tx:
        await postings.hold(tx)
        known = await search.print_of(tx, person)
        active = (await search.generations(tx))[0]
        fresh = print_of(stems.search_key(context.keys, 1), cards[person])
        if known is not None and known != fresh:
            key = stems.search_key(context.keys, active.key_version)
            await _follow(tx, active.id, next(stems.fact_tokens(key, [f"named:{person}"]))[1])
            await search.change_print(tx, person, fresh)
        await search.end_task(tx, person, "person")
    return True


async def _follow(tx: Tx, generation: int, token: bytes) -> None:
    """Every ticket that names the person is looked at again."""
    slices = range(slice_of(await tickets.highest_number(tx)) + 1)
    for row in await postings.found(tx, generation, [token], slices):
        if row["field"] != Field.FACT:
            continue
        chosen = list(numbers(row["slice"], decode(row["count"], row["bits"])))
        for at in range(0, len(chosen), _AT_ONCE):
            await search.ask_numbers(tx, "facts", chosen[at : at + _AT_ONCE])
