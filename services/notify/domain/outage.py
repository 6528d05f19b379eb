"""The outgoing server as we find it: reached, or away and asked again by one mail at a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 5, 10, 20, 30, 60))
"""Between two tries at a server that is away; the last one is repeated."""

LATE: Final = timedelta(minutes=1)
TOO_LATE: Final = timedelta(minutes=15)


class Fault(StrEnum):
    """Why an attempt at a mail came to nothing; a closed list, as it labels a metric."""

    UNREACHABLE = "unreachable"
    CROWDED = "crowded"
    LATER = "later"
    REFUSED = "refused"
    KEY = "key"
    PEER = "peer"
    UNSAFE = "unsafe"
    OTHER = "other"


NOT_ITS_OWN: Final = frozenset({Fault.UNREACHABLE, Fault.CROWDED})
"""The mail was never tried: it stays due, and no attempt of its own is counted."""

_ANSWERED: Final = frozenset({None, Fault.LATER, Fault.REFUSED})


@dataclass(slots=True)
class Outage:
    """Whether the server is away. How long it is left alone is its own matter, no mail's."""

    cause: str = ""
    since: datetime | None = None
    retry_at: datetime | None = None
    _misses: int = 0

    def missed(self, cause: str, now: datetime) -> bool:
        """Nobody answered; True when that is news. Tries that were under way count as one."""
        news = self.since is None
        self.since, self.cause = self.since or now, cause
        if self.retry_at is None or now >= self.retry_at:
            self.retry_at = now + PAUSES[min(self._misses, len(PAUSES) - 1)]
            self._misses += 1
        return news

    def met(self) -> bool:
        """It answered, whatever it said; True when that is news."""
        news = self.since is not None
        self.cause, self.since, self.retry_at, self._misses = "", None, None, 0
        return news

    def room(self, free: int, busy: int, now: datetime) -> int:
        """How many mails to take: while the server is away one finds out for all."""
        if self.retry_at is None:
            return free
        return min(free, 1) if now >= self.retry_at and not busy else 0

    def verdict(self, waited: timedelta) -> Literal["pass", "warn", "fail"]:
        """Of the oldest due mail; what is late while the server answers is no outage."""
        if self.since is None or waited <= LATE:
            return "pass"
        return "fail" if waited > TOO_LATE else "warn"


def answered(fault: Fault | None) -> bool:
    """Whether an attempt that ended like this had the server's answer."""
    return fault in _ANSWERED
