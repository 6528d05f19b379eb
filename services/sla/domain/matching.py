"""Which of several policies serves a ticket: the first whose conditions all hold (sla.md 5.8)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self
from uuid import UUID

FIELDS: Final = ("contract_kind", "department_id", "channel", "priority")
"""What a policy may ask about a ticket."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A policy that may serve; without conditions it serves everything."""

    policy_id: UUID
    version: int
    conditions: Mapping[str, frozenset[str]]

    @classmethod
    def read(cls, policy_id: UUID, version: int, match: Mapping[str, Any] | None) -> Self:
        asked = {name: (match or {}).get(name) for name in FIELDS}
        return cls(
            policy_id,
            version,
            {name: frozenset(map(str, values)) for name, values in asked.items() if values},
        )

    def fits(self, ticket: Mapping[str, Any]) -> bool:
        return all(str(ticket.get(name)) in allowed for name, allowed in self.conditions.items())


def first_fit(candidates: Iterable[Candidate], ticket: Mapping[str, Any]) -> Candidate | None:
    """The first in order; None when nothing fits."""
    return next((one for one in candidates if one.fits(ticket)), None)


def reads(candidates: Sequence[Candidate], field: str) -> bool:
    """Whether a change of `field` can change the choice."""
    return any(field in one.conditions for one in candidates)
