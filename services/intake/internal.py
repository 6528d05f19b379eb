"""HTTP door of the operations listener: other services fetch what a mail says."""

from uuid import UUID

from fastapi import Response

from services.intake.schemas.mails import ContentOut
from services.intake.usecases import operate
from shared.kit import http
from shared.kit.http import InTx, internal
from shared.kit.problems import NotFound, problems

router = http.router(prefix="/internal/mails", tags=["internal"])
SERVICES = [internal()]


@router.get(
    "/{mail_id}",
    summary="One mail",
    response_model=ContentOut,
    responses=problems(NotFound),
    dependencies=SERVICES,
)
async def read_mail(mail_id: UUID, tx: InTx) -> object:
    return ContentOut.of(await operate.show(tx, mail_id))


@router.get(
    "/{mail_id}/attachments/{file_id}",
    summary="A file of a mail",
    responses=problems(NotFound),
    dependencies=SERVICES,
)
async def read_file(mail_id: UUID, file_id: UUID, tx: InTx) -> Response:
    media_type, content = await operate.file(tx, mail_id, file_id)
    return Response(content, media_type=media_type)
