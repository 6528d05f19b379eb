"""Feedback on a resolution: by the requester in the portal, or by a signed link in the mail."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.tickets.domain import feedback as rules
from services.tickets.domain.feedback import Policy, Standing
from services.tickets.domain.kindly import guise
from services.tickets.domain.words import number_text
from services.tickets.problems import (
    SCORE_DOES_NOT_REOPEN,
    FeedbackExpired,
    FeedbackPassed,
    FeedbackReopenOver,
    FeedbackSettled,
    LinkInvalid,
    MergedAway,
    NotRatable,
)
from services.tickets.store import feedback, seals, tickets, timeline
from services.tickets.store.rows import Row
from services.tickets.usecases.figures import zone_of
from services.tickets.usecases.life import Actor, Life
from services.tickets.usecases.replying import reopen, require_reopening
from services.tickets.usecases.sight import hold, viewer_of
from shared.events.ticket import TicketFeedbackGiven
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.problems import Forbidden, Problem, ValidationFailed
from shared.kit.tx import Tx
from shared.tokens import RatingToken, read_rating_token
from shared.vocabulary import AuthorKind, Locale

_REFUSALS: Final[dict[Standing, type[Problem]]] = {
    Standing.UNSOLVED: NotRatable,
    Standing.MERGED: MergedAway,
    Standing.PASSED: FeedbackPassed,
    Standing.EXPIRED: FeedbackExpired,
}


@dataclass(frozen=True, slots=True)
class Vote:
    """What somebody casts; a comment that is not `said` leaves an earlier one alone."""

    score: int | None = None
    comment: str | None = None
    said: bool = False
    reopen: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """What was cast for a resolution."""

    score: int
    comment: str | None
    at: datetime
    reopened: bool


@dataclass(frozen=True, slots=True)
class Ballot:
    """What a link is about, to the day; `score` is what the link itself proposes, 0 for none."""

    ticket_id: UUID
    number: str
    locale: Locale
    zone: str
    score: int
    standing: Standing
    until: datetime | None
    given: Given | None = None
    reopen_until: datetime | None = None
    """Until when the rating that was given may still reopen the ticket."""
    settled: bool = False
    """Changed so often that what was given last stays; it may still reopen."""

    @property
    def open(self) -> bool:
        return self.standing is Standing.OPEN and not self.settled

    def refusal(self) -> Problem | None:
        """Why nothing else can be cast now."""
        if self.open:
            return None
        return _REFUSALS.get(self.standing, FeedbackSettled)()


async def rate(tx: Tx, caller: Caller, ticket_id: UUID, vote: Vote) -> dict[str, Any]:
    """By the person whom the ticket is for; what was given, as the door answers it."""
    row = await hold(tx, viewer_of(caller), ticket_id)
    if row["requester_id"] != caller.id:
        raise Forbidden
    life = await _life(tx, row)
    policy = _policy(tx.context)
    count = life.ticket.reopen_count
    _allow(rules.standing(life.ticket, policy, tx.now))
    await _cast(life, vote, policy, by_link=False)
    given = await _given(life, count)
    assert given is not None
    until = rules.may_reopen_until(life.ticket, given.score, policy, tx.now)
    return {
        "score": given.score,
        "comment": given.comment,
        "given_at": given.at,
        "reopen_count": count,
        "reopened": given.reopened,
        "may_reopen_until": until,
    }


async def ballot(tx: Tx, token: str) -> Ballot:
    """Read a link, casting nothing; LinkInvalid when we did not make it."""
    read = _read(tx.context, token)
    row = await tickets.read(tx, read.ticket_id)
    if row is None:
        raise LinkInvalid
    return await _paper(await _life(tx, row), read)


async def cast(tx: Tx, token: str, vote: Vote) -> Ballot:
    """Cast the vote of a link; a score in the form wins over the link's own."""
    read = _read(tx.context, token)
    row = await tickets.lock(tx, read.ticket_id)
    if row is None:
        raise LinkInvalid
    life = await _life(tx, row)
    policy = _policy(tx.context)
    score = vote.score or read.score
    chosen = Vote(score, vote.comment, vote.said, vote.reopen)
    if await _reopened_so(life, read, chosen):
        return await _paper(life, read)
    _allow(_standing(life, read, policy))
    if not score:
        raise ValidationFailed
    await _cast(life, chosen, policy, by_link=True)
    return await _paper(life, read)


async def _life(tx: Tx, row: Row) -> Life:
    """Whoever rates is the one whom the ticket is for, and learns nothing more than that."""
    row = guise(row)
    box = await tx.context.vault.box(row["organization_id"])
    return Life(tx, row, box, Actor(row["requester_id"], AuthorKind.CUSTOMER))


async def _paper(life: Life, read: RatingToken) -> Ballot:
    ticket, policy = life.ticket, _policy(life.tx.context)
    given = await _given(life, read.resolution)
    score = given.score if given else None
    return Ballot(
        ticket_id=ticket.id,
        number=number_text(ticket.number),
        locale=ticket.locale,
        zone=await zone_of(life.tx, ticket.organization_id),
        score=read.score,
        standing=_standing(life, read, policy),
        until=rules.rated_until(ticket, policy),
        given=given,
        reopen_until=rules.may_reopen_until(ticket, score, policy, life.tx.now),
        settled=await _settled(life),
    )


def _standing(life: Life, read: RatingToken, policy: Policy) -> Standing:
    same = read.about(life.ticket.reopen_count)
    return rules.standing(life.ticket, policy, life.tx.now, same=same)


def _allow(standing: Standing) -> None:
    if standing is not Standing.OPEN:
        raise _REFUSALS[standing]


async def _given(life: Life, resolution: int) -> Given | None:
    row = await feedback.of_resolution(life.tx, life.ticket.id, resolution)
    if row is None:
        return None
    comment = seals.unseal(life.box, seals.COMMENT, life.ticket.id, row["comment"])
    return Given(row["score"], comment, row["given_at"], row["reopened"])


async def _cast(life: Life, vote: Vote, policy: Policy, *, by_link: bool) -> None:
    ticket, score = life.ticket, vote.score
    assert score is not None
    if vote.reopen:
        await _check_reopening(life, score, policy)
    elif _repeats(await _given(life, ticket.reopen_count), vote):
        return
    elif await _settled(life):
        raise FeedbackSettled
    values = {
        "ticket_id": ticket.id,
        "reopen_count": ticket.reopen_count,
        "organization_id": ticket.organization_id,
        "score": score,
        "by_link": by_link,
        "given_at": life.at,
        "reopened": vote.reopen,
    }
    if vote.said:
        values["comment"] = seals.seal(life.box, seals.COMMENT, ticket.id, vote.comment)
    await feedback.put(life.tx, values)
    life.state(TicketFeedbackGiven(**life.base, score=score))
    life.note("feedback_given", {"score": score})
    if vote.reopen:
        reopen(life, "feedback", reason=vote.comment)
    await life.save()


def _repeats(given: Given | None, vote: Vote) -> bool:
    """Whether all of it was said before: a second click is no second fact."""
    if given is None or given.score != vote.score:
        return False
    return not vote.said or vote.comment == given.comment


async def _reopened_so(life: Life, read: RatingToken, vote: Vote) -> bool:
    """Whether this very vote reopened the ticket, which is not solved since: a second click."""
    before = life.ticket.reopen_count - 1
    lately = before >= 0 and read.about(before) and life.ticket.status not in rules.RATED
    if not (vote.reopen and lately):
        return False
    given = await _given(life, before)
    return given is not None and given.reopened and _repeats(given, vote)


async def _settled(life: Life) -> bool:
    """Whether this resolution was rated so often that no other rating of it is taken."""
    ended = life.ticket.resolved_at or life.ticket.closed_at
    if ended is None:
        return False
    cast = timeline.happened_since(life.tx, life.ticket.id, "feedback_given", ended)
    return await cast >= rules.VOTES


async def _check_reopening(life: Life, score: int, policy: Policy) -> None:
    if not rules.reopens(score, policy):
        locale = life.tx.caller.locale
        texts = SCORE_DOES_NOT_REOPEN
        raise ValidationFailed.of("/reopen", "score_does_not_reopen", texts, locale)
    if rules.may_reopen_until(life.ticket, score, policy, life.at) is None:
        raise FeedbackReopenOver
    await require_reopening(life)


def _policy(context: Context) -> Policy:
    settings = context.settings
    days = timedelta(days=settings.tickets_feedback_days)
    return Policy(days, settings.tickets_feedback_reopen_score)


def _read(context: Context, token: str) -> RatingToken:
    read = read_rating_token((context.keys.derive("feedback-link"),), token)
    if read is None:
        raise LinkInvalid
    return read
