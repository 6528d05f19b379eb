"""Mails as they look after accidents: real ones and our Arabic ones, damaged by rolling dice."""

import random
import re
from collections.abc import Callable, Iterator
from typing import Final

from tests.journeys import letters
from tests.mails import arabic
from tests.services.intake import corpus

_CHARSET: Final = re.compile(rb"charset\s*=\s*\"?[^\s\";]+\"?", re.IGNORECASE)
_ENCODING: Final = re.compile(rb"(content-transfer-encoding:\s*)[^\r\n]*", re.IGNORECASE)
_TYPE: Final = re.compile(rb"(content-type:\s*)[^\r\n;]*", re.IGNORECASE)
_WORD: Final = re.compile(rb"=\?[^?]{1,40}\?")
_LABELS: Final = (
    *(b"windows-1256", b"iso-8859-6", b"utf-8", b"utf-16", b"utf-7", b"us-ascii", b"iso-2022-jp"),
    *(b"x-unknown", b"punycode", b"zip", b"unicode_escape", b"hz", b"cp864", b"\xff\xfe", b""),
)
_ENCODINGS: Final = (b"base64", b"quoted-printable", b"8bit", b"x-uuencode", b"x-strange", b"")
_TYPES: Final = (
    *(b"multipart/mixed", b"multipart/alternative", b"multipart/report", b"multipart/signed"),
    *(b"message/rfc822", b"message/delivery-status", b"text/html", b"text/plain", b"image/png"),
    *(b"application/ms-tnef", b"application/pkcs7-mime", b"text", b"/", b""),
)
_NASTY: Final = (
    *(b"\x00", b"\xfe", b"\xff\xfe", b"\r", b"\n", b"\r\n\r\n", b"\r\n.\r\n", b"--", b"=?", b"?="),
    *(b"\xe2\x80\xae", b"<", b">", b'"', b"(", b"\\", b";", b",", b"&#x202e;", b"\xed\xa0\x80"),
)
_LARGEST: Final = 300_000
"""Larger real mails only make the run long; sizes have tests of their own."""

Harm = Callable[[random.Random, bytes, list[bytes]], bytes]


def seeds() -> list[bytes]:
    """What the damage is done to; without the real mails it is our own."""
    ours = [case.raw for case in arabic.CASES]
    ours.append(letters.windows_1256("sara@client.example", "support@localhost"))
    return [*ours, *(raw for raw in corpus.mails().values() if len(raw) <= _LARGEST)]


def flip(dice: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    damaged = bytearray(raw)
    for _ in range(dice.randint(1, 60)):
        if damaged:
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
    return bytes(damaged)


def flip_head(dice: random.Random, raw: bytes, others: list[bytes]) -> bytes:
    end = max(raw.find(b"\n\n"), raw.find(b"\r\n\r\n"), 200)
    return flip(dice, raw[:end], others) + raw[end:]


def splice(dice: random.Random, raw: bytes, others: list[bytes]) -> bytes:
    """Lines of another mail between two lines of this one."""
    lines, strange = raw.splitlines(keepends=True), dice.choice(others).splitlines(keepends=True)
    at, start = dice.randint(0, len(lines)), dice.randint(0, len(strange))
    taken = strange[start : start + dice.randint(1, 80)]
    return b"".join([*lines[:at], *taken, *lines[at:]])


def repeat(dice: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    """One line of the head again and again."""
    lines = raw.splitlines(keepends=True)
    if not lines:
        return raw
    at = dice.randrange(min(len(lines), 30))
    return b"".join([*lines[:at], *[lines[at]] * dice.choice((2, 3, 50, 2000)), *lines[at + 1 :]])


def relabel(dice: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    raw = _CHARSET.sub(lambda _: b"charset=" + dice.choice(_LABELS), raw)
    return _WORD.sub(lambda _: b"=?" + dice.choice(_LABELS) + b"?", raw)


def rewrap(dice: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    raw = _ENCODING.sub(lambda found: found[1] + dice.choice(_ENCODINGS), raw)
    return _TYPE.sub(lambda found: found[1] + dice.choice((found[0], *_TYPES)), raw)


def cut(dice: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    start = dice.randint(0, len(raw))
    return raw[:start] + raw[start + dice.choice((1, 40, 4000, len(raw))) :]


def poke(dice: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    for _ in range(dice.randint(1, 12)):
        at = dice.randint(0, min(len(raw), dice.choice((300, len(raw)))))
        raw = raw[:at] + dice.choice(_NASTY) * dice.choice((1, 1, 2, 500)) + raw[at:]
    return raw


def reline(dice: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    plain = raw.replace(b"\r\n", b"\n")
    return plain.replace(b"\n", dice.choice((b"\n", b"\r", b"\r\n", b"\n\r", b"\r\r\n", b"")))


def wrap(dice: random.Random, raw: bytes, others: list[bytes]) -> bytes:
    """Mails within mails, with one boundary for all."""
    head = b"From: sara@client.example\r\nContent-Type: multipart/mixed; boundary=x\r\n"
    inner = [raw, *dice.sample(others, min(2, len(others)))]
    kinds = (b"message/rfc822", b"multipart/mixed; boundary=x", b"text/html")
    parts = (b"\r\n--x\r\nContent-Type: " + dice.choice(kinds) + b"\r\n\r\n" + one for one in inner)
    return head + b"".join(parts) + b"\r\n--x--\r\n"


HARMS: Final[tuple[Harm, ...]] = (
    *(flip, flip_head, splice, repeat, relabel, rewrap, cut, poke, reline, wrap),
)


def mutants(dice: random.Random, count: int) -> Iterator[bytes]:
    """So many damaged mails; the same seed gives the same ones over the same corpus."""
    others = seeds()
    for _ in range(count):
        raw = dice.choice(others)
        for harm in dice.choices(HARMS, k=dice.randint(1, 4)):
            raw = harm(dice, raw, others)[: 4 * _LARGEST]
        yield raw if raw.strip() else b"x"
