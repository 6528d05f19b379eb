"""API clients of partners, and the services of ours: both prove themselves with a secret."""

import hmac
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from services.gateway.domain.clients import ApiClient
from services.gateway.domain.scopes import ungrantable
from services.gateway.problems import (
    InvalidClient,
    InvalidScope,
    ScopesRefused,
    UnknownOrganization,
)
from services.gateway.store import clients as store
from services.gateway.store import organizations
from services.gateway.usecases.renewals import state_revoked
from services.gateway.usecases.secrets import digest, new_client_secret, same
from services.gateway.usecases.tokens import Tokens, client_token, service_token
from services.gateway.usecases.wishes import ClientWish
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.ids import uuid7
from shared.kit.problems import NotFound
from shared.kit.settings import Settings
from shared.kit.tx import Tx
from shared.vocabulary import Locale

SERVICES = ("gateway", "intake", "tickets", "sla", "escalation", "notify")
_NOBODY = bytes(32)


async def create(tx: Tx, caller: Caller, wish: ClientWish) -> tuple[ApiClient, str]:
    """The client, and its secret for the only time."""
    bound = wish.organization_id is not None
    if refused := ungrantable(wish.scopes, caller.scopes, bound=bound):
        raise ScopesRefused(scopes=list(refused))
    if wish.organization_id is not None:
        found = await organizations.find_organization(tx, wish.organization_id)
        if found is None:
            raise UnknownOrganization
    secret = new_client_secret()
    client = ApiClient(
        id=uuid7(),
        organization_id=wish.organization_id,
        name=wish.name,
        scopes=tuple(sorted(set(wish.scopes))),
        created_by=caller.id,
        created_at=tx.now,
    )
    await store.insert_client(tx, client, digest(secret))
    return client, secret


async def revoke(tx: Tx, client_id: UUID) -> None:
    """Its tokens are refused within seconds; a second time changes nothing."""
    if await store.find_client(tx, client_id) is None:
        raise NotFound
    if await store.revoke_client(tx, client_id):
        await state_revoked(tx, client_id)


async def found(tx: Tx, client_id: UUID) -> ApiClient:
    """The client; for administrators, who alone see the table from their seat."""
    client = await store.find_client(tx, client_id)
    if client is None:
        raise NotFound
    return client


async def read(tx: Tx, caller: Caller) -> ApiClient:
    """The client that asks. A bound one sits behind the wall, where the table is not to be seen."""
    async with tx.context.tx() as own:
        return await found(own, caller.id)


async def listed(tx: Tx, after: UUID | None, limit: int) -> Sequence[ApiClient]:
    return await store.list_clients(tx, after, limit)


async def log_in(context: Context, client_id: str, secret: str, scope: str | None) -> Tokens:
    """A token with all granted scopes, or with those that are asked for."""
    async with context.tx() as tx:
        found = await store.find_secret(tx, _uuid(client_id))
        proven = same(secret, found[1] if found else _NOBODY)
        if found is None or not proven:
            raise InvalidClient
        client = found[0]
        wanted = tuple(scope.split()) if scope else client.scopes
        if not set(wanted) <= set(client.scopes):
            raise InvalidScope
        return client_token(tx, client, wanted, await _locale(tx, client))


async def log_in_service(context: Context, service: str, secret: str, audience: str) -> str:
    """A token of one service of ours for the operations listener of another."""
    known = _read_secrets(context.settings.home)
    proven = hmac.compare_digest(known.get(service, _NOBODY), digest(secret))
    if service not in known or not proven or audience not in SERVICES:
        raise InvalidClient
    return service_token(context, service, audience)


async def _locale(tx: Tx, client: ApiClient) -> Locale:
    bound = client.organization_id
    found = await organizations.find_organization(tx, bound) if bound else None
    return found.locale if found else Locale.EN


@lru_cache(maxsize=4)
def _read_secrets(home: Path) -> Mapping[str, bytes]:
    settings = Settings(home=home)
    return {name: digest(settings.secret(f"clients/{name}")) for name in SERVICES}


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
