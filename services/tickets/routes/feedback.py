"""Feedback: in the portal, and by the link in the resolution mail."""

from typing import Any, Final
from urllib.parse import parse_qs
from uuid import UUID

import orjson
from fastapi import Request, Response

from services.tickets.problems import LinkInvalid, NotRatable
from services.tickets.routes import pages
from services.tickets.routes.policies import CanRead, CanWrite
from services.tickets.schemas.inputs import FeedbackIn
from services.tickets.schemas.outputs import FeedbackList, VoteOut
from services.tickets.usecases import rating, reading
from services.tickets.usecases.rating import Ballot
from shared.kit import http
from shared.kit.http import InContext, InTx, json, page, public
from shared.kit.locale import negotiate
from shared.kit.problems import BadRequest, NotFound, Problem, ValidationFailed, problems

router = http.router("/v1", tags=["feedback"])
_HOLDERS = [public("the link in the mail is signed for its ticket")]
_UNSAID: Final = 1
"""Stands in for a score that is not sent, while the comment beside it is checked."""
_FORM: Final = "application/x-www-form-urlencoded"


@router.post(
    "/tickets/{ticket_id}/feedback",
    summary="Rate a resolution",
    status_code=201,
    response_model=FeedbackList,
    responses=problems(NotFound, NotRatable),
)
async def rate(ticket_id: UUID, body: FeedbackIn, caller: CanWrite, tx: InTx) -> Response:
    """By the requester; rating again replaces the earlier one."""
    await rating.rate(tx, caller, ticket_id, body.score, body.comment)
    return json({"score": body.score, "comment": body.comment, "given_at": tx.now}, 201)


@router.get(
    "/tickets/{ticket_id}/feedback",
    summary="Read the ratings of a ticket",
    response_model=FeedbackList,
    responses=problems(NotFound),
)
async def read_feedback(ticket_id: UUID, caller: CanRead, context: InContext) -> Response:
    return json(page(await reading.feedback(context, caller, ticket_id)))


@router.get(
    "/feedback/{token}",
    summary="Show the page of a rating link",
    response_class=Response,
    dependencies=_HOLDERS,
    responses={200: {"content": {"text/html": {}}}, **problems(LinkInvalid)},
)
async def show(token: str, tx: InTx, request: Request) -> Response:
    """Shows, and casts nothing: mail scanners follow links too."""
    try:
        return pages.vote(token, await rating.ballot(tx, token))
    except LinkInvalid as refusal:
        return _refused(refusal, request)


@router.post(
    "/feedback/{token}",
    summary="Cast the rating of a link",
    response_model=VoteOut,
    dependencies=_HOLDERS,
    responses=problems(BadRequest, LinkInvalid, NotRatable, ValidationFailed),
)
async def cast(token: str, tx: InTx, request: Request) -> Response:
    """JSON or a form: `score` (else the link's own) and `comment`."""
    score, comment = await _vote(request)
    try:
        paper = await rating.cast(tx, token, score, comment)
    except (LinkInvalid, NotRatable) as refusal:
        return _refused(refusal, request)
    if _wants_page(request):
        return pages.thanks(paper)
    return json(_told(paper))


async def _vote(request: Request) -> tuple[int | None, str | None]:
    fields = await _fields(request)
    score, comment = fields.get("score"), fields.get("comment") or None
    try:
        number = _UNSAID if score is None else int(score)
        sound = FeedbackIn.model_validate({"score": number, "comment": comment})
    except (ValueError, TypeError, OverflowError):
        raise ValidationFailed from None
    return None if score is None else sound.score, sound.comment


async def _fields(request: Request) -> dict[str, Any]:
    """What was sent; without a body nothing, and the link's own score counts."""
    body = await request.body()
    if not body:
        return {}
    if request.headers.get("content-type", "").startswith(_FORM):
        return {key: values[0] for key, values in parse_qs(body.decode(errors="replace")).items()}
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadRequest from None
    if not isinstance(fields, dict):
        raise BadRequest
    return fields


def _refused(refusal: Problem, request: Request) -> Response:
    """A page for a person who followed a link, the problem document for a program."""
    if not _wants_page(request):
        raise refusal
    return pages.refused(refusal, negotiate(request.headers.get("accept-language", "")))


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _told(paper: Ballot) -> dict[str, object]:
    return {"number": paper.number, "score": paper.score, "open": paper.open}
