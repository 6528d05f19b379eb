"""Queries that cannot be read: where, and what could stand there."""

from typing import Final

from services.tickets.domain.query import MOST_WORDS, Unreadable
from shared.kit.locale import isolate, pick
from shared.kit.problem import SpokenError
from shared.kit.problems import ValidationFailed
from shared.vocabulary import Locale, Localized

_TEXTS: Final = {
    "unknown_value": Localized(
        ar="قيمة غير معروفة في نص البحث عند الموضع {position}.",
        en="Unknown value in the query at position {position}.",
    ),
    "too_many_words": Localized(
        ar=f"نص البحث طويل: الحد الأقصى {MOST_WORDS} كلمة، والزائد يبدأ عند الموضع {{position}}.",
        en=f"The query is too long: at most {MOST_WORDS} words; the rest begins at {{position}}.",
    ),
}
_ALLOWED: Final = Localized(ar=" المقبول مثل: {allowed}.", en=" Accepted, for example: {allowed}.")


def unreadable(error: Unreadable, locale: Locale) -> ValidationFailed:
    """422 with the position, counted from 1."""
    texts = Localized(ar=_said(error, Locale.AR), en=_said(error, Locale.EN))
    spoken = SpokenError(
        pointer="?q", code=f"query_{error.code}", message=pick(texts, locale), texts=texts
    )
    return ValidationFailed(errors=[spoken], position=error.position + 1)


def _said(error: Unreadable, locale: Locale) -> str:
    told = pick(_TEXTS[error.code], locale).format(position=error.position + 1)
    if not error.allowed:
        return told
    arabic = locale is Locale.AR
    values = [isolate(one) if arabic else one for one in error.allowed]
    return told + pick(_ALLOWED, locale).format(allowed=("، " if arabic else ", ").join(values))
