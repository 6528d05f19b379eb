"""Feedback on a resolution: by the requester in the portal, or by a signed link in the mail."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.tickets.domain.words import number_text
from services.tickets.problems import LinkInvalid, NotRatable
from services.tickets.store import feedback, seals, tickets
from services.tickets.usecases.life import Actor, Life
from services.tickets.usecases.sight import hold, viewer_of
from shared.events.ticket import TicketFeedbackGiven
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.problems import Forbidden
from shared.kit.tx import Tx
from shared.tokens import read_link_token
from shared.vocabulary import AuthorKind, Locale, Status

_RATABLE: Final = frozenset({Status.RESOLVED, Status.CLOSED})


@dataclass(frozen=True, slots=True)
class Ballot:
    """What a link is about; `score` is what the link itself proposes, 0 when it proposes none."""

    ticket_id: UUID
    number: str
    locale: Locale
    score: int
    open: bool


async def rate(tx: Tx, caller: Caller, ticket_id: UUID, score: int, comment: str | None) -> None:
    """By the person whom the ticket is for."""
    row = await hold(tx, viewer_of(caller), ticket_id)
    if row["requester_id"] != caller.id:
        raise Forbidden
    box = await tx.context.vault.box(row["organization_id"])
    life = Life(tx, row, box, Actor(caller.id, AuthorKind.CUSTOMER))
    await _cast(life, score, comment, by_link=False)


async def ballot(tx: Tx, token: str) -> Ballot:
    """Read a link; LinkInvalid when we did not make it."""
    ticket_id, score = _read(tx.context, token)
    row = await tickets.read_living(tx, ticket_id)
    if row is None:
        raise LinkInvalid
    return Ballot(
        ticket_id=row["id"],
        number=number_text(row["number"]),
        locale=Locale(row["locale"]),
        score=score if 1 <= score <= 5 else 0,
        open=row["status"] in _RATABLE,
    )


async def cast(tx: Tx, token: str, score: int | None, comment: str | None) -> Ballot:
    """Cast the vote of a link; a score in the form wins over the link's own."""
    paper = await ballot(tx, token)
    chosen = score or paper.score
    row = await tickets.lock_living(tx, paper.ticket_id)
    if row is None or not 1 <= chosen <= 5:
        raise LinkInvalid
    box = await tx.context.vault.box(row["organization_id"])
    life = Life(tx, row, box, Actor(row["requester_id"], AuthorKind.CUSTOMER))
    await _cast(life, chosen, comment, by_link=True)
    return Ballot(paper.ticket_id, paper.number, paper.locale, chosen, open=True)


async def _cast(life: Life, score: int, comment: str | None, *, by_link: bool) -> None:
    ticket = life.ticket
    if ticket.status not in _RATABLE:
        raise NotRatable
    await feedback.put(
        life.tx,
        {
            "ticket_id": ticket.id,
            "reopen_count": ticket.reopen_count,
            "organization_id": ticket.organization_id,
            "score": score,
            "comment": seals.seal(life.box, seals.COMMENT, ticket.id, comment or None),
            "by_link": by_link,
            "given_at": life.at,
        },
    )
    life.state(TicketFeedbackGiven(**life.base, score=score))
    life.note("feedback_given", {"score": score})
    await life.save()


def _read(context: Context, token: str) -> tuple[UUID, int]:
    read = read_link_token((context.keys.derive("feedback-link"),), "feedback", token)
    if read is None:
        raise LinkInvalid
    return read
