"""Asking the gateway about a department or person that no event has told us of yet."""

from typing import Any
from uuid import UUID

from services.tickets.adapters.people import GATEWAY
from shared.kit.context import Context
from shared.kit.peers import PeerRefused


async def fetch_department(context: Context, department_id: UUID) -> dict[str, Any] | None:
    """The department, or None when there is none; PeerUnavailable."""
    return await _found(context, f"/internal/departments/{department_id}")


async def fetch_organization(context: Context, organization_id: UUID) -> dict[str, Any] | None:
    """The organization, or None when there is none; PeerUnavailable."""
    return await _found(context, f"/internal/organizations/{organization_id}")


async def fetch_person(context: Context, person_id: UUID) -> dict[str, Any] | None:
    """The person, or None when there is none; PeerUnavailable."""
    body = {"user_ids": [str(person_id)]}
    answer = await context.peers.post(GATEWAY, "/internal/people/batch", json=body)
    items: list[dict[str, Any]] = answer["items"]
    return items[0] if items else None


async def _found(context: Context, path: str) -> dict[str, Any] | None:
    try:
        answer: dict[str, Any] = await context.peers.get(GATEWAY, path)
    except PeerRefused as refusal:
        if refusal.status == 404:
            return None
        raise
    return answer
