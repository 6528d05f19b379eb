"""What staff see of mail beside its messages: mails that wait, mails that did not arrive."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from services.tickets.store import held, messages, tickets, timeline
from services.tickets.usecases.answers import warnings
from services.tickets.usecases.life import HOUSE, Actor, Life
from shared.events.mail import MailHeld, MailRejected
from shared.events.notify import NotifyBounced, NotifySuppressed
from shared.kit.tx import Tx
from shared.vocabulary import AuthorKind

SHOWN: Final = 50
"""More waiting mails than this are counted, and listed by intake."""

_NOT_WANTED: Final = "not_wanted"
_UNSAID: Final = "acknowledgement_suppressed"
_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CARRIES_A_MESSAGE: Final = frozenset({"reply", "resolution"})


async def wait(tx: Tx, fact: MailHeld) -> None:
    """A mail names this ticket, but its sender may not act on it: shown with a warning."""
    life = await _life(tx, fact.ticket_id)
    if life is None or await messages.of_mail(tx, fact.mail_id) is not None:
        return
    ticket, reasons = life.ticket, fact.reason.split(",")
    place = (ticket.id, ticket.organization_id)
    new = await held.add(
        tx,
        fact.mail_id,
        place,
        reasons=reasons,
        sender_auth=fact.sender_auth,
        held_at=fact.at,
    )
    if new:
        data = {"mail_id": str(fact.mail_id), "mail_reason": reasons[0], "reasons": reasons}
        life.note("mail_held", data, public=False)
        await life.save()


async def refuse(tx: Tx, fact: MailRejected) -> None:
    """A person has said no: the warning goes, the story stays."""
    ticket_id = await held.drop(tx, fact.mail_id)
    life = await _life(tx, ticket_id, Actor(fact.actor_id, AuthorKind.STAFF))
    if life is not None:
        life.note("mail_rejected", {"mail_id": str(fact.mail_id)}, public=False)
        await life.save()


async def come_back(tx: Tx, fact: NotifyBounced) -> None:
    """The exact message is marked; whom it was for has not read it."""
    life = await _life(tx, fact.ticket_id)
    if life is None:
        return
    outcome = "dead" if fact.address_dead else "failed" if fact.permanent else "delayed"
    data: dict[str, Any] = {"outcome": outcome, "mail": fact.kind}
    if fact.message_id is not None and fact.kind in _CARRIES_A_MESSAGE:
        data["message_id"] = str(fact.message_id)
        if fact.permanent:
            await messages.mark_bounced(tx, life.ticket.id, fact.message_id, fact.at)
    life.note("mail_bounced", data, public=False)
    await life.save()


async def stay_unsaid(tx: Tx, fact: NotifySuppressed) -> None:
    """Why nobody was told that we have their request (mail.md 10).

    Of what it was asked not to send, notify knows no cause: the form has told its own already.
    """
    if fact.ticket_id is None:
        return
    asked = fact.reason == _NOT_WANTED
    if asked and await timeline.happened_since(tx, fact.ticket_id, _UNSAID, _EVER):
        return
    timeline.add_living(tx, fact.ticket_id, _UNSAID, {"cause": fact.reason})


def told(rows: Any) -> list[dict[str, Any]]:
    """The waiting mails of a ticket as staff see them, each with its reasons in both languages."""
    return [
        {
            "mail_id": row["mail_id"],
            "sender_auth": row["sender_auth"],
            "held_at": row["held_at"],
            "warnings": warnings(row["reasons"]),
        }
        for row in rows
    ]


async def _life(tx: Tx, ticket_id: UUID | None, actor: Actor = HOUSE) -> Life | None:
    row = await tickets.lock_living(tx, ticket_id) if ticket_id is not None else None
    if row is None:
        return None
    return Life(tx, row, await tx.context.vault.box(row["organization_id"]), actor)
