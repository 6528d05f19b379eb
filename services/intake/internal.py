"""HTTP door of the operations listener: other services fetch what a mail says."""

from uuid import UUID

from fastapi import Response
from starlette.responses import StreamingResponse

from services.intake.schemas.mails import ContentOut, ContentsIn, ContentsOut
from services.intake.usecases import operate
from shared.kit import http
from shared.kit.http import InContext, InTx, internal
from shared.kit.problems import NotFound, problems

router = http.router(prefix="/internal/mails", tags=["internal"])
SERVICES = [internal()]


@router.post(
    "/batch",
    summary="Mails with their words",
    response_model=ContentsOut,
    dependencies=SERVICES,
)
async def read_mails(body: ContentsIn, tx: InTx) -> object:
    """Unknown ids are left out."""
    return ContentsOut(
        items=[ContentOut.of(one) for one in await operate.fetched(tx, body.mail_ids)]
    )


@router.get(
    "/{mail_id}/attachments/{file_id}",
    summary="A file of a mail",
    responses=problems(NotFound),
    dependencies=SERVICES,
)
async def read_file(mail_id: UUID, file_id: UUID, context: InContext) -> Response:
    """In pieces, with a length: whoever is cut off knows it. Its type is told with the mail."""
    size, content = await operate.file(context, mail_id, file_id)
    headers = {"Content-Length": str(size)}
    return StreamingResponse(content, headers=headers, media_type="application/octet-stream")
