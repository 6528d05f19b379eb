"""What a report may be asked about: a foreign or unknown object is not there (404), no zero."""

from dataclasses import dataclass
from uuid import UUID

from services.sla.store import rules, sight
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.peers import PeerRefused, PeerUnavailable
from shared.kit.problems import NotFound
from shared.vocabulary import DEFAULT_DEPARTMENT, RESERVED_ORGANIZATION


@dataclass(frozen=True, slots=True)
class Named:
    """The objects that a question names."""

    organization_id: UUID | None = None
    department_id: UUID | None = None
    contract_id: UUID | None = None


async def require_named(context: Context, caller: Caller, named: Named) -> None:
    """NotFound unless all exist and are the reader's; before the report's transaction begins."""
    async with context.tx() as look:
        if named.contract_id and await rules.contract(look, named.contract_id) is None:
            raise NotFound
        owner = named.organization_id
        stranger = owner and not await sight.knows_organization(look, owner)
    if owner and stranger and owner != RESERVED_ORGANIZATION:
        await _ask(context, f"/internal/organizations/{owner}")
    place = named.department_id
    if place is None or place in caller.department_ids:
        return
    if not sight.sees_all(caller):
        raise NotFound
    if place != DEFAULT_DEPARTMENT:
        await _ask(context, f"/internal/departments/{place}")


async def _ask(context: Context, path: str) -> None:
    """NotFound where the gateway knows of nothing there."""
    try:
        await context.peers.get("gateway", path)
    except PeerRefused as refusal:
        raise NotFound from refusal
    except PeerUnavailable:
        return  # the figures are ours: a gateway that is away takes none of them
