"""A mail's header fields: unfolded bytes, encoded words and RFC 2231 parameters made text."""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote_to_bytes

from services.intake.domain import limits
from services.intake.domain.charset import Vote, codec, decode, decode_field, no_vote
from services.intake.domain.words import Flag

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_WORD = re.compile(rb"=\?([^?\s]{1,60})\?([bBqQ])\?([^?\r\n]*)\?=")
_SPACES = re.compile(rb"[ \t\r\n]+")
_HIDDEN: Final = dict.fromkeys([*range(0x20), 0x7F, 0x202D, 0x202E])
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


@dataclass(slots=True)
class Headers:
    """Fields in their order, values as unfolded bytes."""

    fields: list[tuple[str, bytes]] = field(default_factory=list)
    flags: set[Flag] = field(default_factory=set)
    arabic: bool = True
    vote: Vote = no_vote
    hint: str | None = None
    """Charset of the words below: writers of raw 8-bit fields mean the same one."""

    def all(self, name: str) -> list[bytes]:
        return [value for key, value in self.fields if key == name]

    def first(self, name: str) -> bytes:
        return next((value for key, value in self.fields if key == name), b"")

    def has(self, name: str) -> bool:
        return any(key == name for key, _ in self.fields)

    def text(self, name: str) -> str:
        """The first such field, decoded, on one line, as it may be shown."""
        return shown(self.read(self.first(name)))

    def token(self, name: str) -> str:
        """The first such field in lower case without comments and parameters."""
        value = self.first(name).decode("ascii", "replace").partition(";")[0]
        return value.partition("(")[0].strip().lower()

    def read(self, value: bytes) -> str:
        """Text of a field value with its encoded words decoded; guesses and cuts are flagged."""
        pieces = list(_pieces(self, value))
        return _one_line("".join(self._text(piece) for piece in pieces))

    def plain(self, value: bytes) -> str:
        """Text of a value in which encoded words mean nothing (addresses)."""
        return _one_line(self._text((value, None)))

    def _text(self, piece: tuple[bytes, str | None]) -> str:
        raw, charset = piece
        if charset is None:
            text = decode_field(raw, self.hint, arabic=self.arabic, vote=self.vote)
        else:
            text = decode(raw, charset, arabic=self.arabic, vote=self.vote)
        if text.guessed:
            self.flags.add(Flag.CHARSET_GUESSED)
        return text.text


def _one_line(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())


def shown(text: str) -> str:
    """Without the marks that make a text look like another one (reliability.md T31)."""
    return text.translate(_HIDDEN)


def split_headers(block: bytes, *, arabic: bool = True, vote: Vote = no_vote) -> Headers:
    """Fields of a header block; a line that is neither field nor continuation joins the last."""
    headers = Headers(arabic=arabic, vote=vote)
    if len(block) > limits.HEADER_BLOCK:
        headers.flags.add(Flag.HEADERS_CUT)
        block = block[: limits.HEADER_BLOCK]
    name, lines = "", list[bytes]()
    for line in block.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"):
        found = None if line[:1] in {b" ", b"\t"} else _FIELD.match(line)
        if found is None:
            lines.append(line)
            continue
        _keep(headers, name, lines)
        name, lines = found[1].decode("ascii").lower(), [line[found.end() :]]
    _keep(headers, name, lines)
    return headers


def starts_with_field(line: bytes) -> bool:
    """Whether a line can begin a header block."""
    return _FIELD.match(line) is not None


def _keep(headers: Headers, name: str, lines: list[bytes]) -> None:
    value = b"\n".join(lines)
    if len(value) > limits.HEADER:
        headers.flags.add(Flag.HEADERS_CUT)
        value = value[: limits.HEADER]
    if name:
        headers.fields.append((name, _SPACES.sub(b" ", value).strip()))


def _pieces(headers: Headers, value: bytes) -> Iterator[tuple[bytes, str | None]]:
    """Plain runs and encoded words; neighbours in one charset are one text."""
    end, charset, held = 0, "", bytearray()
    for count, found in enumerate(_WORD.finditer(value)):
        if count == limits.ENCODED_WORDS:
            headers.flags.add(Flag.WORDS_CUT)
            end = len(value)
            break
        plain = value[end : found.start()]
        label = found[1].partition(b"*")[0].decode("ascii", "replace").lower()
        if held and (plain.strip() or label != charset):
            yield bytes(held), charset
            held.clear()
        if plain.strip() or end == 0:
            yield plain, None
        end, charset = found.end(), label
        held += _word_bytes(found[2], found[3])
    if held:
        yield bytes(held), charset
    yield value[end:], None


def _word_bytes(encoding: bytes, payload: bytes) -> bytes:
    if encoding in b"qQ":
        return binascii.a2b_qp(payload.replace(b"_", b"=20").rstrip(b"="))
    return base64_bytes(payload)


def base64_bytes(payload: bytes) -> bytes:
    """Base64 with whatever is no letter of it left out; each padded stretch ends one block."""
    blocks = re.split(rb"=+", payload, maxsplit=10_000)
    return b"".join(_base64_block(_NOT_BASE64.sub(b"", block)) for block in blocks)


def _base64_block(clean: bytes) -> bytes:
    clean = clean[:-1] if len(clean) % 4 == 1 else clean
    return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))


@dataclass(frozen=True, slots=True)
class Parameters:
    """A structured field: its value in lower case and its parameters as text."""

    value: str
    named: dict[str, str]

    def get(self, name: str) -> str:
        return self.named.get(name, "")


def parameters(headers: Headers, name: str) -> Parameters:
    """`Content-Type` and its like, with continued, charset-tagged and raw 8-bit parameters."""
    raw = headers.first(name)
    value, *rest = _semicolons(raw)
    plain: dict[str, str] = {}
    parts: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for item in rest[:100]:
        key, _, content = item.partition(b"=")
        label = key.strip().decode("ascii", "replace").lower()
        content = _unquote(content.strip())
        base, star, index = label.partition("*")
        if not star:
            plain.setdefault(label, headers.read(content))
            continue
        number = index.rstrip("*")
        encoded = not index or index.endswith("*")
        place = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 0
        parts.setdefault(base, {})[place] = (content, encoded)
    for base, found in parts.items():
        plain[base] = _continued(headers, found)
    return Parameters(headers.read(value).lower(), plain)


def _continued(headers: Headers, parts: dict[int, tuple[bytes, bool]]) -> str:
    charset, joined = "", b""
    for place in sorted(parts):
        content, encoded = parts[place]
        if encoded and place == 0 and content.count(b"'") >= 2:
            label, _, content = content.split(b"'", 2)
            charset = label.decode("ascii", "replace")
        joined += unquote_to_bytes(content) if encoded else content
    known = charset if codec(charset) else None
    text = decode(joined, known, arabic=headers.arabic, vote=headers.vote)
    if text.guessed:
        headers.flags.add(Flag.CHARSET_GUESSED)
    return text.text


def _semicolons(raw: bytes) -> list[bytes]:
    """The value cut at semicolons that stand outside quotes."""
    pieces, start, quoted, escaped = list[bytes](), 0, False, False
    for index, byte in enumerate(raw):
        if escaped:
            escaped = False
        elif byte == 0x5C and quoted:
            escaped = True
        elif byte == 0x22:
            quoted = not quoted
        elif byte == 0x3B and not quoted:
            pieces.append(raw[start:index])
            start = index + 1
    return [*pieces, raw[start:]]


_ESCAPED: Final = re.compile(rb"\\(.)")


def _unquote(content: bytes) -> bytes:
    if content[:1] != b'"':
        return content
    return _ESCAPED.sub(rb"\1", content[1:].removesuffix(b'"'))
