"""What a report may be asked about: a foreign or unknown object is not there (404), no zero."""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID

from services.tickets.adapters import directory as gateway
from services.tickets.domain.rights import Reach, Viewer
from services.tickets.store import directory
from shared.kit.context import Context
from shared.kit.peers import PeerRefused, PeerUnavailable
from shared.kit.problems import NotFound
from shared.kit.tx import Tx
from shared.vocabulary import DEFAULT_DEPARTMENT, RESERVED_ORGANIZATION

_Known = Callable[[Tx, UUID], Awaitable[object]]
_Fetch = Callable[[Context, UUID], Awaitable[dict[str, Any] | None]]
_OURS: Final = frozenset({DEFAULT_DEPARTMENT, RESERVED_ORGANIZATION})


async def require_sight(
    context: Context, viewer: Viewer, organization_id: UUID | None, department_id: UUID | None
) -> None:
    """NotFound unless both exist, as far as they are named, and the reader may see them."""
    if organization_id is not None:
        foreign = viewer.reach is Reach.ORGANIZATION and organization_id != viewer.organization_id
        known = (directory.known_organization, gateway.fetch_organization)
        if foreign or not await _is_there(context, organization_id, *known):
            raise NotFound
    if department_id is not None:
        foreign = viewer.reach is Reach.DEPARTMENTS and department_id not in viewer.department_ids
        places = (directory.department, gateway.fetch_department)
        if foreign or not await _is_there(context, department_id, *places):
            raise NotFound


async def _is_there(context: Context, wanted: UUID, ours: _Known, gateways: _Fetch) -> bool:
    """Whether an event or a ticket told of it, or the gateway knows it; not while that is away."""
    if wanted in _OURS:
        return True
    async with context.tx() as tx:
        if await ours(tx, wanted):
            return True
    try:
        return await gateways(context, wanted) is not None
    except (PeerUnavailable, PeerRefused, TimeoutError, FileNotFoundError):
        return False
