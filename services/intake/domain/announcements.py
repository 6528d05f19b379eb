"""The words before a quote, "On <date>, <name> wrote:", in one line or wrapped over a few."""

import re
from collections.abc import Sequence
from enum import IntEnum
from typing import Final, NamedTuple

from services.intake.domain.folding import fold

_SPAN: Final = 4
_BARE_ENDS: Final = ("wrote ----", "نوشت", "写道")
_LENGTH: Final = 500


class Evidence(IntEnum):
    """How surely a program wrote a line; a person may well write "In 2024 he wrote:"."""

    NONE = 0
    DATED = 1
    """A quote must follow at once."""
    CERTAIN = 2
    """A date with its time or an address: what follows is the quote, marked or not."""


class Announcement(NamedTuple):
    """Its first line, and how sure it is."""

    start: int
    evidence: Evidence


_WROTE: Final = fold(
    r"wrote|wrote ----|a écrit|schrieb|escribió|escribio|schreef|ha scritto|escreveu|skrev|napisał"
    r"|napisała|napisał\(a\)|пишет|пише|писал|писала|написал|написала|написал\(а\)|写道|写|yazdı"
    r"|kirjoitti|napsal|napsal\(a\)|geschreven"
    r"|كتب|كتبت|وكتب|وكتبت|يكتب|تكتب|كتبوا|نوشت|نے لکھا|نووسی"
)
_VERBS: Final = re.compile(rf"(?:^|[\s,>/])(?:{_WROTE})(?=[\s:,/<\"]|$)")
_PASSIVE: Final = ("تمت كتابة ما يلي بواسطة", "تم كتابة ما يلي بواسطة", "following was written by")
_SENT: Final = re.compile(r"> sent:$")
_STARTS: Final = (
    *("on ", "le ", "am ", "el ", "op ", "il ", "em ", "den ", "de ", "в ", "w dniu ", "dnia "),
    *("at ", "---- on ", "a ", "no dia ", "fr", "mo", "di", "mi", "do", "sa", "so", "pe ", "ti "),
    *("пн", "вт", "ср", "чт", "пт", "сб", "вс", "tue", "wed", "thu", "sun"),
    *("في ", "بتاريخ ", "يوم ", "در ", "لە "),
    *map(fold, ("الأحد", "الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت")),
)
_VERB_STARTS: Final = ("كتب ", "كتبت ", "تمت كتابة ", "تم كتابة ")
_DATE: Final = re.compile(
    r"\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\b\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{4}年"
    r"|\b\d{1,2}(?:st|nd|rd|th|\.|º)?[-/, ]{1,2}(?:de )?(?:[^\W\d_]{2,12}[-/,. ]{1,2}){1,2}"
    r"(?:de )?\d{4}\b|\b[^\W\d_]{3,12}\.? \d{1,2},? (?:at )?\d{4}\b|\b\d{1,2} [^\W\d_]{3,12}\b"
    r"|\b[^\W\d_]{3,12} \d{1,2},"
)
_TIME: Final = re.compile(r"\b\d{1,2}[:.h]\d{2}\b")
_ADDRESS: Final = re.compile(r"[^\s<>@]@[^\s<>@]")
_BRACKETED: Final = re.compile(r"<[^<>]{0,60}[^\s<>@]@[^\s<>@]{1,90} ?>?")
_DATED_SENDER: Final = re.compile(
    r"(?:\d|mon|tue|wed|thu|fri|sat|sun|ال).{6,120}<[^<>@]{1,80}@[^<> ]{1,90}>:?"
)
_SENTENCE_END: Final = re.compile(r"(?:[!?؟؛]|(?<!\d)\.)$")


def ending_at(keys: Sequence[str], index: int) -> Announcement | None:
    """The announcement whose last line is this one."""
    last = keys[index]
    if not _may_end(last):
        return None
    best, joined = None, ""
    for start in range(index, max(-1, index - _SPAN), -1):
        key = keys[start].lstrip("> ")
        if not key or (start < index and _SENTENCE_END.search(key)):
            break
        joined = f"{key} {joined}".strip()
        if len(joined) > _LENGTH:
            break
        if start < index and not _opens(key):
            continue
        if evidence := _evidence(joined):
            best = Announcement(start, evidence)
    return best


def _may_end(key: str) -> bool:
    tail = key.rstrip("-* ")
    return tail.endswith((":", ">")) or key.endswith(_BARE_ENDS)


def _opens(key: str) -> bool:
    """Whether a line that goes on may be the first one of an announcement."""
    if key.startswith(_VERB_STARTS) or (_BRACKETED.search(key) and _VERBS.search(key)):
        return True
    return _starts(key) and (_DATE.search(key) is not None or _TIME.search(key) is not None)


def _starts(key: str) -> bool:
    return key[0].isdigit() or key.startswith(_STARTS)


def _evidence(joined: str) -> Evidence:
    tail = joined.rstrip("-* ")
    if not (tail.endswith(":") or joined.endswith(_BARE_ENDS)):
        return Evidence.CERTAIN if _names_sender(joined, bare=True) else Evidence.NONE
    if not _says_who(joined):
        return Evidence.CERTAIN if _names_sender(joined, bare=False) else Evidence.NONE
    if _BRACKETED.search(joined):
        return Evidence.CERTAIN
    signs = [pattern.search(joined) is not None for pattern in (_DATE, _TIME, _ADDRESS)]
    if _starts(joined) and signs[0] and (signs[1] or signs[2]):
        return Evidence.CERTAIN
    return Evidence.DATED if any(signs) else Evidence.NONE


def _names_sender(joined: str, *, bare: bool) -> bool:
    """A date and an address in brackets say it without a verb; with no colon the year leads."""
    if bare and not joined[:4].isdigit():
        return False
    return _DATED_SENDER.fullmatch(joined) is not None and _DATE.search(joined) is not None


def _says_who(joined: str) -> bool:
    if _VERBS.search(joined) or _SENT.search(joined):
        return True
    return any(phrase in joined for phrase in _PASSIVE)
