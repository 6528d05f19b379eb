"""Search keys: stems of folded words, keyed: the database holds no word (decisions.md 41)."""

import hashlib
import hmac
from functools import cache, lru_cache
from typing import Any

import snowballstemmer

from services.tickets.domain.folding import fold, forms, is_arabic, trim, words

_LENGTH = 12


def index_tokens(key: bytes, *texts: str) -> set[bytes]:
    """One keyed token for each distinct stem of the texts."""
    stems = {stem for text in texts for word in words(text) for stem in _stems(word)}
    return {_token(key, stem) for stem in stems}


def query_tokens(key: bytes, query: str) -> list[list[bytes]]:
    """For each word of a query the tokens of which one must be there."""
    return [[_token(key, stem) for stem in _stems(word)] for word in words(query)]


def _token(key: bytes, stem: str) -> bytes:
    return hmac.digest(key, stem.encode(), hashlib.sha256)[:_LENGTH]


@lru_cache(maxsize=8192)
def _stems(word: str) -> tuple[str, ...]:
    if is_arabic(word):
        stemmer = _stemmer("arabic")
        return tuple({trim(fold(str(stemmer.stemWord(form)))) for form in forms(word)})
    return (str(_stemmer("english").stemWord(word)),)


@cache
def _stemmer(language: str) -> Any:
    return snowballstemmer.stemmer(language)
