"""Which custom values a reader may see: one rule for every door that shows a ticket."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.tickets.domain.fieldrules import Fields, hidden_keys, shown


@dataclass(frozen=True, slots=True)
class Veil:
    """The definitions, and whether the reader is of the desk."""

    fields: Fields = field(default_factory=dict)
    staff: bool = False

    def shown(self, custom: Mapping[str, Any]) -> dict[str, Any]:
        return dict(custom) if self.staff else shown(self.fields, custom, staff=False)

    def hidden(self) -> frozenset[str] | None:
        """The keys that stay hidden; None for staff, who see all. Equal means seeing the same."""
        return None if self.staff else frozenset(hidden_keys(self.fields, staff=False))


OPEN = Veil(staff=True)
"""Staff see every field."""
