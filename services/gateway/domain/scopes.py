"""What a role may do, and what may be granted to an API client."""

from collections.abc import Iterable
from typing import Final

from shared.vocabulary import Role

SCOPES: Final = (
    "tickets:read",
    "tickets:write",
    "tickets:manage",
    "users:read",
    "users:manage",
    "organizations:manage",
    "departments:manage",
    "clients:manage",
    "sla:read",
    "sla:manage",
    "escalations:read",
    "escalations:write",
    "webhooks:manage",
    "intake:read",
    "intake:write",
    "reports:read",
    "notifications:read",
    "audit:read",
)

_CUSTOMER: Final = frozenset(
    {"tickets:read", "tickets:write", "sla:read", "escalations:read", "notifications:read"}
)
_AGENT: Final = _CUSTOMER | {"tickets:manage", "users:read", "intake:read"}
_LEADER: Final = _AGENT | {"escalations:write", "reports:read"}

ROLE_SCOPES: Final[dict[Role, frozenset[str]]] = {
    Role.CUSTOMER: _CUSTOMER,
    Role.CUSTOMER_ADMIN: _CUSTOMER | {"users:read", "reports:read"},
    Role.AGENT: _AGENT,
    Role.SUPERVISOR: _LEADER,
    Role.MANAGER: _LEADER,
    Role.SENIOR_MANAGEMENT: _LEADER,
    Role.EXECUTIVE: _LEADER,
    Role.ADMIN: frozenset(SCOPES),
    Role.AUDITOR: frozenset(scope for scope in SCOPES if scope.endswith(":read")),
}

BOUND_SCOPES: Final = frozenset({*ROLE_SCOPES[Role.CUSTOMER_ADMIN], "webhooks:manage"})
"""The most that a client bound to one organization may hold: its wall must not have a door."""


def scopes_of(roles: Iterable[Role]) -> tuple[str, ...]:
    """All scopes that the roles imply, in the order of the book."""
    held = frozenset[str]().union(*(ROLE_SCOPES[role] for role in roles))
    return tuple(scope for scope in SCOPES if scope in held)


def exceed(roles: Iterable[Role], held: Iterable[str]) -> bool:
    """Whether these roles may do what a holder of `held` may not."""
    return not frozenset(held).issuperset(scopes_of(roles))


def ungrantable(wanted: Iterable[str], granter: Iterable[str], *, bound: bool) -> tuple[str, ...]:
    """The scopes that this granter may not give to such a client; nobody gives what they lack."""
    allowed = frozenset(granter) & (BOUND_SCOPES if bound else frozenset(SCOPES))
    return tuple(sorted(frozenset(wanted) - allowed))
