"""Tags as people write them, and the key by which two writings are one tag."""

import re
from collections.abc import Iterable
from typing import Final

from services.tickets.domain.folding import fold

LONGEST: Final = 50
MOST_TAGS: Final = 20
_UNSEEN: Final = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACE: Final = re.compile(r"\s+")


def written(text: str) -> str:
    """Trimmed, with single spaces and without signs that nobody sees."""
    return _SPACE.sub(" ", _UNSEEN.sub("", text)).strip()[:LONGEST].strip()


def key_of(text: str) -> str:
    """The folded form: 'إدارة' and 'اداره', 'VIP' and 'vip' are one tag. Empty = no tag at all."""
    return _SPACE.sub(" ", fold(written(text))).strip()


def distinct(tags: Iterable[str]) -> tuple[str, ...]:
    """Each tag once, by its key; what is no tag is left out."""
    found: dict[str, str] = {}
    for tag in tags:
        if key := key_of(tag):
            found.setdefault(key, written(tag))
    return tuple(found.values())


def retagged(before: Iterable[str], add: Iterable[str], remove: Iterable[str]) -> tuple[str, ...]:
    """The tags after single ones came and went; the others stay, whoever set them meanwhile."""
    gone = {key_of(one) for one in remove}
    return distinct((*(one for one in before if key_of(one) not in gone), *add))


def has(tags: Iterable[str], tag: str) -> bool:
    return key_of(tag) in {key_of(one) for one in tags}
