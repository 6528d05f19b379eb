"""HTTP door of mailboxes: administrators set them up and hear what is wrong with them."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from services.intake.domain import limits
from services.intake.problems import (
    EmptyMail,
    IncompleteMailbox,
    MailboxElsewhere,
    MailboxSetUp,
    MailboxUnreachable,
    NotAMail,
    NotAnImapMailbox,
    PlainNotAllowed,
    UnknownDepartment,
)
from services.intake.routes.bodies import BODY, InMail
from services.intake.schemas.mailboxes import (
    CheckOut,
    MailboxChange,
    MailboxIn,
    MailboxOut,
    MailboxPage,
)
from services.intake.store import servers
from services.intake.usecases import checking, mailboxes
from shared.kit import http
from shared.kit.http import (
    InContext,
    InTx,
    decode_place,
    encode_cursor,
    if_match,
    language,
    page_response,
    require,
    set_etag,
)
from shared.kit.problems import NotFound, PayloadTooLarge, PreconditionFailed, problems
from shared.vocabulary import Role

MANAGES = [require("departments:manage", Role.ADMIN)]
_WRONG = (
    *(MailboxSetUp, MailboxElsewhere, UnknownDepartment),
    *(IncompleteMailbox, PlainNotAllowed),
)

router = http.router(prefix="/v1/intake/mailboxes", tags=["mailboxes"])


@router.post(
    "",
    summary="Set up a mailbox",
    status_code=201,
    response_model=MailboxOut,
    responses=problems(*_WRONG),
    dependencies=MANAGES,
)
async def create(body: MailboxIn, tx: InTx, request: Request, response: Response) -> object:
    """Mail that it holds comes in within seconds; secrets are sealed and never shown again."""
    made = await mailboxes.create(tx, body.wish())
    set_etag(response, str(made.version))
    response.headers["location"] = f"/v1/intake/mailboxes/{made.id}"
    return MailboxOut.of(made, language(request))


@router.get("", summary="All mailboxes", response_model=MailboxPage, dependencies=MANAGES)
async def listed(
    request: Request,
    tx: InTx,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: str | None = None,
) -> Response:
    after = decode_place(tx.context, cursor) if cursor else None
    rows = await servers.page(tx, after, limit + 1)
    shown = [MailboxOut.of(one, language(request)) for one in rows[:limit]]
    following = encode_cursor(tx.context, [str(shown[-1].id)]) if len(rows) > limit else None
    return page_response(request, [one.model_dump(mode="json") for one in shown], following)


@router.get(
    "/{mailbox_id}",
    summary="A mailbox",
    response_model=MailboxOut,
    responses=problems(NotFound),
    dependencies=MANAGES,
)
async def read(mailbox_id: UUID, tx: InTx, request: Request, response: Response) -> object:
    found = await mailboxes.found(tx, mailbox_id)
    set_etag(response, str(found.version))
    return MailboxOut.of(found, language(request))


@router.patch(
    "/{mailbox_id}",
    summary="Change a mailbox",
    response_model=MailboxOut,
    responses=problems(NotFound, PreconditionFailed, *_WRONG),
    dependencies=MANAGES,
)
async def change(
    mailbox_id: UUID, body: MailboxChange, tx: InTx, request: Request, response: Response
) -> object:
    """Another server, account or folder is read from its start, back to `since`."""
    changed = await mailboxes.change(tx, mailbox_id, body.wish(), if_match(request))
    set_etag(response, str(changed.version))
    return MailboxOut.of(changed, language(request))


@router.delete(
    "/{mailbox_id}",
    summary="Drop a mailbox",
    status_code=204,
    responses=problems(NotFound),
    dependencies=MANAGES,
)
async def remove(mailbox_id: UUID, tx: InTx) -> None:
    """Its mails stay, here and on its server."""
    await mailboxes.remove(tx, mailbox_id)


@router.post(
    "/{mailbox_id}/check",
    summary="Try every step towards a mailbox",
    response_model=CheckOut,
    responses=problems(NotFound),
    dependencies=MANAGES,
)
async def check(mailbox_id: UUID, context: InContext, request: Request) -> object:
    """Logs in and opens the folder; each step says what is wrong. Nothing is fetched."""
    findings = await checking.check(context, mailbox_id)
    return CheckOut.of(findings, language(request))


@router.post(
    "/{mailbox_id}/mails",
    summary="Put a mail into a mailbox on its server",
    status_code=202,
    responses=problems(
        *(NotFound, EmptyMail, NotAMail, NotAnImapMailbox, MailboxUnreachable, PayloadTooLarge)
    ),
    dependencies=MANAGES,
    max_body_size=limits.MESSAGE,
    openapi_extra={"requestBody": BODY},
)
async def put(mailbox_id: UUID, raw: InMail, context: InContext) -> Response:
    """As if it had been delivered there, to see whether it comes in (`sanad mail test`)."""
    await checking.append(context, mailbox_id, raw)
    return Response(status_code=202)
