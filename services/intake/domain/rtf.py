"""The words of an RTF text: one pass, no layout, each stretch in the code page of its font."""

import re
from dataclasses import dataclass, field, replace
from typing import Final

from services.intake.domain.charset import decode

_TOKEN: Final = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)",
    re.IGNORECASE | re.DOTALL,
)
_PAGES: Final = {
    0: 0,
    1: 0,
    77: 10000,
    128: 932,
    129: 949,
    134: 936,
    136: 950,
    161: 1253,
    162: 1254,
    163: 1258,
    177: 1255,
    178: 1256,
    186: 1257,
    204: 1251,
    222: 874,
    238: 1250,
}
"""Code page by a font's character set; 0 is the document's own."""

_ARABIC: Final = 1256
_SIGNS: Final = {
    b"par": "\n",
    b"line": "\n",
    b"row": "\n",
    b"sect": "\n",
    b"page": "\n",
    b"tab": "\t",
    b"cell": "\t",
    b"emdash": "\u2014",
    b"endash": "\u2013",
    b"bullet": "\u2022",
    b"lquote": "\u2018",
    b"rquote": "\u2019",
    b"ldblquote": "\u201c",
    b"rdblquote": "\u201d",
    b"ltrmark": "\u200e",
    b"rtlmark": "\u200f",
    b"zwj": "\u200d",
    b"zwnj": "\u200c",
}
_HIDDEN: Final = frozenset(
    {b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"header", b"footer", b"fldinst"}
    | {b"listtable", b"listoverridetable", b"footnote", b"headerl", b"headerr", b"footerl"}
    | {b"footerr", b"filetbl", b"revtbl", b"themedata", b"datastore", b"xmlnstbl", b"generator"}
)
_DEEPEST: Final = 500


@dataclass(frozen=True, slots=True)
class _State:
    """What a group inherits from the one around it."""

    hidden: bool = False
    fonts: bool = False
    font: int = -1
    other: int = -1
    """The font of what runs from right to left."""
    rtl: bool = False
    skip: int = 1


@dataclass(slots=True)
class _Reader:
    most: int
    state: _State = field(default_factory=_State)
    around: list[_State] = field(default_factory=list)
    page: int = 1252
    pages: dict[int, int] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    length: int = 0
    run: bytearray = field(default_factory=bytearray)
    skipping: int = 0
    high: str = ""

    def flush(self) -> None:
        if self.run:
            self.say(decode(bytes(self.run), f"cp{self.current}").text, flushed=True)
            self.run.clear()

    @property
    def current(self) -> int:
        known, state = self.pages, self.state
        if state.rtl and known.get(state.other) == _ARABIC:
            return _ARABIC
        return known.get(state.font, 0) or self.page

    def say(self, text: str, *, flushed: bool = False) -> None:
        if not flushed:
            self.flush()
        self.words.append(text)
        self.length += len(text)

    def change(self, **values: object) -> None:
        self.flush()
        # The names are those of the fields, and so are their types.
        self.state = replace(self.state, **values)  # type: ignore[arg-type]


def words_of(rtf: bytes, most: int) -> str:
    """All that is said, at most `most` letters; nothing for what is no RTF."""
    if not rtf.lstrip().startswith(b"{\\rtf"):
        return ""
    reader = _Reader(most)
    for token in _TOKEN.finditer(rtf):
        _take(reader, token)
        if reader.length > most:
            break
    reader.flush()
    return "".join(reader.words)[:most].encode("utf-8", "ignore").decode()


def _take(reader: _Reader, token: re.Match[bytes]) -> None:
    word, number, byte, sign, brace, plain = token.groups()
    if brace:
        _group(reader, opens=brace == b"{")
    elif word:
        _command(reader, word.lower(), number)
    elif byte:
        _bytes(reader, bytes([int(byte, 16)]))
    elif sign:
        _sign(reader, sign)
    elif plain:
        _bytes(reader, plain)


def _group(reader: _Reader, *, opens: bool) -> None:
    reader.flush()
    reader.skipping = 0
    if opens and len(reader.around) < _DEEPEST:
        reader.around.append(reader.state)
    elif not opens and reader.around:
        reader.state = reader.around.pop()


def _bytes(reader: _Reader, data: bytes) -> None:
    """Behind a letter's number stands what those show who do not know it."""
    if reader.skipping:
        left = min(reader.skipping, len(data))
        reader.skipping -= left
        data = data[left:]
    if not reader.state.hidden and not reader.state.fonts:
        reader.run += data


def _sign(reader: _Reader, sign: bytes) -> None:
    if sign == b"*":
        reader.change(hidden=True)
    elif reader.state.hidden or reader.state.fonts:
        return
    elif sign == b"~":
        reader.say("\u00a0")
    elif sign in b"\r\n":
        reader.say("\n")
    elif sign in b"\\{}":
        _bytes(reader, sign)


def _command(reader: _Reader, word: bytes, number: bytes | None) -> None:
    value = int(number) if number else 0
    if word == b"bin" or word in _HIDDEN:
        reader.change(hidden=True)
    elif word == b"fonttbl":
        reader.change(fonts=True)
    elif word == b"u" and number:
        _letter(reader, value)
    elif word in _SIGNS and not (reader.state.hidden or reader.state.fonts):
        reader.say(_SIGNS[word])
    else:
        _setting(reader, word, value)


def _setting(reader: _Reader, word: bytes, value: int) -> None:
    if word in {b"fcharset", b"cpg"} and reader.state.fonts:
        reader.pages[reader.state.font] = value if word == b"cpg" else _PAGES.get(value, 0)
    elif word == b"f" and value != reader.state.font:
        reader.change(font=value)
    elif word == b"af":
        reader.change(other=value)
    elif word == b"plain":
        reader.change(rtl=False, font=-1)
    elif word in {b"rtlch", b"ltrch"}:
        reader.change(rtl=word == b"rtlch")
    elif word == b"uc":
        reader.change(skip=max(0, min(value, 10)))
    elif word == b"ansicpg":
        reader.page = value or reader.page


def _letter(reader: _Reader, value: int) -> None:
    """By its number, which is negative beyond 32767; two of them may be one letter."""
    reader.skipping = reader.state.skip
    code = value % 0x10000
    if reader.state.hidden or reader.state.fonts:
        return
    if 0xD800 <= code < 0xDC00:
        reader.high = chr(code)
    elif 0xDC00 <= code < 0xE000:
        pair = (reader.high + chr(code)).encode("utf-16-le", "surrogatepass")
        reader.high = ""
        reader.say(pair.decode("utf-16-le", "replace"))
    else:
        reader.say(chr(code))
