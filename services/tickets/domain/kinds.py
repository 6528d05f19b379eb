"""What a file is, by its bytes alone, and what about it calls for care (mail.md 11).

A name and a declared type are only ever compared with what the bytes say, never believed.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

HEAD: Final = 8192
TAIL: Final = 64 * 1024
UNKNOWN: Final = "application/octet-stream"
PLAIN: Final = "text/plain"
HTML: Final = "text/html"

RASTER: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""All that is ever shown inside a page."""

ACTIVE: Final = frozenset(
    {HTML, "image/svg+xml", "text/xml", "application/xml", "application/xhtml+xml"}
)
"""What a browser would run: handed out as mere bytes."""

PROGRAM: Final = "application/x-executable"
_ZIP: Final = "application/zip"
_OLE: Final = "application/x-ole-storage"

_MAGIC: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", _ZIP),
    (b"PK\x05\x06", _ZIP),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OLE),
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"\xfe\xed\xfa\xce", PROGRAM),
    (b"\xfe\xed\xfa\xcf", PROGRAM),
    (b"\xce\xfa\xed\xfe", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),
    (b"dex\n", PROGRAM),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "application/x-ms-shortcut"),
)
_INSIDE_ZIP: Final = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_OPENDOCUMENT: Final = re.compile(rb"mimetypeapplication/(vnd\.oasis\.opendocument\.[a-z-]{1,40})")
_MARKUP: Final = (
    (re.compile(rb"<svg[\s>]", re.IGNORECASE), "image/svg+xml"),
    (re.compile(rb"<(?:!doctype html|html|head|body|script|iframe|meta)\b", re.IGNORECASE), HTML),
    (re.compile(rb"<\?xml", re.IGNORECASE), "text/xml"),
)
_HEADER: Final = re.compile(rb"(?:[!-9;-~]{1,76}:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n){2}")
_MAILED: Final = re.compile(rb"(?im)^(?:from|received|return-path|message-id|mime-version):")
_BINARY: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SCRIPT: Final = re.compile(rb"<script|<\?php|<html|<svg|javascript:", re.IGNORECASE)
_CENTRAL: Final = re.compile(rb"PK\x01\x02.{4}(..)", re.DOTALL)

_ARCHIVES: Final = frozenset(
    {
        *(_ZIP, "application/vnd.rar", "application/x-7z-compressed", "application/gzip"),
        *("application/x-bzip2", "application/x-xz", "application/zstd", "application/x-tar"),
    }
)
_RUN: Final = frozenset(
    {
        *("exe", "com", "scr", "pif", "cpl", "msi", "msp", "dll", "sys", "bat", "cmd", "ps1"),
        *("psm1", "vbs", "vbe", "js", "jse", "wsf", "wsh", "hta", "lnk", "reg", "jar", "apk"),
        *("app", "dmg", "sh", "bash", "py", "pl", "rb", "chm", "iso", "img", "vhd", "docm"),
        *("xlsm", "pptm"),
    }
)
_RUN_BY_BROWSERS: Final = frozenset({"html", "htm", "xhtml", "svg", "mht", "mhtml", "xml"})
_EXPECTED: Final = {
    **dict.fromkeys(("png", "jpg", "jpeg", "gif", "webp"), RASTER),
    "pdf": frozenset({"application/pdf"}),
    **dict.fromkeys(("txt", "log", "csv", "json", "md"), frozenset({PLAIN, "text/calendar"})),
}
_LOOKS_HARMLESS: Final = frozenset({*_EXPECTED, "doc", "docx", "xls", "xlsx", "zip", "mp4", "mp3"})


class Caution(StrEnum):
    """Why staff should look twice."""

    PROGRAM = "program"
    ACTIVE = "active_content"
    MISMATCH = "type_mismatch"
    DISGUISED = "disguised_name"
    TWO_IN_ONE = "two_in_one"
    LOCKED = "encrypted"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class Finding:
    """What the bytes say."""

    media_type: str
    cautions: tuple[Caution, ...] = ()


def sniff(head: bytes) -> str | None:
    """The type by the first bytes; None where only a larger book of signatures can tell."""
    text = _as_text(head)
    if not _BINARY.search(text) and not text.startswith(b"%PDF-"):
        return _written(text)
    found = next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)
    if found == _ZIP:
        return _boxed(head)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return "application/x-tar" if head[257:262] == b"ustar" else found


def inspect(media_type: str, head: bytes, tail: bytes, name: str, declared: str) -> Finding:
    """The type with its cautions; `name` as the sender wrote it."""
    ending = _ending(name)
    locked = _locked(media_type, head, tail)
    checks = (
        (Caution.PROGRAM, media_type == PROGRAM or ending in _RUN or head.startswith(b"#!")),
        (Caution.ACTIVE, media_type in ACTIVE or ending in _RUN_BY_BROWSERS),
        (Caution.MISMATCH, _contradicts(media_type, ending, declared)),
        (Caution.DISGUISED, _disguised(name, ending)),
        (Caution.TWO_IN_ONE, _two_in_one(media_type, head, tail)),
        (Caution.LOCKED, locked),
        (Caution.ARCHIVE, media_type in _ARCHIVES),
    )
    return Finding(media_type, tuple(caution for caution, found in checks if found))


def shown_type(media_type: str) -> str:
    """The type a download is labelled with: nothing that a browser would run."""
    harmless = media_type not in ACTIVE and media_type != PROGRAM
    return media_type if harmless and "script" not in media_type else UNKNOWN


def _boxed(head: bytes) -> str:
    if found := _OPENDOCUMENT.search(head[:200]):
        return f"application/{found[1].decode()}"
    if b"[Content_Types].xml" in head:
        return next((kind for mark, kind in _INSIDE_ZIP if mark in head), _ZIP)
    return PROGRAM if b"META-INF/MANIFEST.MF" in head or b"classes.dex" in head else _ZIP


def _as_text(head: bytes) -> bytes:
    """UTF-16 is text too."""
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return head.decode("utf-16", "replace").encode("utf-8", "replace")
    return head.removeprefix(b"\xef\xbb\xbf")


def _written(text: bytes) -> str:
    if text.lstrip().upper().startswith(b"BEGIN:VCALENDAR"):
        return "text/calendar"
    if _HEADER.match(text) and _MAILED.search(text):
        return "message/rfc822"
    opening = text.lstrip()[:1024]
    if not opening.startswith(b"<"):  # a log may well quote a page
        return PLAIN
    return next((kind for mark, kind in _MARKUP if mark.search(opening)), PLAIN)


def _contradicts(media_type: str, ending: str, declared: str) -> bool:
    expected = _EXPECTED.get(ending)
    if expected is not None and media_type not in expected:
        return True
    told = declared.partition(";")[0].strip().lower()
    return told.startswith("image/") and not media_type.startswith("image/")


def _disguised(name: str, ending: str) -> bool:
    """Marks that turn the reading direction, or a program behind a harmless second ending."""
    if re.search("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", name):
        return True
    parts = name.lower().split(".")
    return len(parts) > 2 and ending in _RUN and parts[-2].strip() in _LOOKS_HARMLESS


def _two_in_one(media_type: str, head: bytes, tail: bytes) -> bool:
    raster = media_type in RASTER
    if not raster and media_type != "application/pdf":
        return False
    inside = head + tail
    page = raster and b"%PDF-" in inside
    return page or b"PK\x05\x06" in tail or bool(_SCRIPT.search(inside))


def _locked(media_type: str, head: bytes, tail: bytes) -> bool:
    """Sealed with a password: no scanner sees what is inside."""
    if media_type == "application/pdf":
        return b"/Encrypt" in tail
    if media_type == _OLE:
        return "EncryptedPackage".encode("utf-16-le") in head + tail
    if not head.startswith(b"PK\x03\x04"):
        return False
    flags = [head[6:8], *_CENTRAL.findall(tail)]
    return any(int.from_bytes(flag, "little") & 1 for flag in flags)


def _ending(name: str) -> str:
    stem, dot, ending = name.strip().rstrip(". ").rpartition(".")
    return ending.lower() if dot and stem else ""
