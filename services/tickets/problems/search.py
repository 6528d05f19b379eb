"""Queries that cannot be read: where, and what could stand there."""

from typing import Final

from services.tickets.domain.query import MOST_WORDS, Choice, Unreadable
from services.tickets.domain.queryfields import shown
from shared.kit.locale import isolate, pick
from shared.kit.problem import SpokenError
from shared.kit.problems import ValidationFailed
from shared.vocabulary import Locale, Localized

_TEXTS: Final = {
    "unknown_value": Localized(
        ar="قيمة غير معروفة في نص البحث عند الموضع {position}.",
        en="Unknown value in the query at position {position}.",
    ),
    "unknown_field": Localized(
        ar="لا حقل بهذا الاسم في نص البحث عند الموضع {position}.",
        en="No field goes by this name in the query at position {position}.",
    ),
    "too_many_words": Localized(
        ar=f"نص البحث طويل: الحد الأقصى {MOST_WORDS} كلمة، والزائد يبدأ عند الموضع {{position}}.",
        en=f"The query is too long: at most {MOST_WORDS} words; the rest begins at {{position}}.",
    ),
    "nothing_seen": Localized(
        ar="نص البحث لا يحوي سوى محارف غير مرئية. اكتب كلمة أو رقمًا.",
        en="The query holds nothing but invisible characters. Write a word or a number.",
    ),
    "word_beginning": Localized(
        ar="لا يمكن البحث ببداية كلمة عند الموضع {position}: اكتب الكلمة كاملة من غير نجمة. "
        "أما الأرقام والرموز وعناوين البريد فتكفي بداياتها من غير نجمة أيضًا.",
        en="Words are not found by how they begin (position {position}): write the whole word, "
        "without the star. Numbers, codes and addresses are, also without a star.",
    ),
    "unknown_department": Localized(
        ar="لا يوجد قسم بهذا الاسم في نص البحث عند الموضع {position}.",
        en="No department goes by this name in the query at position {position}.",
    ),
    "ambiguous_department": Localized(
        ar="أكثر من قسم يطابق هذا الاسم في نص البحث عند الموضع {position}.",
        en="Several departments go by this name in the query at position {position}.",
    ),
}
_CODES: Final = {
    "unknown_department": "unknown_value",
    "ambiguous_department": "ambiguous_value",
}
_CHOICES: Final = Localized(ar=" الأقسام: {allowed}.", en=" Departments: {allowed}.")
_FIELDS: Final = Localized(
    ar=" الحقول: {allowed}. للبحث عن الكلمات نفسها ضعها بين علامتي تنصيص.",
    en=" Fields: {allowed}. To find the words themselves, put them in quotes.",
)
_ALLOWED: Final = Localized(ar=" المقبول مثل: {allowed}.", en=" Accepted, for example: {allowed}.")


def unreadable(error: Unreadable, locale: Locale) -> ValidationFailed:
    """422 with the position, counted from 1."""
    texts = Localized(ar=_said(error, Locale.AR), en=_said(error, Locale.EN))
    code = f"query_{_CODES.get(error.code, error.code)}"
    spoken = SpokenError(pointer="?q", code=code, message=pick(texts, locale), texts=texts)
    return ValidationFailed(errors=[spoken], position=error.position + 1)


def _said(error: Unreadable, locale: Locale) -> str:
    told = pick(_TEXTS[error.code], locale).format(position=error.position + 1)
    if error.code == "unknown_field":
        return told + pick(_FIELDS, locale).format(allowed=_fields(locale))
    if not error.allowed:
        return told
    arabic = locale is Locale.AR
    values = [_spoken(one, locale) for one in error.allowed]
    listed = _CHOICES if error.code.endswith("department") else _ALLOWED
    return told + pick(listed, locale).format(allowed=("، " if arabic else ", ").join(values))


def _fields(locale: Locale) -> str:
    """Every field by both its names, the reader's first."""
    if locale is Locale.EN:
        return ", ".join(f"{english}: ({arabic}:)" for english, arabic in shown().items())
    names = ((isolate(f"{arabic}:"), isolate(f"{english}:")) for english, arabic in shown().items())
    return "، ".join(f"{arabic} ({english})" for arabic, english in names)


def _spoken(one: str | Choice, locale: Locale) -> str:
    """`P1 (عاجلة)`, `open`, `الدعم الفني`; each fenced off inside an Arabic sentence."""
    arabic = locale is Locale.AR
    words = one if isinstance(one, str) else pick(one.words, locale)
    told = isolate(words) if arabic else words
    if isinstance(one, str) or one.value in {None, words}:
        return told
    return f"{isolate(one.value or '') if arabic else one.value} ({words})"
