"""Feedback: in the portal, and by the link in the resolution mail."""

from typing import Any, Final
from urllib.parse import parse_qs
from uuid import UUID

import orjson
from fastapi import Request, Response
from pydantic import ValidationError

from services.tickets.problems import (
    FeedbackExpired,
    FeedbackPassed,
    FeedbackReopenOver,
    FeedbackSettled,
    LinkInvalid,
    NotRatable,
    ReopenedTooOften,
)
from services.tickets.routes import pages
from services.tickets.routes.frames import by_hand, no_json, unreadable, wants_page
from services.tickets.routes.policies import CanRead, CanWrite
from services.tickets.schemas.feedback import FeedbackGivenOut, FeedbackIn, VoteIn, VoteOut
from services.tickets.schemas.outputs import FeedbackList
from services.tickets.usecases import rating, reading
from services.tickets.usecases.rating import Ballot, Vote
from shared.kit import http
from shared.kit.http import InContext, InTx, is_form, json, page, public
from shared.kit.problems import (
    BadRequest,
    NotFound,
    UnsupportedMediaType,
    ValidationFailed,
    problems,
)

router = http.router("/v1", tags=["feedback"])
_HOLDERS = [public("the link in the mail is signed for its ticket")]
_BOXES: Final = {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False}
_MOST_FIELDS: Final = 20
_OVER: Final = (FeedbackExpired, FeedbackReopenOver, FeedbackSettled, ReopenedTooOften)
_REFUSALS: Final = (LinkInvalid, NotRatable, FeedbackPassed, *_OVER)


@router.post(
    "/tickets/{ticket_id}/feedback",
    summary="Rate a resolution",
    status_code=201,
    response_model=FeedbackGivenOut,
    responses=problems(NotFound, NotRatable, *_OVER, ValidationFailed),
)
async def rate(ticket_id: UUID, body: FeedbackIn, caller: CanWrite, tx: InTx) -> Response:
    """By the requester; rating again replaces the earlier one until the time for it is over.

    Twenty times in all for each resolution (409 `feedback_changed_too_often`, the last one stays).
    `reopen: true` with a low score reopens the ticket inside its reopen window, closed or not.
    """
    return json(await rating.rate(tx, caller, ticket_id, body.vote()), 201)


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
    responses={
        200: {"content": {"text/html": {}}},
        **problems(LinkInvalid, NotRatable, FeedbackPassed, FeedbackExpired, FeedbackSettled),
    },
)
async def show(token: str, tx: InTx, request: Request) -> Response:
    """Shows, and casts nothing: mail scanners follow links too."""
    try:
        paper = await rating.ballot(tx, token)
    except LinkInvalid as refusal:
        return pages.refused(refusal, request)
    return pages.vote(token, paper)


@router.post(
    "/feedback/{token}",
    summary="Cast the rating of a link",
    response_model=VoteOut,
    dependencies=_HOLDERS,
    responses=problems(BadRequest, *_REFUSALS, UnsupportedMediaType, ValidationFailed),
    openapi_extra=by_hand(VoteIn, required=False),
)
async def cast(token: str, tx: InTx, request: Request) -> Response:
    """JSON or a form: `score` (else the link's own), `comment`, `reopen`."""
    try:
        paper = await rating.cast(tx, token, await _vote(request))
    except (*_REFUSALS, UnsupportedMediaType, ValidationFailed) as refusal:
        return pages.refused(refusal, request)
    if wants_page(request):
        return pages.thanks(token, paper)
    return json(_told(paper))


async def _vote(request: Request) -> Vote:
    fields = await _fields(request)
    try:
        return VoteIn.model_validate(fields).vote(said="comment" in fields)
    except ValidationError as error:
        raise unreadable(error, request) from None


async def _fields(request: Request) -> Any:
    """What was sent; without a body nothing, and the link's own score counts."""
    body = await request.body()
    if not body:
        return {}
    if is_form(request):
        return _of_form(body)
    try:
        fields: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise no_json(error, request) from None
    return fields


def _of_form(body: bytes) -> dict[str, Any]:
    text = body.decode(errors="replace")
    try:
        found = parse_qs(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise BadRequest from None
    fields: dict[str, Any] = {key: values[0] for key, values in found.items()}
    if fields.get("score", "").isdecimal():
        fields["score"] = int(fields["score"])
    if "comment" in fields:
        fields["comment"] = fields["comment"] or None
    if fields.get("reopen") in _BOXES:
        fields["reopen"] = _BOXES[fields["reopen"]]
    return fields


def _told(paper: Ballot) -> dict[str, object]:
    given = paper.given
    return {
        "number": paper.number,
        "score": given.score if given else paper.score,
        "open": paper.open,
        "reopened": bool(given and given.reopened),
        "may_reopen_until": paper.reopen_until,
    }
