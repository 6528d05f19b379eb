"""Who may say that somebody is away, and who may stand in for whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from shared.vocabulary import Role

_HOUSE = frozenset({Role.SENIOR_MANAGEMENT, Role.EXECUTIVE, Role.ADMIN})
_LEADERS = frozenset({Role.SUPERVISOR, Role.MANAGER})
_RANK = {Role.SENIOR_MANAGEMENT: 1, Role.EXECUTIVE: 2}


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the desk: their departments, and the company's positions that they hold."""

    user_id: UUID
    departments: frozenset[UUID]
    positions: frozenset[str] = frozenset()
    disabled: bool = False

    @property
    def rank(self) -> int:
        """How high a position of the company they hold; 0 when none."""
        return max((rank for role, rank in _RANK.items() if role in self.positions), default=0)

    def may_stand_in_for(self, absent: "Colleague") -> bool:
        """Tickets stay within reach: of a shared department, or of an equal position or higher."""
        if self.disabled or self.user_id == absent.user_id:
            return False
        if absent.rank:
            return self.rank >= absent.rank
        return not self.departments.isdisjoint(absent.departments)


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose absences, besides their own, somebody may enter and take back."""

    everywhere: bool = False
    departments: frozenset[UUID] = frozenset()

    def covers(self, person: Colleague | None) -> bool:
        if self.everywhere:
            return True
        return person is not None and not self.departments.isdisjoint(person.departments)


def reach(roles: Iterable[str], departments: frozenset[UUID]) -> Reach:
    """The house's leaders speak for everybody, a department's for their own, others for nobody."""
    held = frozenset(roles)
    if not _HOUSE.isdisjoint(held):
        return Reach(everywhere=True)
    return Reach(departments=departments if not _LEADERS.isdisjoint(held) else frozenset())
