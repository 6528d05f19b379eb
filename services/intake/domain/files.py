"""What an attached file is called and what it is (mail.md 11)."""

import re
import unicodedata
from typing import Final
from urllib.parse import unquote
from uuid import UUID, uuid5

from services.intake.domain import limits

_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u2028\u2029]+')
_INVISIBLE: Final = re.compile(
    "[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]+"
)
_RESERVED: Final = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
_MAGIC: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-executable"),
)
_UNKNOWN: Final = "application/octet-stream"
_SUFFIX: Final = {
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "message/rfc822": ".eml",
    "message/delivery-status": ".txt",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/ms-tnef": ".dat",
    "application/vnd.ms-tnef": ".dat",
    "application/pkcs7-mime": ".p7m",
    "application/x-pkcs7-mime": ".p7m",
    "application/pgp-encrypted": ".asc",
}
_TYPE: Final = re.compile(r"[A-Za-z0-9][\w!#$&^.+-]{0,60}/[A-Za-z0-9][\w!#$&^.+-]{0,90}", re.ASCII)
"""A name as RFC 6838 4.2 has it: whatever else was declared could stand in no header."""
_BOX_TYPES: Final = ("zip", "officedocument", "opendocument", "java", "epub", "android")
_OLE_TYPES: Final = ("ms", "outlook", "ole")
_MAIN_TYPES: Final = frozenset(
    {"application", "audio", "font", "image", "message", "model", "multipart", "text", "video"}
)


def file_id(mail: UUID, position: int) -> UUID:
    """A file keeps its id however often its mail is read again; the first has position 1."""
    return uuid5(mail, f"file {position}")


def reference(told: str) -> str:
    """A Content-ID, a Content-Location or a page's `src`, as they are compared."""
    bare = told.strip().strip("<>")[:1000].lower()
    return unquote(bare.removeprefix("cid:")).strip().lower()[:300]


def safe_name(given: str, media_type: str, position: int) -> str:
    """A name that is safe to show and to save under: NFC, one path element, no hidden marks."""
    text = unicodedata.normalize("NFC", given)
    text = text.replace("\\", "/").rstrip("/").rpartition("/")[2]
    text = _UNSAFE.sub("_", _INVISIBLE.sub("", text))
    text = " ".join(text.split()).strip(". ")
    if not text.strip("_"):
        return f"file-{position}{_SUFFIX.get(media_type, '')}"
    if _RESERVED.match(text):
        text = f"_{text}"
    return _shorten(text)


def _shorten(text: str) -> str:
    """At most 120 characters, the suffix kept."""
    if len(text) <= limits.FILE_NAME:
        return text
    stem, dot, suffix = text.rpartition(".")
    if not dot or len(suffix) > 10:
        return text[: limits.FILE_NAME]
    return stem[: limits.FILE_NAME - len(suffix) - 1] + "." + suffix


def media_type_of(declared: str, content: bytes) -> str:
    """The type that the first bytes prove, the declared one where they prove nothing."""
    found = next((kind for magic, kind in _MAGIC if content.startswith(magic)), None)
    declared = declared if _TYPE.fullmatch(declared) else _UNKNOWN
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        found = "image/webp"
    if found is None:
        return _disarmed(declared)
    if found == "application/zip" and any(word in declared for word in _BOX_TYPES):
        return declared
    if found == "application/x-ole-storage" and any(word in declared for word in _OLE_TYPES):
        return declared
    if found == "image/bmp" and not declared.startswith("image/"):
        return _disarmed(declared)
    return found


def _disarmed(declared: str) -> str:
    """The declared type; a raster image that its bytes deny is only bytes."""
    main = declared.partition("/")[0]
    if main not in _MAIN_TYPES or len(declared) > 100:
        return _UNKNOWN
    if declared in {"image/png", "image/jpeg", "image/gif", "image/webp"}:
        return _UNKNOWN
    return declared
