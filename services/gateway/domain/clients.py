"""API clients: programs that act with the scopes they were granted."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ApiClient:
    """A partner's program; bound to one organization or to none."""

    id: UUID
    organization_id: UUID | None
    name: str
    scopes: tuple[str, ...]
    created_by: UUID
    created_at: datetime
    revoked_at: datetime | None = None
