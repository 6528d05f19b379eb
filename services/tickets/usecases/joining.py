"""A colleague accepts somebody whom a mail only named: they take part from now on (mail.md 9)."""

from uuid import UUID

from services.tickets import problems
from services.tickets.adapters import people
from services.tickets.store import tickets
from services.tickets.store.rows import Row
from services.tickets.usecases.life import Life
from services.tickets.usecases.replying import begin
from services.tickets.usecases.sight import see, staff_only
from shared.events.ticket import TicketParticipantAdded
from shared.kit.callers import Caller
from shared.kit.peers import PeerRefused
from shared.kit.problems import ValidationFailed
from shared.kit.tx import Tx

_REFUSALS = {400, 404, 409, 422}


async def add(tx: Tx, caller: Caller, ticket_id: UUID, address: str) -> tuple[Row, Life]:
    """Whoever takes part sees the ticket and may answer by mail; saying it again is no news."""
    viewer = staff_only(caller)
    async with tx.context.tx(caller) as look:
        row = await see(look, viewer, ticket_id)
    person_id = await _person(tx, caller, address, row["organization_id"])
    life = await begin(tx, caller, ticket_id, viewer)
    if await tickets.add_participant(tx, life.ticket, person_id):
        actor = life.actor.id
        life.state(TicketParticipantAdded(**life.base, person_id=person_id, actor_id=actor))
        life.note("participant_added", {"person_id": str(person_id)}, public=False)
    return await life.save(), life


async def _person(tx: Tx, caller: Caller, address: str, organization_id: UUID) -> UUID:
    """Only people of the ticket's own organization may see it, so nobody else can take part."""
    try:
        found = await people.resolve(tx.context, address, None, None, organization_id, closed=False)
    except PeerRefused as refusal:
        if refusal.status not in _REFUSALS:
            raise
        raise _refused(caller, refusal.code) from refusal
    if found.organization_id != organization_id:
        raise _refused(caller, "other_organization")
    return found.user_id


def _refused(caller: Caller, code: str) -> ValidationFailed:
    if code == "other_organization":
        texts = problems.PARTICIPANT_ELSEWHERE
        return ValidationFailed.of("/email", code, texts, caller.locale)
    texts = problems.ADDRESS_REFUSED
    return ValidationFailed.of("/email", "address_refused", texts, caller.locale)
