"""`sanad doctor` calls the outgoing mail server as a mail would, and sends nothing."""

import asyncio
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from deploy.local.findings import Finding, bad, good
from deploy.local.layout import Home
from deploy.local.options import Options

_URL: Final = "SANAD_SMTP_URL"
_PATIENCE: Final = 10.0

_WORDS: Final = {
    "host_unknown": {
        "en": "The mail server {place} has no address: its name is unknown. Check SANAD_SMTP_URL.",
        "ar": "خادم البريد {place} غير معروف: لا عنوان لهذا الاسم. تحقق من SANAD_SMTP_URL.",
    },
    "connection_refused": {
        "en": "Nobody listens at the mail server {place}. Start it, or check host and port "
        "in SANAD_SMTP_URL.",
        "ar": "لا أحد يستمع على خادم البريد {place}. شغّله أو تحقق من المضيف والمنفذ في "
        "SANAD_SMTP_URL.",
    },
    "timeout": {
        "en": "The mail server {place} does not answer in time. Check port and firewall, and "
        "whether smtps:// or smtp:// is meant, in SANAD_SMTP_URL.",
        "ar": "لا يجيب خادم البريد {place} في الوقت المحدد. تحقق من المنفذ وجدار الحماية، "
        "ومن اختيار smtps:// أو smtp:// في SANAD_SMTP_URL.",
    },
    "tls": {
        "en": "No trusted encryption with the mail server {place}: it offers none, or its "
        "certificate is not vouched for. Name its authority with ?ca=<file> in "
        "SANAD_SMTP_URL.",
        "ar": "تعذّر التشفير الموثوق مع خادم البريد {place}: إما أنه لا يوفره أو أن شهادته "
        "غير موثوقة. حدّد جهة إصدارها بالخيار ?ca=<file> في SANAD_SMTP_URL.",
    },
    "login": {
        "en": "The mail server {place} does not let us sign in. Check user and password in "
        "SANAD_SMTP_URL (special characters as %40).",
        "ar": "رفض خادم البريد {place} تسجيل الدخول. تحقق من اسم المستخدم وكلمة المرور في "
        "SANAD_SMTP_URL (واكتب الرموز الخاصة مثل %40).",
    },
    "odd_answer": {
        "en": "The mail server {place} answered, but turns us away. Ask its operator.",
        "ar": "أجاب خادم البريد {place} لكنه رفض الاتصال. راجع المسؤول عنه.",
    },
    "file": {
        "en": "The file named by ?ca= in SANAD_SMTP_URL cannot be read.",
        "ar": "تعذّرت قراءة الملف المحدد بالخيار ?ca= في SANAD_SMTP_URL.",
    },
    "unreachable": {
        "en": "The mail server {place} cannot be reached. Check SANAD_SMTP_URL.",
        "ar": "تعذّر الوصول إلى خادم البريد {place}. تحقق من SANAD_SMTP_URL.",
    },
}


def look(options: Options, _: Home) -> Iterator[Finding]:
    url = options.services.get(_URL, "")
    if not url:
        return
    place = _place(url)
    if place is None:
        yield bad(
            f"{_URL} is no address of a mail server. Use smtps://user:password@host:port.",
            f"القيمة في {_URL} ليست عنوان خادم بريد. استخدم smtps://user:password@host:port.",
        )
        return
    trouble = asyncio.run(_call(url))
    if trouble:
        words = _WORDS[trouble]
        yield bad(words["en"].format(place=place), words["ar"].format(place=f"\u2068{place}\u2069"))
    else:
        yield good(f"outgoing mail: {place}", f"البريد الصادر: \u2068{place}\u2069")


def _place(url: str) -> str | None:
    """Host and port without the password; None when the URL is none."""
    try:
        parts = urlsplit(url)
        port = parts.port or (465 if parts.scheme == "smtps" else 25)
    except ValueError:
        return None
    return (
        f"{parts.hostname}:{port}" if parts.scheme in {"smtp", "smtps"} and parts.hostname else None
    )


async def _call(url: str) -> str:
    """What stands in the way; empty when nothing does."""
    from services.notify.adapters.mailers import (  # noqa: PLC0415 - the supervisor stays small
        Away,
        SmtpMailer,
    )

    try:
        async with asyncio.timeout(_PATIENCE):
            await SmtpMailer(url).greet()
    except TimeoutError:
        return "timeout"
    except Away as failure:
        return str(failure)
    return ""
