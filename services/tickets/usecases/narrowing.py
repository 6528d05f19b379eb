"""What a query and the desk's own fields ask of a list, as conditions of its statement."""

from typing import Final

from services.tickets.domain.listing import Filters
from services.tickets.domain.rights import Viewer
from services.tickets.store import scarce
from services.tickets.store.rows import Condition
from services.tickets.usecases import fieldfilters, searching
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.problems import ValidationFailed

NOTHING: Final[Condition] = ("false", {})


async def conditions(
    context: Context, caller: Caller, viewer: Viewer, filters: Filters, *, lenient: bool = False
) -> list[Condition]:
    """Asked before the list's own transaction; ValidationFailed for what nobody can find by.

    `lenient`: the question was saved long ago, and what it asks for may be no more; that finds
    nothing.
    """
    try:
        found = await fieldfilters.conditions(context, caller, filters.custom)
        found += await _tagged(context, viewer, filters)
        if filters.q is not None:
            found.append(await searching.numbered(context, caller, viewer, filters))
    except ValidationFailed:
        if not lenient:
            raise
        return [NOTHING]
    return found


async def _tagged(context: Context, viewer: Viewer, filters: Filters) -> list[Condition]:
    """The few tickets that bear a customer's rare tag; rights and wall still decide on each."""
    owner = viewer.organization_id
    if viewer.staff or owner is None or not filters.tag:
        return []
    async with context.tx() as tx:
        counted = [await scarce.uses(tx, owner, tag) for tag in filters.tag]
        few = await scarce.holders(tx, owner, filters.tag) if min(counted) <= scarce.FEW else None
    return [] if few is None else [("t.id = any(cast(:holders as uuid[]))", {"holders": few})]
