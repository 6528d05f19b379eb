"""Group 4: answers in plain text, as the mail programs of Arabic readers write them."""

from collections.abc import Iterator

from shared.vocabulary import REPLY_MARKER
from tests.mails.arabic.case import SENDER, Case, mail, text

REPLY = "شكرا لكم، جربت الحل وما زالت المشكلة موجودة."
SAID = "أهلا سارة،\nأعيدي تشغيل الطابعة من فضلك.\nفريق الدعم"
QUOTE = "\n".join(f"> {line}" for line in SAID.split("\n"))
LINE = "________________________________"

MARKED = {
    "Gmail": "في الأحد، 22 نوفمبر 2026 في 3:45 م تمت كتابة ما يلي بواسطة الدعم الفني "
    "<support@localhost>:",
    "Gmail, digits and marks": "في الأحد، ٢٢ نوفمبر ٢٠٢٦ في ٣:٤٥ م تمت كتابة ما يلي بواسطة "
    "\u202bالدعم\u202c\u200e <support@localhost>:",
    "Gmail, wrapped in two": "في الأحد، 22 نوفمبر 2026 في 3:45 م تمت كتابة ما يلي بواسطة\n"
    "الدعم الفني <support@localhost>:",
    "Gmail, wrapped in three": "في الأحد، 22 نوفمبر 2026 في 3:45 م تمت كتابة ما\n"
    "يلي بواسطة إدارة الدعم الفني وخدمة العملاء <\nsupport@localhost>:",
    "Gmail, verb": "في الأحد، 22 نوفمبر 2026 في 3:45 م كتب الدعم الفني "
    "<\u200esupport@localhost\u200e>:",
    "Gmail, she": "بتاريخ الأحد، 22 نوفمبر 2026 3:45 م، كتبت نورة <n@localhost>:",
    "Gmail, English around Arabic": "On Sun, Nov 22, 2026 at 3:45 PM الدعم الفني <\n"
    "support@localhost> wrote:",
    "Apple Mail": "> في 22 نوفمبر 2026، الساعة 9:15 ص، كتب الدعم <support@localhost>:\n>",
    "iPhone": "أُرسلت من الـ iPhone\n\nفي ٢٢ نوفمبر ٢٠٢٦، الساعة ٩:١٥ ص، كتبت سارة <s@localhost>:",
    "iPad, he or she": "أُرسلت من الـ iPad\n\nفي \u200f٢٢ نوفمبر ٢٠٢٦، الساعة ٩:١٥ ص، كتب/كتبت "
    "الدعم <support@localhost>:",
    "Thunderbird": "بتاريخ 22/11/26 09:15، كتب الدعم:",
    "Thunderbird, English": "On 22/11/2026 9:15 AM, الدعم الفني wrote:",
    "Roundcube": "كتب الدعم في ٢٠٢٦-١١-٢٢ ٠٩:١٥:",
    "Roundcube, wrapped": "كتب إدارة الدعم الفني وخدمة العملاء\nفي 2026-11-22 09:15:",
    "Yahoo": "في الأحد، ٢٢ نوفمبر ٢٠٢٦ ٠٩:١٥:٢٠ ص غرينتش+٣، كتب \u200fالدعم\u200f "
    "<support@localhost>:",
    "Samsung": "تم الإرسال من هاتف Galaxy.\n\nفي ٢٢\u200f/١١\u200f/٢٠٢٦ ٩:١٥ ص، كتب "
    "support@localhost:",
    "Hijri date": "في ١٢ جمادى الآخرة ١٤٤٨ هـ، ٩:١٠ م، كتب الدعم:",
    "Hijri date in figures": "بتاريخ ١٤٤٨/٦/١٢ هـ ٩:١٠ م كتب الدعم:",
    "date alone": "في 22 نوفمبر 2026 كتب الدعم:",
    "tatweel and vowel marks": "\u200fفــي 22 نوفمبر 2026 كَتَبَ \u202aالدعم\u202c:",
    "marks around every word": "\u202bفي\u202c \u2067الأحد\u2069 22/11/2026 09:15 \u202bكتب\u202c "
    "\u2068الدعم\u2069\u200f:",
}
"""A quote with its marks follows."""

BLOCKS = {
    "Outlook": f"{LINE}\nمن: الدعم <support@localhost>\nتم الإرسال: الأحد، 22 نوفمبر 2026 09:15 ص\n"
    "إلى: سارة\nالموضوع: رد: الطابعة",
    "Outlook on the web": "من: الدعم <support@localhost>\nالتاريخ: الأحد، ٢٢ نوفمبر ٢٠٢٦\n"
    f"إلى: سارة <{SENDER}>\nنسخة: خالد\nالموضوع: رد: الطابعة",
    "Outlook, bold": "*من:* الدعم <support@localhost>\n*تاريخ الإرسال:* 22 نوفمبر 2026\n"
    "*إلى:* سارة\n*الموضوع:* الطابعة",
    "Outlook, English names": f"{LINE}\nFrom: الدعم <support@localhost>\nSent: الأحد، 22 نوفمبر\n"
    "To: سارة\nSubject: إعادة توجيه: الطابعة",
    "Outlook, Arabic names": f"{LINE}\nمن: Support <support@localhost>\n"
    "تم الإرسال: Sunday, November 22, 2026 9:15 AM\nإلى: Sara\nالموضوع: Re: Printer",
    "Outlook for iOS": f"الحصول على Outlook لـ iOS\n{LINE}\nمن: الدعم\nتم الإرسال: الأحد\n"
    "إلى: سارة\nالموضوع: الطابعة",
    "Outlook for Android": f"احصل على Outlook لـ Android\n{LINE}\nمن\u200f: الدعم\n"
    "\u202bتم الإرسال:\u202c الأحد\nإلى\u200f : سارة\nالموضوع : الطابعة",
    "Thunderbird, forwarded": "-------- الرسالة الأصليَّة --------\nالموضوع: x",
    "Thunderbird, passed on": "-------- إعادة توجيه --------\nالموضوع: x",
    "Roundcube": "-------- الرسالة الأساسية --------\nالمرسل: الدعم\nالمستقبل: سارة\n"
    "التاريخ: 2026-11-22",
    "Roundcube, names alone": "المرسل: الدعم\nالمستقبل: سارة\nنسخة: خالد\nالموضوع: الطابعة\n"
    "التاريخ: 2026-11-22",
    "header names of an add-on": "من: الدعم\nالمرسلة: الأحد، 22 نوفمبر\nإلى: سارة\n"
    "الموضوع: الطابعة\nالتاريخ: 22/11/2026",
    "Samsung": "تم الإرسال من هاتف Galaxy.\n\n-------- الرسالة الأصلية --------\nمن: الدعم",
    "a heading without dashes": "الرسالة الأصلية:\nمن: الدعم\nإلى: سارة\nالموضوع: الطابعة",
    "Gmail, passed on": "---------- رسالة معاد توجيهها ---------\nمن: الدعم",
    "our own line": REPLY_MARKER,
    "our own line, from a program in Urdu": f"22 نومبر 2026 کو سپورٹ کا پیغام:\n\n{REPLY_MARKER}",
}
"""All that follows is quoted, without marks."""

THREADS = {
    "below": (f"{MARKED['date alone']}\n{QUOTE}\n\n{REPLY}", REPLY),
    "below our own line": (
        f"{MARKED['Gmail']}\n> {REPLY_MARKER}\n{QUOTE}\n\n{REPLY}",
        REPLY,
    ),
    "below, and a signature": (f"{MARKED['Roundcube']}\n{QUOTE}\n\n{REPLY}\n\n-- \nسارة", REPLY),
    "above and below": (f"{REPLY}\n\n{MARKED['Gmail']}\n{QUOTE}\n\nوشكرا", f"{REPLY}\n\nوشكرا"),
    "between": (
        f"{MARKED['Thunderbird']}\n> هل جربت؟\nنعم\n> هل نجح؟\nلا\n\n> فريق الدعم",
        "نعم\nلا",
    ),
    "between, mixed": (
        (
            f"Hi,\n\n{MARKED['Gmail, English around Arabic']}\n\n> Which model?\n\n"
            "الطراز E-17\n\n> هل هو متصل؟\n\nYes, it is."
        ),
        "Hi,\n\nالطراز E-17\n\nYes, it is.",
    ),
    "a thread of three": (
        (
            f"{REPLY}\n\n{MARKED['Gmail']}\n{QUOTE}\n>\n> On 21/11/2026 8:00 AM, Sara wrote:\n"
            ">> الطابعة لا تعمل\n>>\n>> من: المدير"
        ),
        REPLY,
    ),
    "a signature": (f"{REPLY}\n\n-- \nسارة العتيبي\nمديرة الفرع", REPLY),
    "one word in a hundred": ("شكرا\n\n" + f"{MARKED['Gmail']}\n" + f"{QUOTE}\n" * 10, ""),
    "one word over our own mail": (
        f"شكرا\n\n{MARKED['Gmail']}\n> {REPLY_MARKER}\n" + f"{QUOTE}\n" * 10,
        "شكرا",
    ),
}
"""Whole texts, and what of them is the writer's own; all of it where that is hardly anything."""

SPOKEN = {
    "tells what somebody wrote": "كتب لي المدير في 3 رسائل:\nنعم\nلا",
    "tells what was written when": "السلام عليكم\nكتب لي الموظف في 22/11/2026:\nلا يمكن",
    "tells of a sending": "أرسلت من الفرع ثلاث رسائل ولم يصل رد.",
    "fills a line of a form": "من: المخزن الرئيسي\nنحتاج ثلاث قطع.",
    "fills two lines of a form": "السلام عليكم\nمن: المخزن\nإلى: الفرع\nنحتاج ثلاث قطع.",
    "speaks of our own line": "ما معنى «اكتب ردّك فوق هذا السطر» في رسالتكم؟\nشكرا",
    "speaks of the original": "وجدت الرسالة الأصلية:\nلا شيء فيها",
}
"""What no program wrote."""


def answers() -> Iterator[Case]:
    for client, announced in MARKED.items():
        yield _case(client, f"{REPLY}\n\n{announced}\n{QUOTE}", REPLY)
    for client, block in BLOCKS.items():
        yield _case(f"{client}, unmarked", f"{REPLY}\n\n{block}\n{SAID}", REPLY)
    for name, (whole, own) in THREADS.items():
        yield _case(name, whole, own)
    for name, spoken in SPOKEN.items():
        yield _case(name, spoken, spoken)


def _case(name: str, whole: str, own: str) -> Case:
    quoted = bool(own) and own != whole
    visible = own or whole.strip()
    return Case(4, f"answer: {name}", mail(text(whole)), visible=visible, quoted=quoted)
