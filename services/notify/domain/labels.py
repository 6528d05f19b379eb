"""Labels that mails and notices are built from, in both languages."""

from collections.abc import Mapping
from typing import Final

from shared.vocabulary import Localized, Metric, Priority, Role

METRICS: Final[Mapping[str, Localized]] = {
    Metric.FIRST_RESPONSE: Localized(ar="الرد الأول", en="first response"),
    Metric.NEXT_RESPONSE: Localized(ar="الرد التالي", en="next response"),
    Metric.RESOLUTION: Localized(ar="الحل", en="resolution"),
}
PRIORITIES: Final[Mapping[str, Localized]] = {
    Priority.P1: Localized(ar="عاجلة (P1)", en="urgent (P1)"),
    Priority.P2: Localized(ar="مرتفعة (P2)", en="high (P2)"),
    Priority.P3: Localized(ar="متوسطة (P3)", en="medium (P3)"),
    Priority.P4: Localized(ar="منخفضة (P4)", en="low (P4)"),
}
ROLES: Final[Mapping[str, Localized]] = {
    Role.CUSTOMER: Localized(ar="العميل", en="customer"),
    Role.CUSTOMER_ADMIN: Localized(ar="مسؤول العميل", en="customer administrator"),
    Role.AGENT: Localized(ar="ممثل الدعم", en="support representative"),
    Role.SUPERVISOR: Localized(ar="مشرف القسم", en="department supervisor"),
    Role.MANAGER: Localized(ar="مدير القسم", en="department manager"),
    Role.SENIOR_MANAGEMENT: Localized(ar="الإدارة العليا", en="senior management"),
    Role.EXECUTIVE: Localized(ar="الفريق التنفيذي", en="executive team"),
    Role.ADMIN: Localized(ar="مدير النظام", en="administrator"),
    Role.AUDITOR: Localized(ar="المدقق", en="auditor"),
}
CAUSES: Final[Mapping[str, Localized]] = {
    "breach": Localized(ar="تجاوز الموعد", en="the target was missed"),
    "ladder": Localized(ar="ما زالت دون حل", en="it is still unsolved"),
    "manual": Localized(ar="طلب تصعيد", en="somebody asked for it"),
}
DISABLED: Final[Mapping[str, Localized]] = {
    "gone": Localized(ar="أجاب بأنه لم يعد موجودًا (410)", en="it answered that it is gone (410)"),
    "failing": Localized(
        ar="فشلت كل المحاولات خمسة أيام متواصلة", en="every attempt failed for five days"
    ),
}
ITEMS: Final[Mapping[str, Localized]] = {
    "holiday": Localized(ar="يوم العطلة", en="holiday"),
    "season": Localized(ar="الموسم", en="season"),
}
NEWS: Final[Mapping[str, Localized]] = {
    "message": Localized(ar="كتب العميل رسالة", en="the customer wrote"),
    "new": Localized(ar="صارت جديدة", en="it is new"),
    "open": Localized(ar="صارت مفتوحة", en="it is open"),
    "waiting_customer": Localized(ar="صارت بانتظار العميل", en="it waits for the customer"),
    "waiting_third_party": Localized(ar="صارت بانتظار طرف آخر", en="it waits for a third party"),
    "resolved": Localized(ar="حُلّت", en="it was resolved"),
    "closed": Localized(ar="أُغلقت", en="it was closed"),
    "merged": Localized(ar="دُمجت في تذكرة أخرى", en="it was merged into another ticket"),
    "spam": Localized(ar="صُنّفت بريدًا مزعجًا", en="it was marked as spam"),
}
"""What happened to a ticket that somebody watches: a customer's words, or its new status."""
NOTICES: Final[Mapping[str, Localized]] = {
    "escalation": Localized(
        ar="صُعّدت التذكرة {number} إلى {role}", en="Ticket {number} was escalated to the {role}"
    ),
    "assigned": Localized(
        ar="أُسندت إليك التذكرة {number}", en="Ticket {number} was assigned to you"
    ),
    "warning": Localized(
        ar="يقترب موعد {metric} للتذكرة {number}",
        en="The {metric} of ticket {number} is due soon",
    ),
    "breach": Localized(
        ar="فات موعد {metric} للتذكرة {number}", en="The {metric} of ticket {number} is late"
    ),
    "reopened": Localized(ar="أُعيد فتح التذكرة {number}", en="Ticket {number} was opened again"),
    "rated": Localized(
        ar="قُيّم حل التذكرة {number}: {score} من 5",
        en="The resolution of ticket {number} was rated {score} of 5",
    ),
    "pause_overdue": Localized(
        ar="لم يرد العميل بعد على التذكرة {number}",
        en="The customer has not yet answered on ticket {number}",
    ),
    "watched": Localized(
        ar="جديد في التذكرة {number} التي تتابعها: {news}",
        en="News on ticket {number}, which you watch: {news}",
    ),
    "bounced": Localized(
        ar="لم تصل رسالتنا إلى العميل في التذكرة {number}",
        en="Our mail about ticket {number} did not reach the customer",
    ),
    "calendar": Localized(
        ar="{item} يبدأ {date} ولم يؤكده أحد", en="The {item} of {date} is not confirmed yet"
    ),
    "fallback": Localized(
        ar="لا أحد يشغل دور {role} للتذكرة {number}",
        en="Nobody holds the role of {role} for ticket {number}",
    ),
}

BY_ZONE: Final = Localized(ar="بتوقيت {place}", en="{place} time")

DESK: Final = Localized(ar="سند للدعم الفني", en="Sanad Support")
"""Display name of the sender when a department has none."""
