"""Feedback: in the portal, and by the link in the resolution mail."""

from urllib.parse import parse_qs
from uuid import UUID

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
_FORM = "application/x-www-form-urlencoded"


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
    responses=problems(LinkInvalid, NotRatable, ValidationFailed),
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
    body = await request.body()
    if not body:
        return None, None
    if request.headers.get("content-type", "").startswith(_FORM):
        fields = {key: values[0] for key, values in parse_qs(body.decode(errors="replace")).items()}
    else:
        fields = await request.json()
    if not isinstance(fields, dict):
        raise BadRequest
    score, comment = fields.get("score"), fields.get("comment")
    if score is None:
        return None, comment[:4000] if isinstance(comment, str) else None
    try:
        sound = FeedbackIn.model_validate({"score": int(score), "comment": comment or None})
    except (ValueError, TypeError):
        raise ValidationFailed from None
    return sound.score, sound.comment


def _refused(refusal: Problem, request: Request) -> Response:
    """A page for a person who followed a link, the problem document for a program."""
    if not _wants_page(request):
        raise refusal
    return pages.refused(refusal, negotiate(request.headers.get("accept-language", "")))


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _told(paper: Ballot) -> dict[str, object]:
    return {"number": paper.number, "score": paper.score, "open": paper.open}
