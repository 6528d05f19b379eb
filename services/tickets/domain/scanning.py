"""What a scanner's answer makes of a file, who may have it, and when to ask again (mail.md 11)."""

import re
from datetime import timedelta
from enum import StrEnum
from typing import Final

from services.tickets.domain.kinds import RASTER, Caution

ATTEMPTS: Final = 5
"""So often a file may make the scanner fail before it counts as unscannable."""

_LARGEST_PICTURE: Final = 25 * 1024 * 1024
_FOUND: Final = re.compile(rb"(?:stream|instream)?: ?(.*) FOUND", re.IGNORECASE)
_UNSEEN: Final = re.compile(rb"^Heuristics\.(?:Encrypted|Limits|OLE2\.Encrypted)", re.IGNORECASE)


class State(StrEnum):
    """Of a file; only what is clean reaches a customer."""

    PENDING = "pending"
    CLEAN = "clean"
    INFECTED = "infected"
    UNSCANNABLE = "unscannable"


def verdict(answer: bytes) -> State | None:
    """What clamd's answer to INSTREAM means; None when it says nothing about the file."""
    text = answer.strip(b"\x00\r\n ")
    if text.endswith(b": OK"):
        return State.CLEAN
    if b"size limit exceeded" in text:
        return State.UNSCANNABLE
    if found := _FOUND.fullmatch(text):
        return State.UNSCANNABLE if _UNSEEN.match(found[1]) else State.INFECTED
    return None


def settled(state: State, cautions: list[str]) -> State:
    """A file sealed with a password is never clean, whatever a scanner saw of it."""
    if state is State.CLEAN and Caution.LOCKED in cautions:
        return State.UNSCANNABLE
    return state


def pause(attempts: int) -> timedelta:
    """How long to wait after the n-th failure: 2 s, 4 s, ... a minute."""
    return timedelta(seconds=min(60, 2 ** min(attempts, 6)))


def previewable(media_type: str, size: int) -> bool:
    return media_type in RASTER and 0 < size <= _LARGEST_PICTURE
