"""Keys of the timers that the ladder asks the house's clock for."""

from dataclasses import dataclass
from uuid import UUID

from shared.vocabulary import Metric

_PREFIX = "ladder"


@dataclass(frozen=True, slots=True)
class TimerKey:
    """Which rung of which ladder a timer belongs to."""

    ticket_id: UUID
    metric: Metric
    cycle: int
    level: int

    def text(self) -> str:
        return f"{_PREFIX}:{self.ticket_id}:{self.metric.value}:{self.cycle}:{self.level}"


def read_key(text: str) -> TimerKey | None:
    """The key's content; None for the timers of other services."""
    parts = text.split(":")
    if len(parts) != 5 or parts[0] != _PREFIX:
        return None
    try:
        return TimerKey(UUID(parts[1]), Metric(parts[2]), int(parts[3]), int(parts[4]))
    except ValueError:
        return None
