"""Failures of sla that callers can act upon.

Problem
+- ValidationFailed 422, one field named:
   unknown_organization, unknown_policy, unknown_calendar, invalid_calendar, no_business_hours,
   ends_before_start
"""

from typing import Final

from shared.kit.problems import ValidationFailed
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
    ar="لا يفتح هذا التقويم أي ساعة خلال 366 يوماً القادمة.",
    en="This calendar opens at no time within the next 366 days.",
)
ENDS_BEFORE_START: Final = Localized(
    ar="تاريخ النهاية يسبق تاريخ البداية.", en="The end date lies before the start date."
)

_TEXTS: Final = {
    "unknown_organization": UNKNOWN_ORGANIZATION,
    "unknown_policy": UNKNOWN_POLICY,
    "unknown_calendar": UNKNOWN_CALENDAR,
    "invalid_calendar": INVALID_CALENDAR,
    "no_business_hours": NO_BUSINESS_HOURS,
    "ends_before_start": ENDS_BEFORE_START,
}


def refused(pointer: str, code: str, locale: Locale) -> ValidationFailed:
    """One field's failure, in the caller's language."""
    return ValidationFailed.of(pointer, code, _TEXTS[code], locale)
