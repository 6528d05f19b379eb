"""Whether a ladder calls somebody at the very moment at which a promise breaks."""

from collections.abc import Iterable
from typing import Protocol

from shared.vocabulary import Metric, Priority


class Rung(Protocol):
    """A step of a ladder, as the fact of a breach carries it."""

    @property
    def metric(self) -> Metric: ...

    @property
    def after(self) -> object: ...

    @property
    def priorities(self) -> tuple[Priority, ...] | None: ...


def calls_at_once(ladder: Iterable[Rung], metric: Metric, priority: Priority) -> bool:
    """A rung of this metric, for this priority, that is reached with the breach itself."""
    return any(
        rung.metric is metric
        and rung.after == "breach"
        and (not rung.priorities or priority in rung.priorities)
        for rung in ladder
    )
