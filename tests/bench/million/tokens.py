"""Search keys of the seeded texts, by the product's own rule, each word folded once."""

from collections.abc import Iterator
from typing import Any, Final

from services.tickets.adapters.stems import index_tokens
from shared.kit.crypto import Keys
from tests.bench.million import rows

STAGE: Final = "search keys"
TABLES: Final = ("search",)
COLUMNS: Final = ("token", "ticket_id", "organization_id", "public")
_known: dict[str, set[bytes]] = {}


def records(
    master: str, scene: rows.Scene, numbers: range
) -> Iterator[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]]:
    key = Keys(master).derive("search")
    found = []
    for number in numbers:
        one, subject, bodies = rows.texts(scene, number)
        seen: dict[bytes, bool] = dict.fromkeys(_tokens(key, subject), True)
        for public, text in bodies:
            for token in _tokens(key, text):
                seen[token] = seen.get(token, False) or public
        found += [(token, one.id, one.organization, public) for token, public in seen.items()]
    yield "search", COLUMNS, found


def _tokens(key: bytes, text: str) -> set[bytes]:
    """A text's tokens are its words' tokens; words come again and again."""
    found: set[bytes] = set()
    for word in text.split():
        known = _known.get(word)
        if known is None:
            known = index_tokens(key, word)
            if not word.startswith("INV-"):
                _known[word] = known
        found |= known
    return found
