"""What a mail brings along beside its message: people, a related ticket, a colleague's hand."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from services.tickets.domain.bonds import Side, bond
from services.tickets.domain.words import number_text
from services.tickets.store import links, tickets
from services.tickets.usecases.life import HOUSE, Actor, Life
from services.tickets.usecases.watching import watch
from shared.events.mail import MailRouted
from shared.kit.tx import Tx
from shared.vocabulary import AuthorKind

RELATED: Final = "possibly_related"


def brings(routed: MailRouted) -> bool:
    """Whether there is anything to do once the ticket stands."""
    return bool(
        routed.participant_ids
        or routed.proposed
        or routed.related_ticket_id
        or routed.forwarded_by
        or routed.unverified
        or _addressed(routed)
    )


async def arrive(
    tx: Tx, ticket_id: UUID, routed: MailRouted, watching: Sequence[UUID] = ()
) -> None:
    """After the opening of a ticket by mail, or an answer on it; for agents' eyes only.

    Departments `watching` the ticket that the mail came to watch its follow-up too.
    """
    if not (brings(routed) or watching):
        return
    row = await tickets.lock(tx, ticket_id)
    assert row is not None
    life = Life(tx, row, await tx.context.vault.box(row["organization_id"]), HOUSE)
    for person_id in routed.participant_ids:
        if await tickets.add_participant(tx, life.ticket, person_id):
            life.note("participant_added", {"person_id": str(person_id)})
    watch(life, (*watching, *_addressed(routed)))
    if routed.proposed:
        data = {"count": routed.proposed, "mail_id": str(routed.mail_id)}
        life.note("participants_proposed", data, public=False)
    if routed.unverified:
        life.note("sender_unverified", {"mail_id": str(routed.mail_id)}, public=False)
    if routed.related_ticket_id is not None:
        await _relate(tx, life, routed.related_ticket_id)
    if routed.forwarded_by is not None:
        life.actor = Actor(routed.forwarded_by, AuthorKind.STAFF)
        life.note("mail_forwarded", {"mail_id": str(routed.mail_id)}, public=False)
    await life.save()


def _addressed(routed: MailRouted) -> tuple[UUID, ...]:
    """What a machine sends back to us calls nobody in."""
    return () if routed.decision == "note" else routed.watching_department_ids


async def _relate(tx: Tx, life: Life, other_id: UUID) -> None:
    """A hint for agents at both tickets; the customers of neither learn of the other."""
    other = await tickets.read_living(tx, other_id)
    if other is None or other["id"] == life.ticket.id:
        return
    guess = bond(life.ticket.id, other["id"], Side.POSSIBLY_RELATED)
    if not await links.add(tx, guess, life.ticket.organization_id):
        return
    life.note(RELATED, {"number": number_text(other["number"])}, public=False)
    box = await tx.context.vault.box(other["organization_id"])
    theirs = Life(tx, other, box, HOUSE)
    theirs.note(RELATED, {"number": number_text(life.ticket.number)}, public=False)
    await theirs.save()
