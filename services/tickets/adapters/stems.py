"""Search tokens: keyed hashes of terms; the database holds no word (docs/search.md)."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any, Final

import snowballstemmer

from services.tickets.domain import arabic, terms
from services.tickets.domain.folding import is_arabic
from services.tickets.domain.postings import Field, Mark
from shared.kit.crypto import Keys

LENGTH: Final = 8
_MOST_REMEMBERED: Final = 16_384


def search_key(keys: Keys, version: int) -> bytes:
    """The key of one version of the index; the first has the name it always had."""
    return keys.derive("search" if version == 1 else f"search.{version}")


def ticket_tokens(key: bytes, texts: Iterable[tuple[Field, str]]) -> set[Mark]:
    """All that a ticket with these texts is found by: pure, the same texts give the same tokens."""
    return {(field, token) for field, text in texts for token in text_tokens(key, text)}


def text_tokens(key: bytes, text: str, scope: str = "") -> set[bytes]:
    """The tokens of one text; those of a scope (a custom field) are others than those without."""
    found: set[bytes] = set()
    for tokens in _streams(key, text, scope):
        found.update(tokens)
        if len(found) > terms.MOST:
            break
    return found


def _streams(key: bytes, text: str, scope: str) -> Iterator[tuple[bytes, ...]]:
    for word in terms.words(text):
        yield word_tokens(key, word, scope)
    for term in terms.others(text):
        yield (token_of(key, scope + term),)


def fact_tokens(key: bytes, facts: Iterable[str]) -> Iterator[Mark]:
    """What is true of a ticket, to narrow by: `status:open`, `department:<id>`."""
    return ((Field.FACT, token_of(key, "f" + fact)) for fact in facts)


def token_of(key: bytes, term: str) -> bytes:
    return hmac.digest(key, term.encode("utf-8", "replace"), hashlib.sha256)[:LENGTH]


@lru_cache(maxsize=_MOST_REMEMBERED)
def word_tokens(key: bytes, word: str, scope: str = "") -> tuple[bytes, ...]:
    """The tokens of which one stands for a word."""
    return tuple(token_of(key, f"{scope}w{stem}") for stem in stems(word))


def stems(word: str) -> tuple[str, ...]:
    """The stems of a folded word; an Arabic one may have two."""
    if is_arabic(word):
        return arabic.forms(word)
    return (str(_stemmer().stemWord(word)),)


@cache
def _stemmer() -> Any:
    return snowballstemmer.stemmer("english")
