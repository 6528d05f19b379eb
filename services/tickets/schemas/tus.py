"""What the headers of the upload protocol say (tus 1.0), read strictly."""

import base64
import binascii
import re
from datetime import datetime
from email.utils import format_datetime
from typing import Final
from uuid import UUID

from services.tickets.domain.uploads import Announcement, Checksum, Progress
from services.tickets.problems import ChecksumUnknown, TusVersion
from services.tickets.problems.tus import (
    CONCAT_WANTED,
    LENGTH_DEFERRED,
    LENGTH_WANTED,
    METADATA_WANTED,
    NO_LENGTH_HERE,
    OFFSET_WANTED,
    UploadHeaderInvalid,
)

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,creation-with-upload,termination,expiration,checksum,concatenation"
BYTES: Final = "application/offset+octet-stream"
_SIZES: Final = {"sha1": 20, "sha256": 32, "sha512": 64}
ALGORITHMS: Final = tuple(_SIZES)
_KEY: Final = re.compile(r"[!-+\--~]{1,64}")
_MOST_PIECES: Final = 20
_SIZE: Final = re.compile("0|[1-9][0-9]{0,12}")


def check_version(told: str | None) -> None:
    if told is not None and told != VERSION:
        raise TusVersion


def announcement(length: str | None, metadata: str, concat: str | None) -> Announcement:
    """What a creation says; every header in the one form that it may have."""
    told = metadata_of(metadata)
    name = told.get("filename") or told.get("name") or "file"
    declared = told.get("filetype") or told.get("type") or ""
    pieces = _pieces(concat) if concat and concat.startswith("final;") else ()
    if concat is not None and concat != "partial" and not pieces:
        raise UploadHeaderInvalid("Upload-Concat", CONCAT_WANTED)
    _check_length(length, joined=bool(pieces))
    return Announcement(int(length or 0), name, declared, concat == "partial", pieces)


def check_deferred(told: str | None) -> None:
    """A file's size is known before its first byte: it decides whether there is room."""
    if told is not None:
        raise UploadHeaderInvalid("Upload-Defer-Length", LENGTH_DEFERRED)


def offset_of(told: str | None) -> int:
    """Where the bytes of a request begin."""
    if told is None or not _SIZE.fullmatch(told):
        raise UploadHeaderInvalid("Upload-Offset", OFFSET_WANTED)
    return int(told)


def _check_length(length: str | None, *, joined: bool) -> None:
    if length is not None and joined:
        raise UploadHeaderInvalid("Upload-Length", NO_LENGTH_HERE)
    if not joined and (length is None or not _SIZE.fullmatch(length)):
        raise UploadHeaderInvalid("Upload-Length", LENGTH_WANTED)


def metadata_of(text: str) -> dict[str, str]:
    """`key base64, key base64, key`; anything else is no metadata."""
    told: dict[str, str] = {}
    for pair in filter(None, (one.strip() for one in text.split(","))):
        key, _, value = pair.partition(" ")
        if key in told or not _KEY.fullmatch(key):
            raise UploadHeaderInvalid("Upload-Metadata", METADATA_WANTED)
        try:
            told[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError):
            raise UploadHeaderInvalid("Upload-Metadata", METADATA_WANTED) from None
    return told


def checksum_of(text: str | None) -> Checksum | None:
    """`sha1 base64`, `sha256 base64` or `sha512 base64`."""
    if text is None:
        return None
    algorithm, _, value = text.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != _SIZES.get(algorithm, -1):
        raise ChecksumUnknown(algorithms=ALGORITHMS)
    return Checksum(algorithm, digest)


def headers_of(progress: Progress, now: datetime) -> dict[str, str]:
    """How far it is, and until when more is waited for."""
    told = {
        "Tus-Resumable": VERSION,
        "Upload-Offset": str(progress.offset),
        "Upload-Expires": format_datetime(max(progress.expires_at, now), usegmt=True),
    }
    if progress.partial:
        told["Upload-Concat"] = "partial"
    return told


def description(progress: Progress) -> dict[str, str]:
    """What a HEAD tells besides."""
    told = {"filename": progress.name, "filetype": progress.declared}
    pairs = (
        f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in told.items() if value
    )
    return {"Upload-Length": str(progress.length), "Upload-Metadata": ",".join(pairs)}


def _pieces(concat: str) -> tuple[UUID, ...]:
    """The uploads of `final;<url> <url>`, relative or absolute."""
    urls = concat.partition(";")[2].split()
    if not 1 <= len(urls) <= _MOST_PIECES:
        raise UploadHeaderInvalid("Upload-Concat", CONCAT_WANTED)
    try:
        return tuple(UUID(url.rstrip("/").rpartition("/")[2]) for url in urls)
    except ValueError:
        raise UploadHeaderInvalid("Upload-Concat", CONCAT_WANTED) from None
