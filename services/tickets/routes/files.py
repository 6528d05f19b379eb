"""Attached files, always as downloads: nothing of a stranger's runs under our name."""

from typing import Final
from urllib.parse import quote
from uuid import UUID

from fastapi import Response

from services.tickets.problems import FileWithheld
from services.tickets.routes.policies import CanRead
from services.tickets.schemas.outputs import AttachmentOut
from services.tickets.usecases import files
from shared.kit import http
from shared.kit.http import InContext, json
from shared.kit.problems import NotFound, problems

router = http.router("/v1/attachments", tags=["attachments"])

_SAFE: Final = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-site",
    "Cache-Control": "private, no-store",
}


@router.get(
    "/{attachment_id}",
    summary="Read about a file",
    response_model=AttachmentOut,
    responses=problems(NotFound),
)
async def read_attachment(attachment_id: UUID, caller: CanRead, context: InContext) -> Response:
    return json(await files.attachment(context, caller, attachment_id))


@router.get(
    "/{attachment_id}/content",
    summary="Download a file",
    response_class=Response,
    responses={
        200: {"content": {"application/octet-stream": {}}},
        **problems(NotFound, FileWithheld),
    },
)
async def read_content(attachment_id: UUID, caller: CanRead, context: InContext) -> Response:
    """Customers get what was found clean."""
    content, name, media_type = await files.content(context, caller, attachment_id)
    headers = {**_SAFE, "Content-Disposition": disposition(name)}
    return Response(content, headers=headers, media_type=media_type)


def disposition(name: str) -> str:
    """RFC 6266 with RFC 5987: an ASCII name for old clients, the real one beside it."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
