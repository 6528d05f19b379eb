"""Words of the clock: what happened to a ticket, and what a clock does about it."""

from enum import StrEnum


class Kind(StrEnum):
    """A happening that a clock reads; the wire of the simulation spells them the same way."""

    CREATED = "created"
    AGENT_REPLY = "agent_reply"
    CUSTOMER_REPLY = "customer_reply"
    AUTO_REPLY = "auto_reply"
    STATUS = "status"
    PRIORITY = "priority"
    TERMS = "terms"
    VERSION = "version"
    JOINED = "joined"
    PARTED = "parted"
    RELIEVED = "relieved"


class Mode(StrEnum):
    """What a clock does between two happenings."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    ANSWERED = "answered"
    CANCELLED = "cancelled"


class Cause(StrEnum):
    """Why a promise is broken."""

    ELAPSED = "elapsed"
    RETARGET = "retarget"
    CALENDAR = "calendar"


class NextStarts(StrEnum):
    """What starts the next-response clock."""

    OLDEST_UNANSWERED = "oldest_unanswered"
    EVERY_CUSTOMER_MESSAGE = "every_customer_message"


class ContractKind(StrEnum):
    """What a customer bought (requirements R23)."""

    STANDARD = "standard"
    POST_LAUNCH = "post_launch"
    EMERGENCY = "emergency"


class Limit(StrEnum):
    """What happens when the desk has waited for a customer for too long."""

    REMINDER = "reminder"
    RESOLVE = "resolve"


class ItemKind(StrEnum):
    """What of a calendar a person announces year by year."""

    HOLIDAY = "holiday"
    SEASON = "season"


class Feast(StrEnum):
    """What the Umm al-Qura table can propose (sla.md 5.11)."""

    RAMADAN = "ramadan"
    EID_AL_FITR = "eid_al_fitr"
    ARAFAT = "arafat"
    EID_AL_ADHA = "eid_al_adha"
    ISLAMIC_NEW_YEAR = "islamic_new_year"
    MAWLID = "mawlid"
