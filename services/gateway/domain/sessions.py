"""A chain of refresh tokens: when the next one is given, and when the chain is cut."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto


@dataclass(frozen=True, slots=True)
class Rules:
    """How long a session lives without use, how long at all, and how late a twin may come."""

    idle: timedelta = timedelta(days=30)
    longest: timedelta = timedelta(days=90)
    grace: timedelta = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Link:
    """A refresh token of a session, as stored."""

    expires_at: datetime
    used_at: datetime | None
    session_ends_at: datetime
    session_revoked: bool


class Verdict(Enum):
    """What a presented refresh token deserves."""

    ROTATE = auto()
    SAME_CHILD = auto()
    REFUSE = auto()
    KILL = auto()


def judge(link: Link, now: datetime, rules: Rules) -> Verdict:
    """A used token inside the grace is an honest twin request, later it is a stolen copy."""
    if link.session_revoked or now >= link.session_ends_at:
        return Verdict.REFUSE
    if link.used_at is not None:
        return Verdict.SAME_CHILD if now <= link.used_at + rules.grace else Verdict.KILL
    return Verdict.REFUSE if now >= link.expires_at else Verdict.ROTATE


def expiry(now: datetime, session_ends_at: datetime, rules: Rules) -> datetime:
    """When a refresh token given now stops counting."""
    return min(now + rules.idle, session_ends_at)
