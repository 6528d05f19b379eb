"""Words of telling: kinds of mail, states of a delivery, reasons to stay silent."""

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a mail is for; names its template."""

    ACKNOWLEDGEMENT = "acknowledgement"
    REPLY = "reply"
    RESOLUTION = "resolution"
    REOPENED = "reopened"
    CLOSED = "closed"
    ESCALATION = "escalation"
    BREACH = "breach"
    FALLBACK = "fallback"
    ASSIGNED = "assigned"
    WARNING = "warning"
    PAUSE_OVERDUE = "pause_overdue"
    WATCHED = "watched"
    WEBHOOK_DISABLED = "webhook_disabled"
    CALENDAR = "calendar"


TO_CUSTOMERS: Final = frozenset(
    {Kind.ACKNOWLEDGEMENT, Kind.REPLY, Kind.RESOLUTION, Kind.REOPENED, Kind.CLOSED}
)
"""Kinds that a customer may answer by mail: they carry a reply token."""

ANSWERING: Final = frozenset({Kind.ACKNOWLEDGEMENT, Kind.REOPENED})
"""Kinds that somebody's mail sets off by itself: both are capped, or robots go on for ever."""


class State(StrEnum):
    """Where a delivery stands; `ready` means composed and sealed, not yet handed over."""

    PENDING = "pending"
    READY = "ready"
    SENT = "sent"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    BOUNCED = "bounced"


class Silence(StrEnum):
    """Why a mail was not sent although something happened."""

    NOT_WANTED = "not_wanted"
    AUTOMATIC = "automatic"
    REPEATED = "repeated"
    TOO_MANY = "too_many"
    DOMAIN = "domain"
    NO_REPLY = "no_reply"
    OWN_ADDRESS = "own_address"
    BOUNCED = "bounced"
    DISABLED = "disabled"
    IN_RESOLUTION = "in_resolution"
    OVERTAKEN = "overtaken"
    GONE = "gone"
    PREFERENCE = "preference"
    SPAM = "spam"
    DENIED = "denied"
    SOLVED = "solved"


LOW_SCORE: Final = 2
"""A customer who gives so little is unhappy; who is in charge hears of it at once."""


class Digits(StrEnum):
    """Which digits a reader of Arabic likes."""

    LATIN = "latin"
    ARABIC = "arabic"
