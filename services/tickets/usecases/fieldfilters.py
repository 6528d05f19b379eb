"""What `custom.<key>` of a list means: conditions that the store understands.

For lists, views, counts, bulk actions and the query language alike.
"""

from dataclasses import replace

from services.tickets.domain.faults import Refused
from services.tickets.domain.fieldfilters import Asked, FieldFilter, parsed
from services.tickets.domain.fields import WRITTEN
from services.tickets.problems.fields import failed
from services.tickets.store import fieldvalues
from services.tickets.store.rows import Condition
from services.tickets.usecases.fieldbook import book_of
from services.tickets.usecases.fielding import TOKENS
from services.tickets.usecases.sight import viewer_of
from shared.kit.callers import Caller
from shared.kit.context import Context


async def conditions(context: Context, caller: Caller, asked: Asked) -> list[Condition]:
    """Pairs of an address as conditions, or ValidationFailed; hidden fields are unknown."""
    if not asked:
        return []
    try:
        return await _found(context, caller, asked)
    except Refused as refusal:
        raise failed(refusal, caller.locale) from refusal


async def meant(context: Context, caller: Caller, key: str, text: str) -> Condition | None:
    """The condition of `key:text` in a query; None where no such field or value exists."""
    try:
        return (await _found(context, caller, ((key, text),)))[0]
    except Refused:
        return None


async def _found(context: Context, caller: Caller, asked: Asked) -> list[Condition]:
    book = await book_of(context)
    found = parsed(book.by_key, asked, staff=viewer_of(caller).staff)
    key = context.keys.derive(TOKENS)
    return list(fieldvalues.conditions(_tokened(one, key) for one in found))


def _tokened(one: FieldFilter, key: bytes) -> FieldFilter:
    if one.type not in WRITTEN:
        return one
    tokens = tuple(fieldvalues.token(key, one.field_id, str(value)) for value in one.values)
    return replace(one, tokens=tokens)
