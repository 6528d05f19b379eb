"""What a report may be asked about: a foreign or unknown object is not there (404), no zero."""

from uuid import UUID

from services.tickets.adapters import directory as gateway
from services.tickets.domain.rights import Reach, Viewer
from services.tickets.store import directory
from shared.kit.context import Context
from shared.kit.peers import PeerRefused, PeerUnavailable
from shared.kit.problems import NotFound
from shared.vocabulary import DEFAULT_DEPARTMENT, RESERVED_ORGANIZATION

_OURS = frozenset({DEFAULT_DEPARTMENT, RESERVED_ORGANIZATION})


async def require_sight(
    context: Context, viewer: Viewer, organization_id: UUID | None, department_id: UUID | None
) -> None:
    """NotFound unless both exist, as far as they are named, and the reader may see them."""
    if organization_id is not None:
        foreign = viewer.reach is Reach.ORGANIZATION and organization_id != viewer.organization_id
        if foreign or not await _organization(context, organization_id):
            raise NotFound
    if department_id is not None:
        foreign = viewer.reach is Reach.DEPARTMENTS and department_id not in viewer.department_ids
        if foreign or not await _department(context, department_id):
            raise NotFound


async def _organization(context: Context, organization_id: UUID) -> bool:
    """Whether an event, a ticket or the gateway knows it."""
    if organization_id in _OURS:
        return True
    async with context.tx() as tx:
        if await directory.known_organization(tx, organization_id):
            return True
    try:
        return await gateway.fetch_organization(context, organization_id) is not None
    except (PeerUnavailable, PeerRefused, TimeoutError, FileNotFoundError):
        return False


async def _department(context: Context, department_id: UUID) -> bool:
    if department_id in _OURS:
        return True
    async with context.tx() as tx:
        if await directory.department(tx, department_id):
            return True
    try:
        return await gateway.fetch_department(context, department_id) is not None
    except (PeerUnavailable, PeerRefused, TimeoutError, FileNotFoundError):
        return False
