"""Decide what becomes of a parsed mail and state it (mail.md 8-10)."""

from dataclasses import replace
from uuid import UUID

from services.intake.domain.authority import judge
from services.intake.domain.mail import Mail
from services.intake.domain.routing import Routing, released, route
from services.intake.domain.threading import open_address, signed_delivery
from services.intake.domain.words import Decision
from services.intake.store import mails
from services.intake.usecases import match, read, secrets
from services.intake.usecases.addresses import our_addresses
from services.intake.usecases.match import STRONG, UnknownTicket
from services.intake.usecases.people import People, Person
from services.intake.usecases.settle import Case, settle
from shared.kit.context import Context
from shared.kit.tx import Tx
from shared.vocabulary import DEFAULT_DEPARTMENT, Locale, MailClass, SenderAuth

_ON_TICKETS = frozenset({Decision.NEW, Decision.REPLY, Decision.NOTE})


async def route_mail(context: Context, people: People, mail_id: UUID) -> None:
    """Read, ask, decide, write: peers are asked between two transactions, never within one."""
    case = await _study(context, mail_id)
    if case is None:
        return
    found = await match.with_colleagues(context, case.found, case.mail)
    case = replace(case, found=found)
    routing = _routing(case)
    person = None
    if routing.decision in _ON_TICKETS:
        person = await _person(people, case)
        routing = _checked(case, routing, person)
    async with context.tx() as tx:
        await settle(tx, replace(case, person=person), routing)


async def _study(context: Context, mail_id: UUID) -> Case | None:
    """Everything that our own tables tell; a ticket we have not heard of is asked for."""
    strangers: frozenset[int] = frozenset()
    while True:
        try:
            async with context.tx() as tx:
                return await _read(tx, mail_id, strangers)
        except UnknownTicket as unknown:
            if not await match.learn_ticket(context, unknown.number):
                strangers |= {unknown.number}


async def _read(tx: Tx, mail_id: UUID, strangers: frozenset[int]) -> Case | None:
    found_row = await mails.parsed(tx, mail_id)
    if found_row is None:
        return None
    row, sealed = found_row
    box = await secrets.box_of(tx.context)
    mail = read.opened(box, mail_id, sealed)
    envelope = secrets.open_envelope(box, mail_id, row.envelope)
    ours = await our_addresses(tx)
    mail_class = _class(tx.context, mail, ours)
    signs, delivery_id = mail, None
    if mail_class is MailClass.BOUNCE:
        signs, delivery_id = _bounced(tx.context, mail, envelope.recipients)
    found = await match.find_thread(tx, signs, row, strangers)
    return Case(
        row=row,
        mail=mail,
        mail_class=mail_class,
        found=found,
        department_id=_department(ours, [*envelope.recipients, *mail.copied]),
        delivery_id=delivery_id,
    )


def _class(context: Context, mail: Mail, ours: dict[str, UUID]) -> MailClass:
    """What the parser saw, unless the mail is our own."""
    own = mail.sender.lower() in ours
    signed = signed_delivery(secrets.reply_keys(context), mail.message_id) is not None
    if own or signed or mail.loop_mark == secrets.loop_mark(context):
        return MailClass.LOOP
    return MailClass(mail.mail_class)


def _bounced(context: Context, mail: Mail, recipients: tuple[str, ...]) -> tuple[Mail, UUID | None]:
    """Which delivery of ours came back: by the quoted Message-ID, or by the bounce address.

    Only what we signed names a ticket here; a report's own references do not.
    """
    original = signed_delivery(secrets.reply_keys(context), mail.report_original)
    nothing = replace(mail, tokens=(), signed=(), ids=(), tag=None)
    if original is not None:
        token = mail.report_original.split(".")[1].lower()
        return replace(nothing, signed=(token,)), _uuid(original[1])
    boxes = (open_address(address) for address in recipients)
    tokens = [box.bounce_token for box in boxes if box.bounce_token]
    found = (secrets.delivery_of(context, token) for token in tokens)
    return nothing, next((one for one in found if one is not None), None)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _department(ours: dict[str, UUID], recipients: list[str]) -> UUID:
    """The owner of the first mailbox of ours among the recipients."""
    boxes = (open_address(address).mailbox for address in recipients)
    return next((ours[box] for box in boxes if box in ours), DEFAULT_DEPARTMENT)


def _routing(case: Case) -> Routing:
    verdict = judge(case.found.match, case.found.sender, SenderAuth(case.mail.sender_auth))
    matched = case.found.thread is not None
    routing = route(case.mail_class, verdict, matched=matched)
    return released(routing, ticket=matched) if case.row.released else routing


async def _person(people: People, case: Case) -> Person | None:
    """The sender; for a bounce the ticket's requester, since no person wrote it."""
    thread = case.found.thread
    if case.mail_class is not MailClass.BOUNCE:
        return await people.resolve(case.mail)
    if thread is None or thread.requester_id is None:
        return None
    return Person(thread.requester_id, thread.organization_id, Locale(case.mail.locale))


def _checked(case: Case, routing: Routing, person: Person | None) -> Routing:
    """Nobody acts as one of our staff by an unproven mail (mail.md 8)."""
    if person is None:
        return Routing(Decision.HELD, reasons=("no_sender",))
    proven = case.mail.sender_auth == SenderAuth.PASS and case.found.match in STRONG
    if person.staff and routing.decision is Decision.REPLY and not (proven or case.row.released):
        return Routing(Decision.HELD, reasons=("staff_not_proven",))
    return routing
