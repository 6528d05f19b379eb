"""Resumable uploads (tus 1.0 and six of its extensions); with a login, or for the form."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Header, Request, Response

from services.tickets.domain.uploads import Progress
from services.tickets.problems import (
    ChecksumMismatch,
    ChecksumUnknown,
    FormBusy,
    FormShareFull,
    TooManyFormUploads,
    TusVersion,
    UploadFinished,
    UploadMismatch,
    UploadsUnused,
    UploadUnknown,
)
from services.tickets.problems.tus import FileTooLarge, UploadHeaderInvalid
from services.tickets.routes.form import network_of
from services.tickets.routes.policies import CanWrite
from services.tickets.schemas import tus
from services.tickets.schemas.outputs import UploadOut
from services.tickets.usecases import formroom, uploading
from shared.kit import http
from shared.kit.callers import Caller
from shared.kit.http import InContext, InTx, json, public
from shared.kit.problems import NotFound, PayloadTooLarge, Problem, UnsupportedMediaType, problems
from shared.kit.visit import address_of

router = http.router("/v1", tags=["uploads"])

_LARGEST: Final = 26 * 1024 * 1024
Visitor = Annotated[Caller, public("the web site's form has no login; bytes are capped")]
_ANYBODY = public("what the protocol can do is no secret")

_ROOM: Final = (FormBusy, FormShareFull, TooManyFormUploads)
"""What visitors of the form may hear besides."""

_BYTES: Final[dict[str, Any]] = {
    "requestBody": {
        "description": "The file's first bytes, if any.",
        "content": {tus.BYTES: {"schema": {"type": "string", "format": "binary"}}},
    }
}

_CREATED: Final[dict[str, Any]] = {
    "status_code": 201,
    "response_model": UploadOut,
    "max_body_size": _LARGEST,
    "openapi_extra": _BYTES,
    "responses": problems(
        *(UploadHeaderInvalid, FileTooLarge, UploadsUnused, UploadUnknown, TusVersion),
        *(ChecksumMismatch, ChecksumUnknown, UnsupportedMediaType, *_ROOM),
    ),
}
_APPENDED: Final[dict[str, Any]] = {
    "status_code": 204,
    "max_body_size": _LARGEST,
    "responses": problems(
        *(NotFound, UploadMismatch, UploadFinished, UnsupportedMediaType, PayloadTooLarge),
        *(UploadHeaderInvalid, TusVersion, ChecksumMismatch, ChecksumUnknown, *_ROOM),
    ),
}
_ASKED: Final[dict[str, Any]] = {
    "status_code": 200,
    "responses": problems(NotFound, TusVersion),
}
_GIVEN_UP: Final[dict[str, Any]] = {
    "status_code": 204,
    "responses": problems(NotFound, TusVersion),
}


def _version(tus_resumable: Annotated[str | None, Header(max_length=40)] = None) -> None:
    tus.check_version(tus_resumable)


_LENGTH: Final = "Bytes of the whole file; at most `Tus-Max-Size` (`SANAD_TICKETS_FILE_LIMIT`)."
_METADATA: Final = "Pairs parted by commas, e.g. `filename YS5sb2c=`: a name, and base64 of UTF-8."
_CONCAT: Final = "`partial`, or `final;` and the addresses of 1 to 20 parts, parted by spaces."


class Announced:
    """What the creation headers say."""

    def __init__(
        self,
        upload_length: Annotated[str | None, Header(max_length=40, description=_LENGTH)] = None,
        upload_defer_length: Annotated[
            str | None, Header(max_length=40, description="Not accepted.")
        ] = None,
        upload_metadata: Annotated[str, Header(max_length=4000, description=_METADATA)] = "",
        upload_concat: Annotated[str | None, Header(max_length=4000, description=_CONCAT)] = None,
        upload_checksum: Annotated[str | None, Header(max_length=200)] = None,
    ) -> None:
        tus.check_deferred(upload_defer_length)
        self.file = tus.announcement(upload_length, upload_metadata, upload_concat)
        self.checksum = tus.checksum_of(upload_checksum)


class Sent:
    """What the headers of further bytes say."""

    def __init__(
        self,
        upload_offset: Annotated[
            str | None, Header(description="How many bytes were received before.")
        ] = None,
        upload_checksum: Annotated[str | None, Header(max_length=200)] = None,
    ) -> None:
        self.offset = tus.offset_of(upload_offset)
        self.checksum = tus.checksum_of(upload_checksum)


InAnnounced = Annotated[Announced, Depends()]
InSent = Annotated[Sent, Depends()]
_TUS: Final = [Depends(_version)]


@router.post("/uploads", summary="Announce a file", dependencies=_TUS, **_CREATED)
async def create(told: InAnnounced, caller: CanWrite, tx: InTx, request: Request) -> Response:
    """Tus creation: `Upload-Length`, `Upload-Metadata: filename <base64>`; first bytes welcome.

    A file has at most 26214400 bytes, unless `SANAD_TICKETS_FILE_LIMIT` says otherwise: `OPTIONS`
    tells the limit as `Tus-Max-Size`. `Upload-Concat: partial` announces a part,
    `final;<url> <url>` makes one file of parts.
    """
    return await _create("/v1/uploads", told, caller, tx, request)


@router.post(
    "/public/uploads", summary="Announce a file for the form", dependencies=_TUS, **_CREATED
)
async def create_for_form(
    told: InAnnounced, caller: Visitor, tx: InTx, request: Request
) -> Response:
    """As with a login; what came counts against the share of the visitor's address.

    An upload without a byte is forgotten after 15 minutes; idle ones make way when there is no
    room, the emptiest first.
    """
    network = network_of(address_of(request.scope))
    with _in_tus():
        formroom.count(tx.context, network)
    told.file = replace(told.file, visitor=formroom.visitor_of(tx.context, network))
    return await _create("/v1/public/uploads", told, caller, tx, request)


@router.head("/uploads/{upload_id}", summary="How far an upload is", dependencies=_TUS, **_ASKED)
async def offset(upload_id: UUID, caller: CanWrite, context: InContext) -> Response:
    return await _look(upload_id, caller, context)


@router.head(
    "/public/uploads/{upload_id}",
    summary="How far a form's upload is",
    dependencies=_TUS,
    **_ASKED,
)
async def offset_for_form(upload_id: UUID, caller: Visitor, context: InContext) -> Response:
    return await _look(upload_id, caller, context)


@router.patch("/uploads/{upload_id}", summary="Send the next bytes", dependencies=_TUS, **_APPENDED)
async def append(
    upload_id: UUID, sent: InSent, caller: CanWrite, context: InContext, request: Request
) -> Response:
    """What arrived is kept even when the line breaks; with `Upload-Checksum` all or nothing."""
    return await _append(upload_id, sent, caller, context, request)


@router.patch(
    "/public/uploads/{upload_id}",
    summary="Send a form's next bytes",
    dependencies=_TUS,
    **_APPENDED,
)
async def append_for_form(
    upload_id: UUID, sent: InSent, caller: Visitor, context: InContext, request: Request
) -> Response:
    return await _append(upload_id, sent, caller, context, request)


@router.delete("/uploads/{upload_id}", summary="Give an upload up", dependencies=_TUS, **_GIVEN_UP)
async def discard(upload_id: UUID, caller: CanWrite, context: InContext) -> Response:
    return await _discard(upload_id, caller, context)


@router.delete(
    "/public/uploads/{upload_id}",
    summary="Give a form's upload up",
    dependencies=_TUS,
    **_GIVEN_UP,
)
async def discard_for_form(upload_id: UUID, caller: Visitor, context: InContext) -> Response:
    return await _discard(upload_id, caller, context)


@router.options(
    "/uploads", summary="What the upload door can do", status_code=204, dependencies=[_ANYBODY]
)
async def options(context: InContext) -> Response:
    return _able(context)


@router.options(
    "/public/uploads",
    summary="What the form's upload door can do",
    status_code=204,
    dependencies=[_ANYBODY],
)
async def options_for_form(context: InContext) -> Response:
    return _able(context)


def _able(context: InContext) -> Response:
    told = {
        "Tus-Resumable": tus.VERSION,
        "Tus-Version": tus.VERSION,
        "Tus-Extension": tus.EXTENSIONS,
        "Tus-Max-Size": str(context.settings.tickets_file_limit),
        "Tus-Checksum-Algorithm": ",".join(tus.ALGORITHMS),
    }
    return Response(status_code=204, headers=told)


async def _create(
    door: str, told: Announced, caller: Caller, tx: InTx, request: Request
) -> Response:
    with _in_tus():
        stream = _bytes_of(request) if request.headers.get("content-type") else None
        made = await uploading.create(tx, caller, told.file, (stream, told.checksum))
    headers = {"Location": f"{door}/{made.id}", **tus.headers_of(made, tx.now), **_unkept(caller)}
    return json({"id": made.id, "offset": made.offset, "length": made.length}, 201, headers)


async def _append(
    upload_id: UUID, sent: Sent, caller: Caller, context: InContext, request: Request
) -> Response:
    place = (upload_id, sent.offset)
    with _in_tus():
        stream = _bytes_of(request)
        grown = await uploading.append(context, caller, place, stream, sent.checksum)
    return _told(grown, context, 204, _unkept(caller))


async def _discard(upload_id: UUID, caller: Caller, context: InContext) -> Response:
    with _in_tus():
        await uploading.discard(context, caller, upload_id)
    return Response(status_code=204, headers={"Tus-Resumable": tus.VERSION})


async def _look(upload_id: UUID, caller: Caller, context: InContext) -> Response:
    with _in_tus():
        found = await uploading.progress(context, caller, upload_id)
    return _told(found, context, 200, tus.description(found) | _unkept(caller))


@contextlib.contextmanager
def _in_tus() -> Iterator[None]:
    """Refusals, as clients of the protocol expect every answer."""
    try:
        yield
    except Problem as refusal:
        refusal.headers = {"Tus-Resumable": tus.VERSION} | refusal.headers
        raise


def _bytes_of(request: Request) -> AsyncIterator[bytes]:
    if request.headers.get("content-type", "").partition(";")[0].strip() != tus.BYTES:
        raise UnsupportedMediaType
    return request.stream()


def _unkept(caller: Caller) -> dict[str, str]:
    """No answer is kept on its way; of callers with a login every answer says so already."""
    return {"Cache-Control": "no-store"} if caller.kind == "anonymous" else {}


def _told(progress: Progress, context: InContext, status: int, more: dict[str, str]) -> Response:
    headers = {**tus.headers_of(progress, context.clock.now()), **more}
    return Response(status_code=status, headers=headers)
