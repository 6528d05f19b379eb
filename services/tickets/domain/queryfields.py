"""What may stand before a colon in a query, and when a colon is only part of a word."""

import re
from typing import Final

FIELDS: Final = {
    **dict.fromkeys(("subject", "موضوع", "الموضوع"), "subject"),
    **dict.fromkeys(("body", "text", "نص", "النص"), "body"),
    **dict.fromkeys(("from", "من", "مرسل", "المرسل"), "from"),
    **dict.fromkeys(("file", "filename", "ملف", "الملف"), "file"),
    **dict.fromkeys(("tag", "وسم", "الوسم"), "tag"),
    **dict.fromkeys(("status", "حالة", "الحالة", "حاله", "الحاله"), "status"),
    **dict.fromkeys(("priority", "أولوية", "الأولوية", "اولوية", "الاولوية"), "priority"),
    **dict.fromkeys(("number", "رقم", "الرقم"), "number"),
    **dict.fromkeys(("assignee", "مسؤول", "المسؤول", "مسئول", "المسئول"), "assignee"),
    **dict.fromkeys(("department", "قسم", "القسم"), "department"),
    **dict.fromkeys(("created", "تاريخ", "التاريخ", "أنشئت"), "created"),
}
"""What stands before a colon, in both languages."""
CUSTOM: Final = "custom."
_CUSTOM_NAMES: Final = ("custom.", "حقل.")
_LISTS: Final = frozenset(
    {
        *("id", "org", "organization", "organisation", "company", "customer", "requester"),
        *("channel", "updated", "due", "sla", "escalation", "assigned", "unassigned"),
        *("organization_id", "requester_id", "department_id", "assignee_id", "sla_state"),
        *("created_from", "created_to", "created_at", "updated_at", "escalation_level"),
        *("مؤسسة", "المؤسسة", "شركة", "الشركة", "عميل", "العميل", "قناة", "القناة"),
    }
)
"""Filters of lists that people try here; nobody means a word with them, whatever follows."""
_LABELS: Final = frozenset(
    {
        *("mailto", "tel", "sip", "sips", "sms", "urn", "data", "about"),
        *("error", "errors", "warning", "warn", "exception", "failure", "failed", "fatal", "info"),
        *("debug", "note", "cause", "reason", "result", "code", "message", "re", "fw", "fwd"),
        *("خطأ", "الخطأ", "تنبيه", "تحذير", "ملاحظة", "مشكلة", "المشكلة", "سبب", "السبب", "رد"),
    }
)
"""What stands before a colon in logs, addresses and letters."""
_ID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_ASKING: Final = frozenset('<>="“«„')
"""What a value begins with and a word never goes on with."""


def shown() -> dict[str, str]:
    """Each field in English, with its first Arabic name."""
    arabic = {field: name for name, field in reversed(FIELDS.items()) if not name.isascii()}
    return {field: arabic[field] for field in dict.fromkeys(FIELDS.values())} | {
        f"{_CUSTOM_NAMES[0]}<key>": f"{_CUSTOM_NAMES[1]}<key>"
    }


def field_of(name: str) -> str | None:
    """The field that goes by this name in either language."""
    folded = name.casefold()
    for prefix in _CUSTOM_NAMES:
        if folded.startswith(prefix) and len(folded) > len(prefix):
            return CUSTOM + folded.removeprefix(prefix)
    return FIELDS.get(folded)


def seems_field(name: str, following: str) -> bool:
    r"""Whether an unknown name before a colon is meant as a field; else the colon is a letter.

    Words: `Error: disk`, `srv1:8080`, `localhost:8080`, `C:\logs`, `std::vector`,
    `TypeError:x`, `mailto:a@b.example`, `error:timeout`.
    Fields: `org:acme`, `العميل:سارة`, `colour:"dark red"`.
    """
    if not following or following[0].isspace():
        return False
    if name.casefold() in _LISTS or following[0] in _ASKING or _ID.match(following):
        return True
    if len(name) == 1 or name.casefold() in _LABELS or _coded(name):
        return False
    return following[0].isalpha()


def _coded(name: str) -> bool:
    """`srv1`, `java.lang.Error`, `ERR`, `TypeError`: no field is called so."""
    return any(one in ".-" or one.isdigit() or one.isupper() for one in name[1:])
