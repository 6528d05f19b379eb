"""A person's word about one mail: refuse it, or say where it shall go before it is let through."""

from typing import Any, Final
from uuid import UUID

from services.intake.domain.words import RELEASABLE, State
from services.intake.problems import NO_SUCH_DEPARTMENT, NO_SUCH_TICKET, NotEditable, NotRejectable
from services.intake.store import mailboxes, mails, threads
from services.intake.usecases import secrets, sight
from shared.events.mail import MailRejected
from shared.kit.problems import NotFound, ValidationFailed
from shared.kit.tx import Tx
from shared.vocabulary import DEFAULT_DEPARTMENT

REFUSABLE: Final = frozenset({State.HELD, State.QUARANTINED})
"""What waits for a person and is on no ticket."""


async def reject(tx: Tx, mail_id: UUID, reason: str) -> mails.Row:
    """The mail stays where it is, visible, and on no ticket; saying so again changes nothing."""
    row = await _locked(tx, mail_id)
    if row.state is State.REJECTED:
        return row
    if row.state not in REFUSABLE:
        raise NotRejectable(state=row.state)
    box = await secrets.box_of(tx.context)
    fields = {
        "state": State.REJECTED,
        "reasons": [*(one for one in row.reasons if one != "rejected"), "rejected"],
        "decided_by": tx.caller.id,
        "note": box.seal(secrets.NOTE, mail_id, reason),
        "version": row.version + 1,
    }
    await mails.change(tx, mail_id, fields)
    fact = MailRejected(mail_id=mail_id, at=tx.now, ticket_id=row.ticket_id, actor_id=tx.caller.id)
    tx.emit(fact, sequence=row.version + 1)
    return await _locked(tx, mail_id)


async def steer(tx: Tx, mail_id: UUID, wish: dict[str, Any]) -> mails.Row:
    """Where the mail goes once it is released; both ends must be in the caller's reach."""
    row = await _locked(tx, mail_id)
    if row.state not in RELEASABLE:
        raise NotEditable(state=row.state)
    fields: dict[str, Any] = {}
    if "ticket_id" in wish:
        await _check_ticket(tx, wish["ticket_id"])
        fields["steered_ticket_id"] = wish["ticket_id"]
        fields["steered_new"] = wish["ticket_id"] is None
    if wish.get("department_id") is not None:
        await _check_department(tx, wish["department_id"])
        fields |= dict.fromkeys(("steered_department_id", "department_id"), wish["department_id"])
    if fields:
        await mails.change(tx, mail_id, fields)
    found = await mails.find(tx, mail_id)
    assert found is not None
    return found


async def _check_ticket(tx: Tx, ticket_id: UUID | None) -> None:
    """A ticket outside the caller's departments is as good as none."""
    if ticket_id is None:
        return
    thread = await threads.by_id(tx, ticket_id)
    within = sight.deciding(tx.caller)
    if thread is not None and within is not None:
        home = thread.department_id or DEFAULT_DEPARTMENT
        thread = thread if home in within else None
    if thread is None:
        texts = NO_SUCH_TICKET
        raise ValidationFailed.of("/ticket_id", "unknown_ticket", texts, tx.caller.locale)


async def _check_department(tx: Tx, department_id: UUID) -> None:
    """A department that is not the caller's is as good as none."""
    within = sight.deciding(tx.caller)
    known = department_id == DEFAULT_DEPARTMENT or await mailboxes.exists(tx, department_id)
    if not known or (within is not None and department_id not in within):
        texts = NO_SUCH_DEPARTMENT
        raise ValidationFailed.of("/department_id", "unknown_department", texts, tx.caller.locale)


async def _locked(tx: Tx, mail_id: UUID) -> mails.Row:
    row = await mails.find(tx, mail_id, sight.deciding(tx.caller), lock=True)
    if row is None:
        raise NotFound
    return row
