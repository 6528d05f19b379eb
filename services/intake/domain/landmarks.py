"""What mail programs write by themselves on one line, as `fold` leaves it."""

import re
from typing import Final

from services.intake.domain.folding import fold
from shared.vocabulary import REPLY_MARKER

_ABOVE: Final = (
    *(fold(half.strip("# ")) for half in REPLY_MARKER.split("·")),
    "reply above this line",
)
_DECORATED: Final = ("##", "--", "==", "__", "**", "—")
_MARKER: Final = 160

_ORIGINAL: Final = frozenset(
    map(
        fold,
        (
            *("original message", "original appointment", "forwarded message", "reply message"),
            *("الرسالة الأصلية", "رسالة أصلية", "الرسالة الأساسية", "رسالة محولة", "إعادة توجيه"),
            *("إعادة التوجيه", "رسالة معاد توجيهها", "الرسالة المعاد توجيهها"),
            *("رسالة معاد إرسالها", "الرسالة المحولة", "رسالة مُعاد توجيهها", "الموعد الأصلي"),
            *("پیام اصلی", "اصل پیغام", "پەیامی ڕەسەن"),
            *("ursprüngliche nachricht", "weitergeleitete nachricht", "antwort nachricht"),
            *("message d'origine", "message transféré", "mensaje original", "mensaje reenviado"),
            *("oorspronkelijk bericht", "messaggio originale", "mensagem original"),
            *("ursprungligt meddelande", "oprindelig meddelelse", "oprindelig besked"),
            *("opprinnelig melding", "исходное сообщение", "пересылаемое сообщение"),
            *("wiadomość oryginalna", "orijinal mesaj", "原始邮件"),
        ),
    )
)
_ORIGINAL_BARE: Final = frozenset(
    map(
        fold,
        (
            *("begin forwarded message:", "anfang der weitergeleiteten nachricht:"),
            *("début du message transféré :", "inicio del mensaje reenviado:"),
            *("بداية الرسالة المعاد توجيهها:", "بدء الرسالة المعاد توجيهها:"),
            *("بداية الرسالة المُحوّلة:", "بداية رسالة معاد توجيهها:"),
        ),
    )
)

_LABELS: Final = {
    "from": (
        *("from", "von", "de", "van", "da", "från", "fra", "от", "od", "kimden", "发件人"),
        *("от кого", "من", "المرسل", "مرسل من", "مرسلة من"),
    ),
    "sent": (
        *("sent", "sent on", "sent at", "date", "gesendet", "datum", "envoyé", "envoyé le"),
        *("enviado", "enviado el", "fecha", "verzonden", "data", "inviato", "skickat", "sendt"),
        *("dato", "отправлено", "дата", "wysłano", "发送时间", "日期", "تم الإرسال", "الإرسال"),
        *("أرسل", "أرسلت", "أُرسلت في", "المرسلة", "التاريخ", "تاريخ", "تاريخ الإرسال"),
        "وقت الإرسال",
    ),
    "to": (
        *("to", "an", "à", "a", "para", "aan", "til", "till", "кому", "do", "kime", "收件人"),
        *("إلى", "المستقبل", "المرسل إليه", "المستلم"),
    ),
    "cc": (
        *("cc", "bcc", "kopie", "copie à", "kopia", "копия", "抄送"),
        *("نسخة", "نسخة إلى", "نسخة مخفية"),
    ),
    "subject": (
        *("subject", "betreff", "objet", "asunto", "onderwerp", "oggetto", "assunto", "ämne"),
        *("emne", "тема", "temat", "konu", "主题", "الموضوع", "موضوع", "موضوع الرسالة"),
    ),
    "other": (
        *("reply-to", "reply to", "risposta", "organization", "importance", "attachments"),
        *("الرد على", "الرد إلى", "الأهمية", "المرفقات"),
    ),
}
_LABEL_OF: Final = {fold(word): kind for kind, words in _LABELS.items() for word in words}

_MAKER: Final = (
    r"(?:iphone|ipad|ipod|android|galaxy|samsung|huawei|xiaomi|redmi|oppo|nokia|blackberry|pixel"
    r"|windows|outlook|yahoo|gmail|hotmail|icloud|aol|proton|mailbox|airmail|sparrow|spark\b|hey\b"
    r"|bluemail|typeapp|thunderbird|k-9|fairemail|superhuman|mobile|phone|mail\b|\[(?:mail|outlook))"
)
_MAKER_AR: Final = (
    r"(?:(?:ال )?(?:هاتف|جهاز|جوال|موبايل|محمول|ايفون|ايباد|اندرويد|بريد|تطبيق|ياهو|سامسونج"
    r"|جالاكسي|هواوي|اوتلوك)|هاتفي|جهازي|جوالي|(?:ال ?)?" + _MAKER + ")"
)
_FOOTER: Final = re.compile(
    r"[<(\[*_]*(?:sent from my\b.{0,80}"
    r"|sent (?:from|via|with|by|using)(?: an?| the)? " + _MAKER + r".{0,90}"
    r"|from my (?:iphone|ipad|android|phone).{0,60}|get \[?outlook for .{0,80}"
    r"|envoyé (?:depuis|de) mon .{0,60}|von meinem .{2,40} gesendet.{0,20}"
    r"|enviado desde mi .{0,60}|verzonden (?:vanaf|met) .{0,60}|inviato da(?:l mio)? .{0,60}"
    r"|sendt fra (?:min|mit|" + _MAKER + r").{0,60}|從我的 .{0,40}"
    r"|diese nachricht wurde von meinem .{0,80}"
    r"|(?:تم (?:ال)?ارسال(?:ها?| هذه الرسالة| الرسالة)?|ارسلت?(?: هذه الرسالة)?|مرسلة?)"
    r" (?:من|عبر|بواسطة|باستخدام) " + _MAKER_AR + r".{0,60}"
    r"|(?:احصل|الحصول) عل[يى] (?:outlook|اوتلوك) .{0,60})"
)
_RULE: Final = re.compile(r"[-_=*~#+\u1427\u2014\u2500 ]+")


def is_marker(key: str) -> bool:
    """Our own line "reply above this line"; other desks decorate theirs likewise."""
    if len(key) > _MARKER or not any(phrase in key for phrase in _ABOVE):
        return False
    return key.lstrip("> ").startswith((*_DECORATED, *_ABOVE))


def is_footer(key: str) -> bool:
    """A line that a phone or a mail program adds by itself."""
    return len(key) < 160 and _FOOTER.fullmatch(key) is not None


def is_heading(key: str) -> bool:
    """What may stand above the names of header fields: a rule, or what follows, undecorated."""
    return _RULE.fullmatch(key) is not None or key.strip("-_=*> :") in _ORIGINAL


def is_original(key: str) -> bool:
    """A line such as `-----Original Message-----`, in any language we know."""
    if key in _ORIGINAL_BARE:
        return True
    if not key.startswith(("-", "_", "=", "*", ">")) or len(key) > 120:
        return False
    return key.strip("-_=*> :") in _ORIGINAL


def label(key: str) -> str | None:
    """Which header field a line shows (`From:`, `من :`), if it shows one."""
    name, colon, _ = key[:40].partition(":")
    return _LABEL_OF.get(name.strip("*_ ")) if colon else None
