"""Whether anybody sees a text: some characters print nothing, others turn what stands around."""

import unicodedata
from typing import Final

_UNPRINTED: Final = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})
_BLANK: Final = frozenset(
    {
        *map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0)),
        *map(chr, range(0x180B, 0x1810)),
        *map(chr, range(0xFE00, 0xFE10)),
        *map(chr, range(0xE0100, 0xE01F0)),
    }
)
"""Letters, a symbol and marks by their category, and yet empty: fillers, variation selectors."""
_TURNING: Final = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def is_seen(text: str) -> bool:
    """Whether a reader finds anything; joiners inside words are part of them, alone nothing."""
    return any(map(_prints, text))


def unturned(text: str) -> str:
    """Without marks that turn what stands after the text; no line needs one to be written."""
    return text if text.isascii() else text.translate(_TURNING)


def _prints(char: str) -> bool:
    return unicodedata.category(char) not in _UNPRINTED and char not in _BLANK
