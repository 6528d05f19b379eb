"""Words of the ladder, as they are stored and sent."""

from enum import StrEnum


class Standing(StrEnum):
    """Where a ladder stands; `stopped` ones go on when the ticket is reopened."""

    CLIMBING = "climbing"
    POSTPONED = "postponed"
    STOPPED = "stopped"
    ENDED = "ended"


class End(StrEnum):
    """Why a ladder is over (shared/events/escalation.py)."""

    STOPPED = "stopped"
    VOIDED = "voided"
    CANCELLED = "cancelled"
    EXHAUSTED = "exhausted"


class Hold(StrEnum):
    """What the ticket's state does to a rung whose wait is over; `ended` has no way back."""

    NONE = "none"
    PAUSED = "paused"
    STOPPED = "stopped"
    ENDED = "ended"


class State(StrEnum):
    """Where one escalation stands."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    SKIPPED = "skipped"


class Cause(StrEnum):
    """What made a rung come."""

    BREACH = "breach"
    LADDER = "ladder"
    MANUAL = "manual"
