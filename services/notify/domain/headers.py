"""Header lines of our mails: nothing a stranger wrote may become a line of its own (T30)."""

import base64
import re
import unicodedata
from email.errors import HeaderParseError
from email.header import decode_header
from typing import Final

MAX_TEXT: Final = 200
MAX_LINE: Final = 998
_FOLD_AT: Final = 76

ALLOWED: Final = frozenset(
    {
        *("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References"),
        *("Auto-Submitted", "X-Auto-Response-Suppress", "X-Sanad-Loop", "MIME-Version"),
        *("Content-Type", "Content-Transfer-Encoding", "Content-Language"),
    }
)
"""The only header names that a mail of ours may have; each at most once."""

_ENCODED = re.compile(r"=\?.*?\?=", re.DOTALL)
_ATOM = r"[A-Za-z0-9!#$%&'*+/=^_{|}~.-]+"
_MESSAGE_ID = re.compile(rf"(?=.{{5,200}}\Z)<{_ATOM}@(?:[A-Za-z0-9._-]+|\[[A-Za-z0-9.:]+\])>")
"""Atoms without `?`: an id is repeated as it came, so it must hold no encoded word (T30)."""
_SPACES = re.compile(r"\s+")
_LEFTOVER = re.compile(r"=\?|\?=")


def clean(text: str) -> str:
    """One visible line of at most 200 characters; encoded words are decoded, controls dropped."""
    text = text[: 4 * MAX_TEXT]
    for _ in range(4):
        text = _decoded(text)
    # A space in their place, so that what is left cannot close up into a new encoded word.
    text = _LEFTOVER.sub(" ", _ENCODED.sub(" ", text))
    kept = "".join(" " if _breaks(one) else one for one in text if not _hidden(one))
    line = _SPACES.sub(" ", kept).strip()
    return line if len(line) <= MAX_TEXT else line[: MAX_TEXT - 1].rstrip() + "…"


def _decoded(text: str) -> str:
    """RFC 2047 undone once, so that a newline hidden in an encoded word shows itself."""
    if "=?" not in text:
        return text
    try:
        parts = decode_header(text.replace("\r", " ").replace("\n", " "))
        return "".join(
            part if isinstance(part, str) else part.decode(charset or "latin-1", "replace")
            for part, charset in parts
        )
    except (ValueError, LookupError, HeaderParseError):
        return _ENCODED.sub("", text)


def _breaks(one: str) -> bool:
    return unicodedata.category(one) in {"Zl", "Zp"} or one in "\r\n\t\v\f\x85\x1c\x1d\x1e"


def _hidden(one: str) -> bool:
    """Controls, surrogates and bidi controls; joiners stay, Arabic and emoji need them."""
    if _breaks(one) or one in "\u200c\u200d":
        return False
    return unicodedata.category(one) in {"Cc", "Cf", "Cs", "Co", "Cn"}


def text_value(text: str) -> str:
    """A cleaned text as a header value: plain ASCII, or folded RFC 2047 words in UTF-8."""
    text = clean(text)
    if text.isascii() and len(text) <= _FOLD_AT:
        return text
    return "\r\n ".join(_words(text))


def _words(text: str) -> list[str]:
    """Base64 words of at most 45 bytes, never cut inside a character."""
    words, chunk = [], b""
    for one in text:
        encoded = one.encode()
        if len(chunk) + len(encoded) > 45:
            words.append(chunk)
            chunk = b""
        chunk += encoded
    words.append(chunk)
    return [f"=?utf-8?b?{base64.b64encode(word).decode()}?=" for word in words]


def mailbox_value(name: str, address: str) -> str:
    """`"Name" <address>`; the name is ours, the address was checked by `plain_address`."""
    name = clean(name)
    if not name:
        return address
    if name.isascii():
        quoted = name.replace("\\", "").replace('"', "")
        return f'"{quoted}" <{address}>'
    return f"{text_value(name)} <{address}>"


def plain_address(address: str) -> str | None:
    """The address with an ASCII domain when it is one plain mailbox without any trick, or None."""
    local, at, domain = address.rpartition("@")
    try:
        domain, octets = domain.encode("idna").decode(), len(local.encode())
    except UnicodeError:
        return None
    if not (at and local and domain) or len(address) > 254 or octets > 64:
        return None
    if _LEFTOVER.search(local) or any(
        _breaks(one) or _hidden(one) or one in ' <>()[],;:"\\@' for one in local
    ):
        return None
    if not re.fullmatch(r"[A-Za-z0-9._-]+", domain) or domain.startswith((".", "-")):
        return None
    return f"{local}@{domain}"


def message_ids(known: list[str], limit: int = 20) -> list[str]:
    """Well-formed ids in angle brackets, each once, the newest `limit`, within one line."""
    shaped = [one if one.startswith("<") else f"<{one}>" for one in map(str.strip, known)]
    unique = list(dict.fromkeys(one for one in shaped if _MESSAGE_ID.fullmatch(one)))
    # The first of a thread stays whatever is dropped: mail clients anchor the tree at it.
    kept = unique if len(unique) <= limit else [unique[0], *unique[-(limit - 1) :]]
    while len(" ".join(kept)) > MAX_LINE - 20:
        kept.pop(1 if len(kept) > 2 else 0)
    return kept
