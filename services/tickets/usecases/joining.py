"""A colleague accepts somebody whom a mail only named: they take part from now on (mail.md 9)."""

from typing import Any
from uuid import UUID

from services.tickets import problems
from services.tickets.adapters import people
from services.tickets.domain.opening import Requester
from services.tickets.problems.bonds import REQUESTER_STAYS
from services.tickets.store import leaving, tickets
from services.tickets.store.rows import Row
from services.tickets.usecases import answers
from services.tickets.usecases.life import Life
from services.tickets.usecases.replying import begin
from services.tickets.usecases.sight import see, staff_only, viewer_of
from shared.events.ticket import TicketParticipantAdded, TicketParticipantRemoved
from shared.kit.callers import Caller
from shared.kit.context import Context
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
        life.note("participant_added", {"person_id": str(person_id)})
    return await life.save(), life


async def remove(tx: Tx, caller: Caller, ticket_id: UUID, person_id: UUID) -> None:
    """They see the ticket no more; saying it again is no news. The requester always stays."""
    life = await begin(tx, caller, ticket_id, staff_only(caller))
    if person_id == life.ticket.requester_id:
        texts = REQUESTER_STAYS
        raise ValidationFailed.of("/person_id", "requester", texts, caller.locale)
    if await leaving.drop_participants(tx, life.ticket.id, [person_id]):
        actor = life.actor.id
        life.state(TicketParticipantRemoved(**life.base, person_id=person_id, actor_id=actor))
        life.note("participant_removed", {"person_id": str(person_id)})
    await life.save()


async def listed(context: Context, caller: Caller, ticket_id: UUID) -> list[dict[str, Any]]:
    """The requester first, then everybody else who takes part, in the order they came."""
    async with context.tx(caller) as tx:
        row = await see(tx, viewer_of(caller), ticket_id)
        rows = await tickets.taking_part(tx, ticket_id)
    ids = [row["requester_id"], *(one["person_id"] for one in rows)]
    cards = await answers.cards_for(context, ids)
    since = [row["created_at"], *(one["added_at"] for one in rows)]
    roles = ["requester", *("participant" for _ in rows)]
    return [
        {"person": answers.person(one, cards), "role": role, "since": at}
        for one, role, at in zip(ids, roles, since, strict=True)
    ]


async def _person(tx: Tx, caller: Caller, address: str, organization_id: UUID) -> UUID:
    """Only people of the ticket's own organization may see it, so nobody else can take part."""
    try:
        who = Requester(address, None, None)
        found = await people.resolve(tx.context, who, organization_id, closed=False)
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
