"""An option's new label: the tickets that have the option are found by it soon."""

from collections.abc import Iterable, Iterator
from hashlib import md5
from typing import Final
from uuid import UUID

from services.tickets.adapters import stems
from services.tickets.domain.fields import Field
from services.tickets.domain.matching import Every, Has, tokens_of
from services.tickets.domain.postings import Field as Place
from services.tickets.domain.postings import decode, numbers, slice_of
from services.tickets.store import postings, search, tickets
from services.tickets.usecases import fieldbook
from services.tickets.usecases.indexed import custom_scope
from shared.kit.context import Context
from shared.kit.tx import Tx

_CUSTOM: Final = frozenset({Place.CUSTOM, Place.HIDDEN_CUSTOM})
_AT_ONCE: Final = 1000


async def relabel_one(context: Context) -> bool:
    """Follow one label, of which a trigger left an errand; whether there may be more."""
    async with context.tx() as tx:
        errand = await search.changed_label(tx)
    if errand is None:
        return False
    fieldbook.distrust(context)
    options = dict(_options((await fieldbook.book_of(context)).by_id.values()))
    async with context.tx() as tx:
        await postings.hold(tx)
        if (option := options.get(errand)) is not None:
            await _follow(tx, *option)
        await search.end_task(tx, errand, "label")
    return True


def _options(fields: Iterable[Field]) -> Iterator[tuple[UUID, tuple[str, str]]]:
    for field in fields:
        for one in field.definition.options:
            name = f"{field.id}:{one.value}".encode()
            yield UUID(md5(name, usedforsecurity=False).hexdigest()), (field.key, one.value)


async def _follow(tx: Tx, key: str, value: str) -> None:
    """Every ticket whose field has this value is looked at again."""
    active = (await search.generations(tx))[0]
    secret = stems.search_key(tx.context.keys, active.key_version)
    words = sorted(stems.text_tokens(secret, value, custom_scope(key)))
    node = Every(tuple(Has(frozenset({word}), _CUSTOM) for word in words))
    slices = range(slice_of(await tickets.highest_number(tx)) + 1)
    found: dict[int, dict[bytes, dict[Place, int]]] = {}
    for row in await postings.found(tx, active.id, set(tokens_of(node)), slices):
        fields = found.setdefault(row["slice"], {}).setdefault(row["token"], {})
        fields[Place(row["field"])] = decode(row["count"], row["bits"])
    for piece, here in found.items():
        chosen = list(numbers(piece, node.bits(piece, here)))
        for at in range(0, len(chosen), _AT_ONCE):
            await search.ask_numbers(tx, "facts", chosen[at : at + _AT_ONCE])
