"""Callers of the tests, with tokens signed by a key of the tests."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from shared.kit.context import Context
from shared.kit.jwt import SigningKey, generate_pem, sign, signing_key
from shared.vocabulary import RESERVED_ORGANIZATION

CUSTOMER = "tickets:read tickets:write sla:read"
AGENT = f"{CUSTOMER} tickets:manage users:read"
AUDITOR = "tickets:read sla:read"


@cache
def key() -> SigningKey:
    return signing_key("tests-1", generate_pem())


async def keys(_context: Context) -> dict[str, Any]:
    return {"keys": [key().public_jwk()]}


@dataclass
class Person:
    """Somebody with a token."""

    role: str = "customer"
    organization: UUID = RESERVED_ORGANIZATION
    departments: tuple[UUID, ...] = ()
    kind: str = "user"
    scope: str = ""
    locale: str = "en"
    bound: bool = True
    """Programs may be of no organization."""
    ahead: float = 0.0
    """Seconds by which the desk's clock was moved."""
    id: UUID = field(default_factory=uuid4)

    def headers(self, **more: str) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {"Authorization": f"Bearer {self.token()}", **named}

    def token(self, audience: str = "sanad-api") -> str:
        now = round(datetime.now(UTC).timestamp() + self.ahead, 3)
        return sign(
            key(),
            {
                "aud": audience,
                "sub": str(self.id),
                "kind": self.kind,
                "org": str(self.organization) if self.bound else None,
                "roles": [self.role] if self.kind == "user" else [],
                "scope": self.scope or _scope(self.role),
                "deps": [str(one) for one in self.departments],
                "locale": self.locale,
                "sid": str(uuid4()),
                "jti": str(uuid4()),
                "iat": now,
                "exp": int(now) + 600,
            },
        )


def _scope(role: str) -> str:
    if role in {"customer", "customer_admin"}:
        return CUSTOMER
    return AUDITOR if role == "auditor" else AGENT


def service_headers(name: str) -> dict[str, str]:
    """A colleague service's token for tickets."""
    now = round(datetime.now(UTC).timestamp(), 3)
    claims = {
        "aud": "tickets",
        "sub": name,
        "kind": "service",
        "jti": str(uuid4()),
        "iat": now,
        "exp": int(now) + 600,
    }
    return {"Authorization": f"Bearer {sign(key(), claims)}"}
