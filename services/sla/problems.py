"""Failures of sla that callers can act upon.

Problem
+- ValidationFailed 422, one field named:
   unknown_organization, unknown_policy, unknown_calendar, invalid_calendar, no_business_hours,
   ends_before_start, invalid_as_of, invalid_duration, span_too_long, unknown_grouping,
   report_too_large, too_much_work, and what is wrong inside a calendar:
   unknown_zone, unknown_field, invalid_time, invalid_window, invalid_date, too_many,
   overlapping_seasons, unknown_item, nothing_to_import, invalid_ics, ics_too_large,
   unsupported_event, unsupported_recurrence, range_too_long
+- Conflict 409
   +- ContractExists    contract_exists
   +- NotBreached       not_breached
   +- AlreadyExcused    already_excused
"""

from typing import Final

from shared.kit.problems import Conflict, ValidationFailed
from shared.vocabulary import Locale, Localized

UNKNOWN_ORGANIZATION: Final = Localized(
    ar="لا توجد مؤسسة بهذا المعرّف.", en="There is no organization with this id."
)
UNKNOWN_POLICY: Final = Localized(
    ar="لا توجد سياسة بهذا المعرّف.", en="There is no policy with this id."
)
UNKNOWN_CALENDAR: Final = Localized(
    ar="لا يوجد تقويم بهذا المعرّف.", en="There is no calendar with this id."
)
INVALID_CALENDAR: Final = Localized(
    ar="التقويم غير صالح: راجع المنطقة الزمنية والأوقات والتواريخ.",
    en="The calendar is not valid: check its time zone, times and dates.",
)
NO_BUSINESS_HOURS: Final = Localized(
    ar="لا يفتح هذا التقويم أي ساعة خلال الأيام الـ366 القادمة.",
    en="This calendar opens at no time within the next 366 days.",
)
ENDS_BEFORE_START: Final = Localized(
    ar="تاريخ النهاية يسبق تاريخ البداية.", en="The end date lies before the start date."
)
INVALID_AS_OF: Final = Localized(
    ar="يجب أن تقع اللحظة بين فتح التذكرة وسنتين من الآن.",
    en="The instant must lie between the ticket's opening and two years from now.",
)
INVALID_DURATION: Final = Localized(
    ar="المدة أو اللحظة أبعد مما يمكن حسابه.",
    en="The duration or instant is further away than can be counted.",
)

SPAN_TOO_LONG: Final = Localized(
    ar="يغطي التقرير خمس سنوات على الأكثر.", en="A report covers at most five years."
)
UNKNOWN_GROUPING: Final = Localized(
    ar="يُقسَّم التقرير وفق تقسيم واحد أو اثنين من: الأولوية (priority) والقسم (department)"
    " والمؤسسة (organization) والموظف (agent) والعقد (contract) والشهر (month).",
    en="A report is cut by one or two of: priority, department, organization, agent, contract,"
    " month.",
)
UNKNOWN_ZONE: Final = Localized(
    ar="لا توجد منطقة زمنية بهذا الاسم، والمطلوب اسم مثل \u2068Asia/Riyadh\u2069.",
    en="There is no time zone of this name; a name such as Asia/Riyadh is expected.",
)
REPORT_TOO_LARGE: Final = Localized(
    ar="نتج عن هذا التقسيم سطور كثيرة: اختر مدة أقصر أو تقسيمًا آخر.",
    en="This makes too many lines: choose a shorter span or another grouping.",
)
TOO_MUCH_WORK: Final = Localized(
    ar="السؤال سليم لكنه أكبر من أن يُجاب في مرة واحدة: اسأل عن مدد أقصر أو عن عدد أقل.",
    en="The question is sound but too large for one answer: ask about shorter spans, or fewer.",
)

_CALENDARS: Final = {
    "unknown_field": Localized(
        ar="حقل غير معروف داخل التقويم.", en="A field of the calendar is not known."
    ),
    "invalid_time": Localized(
        ar="الوقت من \u206800:00\u2069 إلى \u206823:59\u2069، ويجوز \u206824:00\u2069 نهايةً.",
        en="A time lies between 00:00 and 23:59; an end may be 24:00.",
    ),
    "invalid_window": Localized(
        ar="الفترة وقتان: بداية ونهاية.", en="A window is a pair of times: start and end."
    ),
    "invalid_date": Localized(
        ar="المطلوب تاريخ صحيح مثل \u20682026-03-20\u2069.",
        en="A real date such as 2026-03-20 is expected.",
    ),
    "too_many": Localized(
        ar="العدد أكبر مما يحمله تقويم واحد.", en="There are more than one calendar can hold."
    ),
    "overlapping_seasons": Localized(
        ar="يتداخل هذا الموسم مع موسم مؤكد آخر.",
        en="This season shares dates with another confirmed season.",
    ),
    "unknown_item": Localized(
        ar="لا توجد عطلة أو موسم بهذا المعرّف أو التاريخ.",
        en="There is no holiday or season with this id or date.",
    ),
    "nothing_to_import": Localized(
        ar="اذكر بلدًا أو مناسبات هجرية.", en="Name a country or Hijri feasts."
    ),
    "invalid_ics": Localized(
        ar="تعذّرت قراءة ملف \u2068iCalendar\u2069.", en="The iCalendar file could not be read."
    ),
    "ics_too_large": Localized(
        ar="ملف \u2068iCalendar\u2069 أكبر مما يُقبل.",
        en="The iCalendar file is larger than can be taken.",
    ),
    "unsupported_event": Localized(
        ar="تُقبل أحداث الأيام الكاملة حتى 31 يومًا فقط.",
        en="Only whole-day events of at most 31 days can be imported.",
    ),
    "unsupported_recurrence": Localized(
        ar="يُقبل التكرار السنوي في اليوم نفسه فقط.",
        en="Only a yearly recurrence on the same day can be imported.",
    ),
    "range_too_long": Localized(
        ar="المدى حتى 366 يومًا بين عامي 1950 و2150، والنهاية لا تسبق البداية.",
        en="At most 366 days between 1950 and 2150; the end does not precede the start.",
    ),
}
_TEXTS: Final = {
    **_CALENDARS,
    "too_much_work": TOO_MUCH_WORK,
    "unknown_organization": UNKNOWN_ORGANIZATION,
    "unknown_policy": UNKNOWN_POLICY,
    "unknown_calendar": UNKNOWN_CALENDAR,
    "invalid_calendar": INVALID_CALENDAR,
    "no_business_hours": NO_BUSINESS_HOURS,
    "ends_before_start": ENDS_BEFORE_START,
    "invalid_as_of": INVALID_AS_OF,
    "invalid_duration": INVALID_DURATION,
    "span_too_long": SPAN_TOO_LONG,
    "unknown_grouping": UNKNOWN_GROUPING,
    "unknown_zone": UNKNOWN_ZONE,
    "report_too_large": REPORT_TOO_LARGE,
}


def refused(pointer: str, code: str, locale: Locale) -> ValidationFailed:
    """One field's failure, in the caller's language."""
    return ValidationFailed.of(pointer, code, _TEXTS[code], locale)


class ContractExists(Conflict):
    """A second click, or two people at once."""

    code = "contract_exists"
    title = Localized(ar="العقد موجود", en="The contract exists")
    detail = Localized(
        ar="لدى هذه المؤسسة عقد مطابق لهذا تمامًا.",
        en="This organization has a contract that says exactly the same.",
    )


class NotBreached(Conflict):
    """There is nothing to excuse."""

    code = "not_breached"
    title = Localized(ar="لا تجاوز هنا", en="Nothing was missed")
    detail = Localized(
        ar="لم يُتجاوز هذا الموعد، أو أُلغي تجاوزه.",
        en="This promise was not broken, or its breach was called off.",
    )


class AlreadyExcused(Conflict):
    """An excuse is given once."""

    code = "already_excused"
    title = Localized(ar="عُذر من قبل", en="Already excused")
    detail = Localized(ar="عُذر تجاوز هذا الموعد من قبل.", en="This breach has been excused before.")
