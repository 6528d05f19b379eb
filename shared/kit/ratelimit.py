"""How many requests a principal may send: GCRA in memory, one figure per principal."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final

MOST_PRINCIPALS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left after a request; `wait` above zero means that it was one too many."""

    remaining: int
    reset: float
    wait: float = 0.0


class RateLimit:
    """`rate` requests a second with bursts of twice that, or of `burst`; zero: no limit."""

    def __init__(
        self, rate: float, clock: Callable[[], float] = monotonic, burst: int | None = None
    ) -> None:
        self.rate = rate
        self.burst = max(1, int(rate * 2)) if burst is None else burst
        self.policy = (
            f'"default";q={self.burst};w={max(1, round(self.burst / rate))}' if rate else ""
        )
        self._step = 1.0 / rate if rate else 0.0
        self._window = self.burst * self._step
        self._clock = clock
        self._due: dict[object, float] = {}

    def take(self, principal: object) -> Quota | None:
        """Count one request; None where no limit is set."""
        if not self.rate:
            return None
        now = self._clock()
        due = max(self._due.get(principal, now), now) + self._step
        over = due - now - self._window
        if over > 1e-9:
            return Quota(0, self._window, wait=over)
        if len(self._due) >= MOST_PRINCIPALS:
            self._forget(now)
        self._due[principal] = due
        return Quota(int((self._window - (due - now)) / self._step + 1e-6), due - now)

    def look(self, principal: object) -> Quota | None:
        """Whether one more would be too many, counting none."""
        if not self.rate:
            return None
        now = self._clock()
        due = max(self._due.get(principal, now), now)
        over = due + self._step - now - self._window
        if over > 1e-9:
            return Quota(0, self._window, wait=over)
        return Quota(int((self._window - (due - now)) / self._step + 1e-6), due - now)

    def _forget(self, now: float) -> None:
        self._due = {who: due for who, due in self._due.items() if due > now}
