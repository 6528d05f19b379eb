"""Bodies about logins, API clients and the state of the house."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.gateway.domain import clients
from services.gateway.domain.health import Health
from services.gateway.schemas.fields import Name, Password
from services.gateway.usecases.tokens import LIFE, Tokens
from services.gateway.usecases.wishes import ClientWish
from shared.kit.model import Body, Instant, Out

Text = Annotated[str, Field(max_length=1024)]
Scope = Annotated[str, Field(max_length=64, pattern=r"^[a-z-]+:[a-z]+$")]


class TokenForm(BaseModel):
    """RFC 6749: fields that we do not know are ignored, so any client library may log in."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    grant_type: Text | None = None
    username: Text | None = None
    password: Text | None = None
    refresh_token: Text | None = None
    client_id: Text | None = None
    client_secret: Text | None = None
    scope: Text | None = None


class TokenOut(Out):
    """RFC 6749, section 5.1."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the kind of token, not one
    expires_in: int
    refresh_token: str | None = None
    scope: str | None = None

    @classmethod
    def of(cls, tokens: Tokens) -> Self:
        return cls(
            access_token=tokens.access,
            expires_in=int(LIFE.total_seconds()),
            refresh_token=tokens.refresh,
            scope=tokens.scope,
        )


class PasswordIn(Body):
    """The present password proves who asks, whatever token they hold."""

    current: Password
    password: Password


class ServiceTokenForm(BaseModel):
    """A service of ours, which service it wants to call, and its secret."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: Text
    client_secret: Text
    audience: Text


class ClientIn(Body):
    """A program of a partner; bound to an organization it sees nothing else."""

    name: Name
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=50)]
    organization_id: UUID | None = None

    def wish(self) -> ClientWish:
        return ClientWish(self.name, tuple(self.scopes), self.organization_id)


class ClientOut(Out):
    """A client without its secret, which nobody can read again."""

    client_id: UUID
    name: str
    scopes: list[str]
    organization_id: UUID | None
    created_at: Instant
    revoked_at: Instant | None

    @classmethod
    def of(cls, client: clients.ApiClient, **secret: str) -> Self:
        return cls(
            client_id=client.id,
            name=client.name,
            scopes=list(client.scopes),
            organization_id=client.organization_id,
            created_at=client.created_at,
            revoked_at=client.revoked_at,
            **secret,
        )


class ClientMadeOut(ClientOut):
    """A client with its secret, for the only time."""

    client_secret: str


class ClientPage(Out):
    items: list[ClientOut]
    next_cursor: str | None


class ServiceStatusOut(Out):
    status: Health
    text: str


class StatusOut(Out):
    """How the house fares, without detail."""

    status: Health
    text: str
    services: dict[str, ServiceStatusOut]


class StatusDetailOut(StatusOut):
    """The same with each service's own words."""

    checks: dict[str, Any]
