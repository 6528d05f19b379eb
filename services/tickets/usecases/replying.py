"""Messages on a ticket, and what they move (decisions.md 20)."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from services.tickets.domain import rights
from services.tickets.domain.lifecycle import TERMINAL, legal_verbs
from services.tickets.domain.opening import Writing
from services.tickets.domain.reopening import DAY, ENDED, REOPENS_A_DAY, inside_window
from services.tickets.domain.rights import Viewer
from services.tickets.domain.words import Action, Ticket
from services.tickets.problems import IllegalMove, NeverReopens, ReopenedTooOften, TicketEnded
from services.tickets.store import chains, messages, relatives, tickets, timeline
from services.tickets.store import files as attached
from services.tickets.usecases import answers, claiming, unheard
from services.tickets.usecases.believing import foresee, require_believed
from services.tickets.usecases.claiming import NOTHING, Claim
from services.tickets.usecases.fieldbook import veil_of
from services.tickets.usecases.life import Actor, Life
from services.tickets.usecases.sight import hold, see, viewer_of
from shared.events.ticket import TicketMessageAdded, TicketReopened
from shared.kit.callers import Caller
from shared.kit.problems import Forbidden, NotFound
from shared.kit.tx import Tx
from shared.vocabulary import AuthorKind, Channel, Status


async def add_message(
    tx: Tx,
    caller: Caller,
    ticket_id: UUID,
    body: str,
    *,
    public: bool,
    upload_ids: tuple[UUID, ...],
) -> tuple[dict[str, Any], str]:
    """A caller's message; the answer and the ticket's new entity tag."""
    viewer = viewer_of(caller)
    if not (public or viewer.staff):
        raise Forbidden
    claim = await _claim(tx, caller, viewer, ticket_id, upload_ids)
    life = await begin_living(tx, caller, ticket_id, viewer)
    message_id = await write(life, body, public=public, claim=claim)
    row = await life.save()
    added = await messages.of_ticket(tx, life.ticket.id, message_id)
    assert added is not None
    files = await attached.of_messages(tx, [message_id])
    told = answers.message(added, life.box, files, {}, staff=viewer.staff)
    return told | {"warnings": unheard.warnings(life)}, answers.tag_of(row)


async def begin(tx: Tx, caller: Caller, ticket_id: UUID, viewer: Viewer | None = None) -> Life:
    """The ticket, held, with this caller as the actor."""
    viewer = viewer or viewer_of(caller)
    veil = await veil_of(tx.context, viewer)
    await foresee(tx, viewer, ticket_id)
    row = await hold(tx, viewer, ticket_id)
    require_believed(tx, row)
    box = await tx.context.vault.box(row["organization_id"])
    life = Life(tx, row, box, Actor(caller.id, rights.voice(viewer, row["requester_id"])))
    life.veil = veil
    life.unseen = await relatives.unseen(tx, viewer, [row])
    return life


async def begin_living(tx: Tx, caller: Caller, ticket_id: UUID, viewer: Viewer) -> Life:
    """Where this caller's words on a ticket belong: on the one that it lives on in, held."""
    await foresee(tx, viewer, ticket_id)
    await see(tx, viewer, ticket_id)
    reached: UUID | None = None
    while (home := await chains.living_id(tx, ticket_id)) != reached:
        life = await begin(tx, caller, home, viewer)
        if life.ticket.merged_into is None:
            return life
        reached = home  # merged while we waited for it; or the rest is hidden from this caller
    raise NotFound


async def write(life: Life, body: str, *, public: bool = True, claim: Claim = NOTHING) -> UUID:
    """The actor's message and what it moves; refuses what comes too late."""
    kind = life.actor.kind
    _check_open(life.ticket, kind, life.at)
    if kind is AuthorKind.CUSTOMER and life.ticket.status in ENDED:
        await require_reopening(life)
    await claiming.take(life.tx, claim)
    channel = Channel.PORTAL if kind is AuthorKind.CUSTOMER else Channel.WEB
    if life.tx.caller.kind == "client":
        channel = Channel.API
    writing = Writing(body, life.actor.id, kind, channel, life.at, public, files=claim.files)
    message_id = await put(life, writing)
    if kind is AuthorKind.CUSTOMER:
        await _join(life)
        answer(life, message_id)
        return message_id
    life.acted()
    if public:
        await unheard.note_unheard(life)
        if life.moves(Action.RESPOND):
            life.move(Action.RESPOND)
    return message_id


async def put(life: Life, writing: Writing) -> UUID:
    """Write a message with its files and state it; moves nothing."""
    direction = rights.direction(writing.author_kind, public=writing.public)
    message_id = messages.add(life.tx, life.box, life.ticket, writing, direction)
    place = (life.ticket.organization_id, life.ticket.id, message_id)
    await claiming.attach(life.tx, life.box, place, writing.files, public=writing.public)
    life.state(
        TicketMessageAdded(
            **life.base,
            message_id=message_id,
            direction=direction,
            public=writing.public,
            author_id=writing.author_id,
            author_kind=writing.author_kind,
            automatic=writing.automatic,
            channel=writing.channel,
            mail_id=writing.mail_id,
            once=writing.once,
        )
    )
    _remember(life, writing)
    life.tx.wake("tickets.index")
    return message_id


def answer(life: Life, message_id: UUID | None) -> None:
    """A customer's message ends a wait, and inside the window reopens an ended ticket."""
    if life.ticket.status in ENDED:
        reopen(life, "portal", message_id)
    elif life.moves(Action.ANSWER):
        life.move(Action.ANSWER)


async def reopens_left(tx: Tx, ticket: Ticket) -> bool:
    """Whether the ticket may be reopened once more today, by whatever door."""
    since = tx.now - DAY
    return await timeline.happened_since(tx, ticket.id, "reopened", since) < REOPENS_A_DAY


async def require_reopening(life: Life) -> None:
    if not await reopens_left(life.tx, life.ticket):
        raise ReopenedTooOften


Cause = Literal["mail", "portal", "staff", "feedback"]


def reopen(
    life: Life, cause: Cause, message_id: UUID | None = None, reason: str | None = None
) -> None:
    """The same ticket lives again; its closing timer is called off."""
    life.disarm_closing()
    life.move(Action.REOPEN, reason=reason)
    life.change(
        reopen_count=life.ticket.reopen_count + 1,
        reopen_until=None,
        reopen_moved=False,
        resolved_at=None,
        closed_at=None,
    )
    life.state(
        TicketReopened(
            **life.base,
            actor_id=life.actor.id,
            message_id=message_id,
            reopen_count=life.ticket.reopen_count,
            cause=cause,
        )
    )
    life.note("reopened", {"cause": str(cause)})


async def _claim(
    tx: Tx, caller: Caller, viewer: Viewer, ticket_id: UUID, upload_ids: tuple[UUID, ...]
) -> Claim:
    if not upload_ids:
        return NOTHING
    async with tx.context.tx(caller) as reading:
        row = await tickets.find_only(reading, viewer, ticket_id)
    if row is None:
        raise NotFound
    return await claiming.prepare(tx.context, caller, upload_ids, row["organization_id"])


async def _join(life: Life) -> None:
    """A colleague who writes takes part from then on."""
    if life.actor.id is not None and life.tx.caller.kind == "user":
        await tickets.add_participant(life.tx, life.ticket, life.actor.id)


def _check_open(ticket: Ticket, kind: AuthorKind, at: datetime) -> None:
    if ticket.status is Status.SPAM and kind is AuthorKind.CUSTOMER:
        raise ended(ticket)
    if ticket.status in TERMINAL:
        legal = legal_verbs(ticket.status) if kind is not AuthorKind.CUSTOMER else ()
        raise IllegalMove(ticket.status, legal)
    if kind is not AuthorKind.CUSTOMER:
        return
    if ticket.status in ENDED and not inside_window(ticket, at):
        raise ended(ticket)


def ended(ticket: Ticket) -> TicketEnded:
    """Why it cannot be answered: its time is over, or it never had any."""
    return NeverReopens() if ticket.reopen_until is None else TicketEnded()


def _remember(life: Life, writing: Writing) -> None:
    if not writing.public or writing.automatic:
        return
    name = {
        AuthorKind.STAFF: "last_staff_message_at",
        AuthorKind.CUSTOMER: "last_customer_message_at",
    }.get(writing.author_kind)
    if name is not None:
        newest = max(writing.at, getattr(life.ticket, name) or writing.at)
        life.change(**{name: newest})
