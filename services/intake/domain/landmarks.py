"""The phrases by which mail programs announce what they quote, as `fold` leaves them."""

import re
from typing import Final

REPLY_ABOVE: Final = ("reply above this line", "اكتب ردك فوق هذا السطر")

WROTE_VERBS: Final = re.compile(
    r"(?:^|[\s,>])(?:wrote|a écrit|schrieb|escribió|escribio|schreef|ha scritto|escreveu|skrev"
    r"|napisał\(a\)|napisał|napisała|пишет|писал|писала|написал|написала|написал\(а\)|пише|写道|写"
    r"|wrote ----|yazdı|kirjoitti|napsal|napsal\(a\)|geschreven"
    r"|كتب|كتبت|وكتب|يكتب|كتبوا)(?=[\s:,<\"]|$)"
)
WROTE_PASSIVE: Final = ("تمت كتابة ما يلي بواسطة", "كتب ما يلي", "the following was written by")
WROTE_STARTS: Final = (
    "on ", "le ", "am ", "el ", "op ", "il ", "em ", "den ", "de ", "в ", "w dniu ", "dnia ", "at ",
    "---- on ", "a ", "il giorno ", "no dia ", "fr", "mo", "di", "mi", "do", "sa", "so", "pe ",
    "ti ", "في ", "بتاريخ ", "كتب ", "كتبت ", "يوم ", "تمت كتابة", "ال", "2", "1", "пн", "вт",
    "ср", "чт", "пт", "сб", "вс", "mon", "tue", "wed", "thu", "fri", "sat", "sun",
)  # fmt: skip
DATE_OR_ADDRESS: Final = re.compile(
    r"@|\b\d{4}\b|\b\d{1,2}:\d{2}|\b\d{1,2}[/.-]\d{1,2}|\d{1,2}\. [a-z]{3}"
)

DATED_SENDER: Final = re.compile(
    r"\d{4}[-/]\d{1,2}[-/]\d{1,2} .{0,200}< ?[^<>@ ]{1,80}@[^<> ]{1,90}>:?"
)

_ORIGINAL: Final = (
    "original message", "forwarded message", "original appointment", "reply message",
    "ursprüngliche nachricht", "weitergeleitete nachricht", "message d'origine",
    "message transféré", "mensaje original", "mensaje reenviado", "oorspronkelijk bericht",
    "messaggio originale", "mensagem original", "ursprungligt meddelande", "исходное сообщение",
    "пересылаемое сообщение", "wiadomość oryginalna", "原始邮件", "الرسالة الاصلية",
    "الرسالة الاساسية", "رسالة اصلية", "اعادة التوجيه", "رسالة معاد توجيهها", "رسالة محولة",
    "الرسالة المعاد توجيهها", "رسالة معاد ارسالها",
)  # fmt: skip
_ORIGINAL_BARE: Final = (
    "begin forwarded message:", "anfang der weitergeleiteten nachricht:",
    "début du message transféré :", "inicio del mensaje reenviado:",
    "بداية الرسالة المعاد توجيهها:", "بدء الرسالة المعاد توجيهها:", "بداية الرسالة المحولة:",
)  # fmt: skip

LABELS: Final = {
    "from": (
        "from", "von", "de", "van", "da", "från", "fra", "от", "od", "kimden", "发件人", "от кого",
        "من", "المرسل", "مرسل من", "مرسلة من",
    ),
    "sent": (
        "sent", "sent on", "sent at", "date", "gesendet", "datum", "envoyé", "envoyé le", "enviado",
        "enviado el", "fecha", "verzonden", "data", "inviato", "skickat", "sendt", "dato",
        "отправлено", "дата", "wysłano", "发送时间", "日期", "تم الارسال", "الارسال", "ارسل",
        "ارسلت", "المرسلة", "التاريخ", "تاريخ", "تاريخ الارسال",
    ),
    "to": (
        "to", "an", "à", "a", "para", "aan", "til", "till", "кому", "do", "kime", "收件人", "الى",
        "المستقبل", "المرسل اليه", "المستلم",
    ),
    "cc": (
        "cc", "bcc", "kopie", "copie à", "kopia", "копия", "抄送", "نسخة", "نسخة الى", "نسخة مخفية",
    ),
    "subject": (
        "subject", "betreff", "objet", "asunto", "onderwerp", "oggetto", "assunto", "ämne", "emne",
        "тема", "temat", "konu", "主题", "الموضوع", "موضوع",
    ),
    "reply-to": (
        "reply-to", "reply to", "risposta", "organization", "importance", "attachments", "الرد على",
    ),
}  # fmt: skip
LABEL_OF: Final = {word: kind for kind, words in LABELS.items() for word in words}

_FOOTER: Final = re.compile(
    r"^[<(\[*_]*(?:sent (?:from|via|with|by)\b.{0,120}|from my (?:iphone|ipad|android|phone).{0,60}"
    r"|get \[?outlook for .{0,80}|envoyé (?:depuis|de) mon .{0,60}"
    r"|von meinem .{2,40} gesendet.{0,20}|enviado desde mi .{0,60}"
    r"|verzonden (?:vanaf|met) .{0,60}|inviato da .{0,60}|sendt fra .{0,60}|從我的 .{0,40}"
    r"|diese nachricht wurde von meinem .{0,80}"
    r"|(?:تم )?(?:ال)?ارسال(?:ها|ه)? (?:من|بواسطة|عبر) .{0,60}"
    r"|(?:تم )?ارسلت? (?:من|عبر|بواسطة) .{0,60}|مرسلة? من .{0,60}|احصل عل[يى] outlook .{0,60})$"
)
_RULE: Final = re.compile(r"^[-_=*~#+\u1427\u2014\u2500 ]+$")


def is_footer(key: str) -> bool:
    """A line that a phone or a mail program adds by itself."""
    return len(key) < 160 and _FOOTER.match(key) is not None


def is_rule(key: str) -> bool:
    """A line of dashes, underscores and the like."""
    return bool(key) and _RULE.match(key) is not None


def is_original(key: str) -> bool:
    """A line such as `-----Original Message-----`, in any language we know."""
    if key in _ORIGINAL_BARE:
        return True
    if not key.startswith(("-", "_", "=", "*", ">")) or len(key) > 120:
        return False
    return key.strip("-_=*> :") in _ORIGINAL


def label(key: str) -> str | None:
    """Which header field a line shows (`From:`, `من :`), if it shows one."""
    name, colon, _ = key[:40].lstrip("*_ ").partition(":")
    if not colon:
        return None
    return LABEL_OF.get(name.strip("*_ "))
