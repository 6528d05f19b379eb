"""What a query and the desk's own fields ask of a list, as conditions of its statement."""

from services.tickets.adapters.stems import query_tokens
from services.tickets.domain.listing import Filters
from services.tickets.domain.rights import Viewer
from services.tickets.domain.words import parse_number
from services.tickets.problems.listing import FIELD_UNKNOWN
from services.tickets.store.matching import Search
from services.tickets.store.rows import Condition
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.problems import ValidationFailed


async def conditions(
    context: Context, caller: Caller, viewer: Viewer, filters: Filters
) -> list[Condition]:
    """Asked before the list's own transaction; ValidationFailed for what nobody can find by."""
    found = await _by_fields(context, caller, filters)
    if filters.q is not None:
        found.append(_search(context, filters.q).condition(internal=viewer.staff))
    return found


def _search(context: Context, query: str) -> Search:
    return Search(parse_number(query), query_tokens(context.keys.derive("search"), query))


async def _by_fields(_context: Context, caller: Caller, filters: Filters) -> list[Condition]:
    for key, _ in filters.custom:
        raise ValidationFailed.of(f"?custom.{key}", "unknown_field", FIELD_UNKNOWN, caller.locale)
    return []
