"""What reports call things, in both languages."""

from collections.abc import Mapping
from typing import Final

from services.tickets.domain.reporting import Grouping, Measure
from shared.reporting.spans import Cut, Step
from shared.vocabulary import MONTHS, Locale, Localized

MEASURES: Final[Mapping[Measure, Localized]] = {
    Measure.VOLUME: Localized(ar="حجم العمل", en="Volume"),
    Measure.BACKLOG: Localized(ar="التذاكر المتراكمة", en="Backlog"),
    Measure.FIRST_RESPONSE: Localized(ar="أول رد", en="First response"),
    Measure.RESOLUTION: Localized(ar="زمن الحل", en="Resolution time"),
    Measure.REOPENING: Localized(ar="إعادة الفتح", en="Reopening"),
    Measure.FEEDBACK: Localized(ar="تقييم العملاء", en="Feedback"),
    Measure.MESSAGES: Localized(ar="الرسائل", en="Messages"),
}
GROUPINGS: Final[Mapping[Grouping, Localized]] = {
    Grouping.DEPARTMENT: Localized(ar="القسم", en="department"),
    Grouping.AGENT: Localized(ar="الموظف", en="agent"),
    Grouping.ORGANIZATION: Localized(ar="المؤسسة", en="organization"),
    Grouping.CHANNEL: Localized(ar="القناة", en="channel"),
    Grouping.PRIORITY: Localized(ar="الأولوية", en="priority"),
    Grouping.TAG: Localized(ar="الوسم", en="tag"),
    Grouping.DAY: Localized(ar="اليوم", en="day"),
    Grouping.WEEK: Localized(ar="الأسبوع", en="week"),
    Grouping.MONTH: Localized(ar="الشهر", en="month"),
}
CHANNELS: Final[Mapping[str, Localized]] = {
    "web": Localized(ar="موظف الدعم", en="web"),
    "email": Localized(ar="البريد الإلكتروني", en="email"),
    "portal": Localized(ar="بوابة العملاء", en="portal"),
    "api": Localized(ar="واجهة برمجية", en="api"),
    "form": Localized(ar="نموذج الموقع", en="form"),
    "phone": Localized(ar="الهاتف", en="phone"),
}
PRIORITIES: Final[Mapping[str, Localized]] = {
    "P1": Localized(ar="عاجلة (\u2068P1\u2069)", en="Urgent (P1)"),
    "P2": Localized(ar="مرتفعة (\u2068P2\u2069)", en="High (P2)"),
    "P3": Localized(ar="متوسطة (\u2068P3\u2069)", en="Medium (P3)"),
    "P4": Localized(ar="منخفضة (\u2068P4\u2069)", en="Low (P4)"),
}
_WORDS: Final[Mapping[Grouping, Mapping[str, Localized]]] = {
    Grouping.CHANNEL: CHANNELS,
    Grouping.PRIORITY: PRIORITIES,
}
FIGURES: Final[Mapping[str, Localized]] = {
    "opened": Localized(ar="التي فُتحت", en="opened"),
    "reopened": Localized(ar="التي أُعيد فتحها", en="reopened"),
    "resolved": Localized(ar="التي حُلّت", en="resolved"),
    "closed": Localized(ar="التي أُغلقت", en="closed"),
    "merged": Localized(ar="التي دُمجت", en="merged"),
    "tickets": Localized(ar="التذاكر", en="tickets"),
    "under_1d": Localized(ar="عمرها أقل من يوم", en="under_1d"),
    "under_3d": Localized(ar="من يوم إلى 3 أيام", en="under_3d"),
    "under_7d": Localized(ar="من 3 إلى 7 أيام", en="under_7d"),
    "under_30d": Localized(ar="من 7 إلى 30 يومًا", en="under_30d"),
    "over_30d": Localized(ar="30 يومًا فأكثر", en="over_30d"),
    "oldest_seconds": Localized(ar="عمر الأقدم (ثانية)", en="oldest_seconds"),
    "answered": Localized(ar="التي رُدّ عليها", en="answered"),
    "waiting": Localized(ar="بانتظار الرد", en="waiting"),
    "median_seconds": Localized(ar="الوسيط (ثانية)", en="median_seconds"),
    "p90_seconds": Localized(ar="المئين 90 (ثانية)", en="p90_seconds"),
    "business_median_seconds": Localized(
        ar="الوسيط بوقت العمل (ثانية)", en="business_median_seconds"
    ),
    "business_p90_seconds": Localized(ar="المئين 90 بوقت العمل (ثانية)", en="business_p90_seconds"),
    "rate": Localized(ar="نسبة إعادة الفتح", en="rate"),
    "rated": Localized(ar="التقييمات", en="rated"),
    "answer_rate": Localized(ar="نسبة المقيّمين", en="answer_rate"),
    "average": Localized(ar="المتوسط", en="average"),
    "good": Localized(ar="التقييمات الجيدة", en="good"),
    "good_share": Localized(ar="نسبة التقييمات الجيدة", en="good_share"),
    **{f"score_{n}": Localized(ar=f"تقييم {n}", en=f"score_{n}") for n in range(1, 6)},
    "messages": Localized(ar="الرسائل", en="messages"),
    "median": Localized(ar="الوسيط", en="median"),
    "p90": Localized(ar="المئين 90", en="p90"),
}
"""English words are the names that the same figures have in JSON, so that programs may rely on
them; Arabic ones are words for a reader.
"""
TOTAL: Final = Localized(ar="الإجمالي", en="total")
_NONE: Final = Localized(ar="(دون)", en="(none)")
_NONES: Final[Mapping[Grouping, Localized]] = {
    Grouping.AGENT: Localized(ar="(غير مسندة)", en="(unassigned)"),
    Grouping.TAG: Localized(ar="(بلا وسم)", en="(no tag)"),
}


def none_of(by: Grouping, locale: Locale) -> str:
    """The group of what has no agent or no tag."""
    return _NONES.get(by, _NONE)[locale.value]


def word_of(by: Grouping, value: str | None, locale: Locale) -> str | None:
    """A channel or priority in words; what has none stands for itself."""
    found = None if value is None else _WORDS.get(by, {}).get(value)
    return value if found is None else found[locale.value]


def day_of(cut: Cut, locale: Locale) -> str:
    """A cut as a reader knows it: `فبراير 2026`, `8 Feb`."""
    month = MONTHS[cut.first.month - 1][locale.value]
    if cut.step is Step.MONTH:
        return f"{month} {cut.first.year}"
    return f"{cut.first.day} {month if locale is Locale.AR else month[:3]}"
