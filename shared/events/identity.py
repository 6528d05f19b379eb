"""What gateway states about people, organizations, departments and positions."""

from typing import Literal
from uuid import UUID

from shared.events.base import Fact, Instant
from shared.vocabulary import Locale, Localized, Role


class UserFact(Fact):
    """Common to user facts."""

    SUBJECT = "user_id"
    user_id: UUID
    at: Instant


class UserState(UserFact):
    """A user as every projection needs it; no name, no address."""

    organization_id: UUID
    roles: tuple[Role, ...]
    department_ids: tuple[UUID, ...] = ()
    locale: Locale
    disabled: bool = False


class IdentityUserCreated(UserState):
    """A person is known to the house."""

    TYPE = "identity.user_created.v1"


class IdentityUserUpdated(UserState):
    """Rights, language or place changed; tokens issued before `valid_from` are refused."""

    TYPE = "identity.user_updated.v1"
    valid_from: Instant | None = None


class IdentityUserDisabled(UserFact):
    """May no longer act; tokens issued before `valid_from` are refused."""

    TYPE = "identity.user_disabled.v1"
    valid_from: Instant


class IdentitySessionRevoked(Fact):
    """One session ended; its tokens are refused at once."""

    TYPE = "identity.session_revoked.v1"
    SUBJECT = "session_id"
    session_id: UUID
    valid_from: Instant
    at: Instant


class OrganizationFact(Fact):
    """Common to organization facts."""

    SUBJECT = "organization_id"
    organization_id: UUID
    locale: Locale
    timezone: str
    at: Instant


class IdentityOrganizationUpdated(OrganizationFact):
    """An organization was made or changed."""

    TYPE = "identity.organization_updated.v1"


class DepartmentFact(Fact):
    """Common to department facts; the mailbox is an address of ours, not a person's."""

    SUBJECT = "department_id"
    department_id: UUID
    name: Localized
    mailbox: str | None = None
    is_default: bool = False
    at: Instant


class IdentityDepartmentCreated(DepartmentFact):
    """A department exists."""

    TYPE = "identity.department_created.v1"


class IdentityDepartmentUpdated(DepartmentFact):
    """A department changed."""

    TYPE = "identity.department_updated.v1"


class IdentityPositionUpdated(Fact):
    """Who holds a position now; `scope_id` is the department, or `company` for the top levels."""

    TYPE = "identity.position_updated.v1"
    SUBJECT = "position"
    position: str
    role: Literal[Role.SUPERVISOR, Role.MANAGER, Role.SENIOR_MANAGEMENT, Role.EXECUTIVE]
    department_id: UUID | None = None
    user_ids: tuple[UUID, ...]
    at: Instant
