"""Which custom values a reader may see: one rule for every door that shows a ticket."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.tickets.domain.fieldrules import Fields, hidden_keys, shown

_FREE = "*"
"""No key is written so."""


@dataclass(frozen=True, slots=True)
class Veil:
    """The definitions, whether the reader is of the desk, and whether free keys are theirs."""

    fields: Fields = field(default_factory=dict)
    staff: bool = False
    free: bool = False

    def shown(self, custom: Mapping[str, Any]) -> dict[str, Any]:
        if self.staff:
            return dict(custom)
        return shown(self.fields, custom, staff=False, free=self.free)

    def hidden(self) -> frozenset[str] | None:
        """What tells this veil from others; None for staff, who see all. Equal: seeing the same."""
        if self.staff:
            return None
        if self.free:
            return frozenset({_FREE, *hidden_keys(self.fields, staff=False)})
        seen = (key for key, one in self.fields.items() if one.definition.seen_by(staff=False))
        return frozenset(seen)


OPEN = Veil(staff=True)
"""Staff see every field."""
