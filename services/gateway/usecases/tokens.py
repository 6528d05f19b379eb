"""What an access token says, for people, API clients and services of ours."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from services.gateway.domain.clients import ApiClient
from services.gateway.domain.people import User
from services.gateway.domain.scopes import scopes_of
from services.gateway.domain.validity import issued_at
from services.gateway.usecases.signing import ring_of
from shared.kit.context import Context
from shared.kit.ids import uuid7
from shared.kit.tx import Tx
from shared.vocabulary import Locale

LIFE: Final = timedelta(minutes=10)
API_AUDIENCE: Final = "sanad-api"


@dataclass(frozen=True, slots=True)
class Tokens:
    """The answer to a login; people also get what the next one is bought with."""

    access: str
    scope: str
    refresh: str | None = None


def user_token(tx: Tx, user: User, session_id: UUID) -> Tokens:
    """Issued never before the instant from which the person's tokens count."""
    person = user.person
    scope = " ".join(scopes_of(person.roles))
    claims = {
        "sub": str(person.id),
        "kind": "user",
        "org": str(person.organization_id),
        "roles": sorted(person.roles),
        "scope": scope,
        "deps": [str(one) for one in sorted(person.department_ids)],
        "locale": person.locale.value,
        "sid": str(session_id),
    }
    since = issued_at(tx.now, user.tokens_valid_from).timestamp()
    return Tokens(_signed(tx.context, claims, API_AUDIENCE, int(since)), scope)


def client_token(tx: Tx, client: ApiClient, scopes: tuple[str, ...], locale: Locale) -> Tokens:
    """Its session is the client itself: revoking the client refuses the tokens it holds."""
    bound = client.organization_id
    scope = " ".join(scopes)
    claims: dict[str, Any] = {
        "sub": str(client.id),
        "kind": "client",
        "org": str(bound) if bound else None,
        "roles": [],
        "scope": scope,
        "deps": [],
        "locale": locale.value,
        "sid": str(client.id),
    }
    since = issued_at(tx.now, None).timestamp()
    return Tokens(_signed(tx.context, claims, API_AUDIENCE, int(since)), scope)


def service_token(context: Context, service: str, audience: str) -> str:
    """For one service of ours to call another one's operations listener."""
    since = int(context.clock.now().timestamp())
    return _signed(context, {"sub": service, "kind": "service"}, audience, since)


def _signed(context: Context, claims: dict[str, Any], audience: str, since: int) -> str:
    times = {"iat": since, "exp": since + int(LIFE.total_seconds())}
    return ring_of(context).sign({**claims, "aud": audience, "jti": str(uuid7()), **times})
