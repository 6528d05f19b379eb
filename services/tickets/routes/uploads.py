"""Resumable uploads, tus 1.0 with creation and termination; with a login, or for the form."""

import base64
import binascii
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Header, Request, Response

from services.tickets.problems import FormBusy, UploadMismatch
from services.tickets.routes.policies import CanWrite
from services.tickets.schemas.outputs import UploadOut
from services.tickets.usecases import uploading
from services.tickets.usecases.uploading import Progress
from shared.kit import http
from shared.kit.callers import Caller
from shared.kit.http import InContext, InTx, json, public
from shared.kit.problems import (
    BadRequest,
    NotFound,
    PayloadTooLarge,
    UnsupportedMediaType,
    problems,
)

router = http.router("/v1", tags=["uploads"])

_TUS: Final = {"Tus-Resumable": "1.0.0"}
_BYTES: Final = "application/offset+octet-stream"
_LARGEST: Final = 26 * 1024 * 1024
Visitor = Annotated[Caller, public("the web site's form has no login; bytes are capped")]
_ANYBODY = public("what the protocol can do is no secret")

_CREATED: Final[dict[str, Any]] = {
    "status_code": 201,
    "response_model": UploadOut,
    "responses": problems(BadRequest, PayloadTooLarge, FormBusy),
}
_APPENDED: Final[dict[str, Any]] = {
    "status_code": 204,
    "max_body_size": _LARGEST,
    "responses": problems(NotFound, UploadMismatch, UnsupportedMediaType, PayloadTooLarge),
}
_ASKED: Final[dict[str, Any]] = {"status_code": 200, "responses": problems(NotFound)}


class Announced:
    """What the creation headers say."""

    def __init__(
        self,
        upload_length: Annotated[int, Header(ge=0, le=2**40)],
        upload_metadata: Annotated[str, Header(max_length=2000)] = "",
    ) -> None:
        self.length = upload_length
        told = _metadata(upload_metadata)
        self.name = told.get("filename") or told.get("name") or "file"
        self.media_type = told.get("filetype") or told.get("type") or ""


InAnnounced = Annotated[Announced, Depends()]
Offset = Annotated[int, Header(alias="Upload-Offset", ge=0)]


@router.post("/uploads", summary="Announce a file", **_CREATED)
async def create(told: InAnnounced, caller: CanWrite, tx: InTx) -> Response:
    """Tus creation: `Upload-Length`, `Upload-Metadata: filename <base64>`."""
    return _created("/v1/uploads", await _create(told, caller, tx))


@router.post("/public/uploads", summary="Announce a file for the form", **_CREATED)
async def create_for_form(told: InAnnounced, caller: Visitor, tx: InTx) -> Response:
    return _created("/v1/public/uploads", await _create(told, caller, tx))


@router.head("/uploads/{upload_id}", summary="How far an upload is", **_ASKED)
async def offset(upload_id: UUID, caller: CanWrite, context: InContext) -> Response:
    return _told(await uploading.progress(context, caller, upload_id), 200)


@router.head("/public/uploads/{upload_id}", summary="How far a form's upload is", **_ASKED)
async def offset_for_form(upload_id: UUID, caller: Visitor, context: InContext) -> Response:
    return _told(await uploading.progress(context, caller, upload_id), 200)


@router.patch("/uploads/{upload_id}", summary="Send the next bytes", **_APPENDED)
async def append(
    upload_id: UUID, at: Offset, caller: CanWrite, tx: InTx, request: Request
) -> Response:
    """What arrived is kept even when the line breaks in the middle."""
    return await _append(upload_id, at, caller, tx, request)


@router.patch("/public/uploads/{upload_id}", summary="Send a form's next bytes", **_APPENDED)
async def append_for_form(
    upload_id: UUID, at: Offset, caller: Visitor, tx: InTx, request: Request
) -> Response:
    return await _append(upload_id, at, caller, tx, request)


@router.delete(
    "/uploads/{upload_id}",
    summary="Give an upload up",
    status_code=204,
    responses=problems(NotFound),
)
async def discard(upload_id: UUID, caller: CanWrite, tx: InTx) -> Response:
    await uploading.discard(tx, caller, upload_id)
    return Response(status_code=204, headers=_TUS)


@router.options(
    "/uploads", summary="What the upload door can do", status_code=204, dependencies=[_ANYBODY]
)
async def options(context: InContext) -> Response:
    largest = str(context.settings.tickets_file_limit)
    told = {"Tus-Version": "1.0.0", "Tus-Extension": "creation,termination"}
    return Response(status_code=204, headers={**_TUS, **told, "Tus-Max-Size": largest})


async def _create(told: Announced, caller: Caller, tx: InTx) -> Progress:
    return await uploading.create(tx, caller, told.length, told.name, told.media_type)


async def _append(upload_id: UUID, at: int, caller: Caller, tx: InTx, request: Request) -> Response:
    if request.headers.get("content-type", "").partition(";")[0].strip() != _BYTES:
        raise UnsupportedMediaType
    return _told(await uploading.append(tx, caller, upload_id, at, request.stream()), 204)


def _created(door: str, progress: Progress) -> Response:
    headers = {**_TUS, "Location": f"{door}/{progress.id}", "Upload-Offset": "0"}
    answer = {"id": progress.id, "offset": progress.offset, "length": progress.length}
    return json(answer, 201, headers)


def _told(progress: Progress, status: int) -> Response:
    headers = {"Upload-Offset": str(progress.offset), "Upload-Length": str(progress.length)}
    return Response(status_code=status, headers={**_TUS, **headers, "Cache-Control": "no-store"})


def _metadata(text: str) -> dict[str, str]:
    """`key base64, key base64`; anything else is no metadata."""
    told: dict[str, str] = {}
    for pair in text.split(","):
        key, _, value = pair.strip().partition(" ")
        try:
            told[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise BadRequest from None
    return told
