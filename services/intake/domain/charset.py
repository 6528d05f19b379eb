"""From bytes to text: never fails, says when it had to guess (mail.md 11, charset ladder)."""

import codecs
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

_ALIASES: Final = {
    "iso-8859-6-i": "iso8859-6",
    "iso-8859-6-e": "iso8859-6",
    "asmo-708": "iso8859-6",
    "asmo_708": "iso8859-6",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "dos-720": "cp720",
    "x-mac-arabic": "mac_arabic",
    "macarabic": "mac_arabic",
    "x-cp1256": "cp1256",
    "cp-1256": "cp1256",
    "windows1256": "cp1256",
    "win-1256": "cp1256",
    "latin1": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "us-ascii": "ascii",
    "ansi_x3.4-1968": "ascii",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "windows-874": "cp874",
    "tis-620": "cp874",
    "unicode-1-1-utf-7": "utf-7",
    "x-unicode-2-0-utf-7": "utf-7",
    "utf8mb4": "utf-8",
    "cp-850": "cp850",
    "x-windows-1256": "cp1256",
    "arabic": "iso8859-6",
    "iso8859-6-i": "iso8859-6",
    "iso_8859-6": "iso8859-6",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-euc-jp": "euc_jp",
    "cp720": "cp720",
    "unicode": "utf-16",
    "iso-10646-ucs-2": "utf-16",
    "ucs-2": "utf-16",
}
_NOT_TEXT: Final = frozenset({"idna", "punycode", "undefined", "unicode_escape", "mbcs", "oem"}) | {
    "raw_unicode_escape"  # decoders that are quadratic, or that run escapes
}
_SINGLE_BYTE: Final = (
    "cp125", "cp720", "cp866", "cp874", "cp437", "cp85", "iso8859", "koi8", "mac-", "mac_", "ascii",
)  # fmt: skip
_ARABIC: Final = re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]+")
_COMMON = dict(zip("اليمونرتبةعدسفهكحقجشخصضطذئءؤثظغزىأإآ", range(36, 0, -1), strict=True))
_COMMON |= dict.fromkeys("یکگپچےہںٹھژ", 24)  # Persian and Urdu
_LATIN: Final = re.compile("[A-Za-z]")
_WORD: Final = re.compile("[A-Za-z\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]+")
_MARKS: Final = frozenset(map(chr, range(0x064B, 0x0653)))
_ARABIC_PAGES: Final = frozenset({"cp1256", "iso8859-6"})
_LEAST_ARABIC: Final = 0.6
_LEAST_WEIGHT: Final = 17
"""What Arabic letters weigh on average; Cyrillic or Hebrew bytes read as Arabic weigh less."""
_LATIN_PAGES: Final = re.compile(
    r"cp125[0247-8]|iso8859-(1|2|3|4|9|10|13|14|15|16)|mac-.*|mac_roman|cp85\d|cp437|ascii"
)
_CHARACTER: Final = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_FEW_VOTES: Final = 6
_BROKEN: Final = 0.9
Vote = Callable[[bytes], str | None]
"""A charset's name for bytes that nothing else explains, by a library's statistics."""


def no_vote(_: bytes) -> None:
    """Where no library may be asked."""


class Text(NamedTuple):
    """Decoded bytes; `guessed` when no declared or self-evident charset decided."""

    text: str
    guessed: bool = False


@lru_cache(maxsize=256)
def codec(label: str) -> str | None:
    """Our codec for a charset label as mails spell it; None when there is none that is safe."""
    name = label.strip().strip("\"'").lower()[:60]
    name = _ALIASES.get(name, name)
    if not name.isascii() or "\x00" in name or not name:
        return None
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError, SyntaxError):
        return None
    text = getattr(info, "_is_text_encoding", True)
    return info.name if text and info.name.replace("-", "_") not in _NOT_TEXT else None


def decode(
    raw: bytes, declared: str | None = None, *, arabic: bool = True, vote: Vote = no_vote
) -> Text:
    """Text of `raw`: declared charset, UTF-8, Arabic by its letters, the vote, windows-1252."""
    if raw.isascii() and not _stateful(declared):
        return Text(raw.decode("ascii"))
    name = codec(declared) if declared else None
    told = _as_declared(raw, name, arabic=arabic, vote=vote) if name is not None else None
    if told is not None:
        return told
    plain = _strict(raw, "utf-8")
    if plain is not None:
        return Text(plain, guessed=bool(declared) and name is None)
    return Text(_guess(raw, name, arabic=arabic, vote=vote), guessed=True)


def decode_field(
    raw: bytes, hint: str | None, *, arabic: bool = True, vote: Vote = no_vote
) -> Text:
    """Raw 8-bit text of a header: the words' charset, unless another Arabic one reads better."""
    name = codec(hint) if hint else None
    if arabic and name in _ARABIC_PAGES and not raw.isascii() and _strict(raw, "utf-8") is None:
        found = _arabic(raw)
        if found is not None:
            return Text(found, guessed=True)
    return decode(raw, hint, arabic=arabic, vote=vote)


def _guess(raw: bytes, name: str | None, *, arabic: bool, vote: Vote) -> str:
    """The likeliest reading of bytes that are neither what was declared nor UTF-8."""
    if _has_mark(raw):
        return raw.decode("utf-16", "replace")
    if _is_broken_utf8(raw):
        return raw.decode("utf-8", "replace")
    found = _arabic(raw) if arabic else None
    if found is not None:
        return found
    if name in {None, "ascii", "utf-8", "cp1252", "utf-7"}:
        found = _voted(raw, vote)
        return found if found is not None else raw.decode("cp1252", "replace")
    return raw.decode(_wide(raw, str(name)), "replace")


def _is_broken_utf8(raw: bytes) -> bool:
    """UTF-8 that was cut, or in which a few bytes went bad: all else of it is well formed."""
    foreign = sum(byte > 0x7F for byte in raw[:20_000])
    whole = sum(len(found) for found in _CHARACTER.findall(raw[:20_000]))
    return whole > 0 and (whole >= _BROKEN * foreign or foreign - whole <= 3 < whole)


def _voted(raw: bytes, vote: Vote) -> str | None:
    """The vote's reading. Few foreign letters between Latin ones prove no other Latin page."""
    name = codec(vote(raw) or "")
    if name is None or name == "utf-8":
        return None
    if _LATIN_PAGES.fullmatch(name) and sum(byte > 0x7F for byte in raw) < _FEW_VOTES:
        return None
    return _strict(raw, name)


def _has_mark(raw: bytes) -> bool:
    """A byte-order mark of UTF-16."""
    return raw[:2] in {b"\xff\xfe", b"\xfe\xff"} and len(raw) % 2 == 0


def _stateful(declared: str | None) -> bool:
    """Charsets in which ASCII bytes are not ASCII letters."""
    name = codec(declared) if declared else None
    return bool(name) and str(name).startswith(("utf-16", "utf-32", "utf-7", "iso2022", "hz"))


def _as_declared(raw: bytes, name: str, *, arabic: bool, vote: Vote) -> Text | None:
    """The declared reading when the bytes do not contradict it."""
    if name.startswith(_SINGLE_BYTE):
        lie = _strict(raw, "utf-8")
        if lie is not None:
            return Text(lie, guessed=True)
        if name in {"ascii", "cp1252"}:
            return _not_western(raw, arabic=arabic, vote=vote) or _western(raw, name)
    text = _strict(raw, _wide(raw, name))
    return Text(text) if text is not None else None


def _not_western(raw: bytes, *, arabic: bool, vote: Vote) -> Text | None:
    """Text whose writer's program said Western by habit: hardly any of its letters are ASCII."""
    if _is_broken_utf8(raw):
        return Text(raw.decode("utf-8", "replace"), guessed=True)
    found = _arabic(raw) if arabic else None
    if found is None and _is_dense(raw):
        found = _voted(raw, vote)
    return Text(found, guessed=True) if found is not None else None


def _is_dense(raw: bytes) -> bool:
    sample = raw[:20_000]
    foreign = sum(byte > 0x7F for byte in sample)
    return foreign > _FEW_VOTES and foreign > sum(
        byte < 0x80 and chr(byte).isalpha() for byte in sample
    )


def _western(raw: bytes, name: str) -> Text | None:
    return None if name == "ascii" else Text(raw.decode(name, "replace"))


def _wide(raw: bytes, name: str) -> str:
    """UTF-16 without a byte-order mark: the half that holds the high bytes decides."""
    if name != "utf-16" or raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return name
    high = b"\x00\x06"
    even = sum(raw[0:4000:2].count(byte) for byte in high)
    odd = sum(raw[1:4000:2].count(byte) for byte in high)
    return "utf-16-le" if odd > even else "utf-16-be"


def _strict(raw: bytes, name: str) -> str | None:
    try:
        text = raw.decode(name)
        text.encode()  # UTF-7 can spell half a character, which nothing could store
        return text
    except (UnicodeError, ValueError, LookupError):
        return None


def _arabic(raw: bytes) -> str | None:
    """The Arabic reading of 8-bit bytes, when most of their letters stand in Arabic words."""
    sample = raw[:20_000]
    scored = [(_score(sample, name), name) for name in ("cp1256", "iso8859-6")]
    score, name = max(scored)
    return raw.decode(name, "replace") if score > 0 else None


def _score(raw: bytes, name: str) -> int:
    """How Arabic a reading looks: the weight of common letters, less what is no letter."""
    text = raw.decode(name, "replace")
    foreign = [ch for ch in text if ord(ch) > 0x7F]
    weight, inside = _runs(text)
    marks = sum(ch in _MARKS for ch in foreign) if name == "cp1256" else 0
    if not foreign or inside / len(foreign) < _LEAST_ARABIC:
        return 0
    if weight < _LEAST_WEIGHT * (inside - marks):
        return 0
    return weight - 40 * text.count("\ufffd") - 12 * (len(foreign) - inside)


def _runs(text: str) -> tuple[int, int]:
    """Weight and number of Arabic letters in words of Arabic letters alone.

    A letter by itself proves nothing, nor does one amid Latin letters: that is an accent misread.
    """
    words = [word for word in _WORD.findall(text) if len(word) > 1 and not _LATIN.search(word)]
    return sum(_COMMON.get(char, 0) for word in words for char in word), sum(map(len, words))


def arabic_letters(text: str) -> int:
    """How many characters of the Arabic blocks a text has."""
    return sum(map(len, _ARABIC.findall(text)))
