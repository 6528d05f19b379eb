"""What kind of sender wrote a mail (mail.md 10): loop, bounce, automatic, list, human."""

from dataclasses import dataclass
from typing import Final

from services.intake.domain.folding import fold
from services.intake.domain.headers import Headers
from shared.vocabulary import MailClass

_AUTO_SUBJECTS: Final = (
    "automatic reply", "auto reply", "auto-reply", "autoreply", "out of office",
    "out of the office", "away from", "vacation", "رد تلقائي", "الرد التلقائي", "خارج المكتب",
    "في اجازة", "اجازة", "automatische antwort", "réponse automatique", "respuesta automática",
)  # fmt: skip
_AUTO_HEADERS: Final = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply")


@dataclass(frozen=True, slots=True)
class Origin:
    """What classification knows beside the header fields."""

    ours: bool
    """Carries our loop mark or our signed Message-ID, or comes from an address of ours."""
    null_sender: bool
    reported: bool
    from_reporter: bool


def classify(headers: Headers, origin: Origin) -> MailClass:
    """The first class in the order of the house that fits."""
    if origin.ours:
        return MailClass.LOOP
    if origin.reported and (origin.null_sender or origin.from_reporter):
        return MailClass.BOUNCE
    submitted = headers.token("auto-submitted")
    if _replies_by_itself(headers, origin, submitted):
        return MailClass.AUTO_REPLY
    precedence = headers.token("precedence")
    automatic = submitted not in {"", "no"} or origin.null_sender
    if automatic or precedence in {"bulk", "junk"}:
        listed = headers.has("list-id") and not automatic
        return MailClass.LIST if listed else MailClass.AUTO_GENERATED
    if headers.has("list-id") or precedence == "list":
        return MailClass.LIST
    return MailClass.HUMAN


def _replies_by_itself(headers: Headers, origin: Origin, submitted: str) -> bool:
    if submitted.startswith("auto-replied") or headers.token("precedence") == "auto_reply":
        return True
    if any(headers.has(name) for name in _AUTO_HEADERS):
        return headers.token("x-autoreply") != "no"
    if headers.has("x-ms-exchange-inbox-rules-loop") and headers.has("x-auto-response-suppress"):
        return True
    if not _says_so(headers.text("subject")):
        return False
    return origin.null_sender or headers.has("in-reply-to") or headers.has("references")


def _says_so(subject: str) -> bool:
    """A subject that begins as automatic answers do; alone it proves nothing."""
    return fold(subject[:200]).startswith(_AUTO_SUBJECTS)
