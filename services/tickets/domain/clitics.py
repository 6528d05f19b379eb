"""What a query's Arabic word asks for: itself, and what is left of it without a clitic letter.

A text keeps a word with and without its first letter, as nobody can tell whether it clings: فريد is
kept as ريد too. Were it taken off the query's word as well, بريد would meet فريد. So what is left
of a query's word must stand in the text by itself, not only as the rest of another word.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from services.tickets.domain.arabic import shorten, standing, without_article
from services.tickets.domain.matching import Every, Has, Node, Some, Without
from services.tickets.domain.postings import Field

_SINGLE: Final = "وفبلكس"
_JOINING: Final = "وف"
_BEHIND: Final = "بلكس"
"""Letters that a text also loses together with a joining one before them: وبريد is kept as ريد."""
_ASKED: Final = "وفبل"
"""What people let cling to a word they seek; ك and س more often belong to it (كلام, سلام)."""
_FUTURE: Final = "ينت"
_CLINGING: Final = (*_SINGLE, *(one + other for one in _JOINING for other in _BEHIND))
_ARTICLES: Final = ("ال", "وال", "بال", "لل")
_WEAK: Final = "هيا"
_LEFT: Final = 3
_LONG: Final = 5
"""Stems of so many letters are hardly ever the rest of another word by chance."""


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of a word, the words that have it as a mere rest, and it with its article."""

    stems: tuple[str, ...]
    others: tuple[str, ...]
    proofs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sought:
    """The stems of which any one is the word, and its rests that must stand by themselves."""

    own: tuple[str, ...]
    rests: tuple[Rest, ...] = ()

    @property
    def stems(self) -> tuple[str, ...]:
        return (*self.own, *(stem for rest in self.rests for stem in rest.stems))


def sought(word: str) -> Sought:
    """What a folded Arabic word of a query asks for."""
    bare = without_article(word)
    if bare != word:
        return Sought(standing((bare, word), word))
    own, rests = list(_own(word)), []
    for left in _lefts(word):
        if len(shorten(left)) >= _LONG:
            own += standing((left,), left)
        else:
            rests.append(_rest(left))
    return Sought(tuple(dict.fromkeys(own)), tuple(rests))


def rests_in(rest: Rest, fields: frozenset[Field], token: Callable[[str], bytes]) -> Iterator[Node]:
    """The rest by itself, field by field: with its article, or without a word that ends in it."""
    stems, others, proofs = (
        frozenset(map(token, some)) for some in (rest.stems, rest.others, rest.proofs)
    )
    for one in sorted(fields):
        here = frozenset({one})
        alone = Some((Without(Has(others, here)), Has(proofs, here)))
        yield Every((Has(stems, here), alone))


def _own(word: str) -> Iterator[str]:
    """The word as it is, and joined to the one before where a text loses two letters of it."""
    yield from standing((word,), word)
    if _loses_two(word):
        yield from (shorten(one + word) for one in _JOINING)


def _loses_two(word: str) -> bool:
    """Whether a text that joins this word to the one before is kept without its first letter."""
    return word[0] in _BEHIND and len(word) > _LEFT


def _lefts(word: str) -> Iterator[str]:
    """بطابعه and طابعه of وبطابعه."""
    if len(word) <= _LEFT:
        return
    clings = word[0] in _ASKED or (word[0] == "س" and word[1] in _FUTURE and len(word) > _LEFT + 1)
    if clings:
        yield word[1:]
    if word[0] in _JOINING and word[1] in _BEHIND and len(word) > _LEFT + 1:
        yield word[2:]


def _rest(left: str) -> Rest:
    clinging = [one for one in _CLINGING if not (one in _JOINING and _loses_two(left))]
    others = [shorten(one + left) for one in clinging]
    if len(left) == _LEFT and left[0] in _SINGLE:
        others += (left[1:] + one for one in _WEAK)  # سامي is kept as سام and as امي
    stems = standing((left,), left)
    proofs = tuple(shorten(one + left) for one in _ARTICLES)
    return Rest(stems, tuple(one for one in others if one not in stems), proofs)
