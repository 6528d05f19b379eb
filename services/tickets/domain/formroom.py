"""How much of the form's room an upload takes, and for how long nobody else may have it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

RESERVE: Final = 64 * 1024
"""Bytes that an announcement holds before they come: announcing is free, so it holds little."""
EMPTY_LIFE: Final = timedelta(minutes=15)
"""So long an upload without a byte exists; whoever lost it has lost nothing."""

EMPTY_PATIENCE: Final = timedelta(minutes=5)
UNFINISHED_PATIENCE: Final = timedelta(minutes=10)
WHOLE_PATIENCE: Final = timedelta(hours=1)
"""So long nobody touched it, it may have to go where there is no room; sooner the less it holds."""


@dataclass(frozen=True, slots=True)
class Held:
    """What uploads of the form hold: of all visitors, and of one address."""

    everybody: int
    visitor: int


@dataclass(frozen=True, slots=True)
class Room:
    """What they may hold."""

    everybody: int
    visitor: int

    def missing(self, held: Held, more: int) -> Held:
        """By how much it would be too much; nothing is missing where there is room."""
        return Held(
            max(0, held.everybody + more - self.everybody),
            max(0, held.visitor + more - self.visitor),
        )


def weight(received: int, length: int) -> int:
    """What was received, and a little of what was announced."""
    return received + min(max(length - received, 0), RESERVE)


def life(received: int, length: int, usual: timedelta) -> timedelta:
    """How long an upload of the form waits for its next bytes."""
    return EMPTY_LIFE if received == 0 < length else usual


def wait(next_at: datetime | None, now: datetime) -> float:
    """Seconds until the next upload may have to go; the longest patience where none is there."""
    return ((next_at - now) if next_at else WHOLE_PATIENCE).total_seconds()
