"""The tree of a mail's parts, cut from its bytes in one bounded pass without recursion in depth.

The standard parser reads line by line into Python objects and cannot be told a limit: deep nesting
ends in RecursionError, many parts in seconds of work, and an attached mail is not given back byte
for byte. Here a part is a slice, boundaries are found by the regular-expression engine, and every
limit of mail.md 7 is applied while cutting.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from services.intake.domain import limits
from services.intake.domain.charset import Vote, no_vote
from services.intake.domain.headers import (
    Headers,
    Parameters,
    parameters,
    split_headers,
    starts_with_field,
)
from services.intake.domain.transfer import unwrap
from services.intake.domain.words import Flag

_HEAD_END = re.compile(rb"\r?\n\r?\n|\r\r")
_ANY_DELIMITER = re.compile(rb"^--([^\r\n]{1,200})", re.MULTILINE)
_MBOX_FROM = re.compile(rb"\AFrom [^\r\n]*\r?\n")
_LINE_END = re.compile(rb"\r?\n|\r")

_KNOWN_FIELD = re.compile(
    rb"(?:\A|[\r\n])(?:(?:content|x|arc|dkim|list|resent)-[!-9;-~]{1,100}|from|sender|reply-to|to|cc"
    rb"|bcc|subject|date|message-id|in-reply-to|references|received|return-path|mime-version)"
    rb"[ \t]*:",
    re.IGNORECASE,
)
_PROSE_LINE = re.compile(rb"(\r?\n|\r)(?![ \t\r\n]|[!-9;-~]{1,200}[ \t]*:|\Z)")


@dataclass
class Part:
    """One node: its fields, its raw body, and the parts within it."""

    headers: Headers
    body: bytes
    parts: list["Part"] = field(default_factory=list)
    inherited: str = "text/plain"

    @cached_property
    def kind(self) -> Parameters:
        return parameters(self.headers, "content-type")

    @cached_property
    def disposition(self) -> Parameters:
        return parameters(self.headers, "content-disposition")

    @cached_property
    def media_type(self) -> str:
        """`type/subtype`; what cannot be read as that is what the place implies."""
        value = self.kind.value.partition("(")[0].strip()
        if not value:
            return self.inherited
        main, slash, sub = value.partition("/")
        if not (slash and main.strip() and sub.strip()):
            return "text/plain" if main == "text" else "application/octet-stream"
        return f"{main.strip()}/{sub.split()[0]}"

    @property
    def is_container(self) -> bool:
        return bool(self.parts)

    def content(self) -> bytes:
        """The body with its transfer encoding undone."""
        data, sound = unwrap(self.body, self.headers.token("content-transfer-encoding"))
        if not sound:
            self.headers.flags.add(Flag.BAD_ENCODING)
        return data

    def walk(self) -> Iterator["Part"]:
        """The part itself and all below, in the order of the mail."""
        stack = [self]
        while stack:
            part = stack.pop()
            yield part
            stack += reversed(part.parts)


@dataclass(slots=True)
class _Cutter:
    """Counts parts over the whole mail, so that no shape of nesting multiplies them."""

    arabic: bool
    vote: Vote
    parts: int = 0
    flags: set[Flag] = field(default_factory=set)

    def part(self, raw: bytes, inherited: str) -> Part:
        self.parts += 1
        block, body = _split_head(raw)
        headers = split_headers(block, arabic=self.arabic, vote=self.vote)
        return Part(headers, body, inherited=inherited)


def read_tree(raw: bytes, *, arabic: bool = True, vote: Vote = no_vote) -> tuple[Part, set[Flag]]:
    """The mail's root part with everything below it, and what had to be cut."""
    cutter = _Cutter(arabic, vote)
    root = cutter.part(_MBOX_FROM.sub(b"", raw.lstrip(b"\r\n"), count=1), "text/plain")
    waiting = [(root, 0)]
    while waiting:
        part, depth = waiting.pop()
        if not part.media_type.startswith("multipart/"):
            continue
        if depth >= limits.DEPTH:
            cutter.flags.add(Flag.DEPTH_CUT)
            continue
        _cut(cutter, part)
        waiting += [(child, depth + 1) for child in reversed(part.parts)]
    root.headers.hint = _charset(root)
    return root, cutter.flags


def _charset(root: Part) -> str | None:
    """What the first text says it is written in."""
    texts = (part.kind.get("charset") for part in root.walk() if part.media_type[:5] == "text/")
    return next((charset for charset in texts if charset), None)


def _split_head(raw: bytes) -> tuple[bytes, bytes]:
    """Header block and body; a part that begins with an empty line or with prose has no header."""
    if raw[:1] in {b"\r", b"\n"}:
        return b"", raw[2:] if raw[:2] == b"\r\n" else raw[1:]
    if not starts_with_field(raw[:400]):
        return _without_head(raw)
    end = _HEAD_END.search(raw)
    if end is None:
        return _without_end(raw)
    return raw[: end.start()], raw[end.end() :]


def _without_end(raw: bytes) -> tuple[bytes, bytes]:
    """Without an empty line a head of known fields ends at the first line that is no field."""
    if not _KNOWN_FIELD.search(raw, 0, limits.HEADER_BLOCK):
        return b"", raw
    prose = _PROSE_LINE.search(raw)
    return (raw, b"") if prose is None else (raw[: prose.start()], raw[prose.end(1) :])


def _without_head(raw: bytes) -> tuple[bytes, bytes]:
    """A first line that is no field may still stand over a header (a stray continuation)."""
    second = _LINE_END.search(raw, 0, 2000)
    if second is not None and starts_with_field(raw[second.end() : second.end() + 400]):
        return _split_head(raw[second.end() :])
    return b"", raw


def _cut(cutter: _Cutter, part: Part) -> None:
    """Give `part` its children; one without usable boundaries stays a leaf of text."""
    marks = list(_marks(part))
    ends = [start for start, _ in marks[1:]] + [len(part.body)]
    inherited = "message/rfc822" if part.media_type == "multipart/digest" else "text/plain"
    for (start, closing), end in zip(marks, ends, strict=False):
        if closing:
            break
        if cutter.parts >= limits.PARTS:
            cutter.flags.add(Flag.PARTS_CUT)
            break
        part.parts.append(cutter.part(_between(part.body, start, end), inherited))
    if part.parts:
        part.body = b""  # a container keeps no copy of what is below it


def _marks(part: Part) -> Iterator[tuple[int, bool]]:
    """Where each delimiter line of this part begins, and whether it closes the part."""
    body, boundary = part.body, _boundary(part)
    place = body.find(boundary) if boundary else -1
    while place >= 0:
        after = place + len(boundary)
        line = _LINE_END.search(body, after, after + 500)
        rest = body[after : line.start() if line else after + 500].strip()
        if body[place - 1 : place] in {b"", b"\n", b"\r"} and rest in {b"", b"--"}:
            yield place, rest == b"--"
            if rest:
                return
        place = body.find(boundary, after)


def _boundary(part: Part) -> bytes:
    """`--` and the declared boundary; where none is declared, the first line that looks like it."""
    declared = part.kind.get("boundary").encode("utf-8", "replace")[:200]
    if declared:
        return b"--" + declared
    guess = _ANY_DELIMITER.search(part.body)
    return guess[0].rstrip() if guess else b""


def _between(body: bytes, start: int, end: int) -> bytes:
    """What stands between two delimiter lines; the line end before the second is the second's."""
    line = _LINE_END.search(body, start)
    first = line.end() if line else len(body)
    if body[end - 2 : end] == b"\r\n":
        end -= 2
    elif body[end - 1 : end] in {b"\n", b"\r"}:
        end -= 1
    return body[first:end] if end > first else b""
