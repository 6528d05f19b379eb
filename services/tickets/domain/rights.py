"""Who may see which ticket and in whose voice a caller speaks (decisions.md 19)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.vocabulary import AuthorKind, Direction, Role

_EVERYTHING: Final = frozenset({Role.SENIOR_MANAGEMENT, Role.EXECUTIVE, Role.ADMIN, Role.AUDITOR})
_DEPARTMENTAL: Final = frozenset({Role.AGENT, Role.SUPERVISOR, Role.MANAGER})
STAFF_ROLES: Final = frozenset({*_EVERYTHING, *_DEPARTMENTAL})
ASSIGNABLE_ROLES: Final = STAFF_ROLES - {Role.AUDITOR}


class Reach(StrEnum):
    """How far a caller sees."""

    ALL = "all"
    DEPARTMENTS = "departments"
    ORGANIZATION = "organization"
    OWN = "own"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Viewer:
    """A caller, reduced to what the rights rule asks about."""

    id: UUID
    reach: Reach
    staff: bool
    organization_id: UUID | None = None
    department_ids: frozenset[UUID] = frozenset()
    program: bool = False
    """An API client: it keeps data of its own on tickets."""

    @property
    def free(self) -> bool:
        """Whether custom keys without a definition are for it to read and write."""
        return self.staff or self.program


@dataclass(frozen=True, slots=True)
class Ownership:
    """Whose a ticket is."""

    organization_id: UUID
    requester_id: UUID
    department_id: UUID
    assignee_id: UUID | None = None
    participants: frozenset[UUID] = frozenset()
    watching: frozenset[UUID] = frozenset()
    """Departments that look on beside the owner."""
    unconfirmed: bool = False
    """From the form, and nobody has said yet that the request is theirs."""


def reach_of_user(roles: frozenset[str]) -> Reach:
    """The widest reach among a person's roles."""
    if roles & _EVERYTHING:
        return Reach.ALL
    if roles & _DEPARTMENTAL:
        return Reach.DEPARTMENTS
    if Role.CUSTOMER_ADMIN in roles:
        return Reach.ORGANIZATION
    return Reach.OWN if Role.CUSTOMER in roles else Reach.NOTHING


def reach_of_client(organization_id: UUID | None) -> Reach:
    """A bound API client is its organization; an unbound one is limited by scope alone."""
    return Reach.ALL if organization_id is None else Reach.ORGANIZATION


def is_staff(roles: frozenset[str]) -> bool:
    return not roles.isdisjoint(STAFF_ROLES)


def sees(viewer: Viewer, ticket: Ownership) -> bool:
    """The rule that the store's filter says in SQL; a property test holds both together."""
    match viewer.reach:
        case Reach.ALL:
            return True
        case Reach.DEPARTMENTS:
            mine = viewer.id in {ticket.assignee_id, ticket.requester_id}
            theirs = {ticket.department_id, *ticket.watching}
            return mine or not theirs.isdisjoint(viewer.department_ids)
        case Reach.ORGANIZATION:
            return _ours(viewer, ticket)
        case Reach.OWN:
            takes_part = viewer.id == ticket.requester_id or viewer.id in ticket.participants
            return takes_part and _ours(viewer, ticket)
        case Reach.NOTHING:
            return False


def _ours(viewer: Viewer, ticket: Ownership) -> bool:
    """No customer reads what somebody has merely written under their address, or their domain."""
    return viewer.organization_id == ticket.organization_id and not ticket.unconfirmed


def voice(viewer: Viewer, requester_id: UUID) -> AuthorKind:
    """Staff speak for the desk, except about a ticket of their own (sla.md 5.5)."""
    if viewer.staff and viewer.id != requester_id:
        return AuthorKind.STAFF
    return AuthorKind.CUSTOMER


def direction(author: AuthorKind, *, public: bool) -> Direction:
    """Which way a message goes; what is not public never leaves the house."""
    if not public:
        return Direction.INTERNAL
    return Direction.INBOUND if author is AuthorKind.CUSTOMER else Direction.OUTBOUND
