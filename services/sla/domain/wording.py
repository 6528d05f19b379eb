"""The ledger in words: one sentence a day, in both languages of the house."""

from datetime import date
from typing import Final

from services.sla.domain.ledger import Totals
from shared.vocabulary import Localized, Metric

METRICS: Final[dict[Metric, Localized]] = {
    Metric.FIRST_RESPONSE: Localized(ar="الرد الأول", en="First response"),
    Metric.NEXT_RESPONSE: Localized(ar="الرد التالي", en="Next response"),
    Metric.RESOLUTION: Localized(ar="الحل", en="Resolution"),
}
_DAYS_AR: Final = ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد")
_DAYS_EN: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_HOURS: Final = ("ساعة", "ساعتان", "ساعات", "ساعة")
_MINUTES: Final = ("دقيقة", "دقيقتان", "دقائق", "دقيقة")
_SECONDS: Final = ("ثانية", "ثانيتان", "ثوانٍ", "ثانية")


def span(seconds: int) -> Localized:
    """`3 ساعات و20 دقيقة` / `3 h 20 min`."""
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    parts = ((hours, _HOURS, "h"), (minutes, _MINUTES, "min"), (rest, _SECONDS, "s"))
    said = [part for part in parts if part[0]] or [(0, _SECONDS, "s")]
    return Localized(
        ar=" و".join(_counted(number, forms) for number, forms, _ in said),
        en=" ".join(f"{number} {unit}" for number, _, unit in said),
    )


def summary(metric: Metric, sums: Totals) -> Localized:
    """What was counted, and where the rest of the time went."""
    name, counted = METRICS[metric], span(sums.counted)
    ar, en = _rest(sums)
    return Localized(
        ar=f"{name['ar']}: احتُسب {counted['ar']}{ar}.",
        en=f"{name['en']}: {counted['en']} counted{en}.",
    )


def day(when: date, sums: Totals) -> Localized:
    """One local day."""
    counted = span(sums.counted)
    ar, en = _rest(sums)
    return Localized(
        ar=f"{_DAYS_AR[when.weekday()]} {when.isoformat()}: احتُسب {counted['ar']}{ar}.",
        en=f"{_DAYS_EN[when.weekday()]} {when.isoformat()}: {counted['en']} counted{en}.",
    )


def _rest(sums: Totals) -> tuple[str, str]:
    named = (
        (sums.paused, "توقف مؤقت", "paused"),
        (sums.stopped, "متوقف", "stopped"),
        (sums.closed, "خارج ساعات العمل", "outside working hours"),
    )
    ar = "".join(f"، {word} {span(n)['ar']}" for n, word, _ in named if n)
    en = "".join(f", {span(n)['en']} {word}" for n, _, word in named if n)
    return ar, en


def _counted(number: int, forms: tuple[str, str, str, str]) -> str:
    """Arabic counts in four ways: one, two, three to ten, more."""
    if number <= 2 and number > 0:
        return forms[number - 1]
    form = forms[2] if 3 <= number % 100 <= 10 else forms[3]
    return f"{number} {form}"
