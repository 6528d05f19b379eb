"""When an acknowledgement stays unsaid: caps against loops and relay abuse (mail.md 10, T33)."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.notify.domain.words import Silence
from shared.vocabulary import Channel


@dataclass(frozen=True, slots=True)
class Limits:
    """How many acknowledgements one address, and one domain by the open form, may receive."""

    same_subject: timedelta = timedelta(minutes=10)
    burst: int = 10
    burst_window: timedelta = timedelta(hours=3)
    day: int = 40
    form_day: int = 3
    domain_hour: int = 60


@dataclass(frozen=True, slots=True)
class Sent:
    """An acknowledgement that went (or is about to go) to the same address."""

    at: datetime
    same_subject: bool
    by_form: bool


_DAY: Final = timedelta(days=1)
_NO_REPLY: Final = re.compile(
    r"(?:no|do-?not|dont|never)[-_.]?reply.*|mailer-daemon.*|postmaster|bounces?(?:[-+_.].*)?"
    r"|root|daemon|noreply.*|null",
    re.IGNORECASE,
)


def answers_nobody(address: str) -> bool:
    """Whether the name says that nobody reads there (no-reply, mailer-daemon and their kin)."""
    return _NO_REPLY.fullmatch(address.rpartition("@")[0].strip()) is not None


def silence(
    history: list[Sent],
    channel: Channel,
    domain_hour: int,
    now: datetime,
    limits: Limits,
) -> Silence | None:
    """Why the next acknowledgement to an address must not go; None when it may."""

    def within(span: timedelta) -> list[Sent]:
        return [one for one in history if now - one.at < span]

    if any(one.same_subject for one in within(limits.same_subject)):
        return Silence.REPEATED
    today = within(_DAY)
    if len(today) >= limits.day or len(within(limits.burst_window)) >= limits.burst:
        return Silence.TOO_MANY
    if channel is Channel.FORM:
        # Nobody has shown that a form's address is theirs.
        if sum(one.by_form for one in today) >= limits.form_day:
            return Silence.TOO_MANY
        if domain_hour >= limits.domain_hour:
            return Silence.DOMAIN
    return None
