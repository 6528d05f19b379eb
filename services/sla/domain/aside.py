"""Timers that cannot be fired step aside for a while: none of them holds up the rest."""

from dataclasses import dataclass, field
from typing import Final

FIRST: Final = 1.0
LONGEST: Final = 60.0


@dataclass(slots=True)
class Aside:
    """By key: how often it failed in a row, and until when it waits; instants are monotonic."""

    _waits: dict[str, tuple[int, float]] = field(default_factory=dict)

    def put(self, key: str, now: float) -> float:
        """It failed by itself; the seconds that it waits now, twice as many as the last time."""
        failures = self._waits.get(key, (0, 0.0))[0] + 1
        wait = min(LONGEST, FIRST * 2.0 ** min(failures - 1, 10))
        self._waits[key] = failures, now + wait
        return wait

    def keys(self, now: float) -> list[str]:
        """Who waits still; whoever has waited ten times its longest is forgotten."""
        self._waits = {k: one for k, one in self._waits.items() if now - one[1] < 10 * LONGEST}
        return [key for key, (_, until) in self._waits.items() if until > now]
