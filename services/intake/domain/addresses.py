"""Addresses of a header field, read in one pass that no input can make fail or slow."""

import re
from dataclasses import dataclass
from typing import Final

from services.intake.domain import limits
from services.intake.domain.headers import Headers, shown
from services.intake.domain.words import Flag

_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.?)*+"?|[(),:;<>]|[^"(),:;<>]+', re.DOTALL)
_BARE: Final = re.compile(r"[^\s<>@,;:\"()\[\]\\]+@[^\s<>@,;:\"()\\]+")
_ESCAPED: Final = re.compile(rb"\\(.)")
_MAX_ADDRESS: Final = 320


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox as a header names it; the name is never an identity (mail.md 8)."""

    email: str
    name: str = ""

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2].lower()


@dataclass(slots=True)
class _Reading:
    """What was read since the last comma."""

    words: list[bytes]
    angle: list[bytes] | None = None
    comment: list[bytes] | None = None
    inside: bool = False

    def clear(self) -> None:
        self.words, self.angle, self.comment, self.inside = [], None, None, False


def addresses(headers: Headers, name: str) -> list[Address]:
    """Every address of all fields of that name, in order, at most `limits.ADDRESSES`."""
    found: list[Address] = []
    for value in headers.all(name):
        found += _of_value(headers, value)
    if len(found) > limits.ADDRESSES:
        headers.flags.add(Flag.ADDRESSES_CUT)
    return found[: limits.ADDRESSES]


def single(text: str) -> str:
    """One bare address within `text`, as envelopes carry it; empty when there is none."""
    found = _BARE.search(text[: _MAX_ADDRESS + 2])
    return found[0].strip(".'") if found else ""


def _of_value(headers: Headers, value: bytes) -> list[Address]:
    found: list[Address] = []
    reading, depth = _Reading([]), 0
    for match in _TOKEN.finditer(value):
        token = match[0]
        if token == b"(":
            depth += 1
        elif token == b")":
            depth = max(0, depth - 1)
        elif depth:
            reading.comment = [*(reading.comment or []), token][:20]
        elif token in {b",", b";"} and not reading.inside:
            _finish(headers, reading, found)
        elif token == b"<" and reading.angle is not None:  # no comma before the next one
            _finish(headers, reading, found)
            _take(reading, token)
        else:
            _take(reading, token)
        if len(found) > limits.ADDRESSES:
            break
    _finish(headers, reading, found)
    return found


def _take(reading: _Reading, token: bytes) -> None:
    if token == b"<":
        reading.angle, reading.inside = [], True
    elif token == b">":
        reading.inside = False
    elif reading.inside and reading.angle is not None:
        reading.angle.append(token)
    elif token == b":":
        reading.words = []  # what stood before was a group's name
    else:
        reading.words.append(token)


def _finish(headers: Headers, reading: _Reading, found: list[Address]) -> None:
    """Close one address; a name that looks like one is still only a name (reliability.md T31)."""
    if not reading.words and reading.angle is None:
        return
    words = b" ".join(_unquote(word) for word in reading.words)
    if reading.angle is not None:
        email, name = b"".join(reading.angle), headers.read(words)
    else:
        email, name = words, headers.read(b" ".join(reading.comment or []))
    reading.clear()
    bare = single(headers.plain(email))
    if bare:
        found.append(Address(bare[:_MAX_ADDRESS], _shown(name, bare)))


def _unquote(word: bytes) -> bytes:
    if word[:1] == b'"' and len(word) > 1:
        return _ESCAPED.sub(rb"\1", word[1:].removesuffix(b'"'))
    return word.strip()


def _shown(name: str, email: str) -> str:
    bare = shown(name).strip().strip("'\"").strip()
    return "" if bare == email else bare[:200]
