"""Which tickets have a token: sets of ticket numbers, cut into slices, as bits of an integer.

A slice is 8192 consecutive numbers, so a row is at most 1 KiB, stays inside its page and is
rewritten cheaply; two words that everybody uses are joined by one `&` for each slice.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from typing import Final

SHIFT: Final = 13
SIZE: Final = 1 << SHIFT
FULL: Final = (1 << SIZE) - 1
SPARSE: Final = 128
"""Up to so many tickets a slice lists them (two bytes each); beyond, it is a map of bits."""


class Field(IntEnum):
    """Where in a ticket a token stands. What lies inside the house has fields of its own."""

    SUBJECT = 1
    BODY = 2
    QUOTED = 3
    PEOPLE = 4
    FILE = 5
    TAG = 6
    CUSTOM = 7
    NOTE = 12
    HIDDEN_PEOPLE = 14
    NOTE_FILE = 15
    HIDDEN_CUSTOM = 17
    FACT = 20

    __hash__ = int.__hash__


INSIDE: Final = frozenset({Field.NOTE, Field.HIDDEN_PEOPLE, Field.NOTE_FILE, Field.HIDDEN_CUSTOM})
"""Never looked at for customers."""
LASTING: Final = frozenset({Field.BODY, Field.QUOTED, Field.FILE, Field.NOTE, Field.NOTE_FILE})
"""Of messages, which never change: only added to, until one is moved or erased."""

Mark = tuple[Field, bytes]
"""A token at its place in a ticket."""
Key = tuple[int, bytes, Field]
"""Slice, token, field: a row of postings."""


def slice_of(number: int) -> int:
    return number >> SHIFT


def bit_of(number: int) -> int:
    return 1 << (number & (SIZE - 1))


def encode(bits: int) -> tuple[int, bytes]:
    """How many tickets, and the bytes that say which."""
    count = bits.bit_count()
    if count > SPARSE:
        return count, bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    return count, array("H", sorted(ordinals(bits))).tobytes()


def decode(count: int, data: bytes) -> int:
    """The bits again."""
    if count > SPARSE:
        return int.from_bytes(data, "little")
    room = bytearray(SIZE // 8)
    for ordinal in array("H", data):
        room[ordinal >> 3] |= 1 << (ordinal & 7)
    return int.from_bytes(room, "little")


def ordinals(bits: int) -> Iterator[int]:
    """Places of the bits that are set, highest first."""
    while bits:
        top = bits.bit_length() - 1
        yield top
        bits ^= 1 << top


def numbers(piece: int, bits: int) -> Iterator[int]:
    """Ticket numbers of a slice, newest first."""
    base = piece << SHIFT
    return (base + ordinal for ordinal in ordinals(bits))


def span(low: int, high: int, piece: int) -> int:
    """The bits of the numbers from `low` up to and with `high` that lie in a slice."""
    base = piece << SHIFT
    first, last = max(low - base, 0), min(high - base, SIZE - 1)
    return ((1 << (last - first + 1)) - 1) << first if first <= last else 0


class Changes:
    """Bits to set and to clear, gathered row by row."""

    def __init__(self) -> None:
        self.added: dict[Key, int] = defaultdict(int)
        self.removed: dict[Key, int] = defaultdict(int)

    def add(self, number: int, marks: Iterable[Mark]) -> None:
        self._note(self.added, number, marks)

    def remove(self, number: int, marks: Iterable[Mark]) -> None:
        self._note(self.removed, number, marks)

    def keys(self) -> list[Key]:
        """The rows concerned, in the order of the primary key."""
        return sorted({*self.added, *self.removed})

    def applied(self, key: Key, before: int) -> int:
        """A row's bits after the changes."""
        return before & ~self.removed.get(key, 0) | self.added.get(key, 0)

    def rows(self) -> Iterator[tuple[Key, int, bytes]]:
        """Fresh rows, when there were none before: for filling an empty index at once."""
        for key in sorted(self.added):
            yield (key, *encode(self.added[key]))

    @staticmethod
    def _note(into: dict[Key, int], number: int, marks: Iterable[Mark]) -> None:
        piece, bit = slice_of(number), bit_of(number)
        for field, token in marks:
            into[(piece, token, field)] |= bit


def pack(marks: Iterable[Mark]) -> bytes:
    """Marks in one value: a byte of field and the token, in order."""
    return b"".join(bytes([field]) + token for field, token in sorted(marks))


def unpack(data: bytes, length: int) -> set[Mark]:
    """The marks again; `length` = bytes of a token."""
    step = 1 + length
    return {(Field(data[at]), data[at + 1 : at + step]) for at in range(0, len(data), step)}


Slices = Mapping[int, int]
"""Bits by slice."""
