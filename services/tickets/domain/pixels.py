"""How many pixels a picture unfolds to, by what its first bytes announce."""

import re
from typing import Final, Literal

HEAD: Final = 256 * 1024
MOST: Final = 40_000_000
"""What a browser is asked to unfold, and what a preview is made of."""

_SEGMENT: Final = re.compile(rb"\xff+([\x01-\xfe])(..)", re.DOTALL)
_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


def pixels(head: bytes) -> int | None:
    """None when the first bytes do not say."""
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
        return _area(head[16:20], head[20:24], "big")
    if head.startswith((b"GIF87a", b"GIF89a")):
        return _area(head[6:8], head[8:10], "little")
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _webp(head)
    return _jpeg(head) if head.startswith(b"\xff\xd8") else None


def _area(width: bytes, height: bytes, order: Literal["big", "little"]) -> int:
    return int.from_bytes(width, order) * int.from_bytes(height, order)


def _webp(head: bytes) -> int | None:
    kind = head[12:16]
    if kind == b"VP8X":
        sides = [int.from_bytes(head[place : place + 3], "little") + 1 for place in (24, 27)]
        return sides[0] * sides[1]
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return ((bits & 0x3FFF) + 1) * ((bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8 ":
        sides = [int.from_bytes(head[place : place + 2], "little") & 0x3FFF for place in (26, 28)]
        return sides[0] * sides[1]
    return None


def _jpeg(head: bytes) -> int | None:
    place = 2
    while found := _SEGMENT.match(head, place):
        if found[1][0] in _FRAMES:
            size = head[found.end() + 1 : found.end() + 5]
            return _area(size[2:], size[:2], "big") if len(size) == 4 else None
        place = found.start(2) + max(2, int.from_bytes(found[2], "big"))
    return None
