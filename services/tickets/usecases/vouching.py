"""The link in an acknowledgement of the form: the request is mine, or it is not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from services.tickets.domain.lifecycle import LIVE
from services.tickets.domain.visitors import DENIED, PEACE, Word, granted, proves
from services.tickets.domain.words import number_text
from services.tickets.problems import LinkInvalid
from services.tickets.problems.form import AnswerSettled, NothingToVouch
from services.tickets.store import tickets, timeline, visitors
from services.tickets.store.rows import Row
from services.tickets.usecases.editing import move_priority
from services.tickets.usecases.life import Actor, Life
from services.tickets.usecases.replying import begin
from services.tickets.usecases.sight import staff_only
from shared.events.mail import MailRouted
from shared.events.ticket import TicketEdited
from shared.events.visitor import VisitorConfirmed
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.tx import Tx
from shared.tokens import make_link_token, read_link_token
from shared.vocabulary import AuthorKind, Locale

ANSWERS: Final = 20
"""So often an answer is taken, changes included; the last one stays."""
_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOST: Final = 100
"""Other requests that a reader is shown at once."""
_STORIES: Final = {Word.CONFIRMED: "request_confirmed", Word.DENIED: "request_denied"}


@dataclass(frozen=True, slots=True)
class Question:
    """What a link asks about, and what was said so far."""

    ticket_id: UUID
    person_id: UUID
    number: str
    locale: Locale
    word: Word | None
    others: tuple["Other", ...] = ()
    """After a yes: what else came in the same name and was never answered."""


@dataclass(frozen=True, slots=True)
class Other:
    """Another request in the reader's name; its token is as good as a link in a mail."""

    number: str
    token: str


async def question(tx: Tx, token: str) -> Question:
    """Read a link; LinkInvalid when we did not make it."""
    ticket_id = _read(tx.context, token)
    row, asked = await tickets.read(tx, ticket_id), await visitors.find(tx, ticket_id)
    if row is None or asked is None:
        raise LinkInvalid
    return await _with_others(tx, _question(row, asked))


async def answer(tx: Tx, token: str, word: Word) -> Question:
    """Note what the reader says; the last word counts, the same word again is no news."""
    asked = await question(tx, token)
    row = await tickets.lock(tx, asked.ticket_id)
    if row is None:
        raise LinkInvalid
    if asked.word is not word:
        await _require_end(tx, asked.ticket_id)
    if await visitors.say(tx, asked.ticket_id, word):
        await _note(tx, row, word, asked.person_id)
    return await _with_others(tx, replace(asked, word=word))


async def vouch(tx: Tx, caller: Caller, ticket_id: UUID) -> tuple[Row, Life]:
    """A colleague knows whose request it is; what its owner has said stays the last word."""
    life = await begin(tx, caller, ticket_id, staff_only(caller))
    asked = await visitors.find(tx, life.ticket.id)
    if asked is None or asked["word"] == Word.DENIED:
        raise NothingToVouch
    if await visitors.say(tx, life.ticket.id, Word.CONFIRMED):
        life.acted()
        _settle(life, Word.CONFIRMED, asked["person_id"], "request_vouched")
    return await life.save(), life


async def _require_end(tx: Tx, ticket_id: UUID) -> None:
    """Each change is a step of the ticket that others are told of: their number has an end."""
    said = [await timeline.happened_since(tx, ticket_id, one, _EVER) for one in _STORIES.values()]
    if sum(said) >= ANSWERS:
        raise AnswerSettled


async def heard(tx: Tx, row: Row, routed: MailRouted) -> Row:
    """The ticket that a mail replies to, confirmed where the mail is the visitor's own.

    A reply shows what the link shows, that somebody reads the address: its token went there and
    nowhere else, or the sender's server speaks for it. What has been answered before stays so.
    """
    if not proves(routed.mail_class, routed.sender_auth, routed.match, once=routed.once):
        return row
    for ticket_id in await visitors.unanswered(tx, row["id"], routed.requester_id):
        own = row if ticket_id == row["id"] else await tickets.lock(tx, ticket_id)
        if own is None or not await visitors.say(tx, ticket_id, Word.CONFIRMED):
            continue
        noted = await _note(tx, own, Word.CONFIRMED, routed.requester_id)
        row = noted if ticket_id == row["id"] else row
    return row


async def denied(tx: Tx, rows: Sequence[Row]) -> dict[UUID, list[UUID]]:
    """Of tickets with their `people`: who said that it, or another of late, is not theirs."""
    people = {row["id"]: {row["requester_id"], *row["people"]} for row in rows}
    said = await visitors.denying(tx, set().union(*people.values()))
    named = {ticket_id: theirs & said for ticket_id, theirs in people.items() if theirs & said}
    told = {one: await visitors.denied(tx, one, theirs) for one, theirs in named.items()}
    spared = await visitors.in_peace(tx, named, tx.now - PEACE) if named else {}
    return told | {one: list({*told[one], person_id}) for one, person_id in spared.items()}


async def _note(tx: Tx, row: Row, word: Word, person_id: UUID) -> Row:
    """On the request's own row, wherever it lives on: nothing else there was asked about."""
    box = await tx.context.vault.box(row["organization_id"])
    life = Life(tx, row, box, Actor(person_id, AuthorKind.CUSTOMER))
    _settle(life, word, person_id, _STORIES[word])
    return await life.save()


def _settle(life: Life, word: Word, person_id: UUID, story: str) -> None:
    life.note(story)
    _heed_wish(life, word)
    tags = tuple(one for one in life.ticket.tags if one != DENIED)
    if word is Word.DENIED:
        tags = (*tags, DENIED)
    gone = person_id if word is Word.DENIED else None
    _tell(life, tags, unconfirmed=gone is not None, denied_by=gone)
    if word is Word.CONFIRMED:
        life.tx.emit(VisitorConfirmed(person_id=person_id, at=life.tx.now))


def _tell(life: Life, tags: tuple[str, ...], *, unconfirmed: bool, denied_by: UUID | None) -> None:
    """No customer sees what nobody has confirmed, and everybody concerned does afterwards."""
    before = life.ticket
    life.change(tags=tags, unconfirmed=unconfirmed)
    if life.ticket == before:
        return
    life.state(
        TicketEdited(
            **life.base,
            fields=("tags",) if tags != before.tags else (),
            actor_id=life.actor.id,
            denied_by=denied_by,
            unconfirmed=unconfirmed if unconfirmed != before.unconfirmed else None,
        )
    )


def _heed_wish(life: Life, word: Word) -> None:
    """A stranger's wish counts once they own the request, until the desk says otherwise."""
    ticket = life.ticket
    if ticket.requested_priority is None or ticket.priority_settled or ticket.status not in LIVE:
        return
    move_priority(life, granted(ticket.requested_priority, believed=word is Word.CONFIRMED))


def _question(row: Row, asked: Row) -> Question:
    """Under the number that its reader was told, wherever the request lives on by now."""
    word = Word(asked["word"]) if asked["word"] else None
    return Question(
        row["id"], asked["person_id"], number_text(row["number"]), Locale(row["locale"]), word
    )


async def _with_others(tx: Tx, asked: Question) -> Question:
    """Each is a question of its own: a stranger may have sent some of them (ADR 0027)."""
    if asked.word is not Word.CONFIRMED:
        return asked
    key = _key(tx.context)
    rows = await visitors.pending(tx, asked.person_id, _MOST)
    others = (
        Other(number_text(row["number"]), make_link_token(key, "verify", row["id"])) for row in rows
    )
    return replace(asked, others=tuple(others))


def _key(context: Context) -> bytes:
    return context.keys.derive("form-verify-link")


def _read(context: Context, token: str) -> UUID:
    read = read_link_token((_key(context),), "verify", token)
    if read is None:
        raise LinkInvalid
    return read[0]
