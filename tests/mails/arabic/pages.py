"""Groups 4 and 5: pages, alone and beside their text; direction set in every way there is."""

from collections.abc import Iterator

from tests.mails.arabic.answers import MARKED, QUOTE, REPLY, SAID
from tests.mails.arabic.case import BODY, Case, mail, multipart, page, text

HTML = SAID.replace("\n", "<br>")
ANNOUNCED = MARKED["Gmail"].replace("<", "&lt;").replace(">", "&gt;")
HEADER = (
    "<b>من:</b> الدعم &lt;support@localhost&gt;<br><b>تم الإرسال:</b> الأحد، 22 نوفمبر 2026"
    "<br><b>إلى:</b> سارة<br><b>الموضوع:</b> رد: الطابعة"
)

CLIENTS = {
    "Gmail": '<div class="gmail_quote"><div dir="rtl" class="gmail_attr">{announced}<br></div>'
    '<blockquote class="gmail_quote"><div dir="rtl">{said}</div></blockquote></div>',
    "Gmail before 2018": '<div class="gmail_extra"><br><div class="gmail_quote">{announced}<br>'
    '<blockquote class="gmail_quote">{said}</blockquote></div><br></div>',
    "Gmail, passed on": '<div class="gmail_quote">---------- رسالة معاد توجيهها ---------<br>'
    "من: الدعم<br>{said}</div>",
    "Apple Mail": '<br id="lineBreakAtBeginningOfMessage"><div><blockquote type="cite"><div>'
    '{announced}</div><br></blockquote></div><blockquote type="cite"><div>{said}</div>'
    "</blockquote>",
    "iPhone": '<div dir="rtl">أُرسلت من الـ iPhone</div><div dir="rtl"><br><blockquote type="cite">'
    "{announced}<br><br>{said}</blockquote></div>",
    "Outlook on the web": '<div id="appendonsend"></div><hr style="width:98%"><div dir="rtl" '
    'id="divRplyFwdMsg"><font>{header}</font><div>&nbsp;</div></div><div dir="rtl">{said}</div>',
    "Outlook": '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in">'
    '<p class="MsoNormal" dir="RTL">{header}</p></div><p class="MsoNormal" dir="RTL">{said}</p>',
    "Outlook for iOS": '<div class="ms-outlook-mobile-signature">الحصول على <a href="https://aka'
    '.ms/o0ukef">Outlook لـ iOS</a></div><div id="mail-editor-reference-message-container"><hr>'
    '<div id="divRplyFwdMsg" dir="rtl">{header}</div>{said}</div>',
    "Thunderbird": '<div class="moz-cite-prefix">بتاريخ 22/11/26 09:15، كتب الدعم:<br></div>'
    '<blockquote type="cite" cite="mid:a@b">{said}</blockquote>',
    "Roundcube": '<p id="reply-intro">كتب الدعم في 2026-11-22 09:15:</p><blockquote type="cite">'
    '<div class="pre">{said}</div></blockquote>',
    "Yahoo": '<div class="yahoo_quoted" style="margin:10px"><div dir="rtl"><div>{announced}</div>'
    "<div><br></div><div>{said}</div></div></div>",
    "Proton": '<div class="protonmail_quote">{announced}<br><blockquote class="protonmail_quote" '
    'type="cite">{said}</blockquote><br></div>',
    "a program without marks": "<div>{announced}</div><div>{said}</div>",
}
DIRECTIONS = {
    "html": '<html dir="rtl"><body>{}</body></html>',
    "body": '<html><body dir="rtl" lang="ar">{}</body></html>',
    "div": '<html><body><div dir="rtl">{}</div></body></html>',
    "p": '<html><body><p dir="rtl">{}</p></body></html>',
    "style": '<html><body><div style="direction: rtl; text-align: right">{}</div></body></html>',
    "a sheet": "<html><head><style>body {{ direction: rtl }}</style></head><body>{}</body></html>",
    "nothing": "<html><body>{}</body></html>",
}
MIXED = (
    "بخصوص التذكرة [SND-1042] والخادم 192.168.10.25:8443",
    "المسار C:\\الملفات\\تقرير 2026\\log.txt لا يفتح",
    "Error 0x80070005 عند فتح https://desk.example/ar/طلب?id=7",
    "الإصدار \u200ev2.4.1\u200e على الجهاز PC-17 (الطابق ٣)",
)


def pages() -> Iterator[Case]:
    for client, form in CLIENTS.items():
        quoted = form.format(announced=ANNOUNCED, said=HTML, header=HEADER)
        html = f'<html dir="rtl"><body><div dir="rtl">{REPLY}</div><br>{quoted}</body></html>'
        yield _answer(f"page: {client}", html)
    between = (
        '<div dir="rtl">أهلا</div><div class="gmail_quote"><div class="gmail_attr">{}</div>'
        '<blockquote class="gmail_quote">هل جربت؟</blockquote><div dir="rtl">نعم جربت</div>'
        '<blockquote class="gmail_quote">فريق الدعم</blockquote></div>'
    )
    yield _answer("page: Gmail, between", between.format(ANNOUNCED), "أهلا\n\nنعم جربت")
    below = f'<blockquote type="cite">{HTML}</blockquote><p dir="rtl">{REPLY}</p>'
    yield _answer("page: Thunderbird, below", below)
    yield from _besides()


def _besides() -> Iterator[Case]:
    """Both tellings of the same words."""
    html = f'<div dir="rtl">{REPLY}</div><div class="gmail_quote">{ANNOUNCED}<br>{HTML}</div>'
    plain = text(f"{REPLY}\n\n{MARKED['Gmail']}\n\n{QUOTE}")
    both = mail(multipart("alternative", plain, page(html)))
    yield Case(4, "text and page: Gmail", both, visible=REPLY, quoted=True)
    bare = text(f"{REPLY}\n\n{SAID}")
    both = mail(multipart("alternative", bare, page(html)))
    yield Case(4, "a text without landmarks beside a page", both, visible=REPLY, quoted=True)
    long = "\n".join([REPLY] * 12)
    html = f"<div>{long.replace(chr(10), '<br>')}</div><div class='gmail_quote'>فريق الدعم</div>"
    both = mail(multipart("alternative", text(f"{long}\n\nفريق الدعم"), page(html)))
    yield Case(4, "a long answer beside a short quote", both, visible=long, quoted=True)


def _answer(name: str, html: str, visible: str = REPLY) -> Case:
    return Case(4, name, mail(page(html)), visible=visible, quoted=True)


def directions() -> Iterator[Case]:
    body = BODY.replace("\n", "<br>")
    for where, form in DIRECTIONS.items():
        yield Case(5, f"direction on {where}", mail(page(form.format(body))))
    lines = "".join(f"<p>{line}</p>" for line in MIXED)
    for where, form in (("div", DIRECTIONS["div"]), ("nothing", DIRECTIONS["nothing"])):
        raw = mail(page(form.format(lines)))
        yield Case(5, f"mixed lines, direction on {where}", raw, visible="\n\n".join(MIXED))
    plain = "\n".join(MIXED)
    yield Case(5, "mixed lines of plain text", mail(text(plain)), visible=plain)
