"""Which HTML is too dear to parse, told by one cheap look, and its words without a parser."""

import html
import re
from typing import Final

TAGS: Final = 20_000
ATTRIBUTES: Final = 64
REOPENED: Final = 200_000
_SCANS: Final = 8
"""How often all of a page may be looked through: tags may begin within values of tags."""

_TAG: Final = re.compile(r"<(/?)([a-zA-Z][^\s/>]*+)")
_ATTRIBUTE: Final = re.compile(
    r"""[\s/]*+=?+[^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>"'][^\s>]*+)?+)?+"""
)
_FORMATTING: Final = frozenset(
    {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong"}
    | {"tt", "u"}
)
_SILENT: Final = re.compile(r"<(/?)(?:script|style)\b[^<>]*+>?", re.IGNORECASE)
_LINE: Final = re.compile(r"<(?:/?(?:p|div|tr|li|h[1-6]|table)|br|hr)\b[^<>]*+>?", re.IGNORECASE)
_MARKUP: Final = re.compile(r"<[a-zA-Z/!?][^<>]*+>?")
_BLANK: Final = re.compile(r"[ \t\r\f\v]*+\n\s*+")


def is_heavy(page: str) -> bool:
    """Parsers take square time for many attributes, and for formats that every block reopens.

    Where a tag begins depends on what stands before it, so each place that could be one is taken
    for one.
    """
    opened = reopened = 0
    left = _SCANS * len(page)
    for count, tag in enumerate(_TAG.finditer(page), 1):
        if tag[2].lower() in _FORMATTING:
            opened = max(0, opened - 1) if tag[1] else opened + 1
        reopened += opened
        end = _attributes_end(page, tag.end())
        left -= end - tag.end()
        if count > TAGS or reopened > REOPENED or end == len(page) + 1 or left < 0:
            return True
    return False


def _attributes_end(page: str, start: int) -> int:
    """Where a tag's attributes end; beyond the page when there are too many."""
    place = start
    for _ in range(ATTRIBUTES + 1):
        found = _ATTRIBUTE.match(page, place)
        if found is None or found.end() == place:
            return place
        place = found.end()
    return len(page) + 1


def bare_words(page: str) -> str:
    """What is not between angle brackets, line by line."""
    pieces, depth, place = list[str](), 0, 0
    for mark in _SILENT.finditer(page):
        if not depth:
            pieces.append(page[place : mark.start()])
        depth, place = (0 if mark[1] else 1), mark.end()
    if not depth:
        pieces.append(page[place:])
    lines = _LINE.sub("\n", "".join(pieces))
    return _BLANK.sub("\n", html.unescape(_MARKUP.sub("", lines))).strip()
