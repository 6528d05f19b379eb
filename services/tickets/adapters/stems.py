"""Search tokens: keyed hashes of terms; the database holds no word (docs/search.md)."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any, Final

import snowballstemmer

from services.tickets.domain import arabic, terms
from services.tickets.domain.clitics import Sought, sought
from services.tickets.domain.folding import fold, is_arabic
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
    for chunk in dict.fromkeys(terms.chunks(fold(text))):
        # Codes and addresses hardly come again: they would only push the words out of memory.
        plain = len(chunk) <= terms.LONGEST and not terms.is_exact(chunk)
        found.update((_remembered if plain else _chunk_tokens)(key, chunk, scope))
        if len(found) > terms.MOST:
            break
    return found


def _chunk_tokens(key: bytes, chunk: str, scope: str) -> tuple[bytes, ...]:
    pieces = terms.parts(chunk)
    words = {token for piece in pieces for token in word_tokens(key, piece, scope)}
    others = {token_of(key, scope + term) for term in terms.others(chunk, pieces)}
    return tuple(words | others)


def fact_tokens(key: bytes, facts: Iterable[str]) -> Iterator[Mark]:
    """What is true of a ticket, to narrow by: `status:open`, `department:<id>`."""
    return ((Field.FACT, _fact_token(key, fact)) for fact in facts)


@lru_cache(maxsize=_MOST_REMEMBERED // 4)
def _fact_token(key: bytes, fact: str) -> bytes:
    return token_of(key, "f" + fact)


def token_of(key: bytes, term: str) -> bytes:
    return hmac.digest(key, term.encode("utf-8", "replace"), hashlib.sha256)[:LENGTH]


_remembered = lru_cache(maxsize=_MOST_REMEMBERED)(_chunk_tokens)


@lru_cache(maxsize=_MOST_REMEMBERED // 4)
def word_tokens(key: bytes, word: str, scope: str = "") -> tuple[bytes, ...]:
    """The tokens that a text keeps of a word."""
    return tuple(stem_token(key, stem, scope) for stem in stems(word))


def stem_token(key: bytes, stem: str, scope: str = "") -> bytes:
    return token_of(key, f"{scope}w{stem}")


def asked(word: str) -> Sought:
    """What a folded word of a query asks for."""
    arabic_word = is_arabic(word) and not word[0].isdigit()
    return sought(word) if arabic_word else Sought(stems(word))


def stems(word: str) -> tuple[str, ...]:
    """The stems of a folded word; an Arabic one may have two."""
    if word[0].isdigit():
        return (word,)
    if is_arabic(word):
        return arabic.forms(word)
    return (str(_stemmer().stemWord(word)),)


@cache
def _stemmer() -> Any:
    return snowballstemmer.stemmer("english")
