"""How a person may write an address: one rule for every door that takes one.

Mail is another matter: its addresses are as they came, and nobody can be asked to write them anew.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 254
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_FILLERS: Final = frozenset(
    map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, *range(0x180B, 0x1810)))
)
_SELECTORS: Final = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_DOTS: Final = frozenset("\u3002\uff0e\uff61")
"""A name server takes them for full stops."""
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Written:
    """An address whose reader sees all of it; `domain` as the name system has it."""

    text: str
    domain: str


class NotWritten(ValueError):
    """Why a text is no address; without a `code` it merely is none."""

    def __init__(self, code: str = "") -> None:
        super().__init__(code)
        self.code = code


def written(text: str) -> Written:
    """The address in `text`, or NotWritten.

    Nothing in it is hidden or turns the text, no letter or dot stands there in a form that merely
    looks like it (they would be folded to somebody else), and the domain is a name, no number.
    """
    bare = text.strip(" ")
    if any(map(_is_hidden, bare)):
        raise NotWritten("email_hidden")
    if not _is_plain(bare):
        raise NotWritten("email_disguised")
    found = _parsed(bare)
    if found.domain.startswith("[") or _NUMBER.fullmatch(found.domain.rpartition(".")[2]):
        raise NotWritten("email_number")
    return found


def _parsed(text: str) -> Written:
    # Here, and not above: few of those who read tokens or texts ever ask about an address.
    import email_validator  # noqa: PLC0415

    # An installation without a public domain writes to admin@localhost (decisions.md 11).
    email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()
    if len(text) > LONGEST:
        raise NotWritten
    try:
        found = email_validator.validate_email(
            text,
            check_deliverability=False,
            globally_deliverable=False,
            strict=True,
            allow_domain_literal=True,
        )
    except ValueError:
        raise NotWritten from None
    return Written(found.normalized, (found.ascii_domain or found.domain).lower())


def _is_hidden(letter: str) -> bool:
    if letter.isascii():
        return not letter.isprintable()
    unseen = unicodedata.category(letter) in _HIDDEN or letter in _FILLERS
    return unseen or any(ord(letter) in one for one in _SELECTORS)


def _is_plain(text: str) -> bool:
    if text.isascii():
        return True
    same = unicodedata.normalize("NFKC", text) == unicodedata.normalize("NFC", text)
    return same and _DOTS.isdisjoint(text)
