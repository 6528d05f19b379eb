"""A new ticket about what a closed one was about: it names that one, and both tell of the other."""

from uuid import UUID

from services.tickets.domain.reopening import inside_window
from services.tickets.problems.bonds import NOT_CLOSED, OTHER_OWNER
from services.tickets.store import tickets
from services.tickets.store.rows import Row
from services.tickets.usecases.sight import living, see, viewer_of
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.problems import ValidationFailed
from shared.vocabulary import Status

_PLACE = "/follow_up_of"


async def earlier(context: Context, caller: Caller, ticket_id: UUID | None) -> Row | None:
    """The closed ticket that a new one goes on with; NotFound when the caller does not see it.

    What was merged lives on in another one: that is the one meant, if the caller sees it. What can
    still be answered is answered where it stands: else a reply would give two living tickets.
    """
    if ticket_id is None:
        return None
    viewer = viewer_of(caller)
    async with context.tx(caller) as tx:
        row = await living(tx, viewer, await see(tx, viewer, ticket_id))
        answerable = inside_window(tickets.to_ticket(row), tx.now)
    if row["status"] != Status.CLOSED or answerable:
        raise ValidationFailed.of(_PLACE, "not_closed", NOT_CLOSED, caller.locale)
    return row


def check_owner(caller: Caller, row: Row | None, organization_id: UUID) -> None:
    """One organization learns nothing of another one's tickets."""
    if row is not None and row["organization_id"] != organization_id:
        raise ValidationFailed.of(_PLACE, "other_organization", OTHER_OWNER, caller.locale)
