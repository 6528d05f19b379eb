"""What kind of sender wrote a mail (mail.md 10): loop, bounce, automatic, list, human."""

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from services.intake.domain.folding import fold
from services.intake.domain.headers import Headers
from shared.vocabulary import MailClass

_AUTO_SUBJECT: Final = re.compile(
    r"(?:automatic reply|auto[- ]?reply|auto[- ]?response|out of (?:the )?office(?: reply)?"
    r"|vacation(?: reply)?|away from (?:my |the )?(?:office|mail|desk)"
    r"|(?:ال)?رد (?:ال)?تلقائي|(?:ال)?رد (?:ال)?الي|خارج المكتب|(?:انا )?في اجازة|اشعار غياب"
    r"|automatische antwort|abwesenheitsnotiz|réponse automatique|respuesta automática"
    r"|otomatik yanıt|پاسخ خودكار)\s*(?:[:\-–—(]|$)"
)
"""Such a subject alone proves nothing: people write about their holidays too."""

_AUTO_HEADERS: Final = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply")

_FEEDBACK: Final = b"feedback-report"
"""A complaint that a provider's machine hands on (RFC 5965)."""


class Classified(NamedTuple):
    """The class, and the sign that it was told by (a word of `shared.reasons`)."""

    mail_class: MailClass
    because: str


@dataclass(frozen=True, slots=True)
class Origin:
    """What classification knows beside the header fields."""

    ours: bool
    """Carries our loop mark or our signed Message-ID, or comes from an address of ours."""
    null_sender: bool
    reported: bool
    from_reporter: bool


def classify(headers: Headers, origin: Origin) -> Classified:
    """The first class in the order of the house that fits."""
    if origin.ours:
        return Classified(MailClass.LOOP, "own_mark")
    if origin.reported and (origin.null_sender or origin.from_reporter):
        return Classified(MailClass.BOUNCE, "delivery_report")
    submitted = headers.token("auto-submitted")
    sign = _reply_sign(headers, origin, submitted)
    if sign:
        return Classified(MailClass.AUTO_REPLY, sign)
    return _rest(headers, origin, submitted)


def _rest(headers: Headers, origin: Origin, submitted: str) -> Classified:
    """X-Auto-Response-Suppress alone says nothing here: it asks us not to answer by machine."""
    precedence = headers.token("precedence")
    if submitted not in {"", "no"} or _FEEDBACK in headers.first("content-type").lower():
        return Classified(MailClass.AUTO_GENERATED, "says_auto_generated")
    if origin.null_sender:
        return Classified(MailClass.AUTO_GENERATED, "null_sender")
    listed = headers.has("list-id") or precedence == "list"
    if precedence in {"bulk", "junk"} and not headers.has("list-id"):
        return Classified(MailClass.AUTO_GENERATED, "precedence_bulk")
    if listed:
        return Classified(MailClass.LIST, "list_header")
    return Classified(MailClass.HUMAN, "by_hand")


def _reply_sign(headers: Headers, origin: Origin, submitted: str) -> str:
    """How a mail shows that a machine answered; empty when it does not."""
    if submitted.startswith("auto-replied"):
        return "says_auto_replied"
    if headers.token("precedence") == "auto_reply":
        return "precedence_auto_reply"
    if any(headers.token(name) != "no" for name in _AUTO_HEADERS if headers.has(name)):
        return "reply_header"
    if headers.has("x-ms-exchange-inbox-rules-loop") and headers.has("x-auto-response-suppress"):
        return "exchange_rule"
    answers = origin.null_sender or headers.has("in-reply-to") or headers.has("references")
    return "subject_of_robot" if answers and _says_so(headers.text("subject")) else ""


def _says_so(subject: str) -> bool:
    """A subject that begins as automatic answers do, in the languages that we have met."""
    return _AUTO_SUBJECT.match(fold(subject[:200])) is not None
