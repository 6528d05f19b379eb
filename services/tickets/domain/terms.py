"""What a text can be found by: stems of its words, its codes and addresses, and their beginnings.

A term is a kind (one letter) and its text: `w` a stem, `c` a code or an address as a whole, `p`
the beginning of a number, a code or an address.
"""

import re
from collections.abc import Iterator
from typing import Final

from services.tickets.domain.folding import fold

RULES: Final = 3
"""The version of all rules by which terms, their folding and their fields are made: raised with
every change, so that an index made by older ones is made anew (`usecases/rebuilding.py`)."""
LONGEST: Final = 40
MOST: Final = 2000
"""Terms of one text: a log of a megabyte is not worth more."""
BEGINNING: Final = 3
_LAST_BEGINNING: Final = 10
_LAST_OF_PERSON: Final = 24
_LAST_OF_DOMAIN: Final = 32
"""Beginnings of domains are shared by all their people, so that they take hardly any room."""
_WHOLE: Final = 80
_MOST_PARTS: Final = 12
_CODE_PARTS: Final = 4
_CHUNK: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*(?:[-._/:#@+\\][^\W_]+(?:'[^\W_]+)*)*")
_PART: Final = re.compile(r"[0-9]+|[\u0600-\u06ff]+|[^\W\d_\u0600-\u06ff]+(?:'[^\W\d_]+)*|[^\W_]")
_EXACT: Final = re.compile(r"[0-9@.]")
_HOST: Final = re.compile(r"[/:#]")
_DOTTED: Final = re.compile(r"\d+(?:\.\d+)+")
_FILE: Final = re.compile(r"[^\W_][\w+-]*\.(?:[a-z]{2,4}|mp[34]|7z)")
_STEP: Final = re.compile(r"[/\\]")
_TRAILING: Final = 2
"""Steps of a path by whose last ones it is found: `report.pdf` and `log/report.pdf`."""
_VERSION: Final = re.compile(r"(?:v|ver|version|rev|r)(\d+(?:\.\d+)+(?:[-+_.][^\W_]+)*)")


def chunks(text: str) -> list[str]:
    """The runs of a folded text: words, and what punctuation joins without a gap."""
    return _CHUNK.findall(text)


def parts(chunk: str) -> list[str]:
    """Letters and digits of a chunk, apart: `err-1042` and `err1042` are the same two."""
    return [one[:LONGEST] for one in _PART.findall(chunk)]


def whole(pieces: list[str]) -> str:
    """A code or an address as one, however it was punctuated."""
    return "-".join(pieces[:_MOST_PARTS])[:_WHOLE]


def is_exact(chunk: str) -> bool:
    """Whether a chunk is sought as one: codes, versions, addresses; not `follow-up`."""
    return _EXACT.search(chunk) is not None


def is_file(chunk: str) -> bool:
    """`report.pdf`: a name, a dot and what endings of files look like."""
    return _FILE.fullmatch(chunk) is not None


def sequence(text: str) -> list[str]:
    """The folded words and numbers of a text in their order, for phrases."""
    return cut(fold(text))


def cut(folded: str) -> list[str]:
    """The same of a text that is folded already."""
    return [piece for chunk in chunks(folded) for piece in parts(chunk)]


def others(chunk: str, pieces: list[str]) -> Iterator[str]:
    """Terms of a chunk besides the stems of its words."""
    if len(pieces) > 1:
        yield "c" + whole(pieces)
    yield from ("p" + one for piece in pieces for one in _numbers(piece))
    if "@" in chunk:
        yield from _address(chunk)
    elif house := _house(chunk):
        yield "c" + house
    if len(pieces) > 1 and is_exact(chunk):
        yield from ("p" + one for one in (*_beginnings(pieces), *_dotted(chunk)))
    for tail in _tails(chunk):
        inner = parts(tail)
        if len(inner) > 1:
            yield "c" + whole(inner)
            if "." in tail:
                yield from ("p" + one for one in (*_beginnings(inner), *_dotted(tail)))


def bare_version(chunk: str) -> str | None:
    """`2.3.1` of v2.3.1: people write both."""
    found = _VERSION.fullmatch(chunk)
    return found[1] if found else None


def _tails(chunk: str) -> Iterator[str]:
    """What else a code is sought by: a path by its last steps, a version by its bare number."""
    if version := bare_version(chunk):
        yield version
    steps = _STEP.split(chunk) if "@" not in chunk else []
    for count in range(1, min(_TRAILING, len(steps) - 1) + 1):
        tail = "/".join(steps[-count:])
        if is_exact(tail):
            yield tail


def _numbers(piece: str) -> Iterator[str]:
    if piece[0].isdigit():
        yield from (piece[:end] for end in range(BEGINNING, min(len(piece), _LAST_BEGINNING)))


def _beginnings(pieces: list[str]) -> Iterator[str]:
    """`10-0` and `10-0-0` of 10.0.0.1; `err-104` of ERR-1042, `srv-web-0` of SRV-WEB-01."""
    yield from (whole(pieces[:end]) for end in range(2, min(len(pieces), 5)))
    coded = len(pieces) == 2 or (len(pieces) <= _CODE_PARTS and not pieces[0][0].isdigit())
    if coded and pieces[-1][0].isdigit():
        yield from _inside(pieces, len(pieces) - 1)


def _dotted(chunk: str) -> Iterator[str]:
    """`10-0-1` of 10.0.12.7: addresses of machines digit by digit."""
    if found := _DOTTED.match(chunk):
        pieces = parts(found[0])[:_CODE_PARTS]
        for index in range(1, len(pieces)):
            yield from _inside(pieces, index)


def _inside(pieces: list[str], index: int) -> Iterator[str]:
    last = pieces[index]
    for end in range(1, min(len(last), _LAST_BEGINNING)):
        yield whole([*pieces[:index], last[:end]])


def _house(host: str) -> str | None:
    """`acme.com` of status.acme.com/login."""
    labels = _HOST.split(host, maxsplit=1)[0].split(".")
    named = len(labels) > 2 and all(label.isalpha() for label in labels[-2:])
    return whole(labels[-2:]) if named else None


def _address(chunk: str) -> Iterator[str]:
    local, _, domain = chunk.partition("@")
    if house := _house(domain):
        yield "c" + house
    person, place = whole(parts(local)), whole(parts(domain))
    yield from ("c" + person, "c" + place)
    yield from ("p" + person[:end] for end in _lengths(person, _LAST_OF_PERSON))
    yield from ("p" + place[:end] for end in _lengths(place, _LAST_OF_DOMAIN))
    yield from ("p@" + place[:end] for end in range(1, BEGINNING))


def _lengths(text: str, most: int) -> range:
    return range(BEGINNING, min(len(text), most) + 1)


def unfinished(chunk: str) -> tuple[str, str] | None:
    """The terms of an address whose domain is still being typed: the person, and its beginning."""
    local, at, domain = chunk.partition("@")
    person, place = whole(parts(local)), whole(parts(domain))
    if not at or len(place) > _LAST_OF_DOMAIN:
        return None
    return "c" + person, ("p" if len(place) >= BEGINNING else "p@") + place
