"""Who may pass a door: every route declares exactly one policy, and none starts without."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant

from shared.kit import metrics
from shared.kit.callers import Caller
from shared.kit.jwt import TokenRefused
from shared.kit.logging import get_logger
from shared.kit.problems import Forbidden, Unauthorized
from shared.kit.verifier import API_AUDIENCE, Verifier

CALLER: Final = "sanad.caller"
_log = get_logger("auth")


class PolicyMissing(Exception):
    """A route without exactly one policy; the service refuses to start."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One row of the rights table: who may use a route."""

    kind: Literal["scope", "signed_in", "public", "internal"]
    scope: str = ""
    roles: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    reason: str = ""

    async def admit(self, request: Request, verifier: Verifier, service: str) -> Caller:
        """The caller, or Unauthorized, or Forbidden; asked before the body is even read."""
        if self.kind == "public":
            return Caller.anonymous()
        audience = service if self.kind == "internal" else API_AUDIENCE
        try:
            caller = await verifier.caller(_bearer(request), audience)
        except TokenRefused as refusal:
            metrics.REFUSED.labels(service).inc()
            _log.info("token_refused", reason=str(refusal))
            raise Unauthorized from refusal
        if not self._allows(caller):
            raise Forbidden
        return caller

    def _allows(self, caller: Caller) -> bool:
        if self.kind == "internal":
            return caller.kind == "service" and (not self.services or caller.name in self.services)
        if caller.kind == "service":
            return False
        if self.kind == "signed_in":
            return True
        if not caller.has(self.scope):
            return False
        if not self.roles:
            return True
        # A program bound to an organization is that organization's: no door of the desk's people.
        return caller.plays(*self.roles) if caller.kind == "user" else not caller.organization_id


class Door:
    """The dependency behind `require`, `public` and `internal`."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    async def __call__(self, request: Request) -> Caller:
        caller: Caller = request.scope[CALLER]
        return caller


def require(scope: str, *roles: str) -> Any:
    """People and API clients with `scope`.

    When `roles` are named, people must hold one, and clients be bound to no organization.
    Use as `CanWrite = Annotated[Caller, require("things:write")]`.
    """
    return Depends(Door(Policy("scope", scope=scope, roles=frozenset(roles))))


def signed_in() -> Any:
    """Any person or API client with a sound token, whatever it may do besides."""
    return Depends(Door(Policy("signed_in")))


def public(reason: str) -> Any:
    """Everybody, without a token. `reason` says why that is right."""
    return Depends(Door(Policy("public", reason=reason)))


def internal(*services: str) -> Any:
    """Services of ours with a token for this one; only those named, when any are."""
    return Depends(Door(Policy("internal", services=frozenset(services))))


def policy_of(dependant: Dependant, path: str) -> Policy:
    """The one policy of a route."""
    found = list(_policies(dependant))
    if len(found) != 1:
        raise PolicyMissing(f"{path}: {len(found)} policies, exactly one is needed")
    return found[0]


def _policies(dependant: Dependant) -> Iterator[Policy]:
    for dependency in dependant.dependencies:
        if isinstance(dependency.call, Door):
            yield dependency.call.policy
        yield from _policies(dependency)


def _bearer(request: Request) -> str:
    tokens = [value for name, value in request.scope["headers"] if name == b"authorization"]
    if len(tokens) != 1:
        raise TokenRefused("no token" if not tokens else "two tokens")
    kind, _, token = tokens[0].decode("latin-1").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise TokenRefused("not a bearer token")
    return str(token)
