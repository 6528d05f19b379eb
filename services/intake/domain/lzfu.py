"""Compressed RTF as Outlook packs it (MS-OXRTFCP), opened within a bound."""

import struct
from typing import Final

_HEAD: Final = struct.Struct("<III4x")
_PACKED, _PLAIN = 0x75465A4C, 0x414C454D
_RING: Final = 4096
_WORDS: Final = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
"""What the ring holds at first."""


def opened(data: bytes, most: int) -> tuple[bytes, bool]:
    """The RTF, and whether it is longer than `most`; what is broken gives what came before."""
    if len(data) < _HEAD.size:
        return b"", False
    _, size, kind = _HEAD.unpack_from(data)
    wanted, body = min(size, most), data[_HEAD.size :]
    if kind == _PLAIN:
        return body[:wanted], min(size, len(body)) > most
    if kind != _PACKED:
        return b"", False
    found = _unpacked(body, wanted)
    return found, size > most and len(found) == most


def _unpacked(data: bytes, wanted: int) -> bytes:
    """Everything is written behind the ring's first words, so that a reference is an index."""
    found, place, start = bytearray(_WORDS), 0, len(_WORDS)
    while place < len(data) and len(found) - start < wanted:
        flags, place = data[place], place + 1
        for bit in range(8):
            if flags >> bit & 1:
                if place + 2 > len(data) or not _repeat(found, data[place], data[place + 1]):
                    return bytes(found[start : start + wanted])
                place += 2
            else:
                found += data[place : place + 1]
                place += 1
    return bytes(found[start : start + wanted])


def _repeat(found: bytearray, high: int, low: int) -> bool:
    """Copy what was written before; False at the mark of the end, or before the beginning."""
    offset, length = high << 4 | low >> 4, (low & 15) + 2
    back = (len(found) - offset) % _RING
    if back == 0 or back > len(found):
        return False
    at = len(found) - back
    if back >= length:
        found += found[at : at + length]
    else:
        for step in range(length):
            found.append(found[at + step])
    return True
