"""What is refused of reports: words that are none, spans that are too long, too much work."""

from typing import Final

from shared.kit.problems import Unavailable, ValidationFailed
from shared.vocabulary import Locale, Localized

_TEXTS: Final = {
    "unknown_metric": Localized(
        ar="المقاييس: الحجم (volume) والمتراكم (backlog) وأول رد (first_response) والحل"
        " (resolution) وإعادة الفتح (reopening) والتقييم (feedback) والرسائل (messages).",
        en="Metrics are: volume, backlog, first_response, resolution, reopening, feedback,"
        " messages.",
    ),
    "unknown_grouping": Localized(
        ar="يُقسَّم التقرير وفق تقسيم واحد أو اثنين من: القسم (department) والموظف (agent)"
        " والمؤسسة (organization) والقناة (channel) والأولوية (priority) والوسم (tag)،"
        " ومن الزمن واحد: اليوم (day) أو الأسبوع (week) أو الشهر (month).",
        en="A report is cut by one or two of: department, agent, organization, channel, priority,"
        " tag, and one of time: day, week, month.",
    ),
    "unknown_zone": Localized(
        ar="لا توجد منطقة زمنية بهذا الاسم، والمطلوب اسم مثل \u2068Asia/Riyadh\u2069.",
        en="There is no time zone of this name; a name such as Asia/Riyadh is expected.",
    ),
    "ends_before_start": Localized(
        ar="تاريخ النهاية يسبق تاريخ البداية.", en="The end date lies before the start date."
    ),
    "span_too_long": Localized(
        ar="يغطي التقرير خمس سنوات على الأكثر.", en="A report covers at most five years."
    ),
    "report_too_large": Localized(
        ar="نتج عن هذا التقسيم سطور كثيرة: اختر مدة أقصر أو تقسيمًا آخر.",
        en="This makes too many lines: choose a shorter span or another grouping.",
    ),
    "one_picture": Localized(
        ar="تعرض الصورة مقياسًا واحدًا وتقسيمًا واحدًا على الأكثر.",
        en="A picture shows one metric, cut by one grouping at most.",
    ),
}


def refused(pointer: str, code: str, locale: Locale) -> ValidationFailed:
    """One parameter's failure."""
    return ValidationFailed.of(pointer, code, _TEXTS[code], locale)


class ReportTooSlow(Unavailable):
    """The question is sound, and more work than one answer may take now."""

    code = "report_too_slow"
    title = Localized(ar="التقرير يستغرق وقتًا طويلًا", en="The report takes too long")
    detail = Localized(
        ar="لم يكتمل التقرير في الوقت المتاح. اختر مدة أقصر أو أعد المحاولة بعد قليل.",
        en="The report was not done in the time it may take. Choose a shorter span, or try again"
        " shortly.",
    )
