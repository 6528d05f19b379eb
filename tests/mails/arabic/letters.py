"""Group 7: presentation forms, tatweel, letters of Persian, Urdu and Kurdish."""

import unicodedata
from collections.abc import Iterator

from tests.mails.arabic.answers import QUOTE, REPLY
from tests.mails.arabic.case import BODY, Case, mail, text, word


def shaped(letters: str) -> str:
    """Each letter in its isolated presentation form, as old programs wrote."""
    return "".join(_isolated(letter) for letter in letters)


def _isolated(letter: str) -> str:
    try:
        return unicodedata.lookup(f"{unicodedata.name(letter)} ISOLATED FORM")
    except (KeyError, ValueError):
        return letter


ANNOUNCED = {
    "presentation forms": shaped("في 22 نوفمبر 2026 09:15 كتب الدعم:"),
    "a lam-alef in one letter": "بتاريخ اﻷحد 22/11/2026 09:15 كتب الدعم اﻵلي:",
    "long tatweel": "فـــي 22 نوفمبر 2026 09:15 كـتــب الـدعـــم:",
    "full vowel marks": "فِي 22 نُوفَمْبِر 2026 09:15 كَتَبَ الدَّعْمُ:",
    "Persian": "در تاریخ یکشنبه ۲۲ نوامبر ۲۰۲۶ ساعت ۹:۱۵ پشتیبانی <support@localhost> نوشت:",
    "Urdu": "بتاریخ 22 نومبر 2026 9:15 کو سپورٹ <support@localhost> نے لکھا:",
    "Kurdish": "لە ٢٢ی تشرینی دووەمی ٢٠٢٦ ٩:١٥، پشتگیری <support@localhost> نووسی:",
    "Persian digits": "في ۲۲ نوفمبر ۲۰۲۶ ۰۹:۱۵ كتب الدعم:",
}
TEXTS = {
    "presentation forms": shaped(BODY),
    "tatweel": "الســـلام عليكـــم، الطابـعـة معطلـة",
    "Persian": "سلام، چاپگر از صبح کار نمی‌کند. گزارش را پیوست کردم؛ لطفاً راهنمایی کنید.",
    "Urdu": "السلام علیکم، پرنٹر صبح سے کام نہیں کر رہا۔ ٹکٹ ۴۲ بھی دیکھ لیں۔",
    "Kurdish": "سڵاو، چاپکەرەکە لە بەیانییەوە کار ناکات. تکایە یارمەتیمان بدەن.",
    "vowel marks": "السَّلَامُ عَلَيْكُمْ، الطَّابِعَةُ مُعَطَّلَةٌ",
}


def letters() -> Iterator[Case]:
    for name, announced in ANNOUNCED.items():
        raw = mail(text(f"{REPLY}\n\n{announced}\n{QUOTE}"))
        yield Case(7, f"announced in {name}", raw, visible=REPLY, quoted=True)
    for name, body in TEXTS.items():
        subject = body.partition("\n")[0][:40].strip()
        raw = mail(text(body), subject=word(subject))
        yield Case(7, f"written in {name}", raw, subject, body)
