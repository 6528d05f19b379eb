"""Names of files and subjects of mails, made fit to store and to show."""

import re
import unicodedata
from typing import Final

from shared.vocabulary import NUMBER_PREFIX

_LONGEST: Final = 120
_LONGEST_SUBJECT: Final = 250
_BAD: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    '\ud800-\udfff\\\\/:*?"<>|]'
)
_TAG: Final = re.compile(r"\s*\[" + NUMBER_PREFIX + r"\d{1,18}\]\s*", re.IGNORECASE)
_GAP: Final = "[\\s\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]*"
_ANSWER: Final = re.compile(
    rf"^{_GAP}(?:(?:re|fwd?|aw|ردّ?|[إا]عادة (?:ال)?توجيه)(?:\[\d{{1,3}}\])?{_GAP}[:：]{_GAP})+",
    re.IGNORECASE,
)
_SPACES: Final = re.compile(r"\s+")


def file_name(text: str) -> str:
    """Without control, direction-override and path characters, at most 120 of them (mail.md 11)."""
    plain = _BAD.sub("_", unicodedata.normalize("NFC", text)).strip(" .")
    if len(plain) <= _LONGEST:
        return plain or "file"
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 10:
        return plain[:_LONGEST].rstrip(" .")
    return f"{stem[: _LONGEST - len(ending) - 1]}.{ending}"


def mail_subject(text: str) -> str:
    """A mail's subject as a ticket's: one line, without an old ticket's number and its `Re:`."""
    line = _SPACES.sub(" ", _BAD_IN_LINE.sub(" ", unicodedata.normalize("NFC", text)))
    untagged, tags = _TAG.subn(" ", line)
    return (_ANSWER.sub("", untagged) if tags else untagged).strip()[:_LONGEST_SUBJECT]


_BAD_IN_LINE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
