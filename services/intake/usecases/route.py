"""Decide what becomes of a parsed mail and state it (mail.md 8-10)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from services.intake.domain.addresses import Address
from services.intake.domain.authority import judge
from services.intake.domain.mail import Mail
from services.intake.domain.owners import owners, with_postmasters
from services.intake.domain.routing import Routing, released, route, within_the_house
from services.intake.domain.threading import open_address, signed_delivery
from services.intake.domain.words import Decision, Match, Sender
from services.intake.store import copies as store
from services.intake.store import mails, threads
from services.intake.usecases import copied, copies, match, read, returned, secrets
from services.intake.usecases.addresses import our_addresses
from services.intake.usecases.line import Line
from services.intake.usecases.match import STRONG, Found, NotYet, UnknownTicket
from services.intake.usecases.people import People, Person, domains_of
from services.intake.usecases.settle import Case, settle
from shared.kit.context import Context
from shared.kit.gathering import Gathering
from shared.kit.tx import Tx
from shared.vocabulary import DEFAULT_DEPARTMENT, Locale, MailClass, SenderAuth

_ON_TICKETS: Final = frozenset({Decision.NEW, Decision.REPLY, Decision.NOTE})


Look = tuple[UUID, frozenset[int]]
"""A mail to study, and the numbers it names that are no tickets of ours."""


class Deciding:
    """Mails that are decided side by side share each look at our tables and each commit."""

    def __init__(self, context: Context, people: People) -> None:
        self.people = people
        self._context = context
        self.line = Line()
        self.looks = Gathering(self._look)
        self.ends = Gathering(self._end)

    async def _look(self, looks: Sequence[Look]) -> list[Case | Exception | None]:
        async with self._context.tx() as tx:
            waiting = await mails.parsed(tx, [mail_id for mail_id, _ in looks])
            if again := [one.row.id for one in waiting.values() if _came_before(one.row)]:
                await store.lock(tx, again)
            ours = await our_addresses(tx) if waiting else {}
            return [
                await self._seen(tx, waiting.get(mail_id), ours, strangers)
                for mail_id, strangers in looks
            ]

    async def _seen(
        self,
        tx: Tx,
        waiting: mails.Undecided | None,
        ours: dict[str, UUID],
        strangers: frozenset[int],
    ) -> Case | Exception | None:
        """What is to be known before this one can be decided is no trouble of the others."""
        if waiting is None:
            return None
        try:
            case = await _read(tx, waiting, ours, strangers)
            if await self.line.holds(tx, case):
                return NotYet()
            if not _came_before(waiting.row):
                return case
            return await copies.compared(tx, case, lambda one: _read(tx, one, ours, strangers))
        except (UnknownTicket, NotYet) as missing:
            return missing

    async def _end(self, cases: Sequence[tuple[Case, Routing]]) -> list[None]:
        async with self._context.tx() as tx:
            await settle(tx, cases)
        return [None for _ in cases]


async def route_mail(
    context: Context, people: People, mail_id: UUID, together: Deciding | None = None
) -> None:
    """Read, ask, decide, write: peers are asked between two transactions, never within one."""
    deciding = together or Deciding(context, people)
    case = await _study(context, deciding, mail_id)
    if case is None:
        return
    if case.copy_of is None:
        case, routing = copies.judged(*await _judged(context, people, case))
    else:
        routing = copies.DUPLICATE
    await deciding.ends.add((case, routing))


async def _judged(context: Context, people: People, case: Case) -> tuple[Case, Routing]:
    case = await _asked(context, case)
    routing = _routing(context, case)
    if routing.decision in _ON_TICKETS:
        case = await _with_people(context, people, case, routing)
        routing = _checked(case, routing)
    return case, routing


def _came_before(row: mails.Row) -> bool:
    """Whether its content did; what a person has let through is held against nothing."""
    return row.duplicate_of is not None and not row.released


async def _study(context: Context, deciding: Deciding, mail_id: UUID) -> Case | None:
    """Everything that our own tables tell; a ticket we have not heard of is asked for."""
    strangers: frozenset[int] = frozenset()
    while True:
        try:
            return await deciding.looks.add((mail_id, strangers))
        except UnknownTicket as unknown:
            if not await match.learn_ticket(context, unknown.number):
                strangers |= {unknown.number}


async def _read(
    tx: Tx, waiting: mails.Undecided, ours: dict[str, UUID], strangers: frozenset[int]
) -> Case:
    row = waiting.row
    box = await secrets.box_of(tx.context)
    mail = read.opened(box, row.id, waiting.content)
    envelope = secrets.open_envelope(box, row.id, row.envelope)
    mail_class, because = _class(tx.context, mail, ours)
    signs, delivery_id = mail, None
    if mail_class is MailClass.BOUNCE:
        signs, delivery_id = returned.named_by(tx.context, mail, envelope.recipients)
    reached = with_postmasters(ours, tx.context.settings.hostname)
    ownership = owners(reached, envelope.recipients, mail.copied)
    return Case(
        row=row,
        mail=replace(mail, mail_class=mail_class, class_because=because),
        mail_class=mail_class,
        found=await _found(tx, signs, row, strangers),
        department_id=row.steered_department_id or ownership.owner,
        delivery_id=delivery_id,
        others=tuple(copied.others(mail, reached)),
        reused=_reused(waiting),
        ours=frozenset(ours),
        watching=() if row.steered_department_id else ownership.watching,
    )


def _reused(waiting: mails.Undecided) -> bool:
    """Whether its id was another's before; what was found at first stays, whatever came since."""
    row = waiting.row
    return waiting.reused if row.decision is None else "message_id_reused" in row.reasons


async def _found(tx: Tx, signs: Mail, row: mails.Row, strangers: frozenset[int]) -> Found:
    """Where a person has sent it, once they let it through; else where it says itself."""
    if row.released and row.steered_new:
        return Found()
    if row.released and row.steered_ticket_id is not None:
        thread = await threads.by_id(tx, row.steered_ticket_id)
        return Found(Match.NONE, thread)
    found = await match.find_thread(tx, signs, row, strangers)
    return Found() if row.released and _left(row, found) else found


def _left(row: mails.Row, found: Found) -> bool:
    """Whether a person sent the mail to another department than that of the ticket it names."""
    if row.steered_department_id is None or found.thread is None:
        return False
    return row.steered_department_id != (found.thread.department_id or DEFAULT_DEPARTMENT)


def _class(context: Context, mail: Mail, ours: dict[str, UUID]) -> tuple[MailClass, str]:
    """What the parser saw, unless the mail is our own."""
    if mail.sender.lower() in ours:
        return MailClass.LOOP, "own_mark"
    signed = signed_delivery(secrets.reply_keys(context), mail.message_id) is not None
    if signed or mail.loop_mark == secrets.loop_mark(context):
        return MailClass.LOOP, "own_mark"
    return MailClass(mail.mail_class), mail.class_because


async def _asked(context: Context, case: Case) -> Case:
    """What only others know: a colleague's organization, the ticket of a mail that came back."""
    steered = case.row.released and case.row.steered_new
    if case.delivery_id is not None and case.found.thread is None and not steered:
        ticket_id = await returned.ticket_of(context, case.delivery_id)
        if ticket_id is not None:
            async with context.tx() as tx:
                thread = await threads.by_id(tx, ticket_id)
            return replace(case, found=Found(Match.SIGNED_ID, thread) if thread else case.found)
    found = await match.with_colleagues(context, case.found, case.mail)
    return replace(case, found=found)


def _routing(context: Context, case: Case) -> Routing:
    found = case.found
    verdict = judge(found.match, found.sender, SenderAuth(case.mail.sender_auth), bound=found.bound)
    matched = found.thread is not None
    opens: bool = context.settings.intake_auto_tickets
    routing = route(case.mail_class, verdict, matched=matched, opens_automatic=opens)
    if case.row.released:
        steered = case.row.steered_ticket_id is not None and matched
        held = Routing(Decision.HELD) if steered else routing
        routing = released(held, case.mail_class, ticket=matched)
    return within_the_house(routing) if found.internal else routing


async def _with_people(context: Context, people: People, case: Case, routing: Routing) -> Case:
    """The sender and who else was written to; for a bounce the requester: no person wrote it."""
    mail, thread = case.mail, case.found.thread
    if case.mail_class is MailClass.BOUNCE:
        if thread is None or thread.requester_id is None:
            return case
        locale = Locale(mail.locale)
        return replace(case, person=Person(thread.requester_id, thread.organization_id, locale))
    doubted = mail.sender_auth == SenderAuth.FAIL and not case.row.released
    sender = Address(mail.sender, mail.sender_name)
    person = await people.resolve(sender, mail.locale, doubted=doubted)
    if person is None:
        return case
    case = await _forwarded(people, replace(case, person=person), routing)
    return await _with_company(context, people, case, routing)


async def _forwarded(people: People, case: Case, routing: Routing) -> Case:
    """A proven colleague hands on a customer's mail: the ticket is the customer's."""
    mail, person = case.mail, case.person
    assert person is not None
    proven = person.staff and mail.sender_auth == SenderAuth.PASS
    if not mail.forwarded or not proven or routing.decision is not Decision.NEW:
        return case
    if open_address(mail.forwarded).mailbox in case.ours:
        return case
    customer = await people.resolve(Address(mail.forwarded, mail.forwarded_name), mail.locale)
    if customer is None or customer.staff:
        return case
    return replace(case, person=customer, forwarded_by=person.id)


async def _with_company(context: Context, people: People, case: Case, routing: Routing) -> Case:
    if not case.others or not routing.public or routing.decision is Decision.NOTE:
        return case
    if routing.once:
        return case
    assert case.person is not None
    home = case.found.thread if routing.decision is Decision.REPLY else None
    owner = home.organization_id if home else case.person.organization_id
    named, domains = list(case.others), await domains_of(context, owner)
    wanted = copied.joining(named, case.mail, routing.decision, domains)
    found = await copied.company(people, case.mail, named, wanted, case.person)
    return replace(case, company=found)


def _checked(case: Case, routing: Routing) -> Routing:
    """Nobody acts as one of our staff by an unproven mail (mail.md 8)."""
    person, found = case.person, case.found
    if person is None:
        return Routing(Decision.HELD, reasons=("no_sender",))
    proven = case.mail.sender_auth == SenderAuth.PASS
    if person.staff and case.mail_class is not MailClass.BOUNCE:
        acts = routing.decision is Decision.REPLY
        trusted = proven and found.match in STRONG and found.bound
        if acts and not (trusted or case.row.released):
            return Routing(Decision.HELD, reasons=("staff_not_proven",))
        if not proven:
            return replace(routing, reasons=(*routing.reasons, "staff_not_proven"))
    if routing.related and _elsewhere(case, person):
        kept = tuple(one for one in routing.reasons if one != "possibly_related")
        return replace(routing, related=False, reasons=kept)
    return routing


def _elsewhere(case: Case, person: Person) -> bool:
    """Ids of mails are known within their tenant only: another's stranger gets no hint of them."""
    found = case.found
    by_id = found.match is Match.STORED_ID and found.sender is Sender.STRANGER
    return (
        by_id
        and found.thread is not None
        and found.thread.organization_id != (person.organization_id)
    )
