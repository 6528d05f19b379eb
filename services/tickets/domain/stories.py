"""What the timeline says, in both languages; names of departments and numbers fill the gaps."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from services.tickets.domain.bondstories import BOND_STORIES
from services.tickets.domain.calling import PRIORITY_WORDS, department
from services.tickets.domain.feedback import FEEDBACK_STORIES
from services.tickets.domain.fieldstories import FIELD_STORIES
from services.tickets.domain.macrostories import MACRO_STORIES
from services.tickets.domain.mailstories import MAIL_STORIES
from services.tickets.domain.peoplestories import NAMES, PEOPLE_STORIES, about
from services.tickets.domain.placeholders import speaks_from_right
from services.tickets.domain.tagstories import TAG_STORIES, TOLD, variant
from services.tickets.domain.unnamed import UNNAMED_STORIES
from services.tickets.domain.visitorstories import VISITOR_STORIES
from shared.reasons import REASONS
from shared.vocabulary import Locale, Localized

STATUS_WORDS: Final[Mapping[str, Localized]] = {
    "new": {"ar": "جديدة", "en": "new"},
    "open": {"ar": "مفتوحة", "en": "open"},
    "waiting_customer": {"ar": "بانتظار العميل", "en": "waiting for the customer"},
    "waiting_third_party": {"ar": "بانتظار طرف آخر", "en": "waiting for a third party"},
    "resolved": {"ar": "محلولة", "en": "resolved"},
    "closed": {"ar": "مغلقة", "en": "closed"},
    "merged": {"ar": "مدمجة", "en": "merged"},
    "spam": {"ar": "بريد مزعج", "en": "spam"},
}

VERB_WORDS: Final[Mapping[str, Localized]] = {
    "assign": {"ar": "الإسناد", "en": "assign"},
    "wait": {"ar": "الانتظار", "en": "wait"},
    "resolve": {"ar": "الحل", "en": "resolve"},
    "reopen": {"ar": "إعادة الفتح", "en": "reopen"},
    "close": {"ar": "الإغلاق", "en": "close"},
    "escalate": {"ar": "التصعيد", "en": "escalate"},
    "merge": {"ar": "الدمج", "en": "merge"},
    "split": {"ar": "التقسيم", "en": "split"},
    "link": {"ar": "الربط", "en": "link"},
    "spam": {"ar": "التصنيف بريدًا مزعجًا", "en": "mark as spam"},
    "unmerge": {"ar": "التراجع عن الدمج", "en": "undo the merge"},
    "unspam": {"ar": "رفع تصنيف البريد المزعج", "en": "mark as not spam"},
}
NOTHING: Final[Localized] = {"ar": "لا شيء", "en": "nothing"}

METRIC_WORDS: Final[Mapping[str, Localized]] = {
    "first_response": {"ar": "أول رد", "en": "first response"},
    "next_response": {"ar": "الرد التالي", "en": "next response"},
    "resolution": {"ar": "الحل", "en": "resolution"},
}

ROLE_WORDS: Final[Mapping[str, Localized]] = {
    "agent": {"ar": "ممثل الدعم", "en": "support representative"},
    "supervisor": {"ar": "مشرف القسم", "en": "department supervisor"},
    "manager": {"ar": "مدير القسم", "en": "department manager"},
    "senior_management": {"ar": "الإدارة العليا", "en": "senior management"},
    "executive": {"ar": "الفريق التنفيذي", "en": "executive team"},
}

STORIES: Final[Mapping[str, Localized]] = {
    "opened": {"ar": "فُتحت التذكرة", "en": "The ticket was opened"},
    "message.inbound": {"ar": "رسالة من العميل", "en": "Message from the customer"},
    "message.outbound": {"ar": "رد من فريق الدعم", "en": "Reply from the support team"},
    "message.internal": {"ar": "ملاحظة داخلية", "en": "Internal note"},
    "status_changed": {
        "ar": "تغيّرت الحالة من «{from_status}» إلى «{to_status}»",
        "en": "Status changed from “{from_status}” to “{to_status}”",
    },
    "priority_changed": {
        "ar": "تغيّرت الأولوية من {from_priority} إلى {to_priority}",
        "en": "Priority changed from {from_priority} to {to_priority}",
    },
    "department_changed": {
        "ar": "نُقلت التذكرة إلى {department}",
        "en": "Moved to {department}",
    },
    "department_watching": {
        "ar": "يتابع {department} التذكرة أيضًا: وُجّهت الرسالة إليه كذلك",
        "en": "Watched by {department} too: the mail was addressed to it as well",
    },
    **PEOPLE_STORIES,
    "resolved": {"ar": "حُلّت التذكرة", "en": "The ticket was resolved"},
    "reopened": {"ar": "أُعيد فتح التذكرة", "en": "The ticket was reopened"},
    "closed.timer": {
        "ar": "أُغلقت التذكرة بعد انتهاء مهلة إعادة الفتح",
        "en": "The ticket was closed after the reopening period",
    },
    "closed.staff": {"ar": "أُغلقت التذكرة", "en": "The ticket was closed"},
    **BOND_STORIES,
    "edited": {"ar": "عُدّلت بيانات التذكرة", "en": "The ticket's details were edited"},
    "edited.subject": {"ar": "عُدّل موضوع التذكرة", "en": "The subject was edited"},
    **TAG_STORIES,
    "escalation_requested": {"ar": "طُلب التصعيد", "en": "Escalation was requested"},
    **FEEDBACK_STORIES,
    "sla_warning": {
        "ar": "اقترب موعد {metric}",
        "en": "The due time of the {metric} is near",
    },
    "sla_breached": {"ar": "فات موعد {metric}", "en": "The due time of the {metric} was missed"},
    "sla_voided": {
        "ar": "أُلغي تجاوز موعد {metric}",
        "en": "The missed due time of the {metric} was called off",
    },
    "sla_started": {"ar": "وُعد العميل بمواعيد", "en": "Due times were promised"},
    "sla_paused": {
        "ar": "توقّف احتساب مهلة {metric} بانتظار العميل",
        "en": "The clock of the {metric} was paused: it waits for the customer",
    },
    "sla_resumed": {
        "ar": "استُؤنف احتساب مهلة {metric}",
        "en": "The clock of the {metric} runs again",
    },
    "sla_reopened": {
        "ar": "استُؤنف احتساب مهلة {metric} بعد إعادة الفتح",
        "en": "The clock of the {metric} runs again after the reopening",
    },
    "sla_asked": {"ar": "بدأ احتساب مهلة {metric}", "en": "The clock of the {metric} started"},
    "sla_moved": {"ar": "تغيّر موعد {metric}", "en": "The due time of the {metric} moved"},
    "sla_moved.retarget": {
        "ar": "تغيّر موعد {metric} بتغيّر الأولوية",
        "en": "The due time of the {metric} moved with the priority",
    },
    "sla_moved.merge": {
        "ar": "تغيّر موعد {metric} بالدمج: يبقى الموعد الأقرب",
        "en": "The due time of the {metric} moved with the merge: the earlier one counts",
    },
    "sla_moved.unmerge": {
        "ar": "تغيّر موعد {metric} بإلغاء الدمج",
        "en": "The due time of the {metric} moved when the merge was undone",
    },
    "sla_moved.calendar": {
        "ar": "تغيّر موعد {metric} بتغيّر التقويم",
        "en": "The due time of the {metric} moved with the calendar",
    },
    "sla_late": {"ar": "تم {metric} متأخرًا", "en": "The {metric} was late"},
    "sla_met": {"ar": "تم {metric} في موعده", "en": "The {metric} was in time"},
    "sla_met.resolution": {
        "ar": "عُدّ الحل أول رد، وكان في موعده",
        "en": "The resolution counted as the first response, in time",
    },
    "sla_excused": {"ar": "عُذر تجاوز موعد {metric}", "en": "The late {metric} was excused"},
    "pause_overdue.reminder": {
        "ar": "طال انتظار رد العميل",
        "en": "The customer's answer has been awaited for long",
    },
    "pause_overdue.resolve": {
        "ar": "حُلّت التذكرة تلقائيًا لعدم ورود رد من العميل",
        "en": "The ticket was resolved because no answer came from the customer",
    },
    "escalated": {"ar": "صُعّدت التذكرة إلى {role}", "en": "Escalated to the {role}"},
    "escalated.outside": {"ar": "صُعّدت التذكرة", "en": "The ticket was escalated"},
    "escalation_acknowledged": {"ar": "استُلم التصعيد", "en": "The escalation was taken on"},
    "escalation_ended": {"ar": "انتهى التصعيد", "en": "The escalation ended"},
    "escalation_ended.exhausted": {
        "ar": "بلغ سلّم التصعيد آخره",
        "en": "The escalation ladder reached its end",
    },
    "escalation_ended.stopped": {
        "ar": "توقّف التصعيد، فلم تعد له حاجة",
        "en": "The escalation stopped: it is no longer needed",
    },
    "escalation_ended.voided": {
        "ar": "أُلغي التصعيد بإلغاء تجاوز الموعد",
        "en": "The escalation was called off with the missed due time",
    },
    "escalation_ended.cancelled": {
        "ar": "أُلغي التصعيد",
        "en": "The escalation was cancelled",
    },
    "file_infected": {
        "ar": "وُجدت برمجية خبيثة في ملف مرفق فحُجب",
        "en": "Malware was found in an attached file; it is blocked",
    },
    "file_unscannable": {
        "ar": "تعذّر فحص ملف مرفق، فلا يصل إلى العميل",
        "en": "An attached file could not be scanned; it does not reach the customer",
    },
    **MACRO_STORIES,
    **MAIL_STORIES,
    **VISITOR_STORIES,
    **FIELD_STORIES,
    "reopen_limited": {
        "ar": "لم يُعد فتحها البريد: بلغت حد إعادة الفتح اليومي",
        "en": "Not reopened by mail: the daily limit of reopening is reached",
    },
}

CLAUSES: Final[Mapping[str, Localized]] = {
    "first_response_due_at": {
        "ar": "الرد الأول قبل {first_response_due_at}",
        "en": "first response by {first_response_due_at}",
    },
    "resolution_due_at": {
        "ar": "الحل قبل {resolution_due_at}",
        "en": "resolution by {resolution_due_at}",
    },
    "due_at": {"ar": "الموعد {due_at}", "en": "due {due_at}"},
    "was_due_at": {"ar": "وكان {was_due_at}", "en": "was due {was_due_at}"},
    "target_seconds": {"ar": "المهلة {target_seconds}", "en": "{target_seconds} promised"},
    "counted_seconds": {"ar": "المحتسب {counted_seconds}", "en": "{counted_seconds} counted"},
    "late_seconds": {"ar": "التأخر {late_seconds}", "en": "late by {late_seconds}"},
    "left_seconds": {"ar": "الباقي {left_seconds}", "en": "{left_seconds} left"},
}
"""Figures of a promise, told behind the sentence in this order."""

_COMMA: Final[Localized] = {"ar": "، ", "en": ", "}

_WORDS: Final = {
    "from_status": STATUS_WORDS,
    "to_status": STATUS_WORDS,
    "from_priority": PRIORITY_WORDS,
    "to_priority": PRIORITY_WORDS,
    "metric": METRIC_WORDS,
    "role": ROLE_WORDS,
    "mail_reason": REASONS,
}


_DETAILS: Final = {
    "message": "direction",
    "escalation_ended": "reason",
    "pause_overdue": "limit",
    "mail_bounced": "outcome",
    "field_changed": "change",
    "linked": "kind",
    "unlinked": "kind",
}
"""Which part of an entry's data chooses its words, where that is not its cause."""


NO_FIGURES: Final[Mapping[str, str]] = MappingProxyType({})


class _Gaps(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def tell(
    kind: str, data: Mapping[str, Any], locale: Locale, figures: Mapping[str, str] = NO_FIGURES
) -> str:
    """One entry in words of the reader's language; `figures` are instants and spans in words."""
    texts = _texts(kind, data)
    if texts is None:
        return kind
    words = {key: _word(key, value, locale) for key, value in data.items()}
    told = _pick(texts, locale).format_map(_Gaps(words))
    clauses = [
        _pick(CLAUSES[name], locale).format_map(figures) for name in CLAUSES if name in figures
    ]
    return f"{told} ({_pick(_COMMA, locale).join(clauses)})" if clauses else told


def _texts(kind: str, data: Mapping[str, Any]) -> Localized | None:
    """The sentence of an entry; one that would name another ticket only where its number is."""
    variant = _variant(kind, data)
    unnamed = UNNAMED_STORIES.get(variant) or UNNAMED_STORIES.get(kind)
    if unnamed is not None and "number" not in data:
        return unnamed
    return STORIES.get(variant) or STORIES.get(kind)


def _variant(kind: str, data: Mapping[str, Any]) -> str:
    if told := about(kind, data):
        return told
    if kind == "escalated" and "role" not in data:
        return "escalated.outside"
    if kind == "edited":
        return variant(data)
    detail = data.get(_DETAILS.get(kind, "cause"))
    return f"{kind}.{detail}" if detail else kind


def _word(key: str, value: Any, locale: Locale) -> Any:
    if isinstance(value, dict) and value.keys() == {"ar", "en"}:
        told = _pick(Localized(ar=value["ar"], en=value["en"]), locale)
        return department(told, locale) if key == "department" else told
    texts = _WORDS.get(key, {}).get(str(value))
    if texts is not None:
        return _pick(texts, locale)
    if isinstance(value, list):
        comma = _pick(_COMMA, locale)
        return comma.join(str(_word(key, one, locale)) for one in value)
    if key in NAMES or key in TOLD:
        return f"\u2068{value}\u2069" if locale is Locale.AR or speaks_from_right(value) else value
    foreign = any(one.isascii() and one.isalnum() for one in str(value))
    fenced = locale is Locale.AR and isinstance(value, str | int) and foreign
    return f"\u2068{value}\u2069" if fenced else value


def _pick(texts: Localized, locale: Locale) -> str:
    return texts["ar"] if locale is Locale.AR else texts["en"]
