"""What priorities and departments are called inside a sentence, in both languages."""

from collections.abc import Mapping
from typing import Final

from shared.vocabulary import Locale, Localized

PRIORITY_WORDS: Final[Mapping[str, Localized]] = {
    "P1": Localized(ar="عاجلة (\u2068P1\u2069)", en="urgent (P1)"),
    "P2": Localized(ar="مرتفعة (\u2068P2\u2069)", en="high (P2)"),
    "P3": Localized(ar="متوسطة (\u2068P3\u2069)", en="medium (P3)"),
    "P4": Localized(ar="منخفضة (\u2068P4\u2069)", en="low (P4)"),
}
"""As mails say them."""

_NOUN: Final = Localized(ar="قسم", en="department")
_CALLED: Final = Localized(ar="قسم «\u2068{name}\u2069»", en="the department “{name}”")
_NAMED: Final = Localized(ar="«\u2068{name}\u2069»", en="“{name}”")
_ARTICLE: Final = Localized(ar="ال", en="the-")


def department(name: str, locale: Locale) -> str:
    """A department in a sentence; the noun only where the name does not say it already."""
    article, noun = _pick(_ARTICLE, locale), _pick(_NOUN, locale)
    words = (word.removeprefix(article) for word in name.casefold().split())
    texts = _NAMED if noun in words else _CALLED
    return _pick(texts, locale).format(name=name)


def _pick(texts: Localized, locale: Locale) -> str:
    return texts["ar"] if locale is Locale.AR else texts["en"]
