"""One line of the event book."""

from dataclasses import dataclass, field

from shared.events.base import Fact


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the book; `listeners` maps a service to what it does with the fact."""

    fact: type[Fact]
    publisher: tuple[str, ...]
    listeners: dict[str, str] = field(default_factory=dict)
    partner_visible: bool = False
    unheard: str = ""
    """Why a fact without listeners is stated all the same."""
