"""Who holds a role at this moment: positions, absences and their deputies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.vocabulary import Role

_OF_DEPARTMENT = frozenset({Role.SUPERVISOR, Role.MANAGER})
_OF_COMPANY = frozenset({Role.SENIOR_MANAGEMENT, Role.EXECUTIVE})


@dataclass(frozen=True, slots=True)
class Absence:
    """A person is away in [starts_at, ends_at); `deputy_id` stands in, if anybody does."""

    user_id: UUID
    deputy_id: UUID | None
    starts_at: datetime
    ends_at: datetime

    def covers(self, now: datetime) -> bool:
        return self.starts_at <= now < self.ends_at


@dataclass(frozen=True, slots=True)
class Directory:
    """What is known of people: position holders, role players, absences, who is disabled."""

    positions: Mapping[tuple[Role, UUID | None], Sequence[UUID]]
    players: Mapping[Role, Sequence[UUID]] = field(default_factory=dict)
    absences: Sequence[Absence] = ()
    disabled: frozenset[UUID] = frozenset()

    def holders(
        self, role: Role, department: UUID, assignee: UUID | None, now: datetime
    ) -> tuple[UUID, ...]:
        """Who answers for `role` on a ticket of `department` now, deputies in their place."""
        present = (self.present(one, now) for one in self._named(role, department, assignee))
        return tuple(dict.fromkeys(one for one in present if one is not None))

    def _named(self, role: Role, department: UUID, assignee: UUID | None) -> Sequence[UUID]:
        if role is Role.AGENT:
            return [assignee] if assignee else []
        if role in _OF_DEPARTMENT:
            return self.positions.get((role, department), ())
        if role in _OF_COMPANY:
            return self.positions.get((role, None), ())
        return self.players.get(role, ())

    def present(self, person: UUID, now: datetime) -> UUID | None:
        """The person, or whoever stands in through any number of absences; None when nobody."""
        seen: set[UUID] = set()
        while person not in seen:
            seen.add(person)
            away = next((a for a in self.absences if a.user_id == person and a.covers(now)), None)
            if away is None:
                return None if person in self.disabled else person
            if away.deputy_id is None:
                return None
            person = away.deputy_id
        return None
