"""HTTP door for operators: how much waits where, refuse, send elsewhere, take home."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from fastapi.responses import StreamingResponse

from services.intake.domain.words import State
from services.intake.problems import NotEditable, NotRejectable
from services.intake.routes.mails import CAN_DECIDE, CAN_READ
from services.intake.schemas.mails import MailSummary, MovedOut
from services.intake.schemas.operators import CountsOut, RejectIn, SteerIn
from services.intake.usecases import operate, overview, steering
from shared.kit import http
from shared.kit.http import InContext, InTx, require
from shared.kit.model import Instant
from shared.kit.problems import NotFound, ValidationFailed, problems
from shared.vocabulary import Role

CAN_TAKE_HOME = [require("intake:read", Role.ADMIN)]

router = http.router(prefix="/v1/intake/mails", tags=["intake"])


@router.get(
    "/counts",
    summary="How many mails stand where",
    response_model=CountsOut,
    dependencies=CAN_READ,
)
async def count_mails(tx: InTx, days: Annotated[int, Query(ge=1, le=90)] = 7) -> object:
    """Of the caller's departments; `waiting` has no period: it is what somebody must still do."""
    return CountsOut.of(await overview.numbers(tx, days))


Period = tuple[datetime | None, datetime | None]


def _period(since: Instant | None = None, until: Instant | None = None) -> Period:
    return since, until


@router.get(
    "/export",
    summary="Raw mails of one state as a zip",
    dependencies=CAN_TAKE_HOME,
    responses={200: {"content": {"application/zip": {}}}, **problems(ValidationFailed)},
)
async def export_mails(
    context: InContext,
    tx: InTx,
    state: State,
    period: Annotated[Period, Depends(_period)],
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=overview.MOST)] = overview.MOST,
) -> StreamingResponse:
    """The last 30 days when nothing is said. `after` is what the last export's index ends with."""
    end = period[1] or tx.now + timedelta(seconds=1)
    wish = overview.Wish(state, period[0] or end - timedelta(days=30), end, after, limit)
    body = await overview.export(context, tx.caller, wish)
    name = {"Content-Disposition": f'attachment; filename="mails-{state}.zip"'}
    return StreamingResponse(body, media_type="application/zip", headers=name)


@router.post(
    "/{mail_id}/reject",
    summary="Refuse a mail that waits",
    dependencies=CAN_DECIDE,
    response_model=MovedOut,
    responses=problems(NotFound, NotRejectable),
)
async def reject(mail_id: UUID, body: RejectIn, tx: InTx) -> object:
    """It stays visible here, on no ticket; `release` can still overrule it."""
    return MovedOut.of(await steering.reject(tx, mail_id, body.reason))


@router.patch(
    "/{mail_id}",
    summary="Say where a mail goes once it is released",
    dependencies=CAN_DECIDE,
    response_model=MailSummary,
    responses=problems(NotFound, NotEditable),
)
async def steer(mail_id: UUID, body: SteerIn, tx: InTx) -> object:
    """The department's staff see it from now on; a ticket must be of the caller's departments."""
    row = await steering.steer(tx, mail_id, body.wish())
    return MailSummary.of(await operate.summary(tx, row))
