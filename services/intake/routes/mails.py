"""HTTP door of intake: mails come in as bytes, operators look and decide."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from services.intake.domain import limits
from services.intake.domain.addresses import single
from services.intake.domain.mail import Envelope
from services.intake.domain.words import State
from services.intake.problems import EmptyMail, NobodyToOwn, NotAMail, NotReleasable
from services.intake.routes.bodies import BODY, InMail
from services.intake.schemas.mails import AcceptedOut, MailOut, MailPage, MailSummary, MovedOut
from services.intake.usecases import operate
from services.intake.usecases.accept import accept
from services.intake.usecases.operate import Filters
from shared.kit import http
from shared.kit.http import (
    InContext,
    InTx,
    cursor_foreign,
    decode_cursor,
    encode_cursor,
    language,
    page_response,
    require,
)
from shared.kit.problems import NotFound, PayloadTooLarge, problems
from shared.vocabulary import STAFF_ROLES, MailClass, Role, SenderAuth

_DECIDERS = tuple(role for role in STAFF_ROLES if role is not Role.AUDITOR)
CAN_POST = [require("intake:write")]
CAN_READ = [require("intake:read", *STAFF_ROLES)]
CAN_DECIDE = [require("tickets:manage", *_DECIDERS)]

router = http.router(prefix="/v1/intake/mails", tags=["intake"])


@router.post(
    "",
    summary="Hand in a mail as it is",
    dependencies=CAN_POST,
    status_code=202,
    response_model=AcceptedOut,
    responses=problems(EmptyMail, NotAMail, PayloadTooLarge),
    max_body_size=limits.MESSAGE,
    openapi_extra={
        "requestBody": BODY,
        "parameters": [
            {"name": "X-Envelope-From", "in": "header", "schema": {"type": "string"}},
            {"name": "X-Envelope-To", "in": "header", "schema": {"type": "string"}},
        ],
    },
)
async def post_mail(raw: InMail, request: Request, context: InContext) -> object:
    """The envelope stands in `X-Envelope-From` and `X-Envelope-To` (comma-separated)."""
    recipients = request.headers.get("x-envelope-to", "").split(",")
    sender = request.headers.get("x-envelope-from", "").strip()
    envelope = Envelope(
        sender if sender == "<>" else single(sender),
        tuple(address for one in recipients[: limits.ADDRESSES] if (address := single(one))),
    )
    async with context.tx() as tx:
        mail_id = await accept(tx, raw, envelope, "http")
    return AcceptedOut(id=mail_id, state=State.ACCEPTED)


def _filters(
    state: State | None = None,
    mail_class: Annotated[MailClass | None, Query(alias="class")] = None,
    sender_auth: SenderAuth | None = None,
    department_id: UUID | None = None,
    ticket_id: UUID | None = None,
) -> Filters:
    return Filters(state, mail_class, sender_auth, ticket_id, department_id)


@router.get("", summary="Mails, newest first", response_model=MailPage, dependencies=CAN_READ)
async def list_mails(
    request: Request,
    tx: InTx,
    filters: Annotated[Filters, Depends(_filters)],
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: str | None = None,
) -> Response:
    before = _place(decode_cursor(tx.context, cursor)) if cursor else None
    shown = await operate.listed(tx, filters, before, limit + 1)
    more = len(shown) > limit
    told = (MailSummary.of(one).explained_in(language(request)) for one in shown[:limit])
    items = [one.model_dump(mode="json", by_alias=True) for one in told]
    following = encode_cursor(tx.context, [items[-1]["id"]]) if more else None
    return page_response(request, items, following)


@router.get(
    "/{mail_id}",
    summary="One mail",
    response_model=MailOut,
    responses=problems(NotFound),
    dependencies=CAN_READ,
)
async def read_mail(mail_id: UUID, request: Request, tx: InTx) -> object:
    """Every decision with what it rests on, in the language of `Accept-Language`."""
    return MailOut.of(await operate.show(tx, mail_id)).explained_in(language(request))


@router.get(
    "/{mail_id}/raw",
    summary="The mail's bytes as they came",
    responses=problems(NotFound),
    dependencies=CAN_READ,
)
async def read_raw(mail_id: UUID, tx: InTx) -> Response:
    """Always a download: a browser never shows it."""
    raw = await operate.raw(tx, mail_id)
    name = {"Content-Disposition": f'attachment; filename="{mail_id}.eml"'}
    return Response(raw, media_type="message/rfc822", headers=name)


@router.post(
    "/{mail_id}/replay",
    summary="Read and decide a mail again",
    dependencies=CAN_DECIDE,
    status_code=202,
    response_model=MovedOut,
    responses=problems(NotFound),
)
async def replay(mail_id: UUID, tx: InTx) -> object:
    """A mail that is on a ticket, or on its way there, stays as it is."""
    return MovedOut.of(await operate.replay(tx, mail_id))


@router.post(
    "/{mail_id}/release",
    summary="Let a held mail through",
    dependencies=CAN_DECIDE,
    status_code=202,
    response_model=MovedOut,
    responses=problems(NotFound, NotReleasable, NobodyToOwn),
)
async def release(mail_id: UUID, tx: InTx) -> object:
    """Onto the ticket that it names, or into a new one; judged by its arrival."""
    return MovedOut.of(await operate.release(tx, mail_id))


def _place(values: list[object]) -> UUID:
    try:
        (value,) = values
        return UUID(str(value))
    except ValueError:
        raise cursor_foreign() from None
