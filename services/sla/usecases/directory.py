"""What sla knows about organizations and about who takes part in a ticket."""

from uuid import UUID

from services.sla.problems import refused
from services.sla.store import rules, sight
from shared.events.identity import IdentityOrganizationUpdated
from shared.kit.callers import Caller, Seat
from shared.kit.context import Context
from shared.kit.peers import PeerRefused, PeerUnavailable
from shared.kit.problems import NotFound, Unavailable
from shared.kit.tx import Tx


async def know_organization(tx: Tx, fact: IdentityOrganizationUpdated) -> None:
    await rules.put_organization(tx, fact.organization_id, fact.locale.value, fact.timezone)


async def require_organization(context: Context, caller: Caller, organization_id: UUID) -> None:
    """Refuses an organization that nobody knows; asks gateway for one that is seconds old.

    Called before the door's transaction has begun: nothing waits for a peer inside one.
    """
    async with context.tx() as look:
        known = await rules.organization_timezone(look, organization_id)
    if known is not None:
        return
    try:
        await context.peers.get("gateway", f"/internal/organizations/{organization_id}")
    except PeerRefused as refusal:
        raise refused("#/organization_id", "unknown_organization", caller.locale) from refusal
    except PeerUnavailable as away:
        raise Unavailable from away


async def require_sight(context: Context, caller: Caller, ticket_id: UUID) -> None:
    """NotFound unless the caller may see the ticket (decisions.md 18, 19).

    Nobody states who was put in copy, so a colleague of the requester is looked up at tickets.
    """
    async with context.tx(caller) as look:
        if await sight.may_see(look, caller, ticket_id):
            return
        possible = caller.seat is Seat.CUSTOMER and caller.kind == "user"
        if not possible or not await sight.own_but_unseen(look, caller, ticket_id):
            raise NotFound
    people = await _participants(context, ticket_id)
    if caller.id not in people:
        raise NotFound
    async with context.tx() as tx:
        await sight.add_participants(tx, ticket_id, people)


async def _participants(context: Context, ticket_id: UUID) -> list[UUID]:
    try:
        ticket = await context.peers.get("tickets", f"/internal/tickets/{ticket_id}")
    except (PeerRefused, PeerUnavailable):
        return []
    return [UUID(str(one)) for one in ticket.get("participants", ())]
