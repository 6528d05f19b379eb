"""Whether the web form may write to an address: it may be somebody else's (F16, T33)."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.tickets.domain.opening import FALLBACK_PRIORITY
from shared.vocabulary import Locale, MailClass, Priority, SenderAuth

DENIED: Final = "denied"
"""The tag of tickets of which their requester says that they are not theirs."""
UNVERIFIED: Final = "unverified"
"""The tag that is the queue of tickets whose sender's proof failed."""
PEACE: Final = timedelta(days=30)
"""So long the form does not write to somebody who said that a request was not theirs."""
_SPOKEN_FOR: Final = frozenset({SenderAuth.PASS, SenderAuth.WEAK})
_OURS: Final = frozenset({"token", "signed_id"})
"""Signs that we gave to one address: intake lets no other reply by them unproven (ADR 0015)."""


class Word(StrEnum):
    """What the reader of the acknowledgement says about the request."""

    CONFIRMED = "confirmed"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """What we have from the person behind an address, the form apart."""

    met: bool
    """Wrote by another door, or confirmed a request of the form."""
    denied_at: datetime | None = None
    """When the person last said that a request of the form was not theirs."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a new request of the form is treated."""

    ask: bool
    """The acknowledgement asks whether the request is the reader's own."""
    silent: bool
    """No mail goes out at all."""


def tongue(*texts: str) -> Locale | None:
    """The language that a text is probably written in: any Arabic letter, else any Latin one."""
    if any("\u0600" <= letter <= "\u06ff" for text in texts for letter in text):
        return Locale.AR
    latin = any(letter.isascii() and letter.isalpha() for text in texts for letter in text)
    return Locale.EN if latin else None


def is_mixed(address: str) -> bool:
    """Whether letters of several scripts stand in the name: `linа` ends in a Cyrillic letter."""
    local = address.rpartition("@")[0]
    names = (unicodedata.name(letter, "") for letter in local if letter.isalpha())
    return len({name.partition(" ")[0] for name in names}) > 1


def granted(wish: Priority | None, *, believed: bool) -> Priority:
    """How urgent a request of the form is: nobody whom we do not know raises an alarm by it."""
    if wish is None or believed:
        return wish or FALLBACK_PRIORITY
    return max(wish, FALLBACK_PRIORITY)


def proves(mail_class: MailClass, auth: SenderAuth, match: str, *, once: bool) -> bool:
    """Whether a reply shows that the owner of its address wrote it (docs/mail-trust.md).

    What a colleague let in (`once`) shows nothing, nor does what a machine sends back.
    """
    if once or mail_class is not MailClass.HUMAN:
        return False
    return auth in _SPOKEN_FOR or (auth is not SenderAuth.FAIL and match in _OURS)


def standing(known: Acquaintance, now: datetime) -> Standing:
    """Strangers are asked; who denied a request lately is left in peace."""
    denied = known.denied_at is not None and now < known.denied_at + PEACE
    return Standing(ask=not known.met, silent=denied and not known.met)
