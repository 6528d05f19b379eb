"""The language of `q`: words, "exact phrases", -exclusions, field:value, OR between neighbours.

Whatever can be read sensibly is read; `Unreadable` says where the rest begins.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from services.tickets.domain import terms
from services.tickets.domain.folding import fold, is_unseen
from services.tickets.domain.queryfields import CUSTOM, field_of, seems_field
from shared.vocabulary import Localized

LONGEST: Final = 400
MOST_WORDS: Final = 24
_AHEAD: Final = 40

_OR: Final = frozenset({"OR", "أو", "او"})
_AND: Final = frozenset({"AND", "و"})
"""All words must hold anyway."""
_QUOTES: Final = {'"': '"', "“": "”", "«": "»", "„": "“"}
_SPACE: Final = re.compile(r"[\s،؛]+")
UNSEEN: Final = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Marks that keyboards put beside Arabic; nobody seeks them."""
_NAME: Final = re.compile(r"([^\W\d][\w.\-]{0,60}):(?!//)")
_BEGUN: Final = re.compile(r"[^\W\d_]{2,}\*+")
_WORDED: Final = frozenset({None, "subject", "body", "file", "tag"})
"""Fields of ordinary words, which are found whole; so are all custom ones."""
_BARS: Final = re.compile(r"\|+")
_BARE: Final = re.compile(r"[^\s،؛\"“”«»„|]+")


@dataclass(frozen=True, slots=True)
class Choice:
    """What could stand there, in words; `value` where that is what is written."""

    words: Localized
    value: str | None = None


class Unreadable(Exception):
    """A part of a query that has no sensible reading; `position` counts characters from 0."""

    def __init__(self, position: int, code: str, allowed: Iterable[str | Choice] = ()) -> None:
        super().__init__(code)
        self.position = position
        self.code = code
        self.allowed = tuple(allowed)


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that is sought: a text, in a field or anywhere, as words or as a phrase."""

    text: str
    field: str | None = None
    phrase: bool = False
    position: int = 0


@dataclass(frozen=True, slots=True)
class Clause:
    """Alternatives of which one must hold, or none when negated."""

    wishes: tuple[Wish, ...]
    negated: bool = False


def parse(text: str) -> tuple[Clause, ...]:
    """The clauses of a query, all of which must hold."""
    if is_unseen(text):
        raise Unreadable(0, "nothing_seen")
    clauses: list[Clause] = []
    joined = False
    for negated, wish in _wishes(text):
        if wish is None:
            joined = bool(clauses)
        elif joined and not negated and not clauses[-1].negated:
            clauses[-1] = Clause((*clauses[-1].wishes, wish))
            joined = False
        else:
            clauses.append(Clause((wish,), negated))
            joined = False
    count = 0
    for clause in clauses:
        for wish in clause.wishes:
            count += max(1, len(wish.text.split()))
            if count > MOST_WORDS:
                raise Unreadable(wish.position, "too_many_words")
    return tuple(clauses)


def _wishes(text: str) -> Iterator[tuple[bool, Wish | None]]:
    """Each wish and whether it is negated; None stands for OR."""
    at = 0
    while at < len(text):
        if space := _SPACE.match(text, at):
            at = space.end()
            continue
        if bars := _BARS.match(text, at):
            yield False, None
            at = bars.end()
            continue
        negated = text[at] in "-−" and at + 1 < len(text) and not text[at + 1].isspace()
        start = at + 1 if negated else at
        wish, at = _wish(text, start)
        if _is_begun(wish):
            raise Unreadable(wish.position, "word_beginning")
        plain = not wish.phrase and wish.field is None
        if plain and wish.text in _OR:
            yield False, None
        elif wish.text.strip() and not (plain and _says_nothing(wish.text)):
            yield negated, wish


def _is_begun(wish: Wish) -> bool:
    """`printer*`: silence would look like an answer; a star behind a code is no more than it."""
    worded = wish.field in _WORDED or (wish.field or "").startswith(CUSTOM)
    return worded and not wish.phrase and _BEGUN.fullmatch(wish.text) is not None


def _says_nothing(word: str) -> bool:
    """`&&`, `?`, `AND`: nothing that a text could be found by."""
    return word in _AND or not terms.chunks(fold(word))


def _wish(text: str, start: int) -> tuple[Wish, int]:
    name = _NAME.match(text, start)
    field = field_of(name[1]) if name else None
    if name and field is None and seems_field(name[1], text[name.end() : name.end() + _AHEAD]):
        raise Unreadable(start, "unknown_field")
    if name and field:
        begin = _SPACE.match(text, name.end())
        at = begin.end() if begin else name.end()
        value, phrase, end = _value(text, at) if at < len(text) else ("", False, at)
        if value.strip():
            return Wish(value, field, phrase, start), end
    value, phrase, end = _value(text, start)
    return Wish(value, None, phrase, start), end


def _value(text: str, at: int) -> tuple[str, bool, int]:
    """A value, whether it was quoted, and where it ends; a quote left open ends with the text."""
    closing = _QUOTES.get(text[at])
    if closing is not None:
        end = text.find(closing, at + 1)
        if end < 0:
            end = len(text)
        return text[at + 1 : end], True, end + 1
    bare = _BARE.match(text, at)
    if bare is None:  # a closing quote without an opening one
        return "", False, at + 1
    return bare[0], False, bare.end()


def addresses(clauses: Iterable[Clause]) -> set[str]:
    """Of colleagues whose tickets are asked for."""
    wishes = (wish for clause in clauses for wish in clause.wishes if wish.field == "assignee")
    return {text for wish in wishes if "@" in (text := wish.text.strip()) and len(text) <= 254}
