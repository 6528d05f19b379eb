"""Gaps in a canned text: which there are, and how they are filled: once, with plain text."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from shared.vocabulary import Localized

_GAP: Final = re.compile(r"\{\{([^{}]*)\}\}")
_BROKEN: Final = re.compile(r"\{\{\s*(?:ticket|requester|agent|department|custom)\.[\w-]{0,64}")
_CUSTOM: Final = re.compile(r"custom\.([\w-]{1,64})")
_HIDDEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+"
)
_SPACES: Final = re.compile(r"\s+")
_LONGEST: Final = 1000
MOST_GAPS: Final = 100

NUMBER: Final = "ticket.number"
SUBJECT: Final = "ticket.subject"
STATUS: Final = "ticket.status"
PRIORITY: Final = "ticket.priority"
FIRST_RESPONSE: Final = "ticket.first_response_due"
RESOLUTION: Final = "ticket.resolution_due"
REQUESTER: Final = "requester.name"
AGENT: Final = "agent.name"
DEPARTMENT: Final = "department.name"
CUSTOM: Final = "custom."

STANDS_FOR: Final[Mapping[str, Localized]] = {
    NUMBER: {"ar": "رقم التذكرة", "en": "the ticket's number"},
    SUBJECT: {"ar": "موضوع التذكرة", "en": "the ticket's subject"},
    STATUS: {"ar": "حالة التذكرة", "en": "the ticket's status"},
    PRIORITY: {"ar": "أولوية التذكرة", "en": "the ticket's priority"},
    FIRST_RESPONSE: {"ar": "موعد الرد الأول", "en": "when the first response is due"},
    RESOLUTION: {"ar": "موعد الحل", "en": "when the resolution is due"},
    REQUESTER: {"ar": "اسم صاحب الطلب", "en": "the requester's name"},
    AGENT: {"ar": "اسم من يطبّق النص", "en": "the name of whoever uses the text"},
    DEPARTMENT: {"ar": "اسم القسم", "en": "the department's name"},
}
"""What may stand between the braces; besides these, `custom.<key>` for any custom field."""

INSTEAD: Final[Mapping[str, Localized]] = {
    REQUESTER: {"ar": "عميلنا العزيز", "en": "Customer"},
    AGENT: {"ar": "فريق الدعم", "en": "the support team"},
}
"""What a customer reads where nothing is known; nobody is written to as an empty gap."""

SOON: Final[Localized] = {"ar": "وقت يُحدَّد قريبًا", "en": "a time to be set soon"}
"""A due instant before the promise is made; where none is owed any more nothing is promised."""

NOTHING: Final = "—"


def gaps(*texts: str) -> tuple[str, ...]:
    """The names between double braces, each once, in their order."""
    found = (match.strip() for text in texts for match in _GAP.findall(text))
    return tuple(dict.fromkeys(found))


def is_known(name: str) -> bool:
    return name in STANDS_FOR or _CUSTOM.fullmatch(name) is not None


def unknown(text: str) -> tuple[str, ...]:
    """Names in a text that stand for nothing, and what begins like a gap but does not end."""
    broken = tuple(found[0] for found in _BROKEN.finditer(_GAP.sub(" ", text)))
    return (*(name for name in gaps(text) if not is_known(name)), *broken)


def crowded(text: str) -> bool:
    """More gaps than any letter needs: filled, it could outgrow a message."""
    return len(_GAP.findall(text)) > MOST_GAPS


def custom_key(name: str) -> str | None:
    """The custom field that a name asks for, if it asks for one."""
    found = _CUSTOM.fullmatch(name)
    return found[1] if found else None


def fill(text: str, values: Mapping[str, str]) -> str:
    """One pass: what a value says is never looked at again, so nobody can smuggle a gap in."""
    return _GAP.sub(lambda found: values.get(found[1].strip(), NOTHING), text)


def plain(value: str | None) -> str:
    """A value as one line of text without characters that steer what stands around it."""
    return _SPACES.sub(" ", _HIDDEN.sub(" ", value or "")).strip()[:_LONGEST].strip()


def speaks_from_right(text: str) -> bool:
    """Whether letters in it run from right to left."""
    return any(unicodedata.bidirectional(letter) in {"R", "AL", "AN"} for letter in text)
