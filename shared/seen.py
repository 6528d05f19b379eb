"""Whether anybody sees a text: some characters print nothing, others turn what stands around."""

import unicodedata
from typing import Final

_UNPRINTED: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Mc", "Me", "Mn", "Zl", "Zp", "Zs"})
"""Nothing, nothing agreed upon, and marks, which need a letter to stand on."""
_BLANK: Final = frozenset(
    {
        *map(chr, (0x0640, 0x07FA, 0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0, 0xFFFC, 0x1D159)),
        *map(chr, (*range(0xFC5E, 0xFC64), *range(0xFCF2, 0xFCF5), *range(0xFE70, 0xFE80))),
    }
)
"""Letters and symbols by their category, and yet no text: lengthenings, fillers, tashkeel that
stands alone in one of its forms."""
_PICTURES: Final = range(0x1F000, 0x1FB00)
"""Set aside for pictographs: a phone may know one that our edition of Unicode does not."""
_TURNING: Final = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def is_seen(text: str) -> bool:
    """Whether a reader finds anything; joiners inside words are part of them, alone nothing."""
    return any(map(_prints, text))


def unturned(text: str) -> str:
    """Without marks that turn what stands after the text; no line needs one to be written."""
    return text if text.isascii() else text.translate(_TURNING)


def _prints(char: str) -> bool:
    if ord(char) in _PICTURES:
        return True
    return unicodedata.category(char) not in _UNPRINTED and char not in _BLANK
