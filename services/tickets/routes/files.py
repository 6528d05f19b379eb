"""Attached files, as downloads or as pictures: nothing of a stranger's runs under our name."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import Query, Request, Response
from starlette.responses import StreamingResponse

from services.tickets.domain.downloads import Unsatisfiable, span
from services.tickets.problems import (
    DownloadInvalid,
    FileInfected,
    FileWithheld,
    NotInline,
    PreviewAbsent,
    PreviewPending,
    RangeInvalid,
)
from services.tickets.routes.frames import refused
from services.tickets.routes.policies import CanRead
from services.tickets.schemas.files import LinkIn, LinkOut
from services.tickets.schemas.outputs import AttachmentOut
from services.tickets.usecases import files
from services.tickets.usecases.files import Handout, Wish
from shared.kit import http
from shared.kit.http import InContext, json, public
from shared.kit.problems import NotFound, problems
from shared.vocabulary import Localized

router = http.router("/v1", tags=["attachments"])

Flag = Annotated[str | None, Query(pattern="^(true|false)?$")]
_TITLE: Final = Localized(ar="ملف مرفق", en="An attached file")
_YES: Final = frozenset({"", "true"})
_HOLDERS: Final = [public("the link is signed for one file and some time")]
_SAFE: Final = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-site",
    "Accept-Ranges": "bytes",
}
_BYTES: Final[dict[str, Any]] = {"content": {"application/octet-stream": {}}}
_HANDED: Final[dict[int | str, dict[str, Any]]] = {
    200: _BYTES,
    206: {**_BYTES, "description": "The span that `Range` asked for"},
    **problems(NotFound, FileWithheld, FileInfected, NotInline, RangeInvalid),
}


@router.get(
    "/attachments/{attachment_id}",
    summary="Read about a file",
    response_model=AttachmentOut,
    responses=problems(NotFound),
)
async def read_attachment(attachment_id: UUID, caller: CanRead, context: InContext) -> Response:
    return json(await files.attachment(context, caller, attachment_id))


@router.get(
    "/attachments/{attachment_id}/content",
    summary="Download a file",
    response_class=Response,
    responses=_HANDED,
)
async def read_content(
    attachment_id: UUID,
    caller: CanRead,
    context: InContext,
    request: Request,
    inline: Flag = None,
    infected: Flag = None,
) -> Response:
    """Customers get what was found clean; `?inline` shows clean pictures inside a page.

    An administrator who insists gets even what is `?infected`. `Range` is understood.
    """
    wish = Wish(inline=inline in _YES, infected=infected in _YES)
    return await _hand_out(await files.content(context, caller, attachment_id, wish), request)


@router.get(
    "/attachments/{attachment_id}/preview",
    summary="A small picture of a picture",
    response_class=Response,
    responses={
        200: {"content": {"image/webp": {}}},
        **problems(NotFound, PreviewPending, PreviewAbsent, FileWithheld, FileInfected),
    },
)
async def read_preview(
    attachment_id: UUID, caller: CanRead, context: InContext, request: Request
) -> Response:
    """Made anew from the pixels alone; `preview_pending` until it is there."""
    return await _hand_out(await files.preview(context, caller, attachment_id), request)


@router.post(
    "/attachments/{attachment_id}/link",
    summary="Make a short-lived link to a file",
    status_code=201,
    response_model=LinkOut,
    responses=problems(NotFound, FileWithheld, FileInfected, NotInline),
)
async def make_link(
    attachment_id: UUID, caller: CanRead, context: InContext, body: LinkIn | None = None
) -> Response:
    """For whoever cannot send a token, such as a browser's download; works for five minutes."""
    inline = body is not None and body.inline
    url, until = await files.link(context, caller, attachment_id, inline=inline)
    return json({"url": url, "expires_at": until}, 201)


@router.get(
    "/files/{token}",
    summary="Download by a signed link",
    response_class=Response,
    dependencies=_HOLDERS,
    responses={**_HANDED, **problems(DownloadInvalid)},
)
async def follow_link(token: str, context: InContext, request: Request) -> Response:
    """No login and no cookie: the link itself is the right, and it runs out."""
    try:
        found = await files.by_link(context, token)
    except (DownloadInvalid, FileWithheld, FileInfected, NotFound) as refusal:
        return refused(refusal, _TITLE, request)
    answer = await _hand_out(found, request)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


async def _hand_out(found: Handout, request: Request) -> Response:
    size, tag = found.place.size, f'"{found.place.id}"'
    try:
        asked = span(_asked(request, tag), size)
    except Unsatisfiable:
        raise RangeInvalid(size) from None
    start, stop = asked or (0, size)
    headers = {
        **_SAFE,
        "Content-Disposition": disposition(found.name, inline=found.inline),
        "Content-Length": str(stop - start),
        "ETag": tag,
    }
    if asked:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    content: AsyncIterator[bytes] = await found.bytes(start, stop)
    return StreamingResponse(content, 206 if asked else 200, headers, found.media_type)


def _asked(request: Request, tag: str) -> str | None:
    """The range, unless it was meant for another content."""
    if request.headers.get("if-range", tag) != tag:
        return None
    return request.headers.get("range")


def disposition(name: str, *, inline: bool = False) -> str:
    """RFC 6266 with RFC 8187: an ASCII name for old clients, the real one beside it."""
    plain = "".join(one if one.isascii() and one not in '"\\%;' else "_" for one in name)
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
