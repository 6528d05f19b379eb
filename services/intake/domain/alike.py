"""Texts that differ by their line ends and margins alone."""

import re
from collections.abc import Iterator
from typing import Final

_INK: Final = re.compile(rb"\S")
_PIECE: Final = 1024 * 1024


def lines_alike(text: bytes) -> Iterator[bytes]:
    """`text` stripped, with LF for every CRLF, in pieces: nothing large is copied as a whole."""
    ink = _INK.search(text)
    at = ink.start() if ink else len(text)
    end = _end_of_ink(text, at)
    while at < end:
        stop = min(at + _PIECE, end)
        stop += text[stop - 1 : stop + 1] == b"\r\n" and stop < end
        yield text[at:stop].replace(b"\r\n", b"\n")
        at = stop


def _end_of_ink(text: bytes, start: int) -> int:
    end = len(text)
    while end > start:
        piece = text[max(start, end - _PIECE) : end]
        if kept := piece.rstrip():
            return end - len(piece) + len(kept)
        end -= len(piece)
    return end
