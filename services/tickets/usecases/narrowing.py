"""What a query and the desk's own fields ask of a list, as conditions of its statement."""

from typing import Final

from services.tickets.domain.listing import Filters
from services.tickets.domain.rights import Viewer
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
        if filters.q is not None:
            found.append(await searching.numbered(context, caller, viewer, filters))
    except ValidationFailed:
        if not lenient:
            raise
        return [NOTHING]
    return found
