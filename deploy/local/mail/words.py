"""What `sanad mail test` says, in both languages; names and numbers stand isolated in Arabic."""

from typing import Any, Final

_TEXTS: Final = {
    "stopped": {
        "en": "Sanad does not run on this home; start it with `{run}`, then try again.",
        "ar": "سند لا يعمل على هذا المجلد. شغّله بالأمر {run} ثم أعد المحاولة.",
    },
    "needs_sender": {
        "en": "Mail leaves this house by SMTP. Say whose address the acknowledgements may go to:"
        " {sender}",
        "ar": "البريد يخرج من هذا التثبيت عبر SMTP. حدد عنوانًا تصل إليه الإشعارات: {sender}",
    },
    "door": {"en": "{door} to {address}", "ar": "{door} إلى {address}"},
    "handed": {"en": "the door has taken the mail", "ar": "استلم الباب الرسالة"},
    "put": {"en": "the mail lies in the mailbox on its server", "ar": "الرسالة في الصندوق"},
    "fetched": {"en": "the mail was fetched", "ar": "جُلبت الرسالة من الصندوق"},
    "ticket": {"en": "ticket {number}", "ar": "التذكرة {number}"},
    "sent": {"en": "the acknowledgement has gone out", "ar": "خرج إشعار الاستلام"},
    "refused": {
        "en": "the door refused the mail: {reason}",
        "ar": "رفض الباب الرسالة: {reason}",
    },
    "sign_in": {
        "en": "not tried: this door takes mail only from those who sign in ({setting})",
        "ar": "لم يُجرَّب: هذا الباب لا يقبل البريد إلا ممن يسجل الدخول ({setting})",
    },
    "unreachable": {
        "en": "the mailbox cannot be reached: {reason}; {check} says what to mend",
        "ar": "تعذر الوصول إلى الصندوق: {reason}. يبيّن الفحص ما يلزم إصلاحه: {check}",
    },
    "not_fetched": {
        "en": "the mail was not fetched within {seconds} s: {reason}",
        "ar": "لم تُجلب الرسالة خلال {seconds} ثانية: {reason}",
    },
    "undecided": {
        "en": "the mail still stands as {state} after {seconds} s; see `{status}`",
        "ar": "ما زالت الرسالة في الحالة {state} بعد {seconds} ثانية؛ انظر {status}",
    },
    "elsewhere": {
        "en": "no ticket came of the mail: it stands as {state} ({reason})",
        "ar": "لم تصبح الرسالة تذكرة: حالتها {state} ({reason})",
    },
    "no_acknowledgement": {
        "en": "no acknowledgement within {seconds} s: it stands as {state} {reason}",
        "ar": "لم يخرج إشعار الاستلام خلال {seconds} ثانية: حالته {state} {reason}",
    },
    "all_good": {
        "en": "Every door works ({count}). The test tickets are closed.",
        "ar": "كل الأبواب تعمل ({count}). أُغلقت تذاكر التجربة.",
    },
    "some_bad": {
        "en": "Not every door works: {bad} of {count} failed.",
        "ar": "بعض الأبواب لا تعمل: فشل {bad} من {count}.",
    },
    "no_word": {"en": "no word of it", "ar": "لا خبر عنه"},
}
_COMMANDS: Final = {
    "run": "make run",
    "setting": "SANAD_INTAKE_SMTP_USERS",
    "sender": "--sender you@your-company.example",
    "status": "sanad status",
}


def say(code: str, language: str, **facts: Any) -> str:
    """One sentence in the language."""
    values = {**_COMMANDS, **facts}
    return _TEXTS[code][language].format(
        **{name: _isolated(value, language) for name, value in values.items()}
    )


def line(code: str, language: str, seconds: float | None = None, **facts: Any) -> str:
    """A step under its door; `seconds` since the mail was handed in."""
    mark = str(facts.pop("mark", "✗" if seconds is None else "✓"))
    took = "" if seconds is None else f"  {_isolated(f'{seconds:.1f} s', language)}"
    return f"  {mark} {say(code, language, **facts)}{took}"


def _isolated(value: Any, language: str) -> str:
    return f"\u2066{value}\u2069" if language == "ar" else str(value)
