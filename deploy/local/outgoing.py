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
    "host_unknown": (
        "The mail server {place} has no address: its name is unknown. Check " + _URL + ".",
        "خادم البريد {place} غير معروف: لا عنوان لهذا الاسم. تحقق من " + _URL + ".",
    ),
    "connection_refused": (
        "Nobody listens at the mail server {place}. Start it, or check host and port in "
        + _URL
        + ".",
        "لا أحد يستمع على خادم البريد {place}. شغّله أو تحقق من المضيف والمنفذ في " + _URL + ".",
    ),
    "timeout": (
        "The mail server {place} does not answer in time. Check port and firewall, and whether "
        "smtps:// or smtp:// is meant, in " + _URL + ".",
        "لا يجيب خادم البريد {place} في الوقت المحدد. تحقق من المنفذ وجدار الحماية، ومن اختيار "
        "smtps:// أو smtp:// في " + _URL + ".",
    ),
    "tls": (
        "No trusted encryption with the mail server {place}: it offers none, or its certificate "
        "is not vouched for. Name its authority with ?ca=<file> in " + _URL + ".",
        "تعذّر التشفير الموثوق مع خادم البريد {place}: إما أنه لا يوفره أو أن شهادته غير موثوقة. "
        "حدّد جهة إصدارها بالخيار ?ca=<file> في " + _URL + ".",
    ),
    "login": (
        "The mail server {place} does not let us sign in. Check user and password in "
        + _URL
        + " (special characters as %40).",
        "رفض خادم البريد {place} تسجيل الدخول. تحقق من اسم المستخدم وكلمة المرور في "
        + _URL
        + " (واكتب الرموز الخاصة مثل %40).",
    ),
    "odd_answer": (
        "The mail server {place} answered, but turns us away. Ask its operator.",
        "أجاب خادم البريد {place} لكنه رفض الاتصال. راجع المسؤول عنه.",
    ),
    "file": (
        "The file named by ?ca= in " + _URL + " cannot be read.",
        "تعذّرت قراءة الملف المحدد بالخيار ?ca= في " + _URL + ".",
    ),
    "unreachable": (
        "The mail server {place} cannot be reached. Check " + _URL + ".",
        "تعذّر الوصول إلى خادم البريد {place}. تحقق من " + _URL + ".",
    ),
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
        en, ar = _WORDS[trouble]
        yield bad(en.format(place=place), ar.format(place=f"\u2068{place}\u2069"))
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
