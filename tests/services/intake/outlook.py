"""Builds winmail.dat files (MS-OXTNEF), so that tests hold no bytes of strangers."""

import struct
from collections.abc import Iterable

SIGNATURE = struct.pack("<IH", 0x223E9F78, 1)
MESSAGE, ATTACHMENT = 1, 2
BODY, RENDERING, TITLE, DATA, PROPERTIES = 0x800C, 0x9002, 0x8010, 0x800F, 0x9005
CODEPAGE = 0x9007
MESSAGE_PROPERTIES = 0x9003
_KINDS = {
    BODY: 2,
    TITLE: 1,
    DATA: 6,
    RENDERING: 6,
    PROPERTIES: 6,
    CODEPAGE: 6,
    MESSAGE_PROPERTIES: 6,
}
EMBEDDED = b"\x07\x03\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"


def attribute(level: int, name: int, data: bytes) -> bytes:
    head = struct.pack("<BHHI", level, name, _KINDS[name], len(data))
    return head + data + struct.pack("<H", sum(data) & 0xFFFF)


def codepage(number: int) -> bytes:
    return attribute(MESSAGE, CODEPAGE, struct.pack("<II", number, 0))


def winmail(*attributes: bytes, page: int = 1256) -> bytes:
    return SIGNATURE + codepage(page) + b"".join(attributes)


def body(text: str, codec: str = "cp1256") -> bytes:
    return attribute(MESSAGE, BODY, text.encode(codec) + b"\x00")


def file(title: bytes, data: bytes, properties: bytes = b"") -> bytes:
    found = [
        attribute(ATTACHMENT, RENDERING, bytes(14)),
        attribute(ATTACHMENT, TITLE, title + b"\x00"),
        attribute(ATTACHMENT, DATA, data),
    ]
    found += [attribute(ATTACHMENT, PROPERTIES, properties)] if properties else []
    return b"".join(found)


def properties(values: Iterable[tuple[int, int, bytes]], claimed: int | None = None) -> bytes:
    """Pairs of type, name and bytes; `claimed` says another number of them."""
    listed = list(values)
    told = b"".join(
        struct.pack("<HHII", kind, name, 1, len(data)) + data + bytes(-len(data) % 4)
        for kind, name, data in listed
    )
    return struct.pack("<I", len(listed) if claimed is None else claimed) + told


def rich(rtf: bytes, *, packed: bool = True) -> bytes:
    """A body in Outlook's own format alone: compressed, each byte by itself, or merely wrapped."""
    body = rtf
    if packed:
        body = b"".join(b"\0" + rtf[at : at + 8] for at in range(0, len(rtf), 8))
    head = struct.pack("<II4sI", len(body) + 12, len(rtf), b"LZFu" if packed else b"MELA", 0)
    value = (0x102, 0x1009, head + body)
    return attribute(MESSAGE, MESSAGE_PROPERTIES, properties([value]))


def unicode(name: int, text: str) -> tuple[int, int, bytes]:
    return 0x1F, name, text.encode("utf-16-le") + b"\x00\x00"


def embedded(inner: bytes) -> bytes:
    """An Outlook message within one."""
    return properties([(0x0D, 0x3701, EMBEDDED + inner)])
