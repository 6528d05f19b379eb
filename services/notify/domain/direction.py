"""Which way a text runs: by its first strong letter, said outright for readers that cannot guess.

Outlook knows neither `dir="auto"` nor `<bdi>`, so each paragraph and each quoted value of a page
carries its own direction.
"""

import unicodedata
from collections.abc import Iterator
from typing import Final, Literal

Direction = Literal["rtl", "ltr"]

_STRONG: Final[dict[str, Direction]] = {"L": "ltr", "R": "rtl", "AL": "rtl"}
_LONGEST: Final = 400
"""Letters that are looked at: a line without any strong one so far may be a megabyte long."""


def first_strong(text: str) -> Direction | None:
    """The direction of the first letter that has one; None for figures and signs alone."""
    classes = map(unicodedata.bidirectional, text[:_LONGEST])
    return next((_STRONG[one] for one in classes if one in _STRONG), None)


def paragraphs(text: str, base: Direction) -> Iterator[tuple[Direction, list[str], bool]]:
    """Runs of lines that go the same way; the flag says that the run begins a new paragraph.

    A line without a strong letter goes the way of the one before it.
    """
    for block in _blocks(text):
        way, run, begins = base, list[str](), True
        for line in block:
            turned = first_strong(line) or (way if run else first_strong("".join(block)) or base)
            if run and turned != way:
                yield way, run, begins
                run, begins = [], False
            way = turned
            run.append(line)
        yield way, run, begins


def _blocks(text: str) -> Iterator[list[str]]:
    """Lines between empty lines."""
    block: list[str] = []
    for line in text.split("\n"):
        if line.strip():
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block
