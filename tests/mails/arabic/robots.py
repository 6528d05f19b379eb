"""Group 6: absence notices, delivery notices, answers of one word, footers of phones."""

from collections.abc import Iterator

from tests.mails.arabic.answers import MARKED, QUOTE
from tests.mails.arabic.case import SUBJECT, Case, mail, multipart, text, word

AWAY = "شكرا لرسالتكم. أنا في إجازة حتى يوم الخميس، وللأمور العاجلة اتصلوا بالفرع."
FOOTERS = (
    "أُرسلت من الـ iPhone",
    "أُرسلت من iPhone الخاص بي",
    "تم الإرسال من هاتف Galaxy.",
    "تم الإرسال من جهاز Samsung Galaxy الذكي",
    "تم الإرسال من Yahoo Mail على iPhone",
    "مُرسلة من هاتفي",
    "أرسلت هذه الرسالة من جوالي",
    "الحصول على Outlook لـ Android",
    "Sent from my iPhone",
    "Sent from Outlook for Android",
)


def absences() -> Iterator[Case]:
    subject = f"رد تلقائي: {SUBJECT}"
    reply = (b"In-Reply-To: <x@y.example>",)
    exchange = (b"X-Auto-Response-Suppress: All", b"Auto-Submitted: auto-generated", *reply)
    gmail = (b"Auto-Submitted: auto-replied", b"Precedence: bulk", b"X-Autoreply: yes", *reply)
    rules = (b"X-MS-Exchange-Inbox-Rules-Loop: a@b.example", b"X-Auto-Response-Suppress: All")
    for name, fields in (
        ("Exchange", exchange),
        ("Gmail", gmail),
        ("a rule of Exchange", rules),
        ("its subject alone", reply),
    ):
        raw = mail(text(AWAY), subject=word(subject), fields=fields)
        yield Case(6, f"absence: {name}", raw, subject, AWAY, mail_class="auto_reply")
    out = f"خارج المكتب: {SUBJECT}"
    raw = mail(text(AWAY), subject=word(out), fields=reply)
    yield Case(6, "absence: out of the office", raw, out, AWAY, mail_class="auto_reply")
    raw = mail(text(AWAY), fields=(b"X-Auto-Response-Suppress: All",))
    yield Case(6, "a person who asks for silence", raw, visible=AWAY)
    raw = mail(text(AWAY), subject=word("إجازة عيد الفطر"))
    yield Case(6, "a person who asks about a holiday", raw, "إجازة عيد الفطر", AWAY)


def notices() -> Iterator[Case]:
    told = (
        "تعذر تسليم رسالتك إلى المستلم التالي: العنوان غير موجود.\n\n"
        "من: الدعم <support@localhost>\nإلى: nobody@client.example\nالموضوع: رد"
    )
    status = (
        b"Reporting-MTA: dns; mx.client.example\r\n\r\n"
        b"Final-Recipient: rfc822; nobody@client.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    )
    report = [b"Content-Type: message/delivery-status"], status
    head, body = multipart("report; report-type=delivery-status", text(told), report)
    raw = mail((head, body), subject=word("تعذر التسليم: رد"))
    yield Case(
        6,
        "a delivery notice",
        raw,
        "تعذر التسليم: رد",
        told,
        mail_class="bounce",
        files=("file-1.txt",),
        envelope="<>",
    )


def words() -> Iterator[Case]:
    for said in ("شكرا", "تم", "نعم، شكراً جزيلاً 🌹"):
        raw = mail(text(f"{said}\n\n{MARKED['date alone']}\n{QUOTE}"))
        yield Case(6, f"one word: {said}", raw, visible=said, quoted=True)
    for footer in FOOTERS:
        raw = mail(text(f"تم الحل، شكرا.\n\n{footer}"))
        yield Case(6, f"footer: {footer}", raw, visible="تم الحل، شكرا.", quoted=True)
