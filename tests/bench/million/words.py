"""Invented support mail in two languages: a few thousand words, the common ones very common."""

from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import Final

_ROOTS: Final = (  # noqa: SIM905 - a table of words
    "كتب شبك طبع فتح غلق حسب دفع رسل وصل عمل خدم شكل سبب نظم برم رقم سجل عرض بحث طلب قبل رفض خزن"
    " نقل حفظ نسخ حذف ضبط ربط قطع سرع بطأ علم فهم درس شرح صدر ورد خرج دخل سمح منع حدث جدد صلح عطل"
    " وقف بدأ نجح فشل كمل نقص زيد قلل كبر صغر قرب بعد شغل فرغ ملأ حمل رفع خفض جمع فصل وزن قيس عدد"
    " حصل ترك اخذ عقد شرك مول صرف بيع شري ورق لون صوت صور شهد نشر وقع ختم ضمن كفل امن حمي سرق ضيع"
    " وجد فقد بدل عوض"
).split()
_SHAPES: Final = (
    "{0}{1}{2}",
    "{0}ا{1}{2}",
    "م{0}{1}و{2}",
    "ت{0}{1}ي{2}",
    "ا{0}ت{1}ا{2}",
    "است{0}{1}ا{2}",
    "{0}{1}ا{2}ة",
    "م{0}{1}{2}ة",
    "{0}{1}ي{2}",
    "ان{0}{1}ا{2}",
    "م{0}ا{1}{2}ة",
    "ال{0}{1}{2}",
    "وال{0}ا{1}{2}",
    "بالم{0}{1}{2}",
)
_ENGLISH: Final = (  # noqa: SIM905 - a table of words
    "print mail server account order invoice pay bill connect install update restart cable screen"
    " driver scan phone call network switch route password token sign card license contract branch"
    " office floor desk chair light camera door badge report chart table export import file folder"
    " backup restore disk memory crash freeze load time delay queue ticket agent customer manager"
    " train travel book hotel expense refund ship deliver pack box label stock count price discount"
    " tax bank transfer cheque sale lead market site page link button form field search filter sort"
    " colour font image video sound record play stop start open close lock reset check test approve"
    " reject sent receive forward reply attach remove add change move copy paste cut undo save"
).split()
_ENDINGS: Final = ("", "s", "ed", "ing", "er", "ment", "able", "ers")
PHRASES: Final = ("لا تعمل الطابعة منذ صباح اليوم", "the printers stopped answering this morning")
"""One ticket in two hundred holds the one of its language, word for word."""


def _arabic() -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(shape.format(*root) for shape in _SHAPES for root in _ROOTS if len(root) == 3)
    )


def _english() -> tuple[str, ...]:
    return tuple(dict.fromkeys(word + ending for ending in _ENDINGS for word in _ENGLISH))


class Language:
    """Words by rank; the n-th is drawn about 1/n as often as the first (Zipf)."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        self._weights = list(accumulate(1 / (rank + 4) for rank in range(len(words))))

    def text(self, dice: Random, count: int) -> str:
        return " ".join(dice.choices(self.words, cum_weights=self._weights, k=count))


ARABIC: Final = Language(_arabic())
ENGLISH: Final = Language(_english())


def language(locale: str) -> Language:
    return ARABIC if locale == "ar" else ENGLISH


def subject(dice: Random, locale: str) -> str:
    return language(locale).text(dice, dice.randint(3, 6))


def body(dice: Random, locale: str, number: int, place: int) -> str:
    """The text of a ticket's n-th message: an opening says more than an answer."""
    tongue = language(locale)
    if place:
        return tongue.text(dice, dice.randint(8, 22))
    parts = [tongue.text(dice, dice.randint(25, 45))]
    if number % 200 == 0:
        parts.append(PHRASES[locale != "ar"])
    if number % 3 == 0:
        parts.append(f"INV-{number:07d}")
    return ". ".join(parts)
