"""A routed mail becomes a ticket, or a message that may move one (mail.md 9, decisions.md 3)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.tickets.adapters.mails import Mail, MailFile, fetch_mail
from services.tickets.adapters.markup import clean_html
from services.tickets.domain import rights
from services.tickets.domain.naming import file_name, mail_subject
from services.tickets.domain.opening import File, Opening, Writing
from services.tickets.domain.reopening import (
    ENDED,
    Effect,
    effect_of_mail,
    is_automatic,
    recent,
)
from services.tickets.domain.visitors import UNVERIFIED
from services.tickets.domain.words import Action, Ticket
from services.tickets.store import directory, seals, tickets
from services.tickets.store.rows import Row
from services.tickets.usecases import arriving, company, opening, vouching
from services.tickets.usecases.life import Actor, Life
from services.tickets.usecases.replying import answer, put, reopen, reopens_left
from shared.events.base import Event
from shared.events.mail import MailRouted
from shared.kit.context import Context
from shared.kit.tx import Tx
from shared.vocabulary import AuthorKind, Channel, Locale, SenderAuth, Status

_NO_SUBJECT = {Locale.AR: "(بلا موضوع)", Locale.EN: "(no subject)"}
_NO_TEXT = {Locale.AR: "(رسالة بلا نص)", Locale.EN: "(no text)"}


@dataclass(frozen=True, slots=True)
class Fetched:
    """The mail, its files safe under the organization that the ticket belongs to."""

    mail: Mail
    organization_id: UUID


async def fetch(event: Event[MailRouted], context: Context) -> Fetched | None:
    """Everything from intake, before the transaction; nothing when the mail was applied already."""
    routed = event.data
    organization_id = routed.organization_id
    if await arriving.was_applied(context, routed.mail_id):
        return None
    if routed.ticket_id is not None:
        async with context.tx() as tx:
            row = await tickets.read_living(tx, routed.ticket_id)
        organization_id = row["organization_id"] if row is not None else organization_id
    mail = await fetch_mail(context, routed.mail_id, organization_id)
    return Fetched(mail, organization_id)


async def apply(event: Event[MailRouted], tx: Tx, fetched: Fetched | None) -> None:
    """Once for each mail, whatever the bus repeats."""
    routed = event.data
    if fetched is None or not await arriving.take(tx, routed.mail_id):
        return
    row = None
    if routed.decision != "new" and routed.ticket_id is not None:
        row = await tickets.lock_living(tx, routed.ticket_id)
    if row is None:
        ticket_id = await _open(tx, routed, fetched, None)
    else:
        if routed.decision == "reply" and routed.public:
            row = await vouching.heard(tx, row, routed)
        ticket_id = await _answer(tx, row, routed, fetched)
    watching = row["watching_department_ids"] if row is not None else ()
    await company.arrive(tx, ticket_id, routed, watching)


async def _answer(tx: Tx, row: Row, routed: MailRouted, fetched: Fetched) -> UUID:
    """The ticket that the mail came to: this one, or the follow-up that it opened."""
    ticket = tickets.to_ticket(row)
    automatic = is_automatic(routed.mail_class) or routed.decision == "note"
    may_reopen = routed.may_reopen and (
        ticket.status not in ENDED or await reopens_left(tx, ticket)
    )
    effect = effect_of_mail(
        ticket, routed.received_at, tx.now, automatic=automatic, may_reopen=may_reopen
    )
    kind = await _voice(tx, ticket, routed)
    inside = not routed.public
    if effect is Effect.FOLLOW_UP and kind is AuthorKind.CUSTOMER and not inside:
        return await _open(tx, routed, fetched, row)
    box = await tx.context.vault.box(ticket.organization_id)
    life = Life(tx, row, box, Actor(routed.requester_id, kind), at=routed.received_at)
    writing = _writing(routed, fetched.mail, kind, first=False)
    message_id = await put(life, writing)
    if not automatic and not inside:
        if not routed.once:
            await tickets.add_participant(tx, ticket, routed.requester_id)
        _move(life, effect, kind, message_id)
    limited = effect is Effect.APPEND and ticket.status is not Status.SPAM
    if limited and not automatic and routed.may_reopen:
        life.note("reopen_limited", public=False)
    await life.save()
    return ticket.id


def _move(life: Life, effect: Effect, kind: AuthorKind, message_id: UUID) -> None:
    if kind is AuthorKind.STAFF:
        life.acted()
        if life.moves(Action.RESPOND):
            life.move(Action.RESPOND)
    elif effect is Effect.ANSWER:
        answer(life, message_id)
    elif effect is Effect.REOPEN:
        counted = (*recent(life.ticket.mail_reopens, life.tx.now), life.tx.now)
        life.change(mail_reopens=counted)
        reopen(life, "mail", message_id)


async def _voice(tx: Tx, ticket: Ticket, routed: MailRouted) -> AuthorKind:
    """Only a proven sender speaks for the desk (mail.md 8); intake has checked the token."""
    if routed.decision == "note":
        return AuthorKind.SYSTEM
    if routed.sender_auth is not SenderAuth.PASS or routed.requester_id == ticket.requester_id:
        return AuthorKind.CUSTOMER
    person = await directory.person(tx, routed.requester_id)
    staff = person is not None and rights.is_staff(frozenset(person["roles"]))
    return AuthorKind.STAFF if staff else AuthorKind.CUSTOMER


async def _open(tx: Tx, routed: MailRouted, fetched: Fetched, closed: Row | None) -> UUID:
    """A ticket of its own; `closed` is the one whose window the mail has missed."""
    mail = fetched.mail
    # A late answer is no news to intake, but its sender is owed the new number and promise.
    acknowledge = routed.acknowledge or (closed is not None and routed.may_reopen)
    start = Opening(
        subject=await _subject(tx, routed, mail, None if routed.once else closed),
        first=_writing(routed, mail, AuthorKind.CUSTOMER, first=True),
        organization_id=fetched.organization_id,
        requester_id=routed.requester_id,
        department_id=closed["department_id"] if closed else routed.department_id,
        locale=routed.locale,
        channel=Channel.EMAIL,
        acknowledge=acknowledge,
        follow_up_of=closed["id"] if closed else None,
        tags=(UNVERIFIED,) if routed.unverified else (),
    )
    prepared = await opening.ready(tx, start)
    await opening.write(tx, prepared, beside=True)
    return prepared.ticket_id


async def _subject(tx: Tx, routed: MailRouted, mail: Mail, closed: Row | None) -> str:
    """A follow-up is about what its ticket was about: the mail repeats our own subject line."""
    if closed is not None:
        box = await tx.context.vault.box(closed["organization_id"])
        return box.open(seals.SUBJECT, closed["id"], closed["subject"])
    return mail_subject(mail.subject) or _NO_SUBJECT[routed.locale]


def _writing(routed: MailRouted, mail: Mail, kind: AuthorKind, *, first: bool) -> Writing:
    visible = mail.visible_text
    return Writing(
        text=mail.body_text.strip() or _NO_TEXT[routed.locale],
        author_id=routed.requester_id,
        author_kind=kind,
        channel=Channel.EMAIL,
        at=routed.received_at,
        public=routed.public and routed.decision != "note",
        automatic=is_automatic(routed.mail_class) or routed.decision == "note",
        html=clean_html(mail.body_html),
        visible=None if first or not visible or visible == mail.body_text else visible,
        mail_id=mail.id,
        mail_headers=mail.headers | _marks(routed),
        once=routed.once and not first,
        files=tuple(_file(file) for file in mail.files),
    )


def _marks(routed: MailRouted) -> dict[str, Any]:
    """How far the sender is proven and why the mail is here: for staff, beside the message."""
    return {
        "sender_auth": routed.sender_auth,
        "class": routed.mail_class,
        "match": routed.match,
        "reasons": list(routed.reasons),
        "degraded": routed.degraded,
        "forwarded_by": str(routed.forwarded_by) if routed.forwarded_by else None,
    }


def _file(file: MailFile) -> File:
    stored = file.stored
    return File(
        name=file_name(file.name),
        media_type=stored.finding.media_type,
        size=stored.place.size,
        file_id=stored.place.id,
        key=stored.place.key,
        about={
            "original_name": file.original_name[:500],
            "declared": file.declared[:200],
            "sha256": stored.sha256,
        },
        cautions=tuple(stored.finding.cautions),
        content_id=file.content_id,
    )
