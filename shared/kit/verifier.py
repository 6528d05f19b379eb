"""From a bearer token to the caller it speaks for."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, cast
from uuid import NAMESPACE_URL, UUID, uuid5

from shared.kit import jwt
from shared.kit.callers import Caller, Kind
from shared.kit.clock import Clock
from shared.kit.jwt import TokenRefused
from shared.kit.keyring import Keyring
from shared.kit.validity import Validity
from shared.vocabulary import Locale

API_AUDIENCE: Final = "sanad-api"
MOST_CACHED: Final = 4096


@dataclass(frozen=True, slots=True)
class Grant:
    """What a verified token says; times and validity are asked again at each use."""

    caller: Caller
    audience: str
    issued_at: float
    expires_at: float


class Verifier:
    """Checks a signature once per token, its times and its validity each time."""

    def __init__(self, keyring: Keyring, validity: Validity, clock: Clock) -> None:
        self._keyring = keyring
        self._validity = validity
        self._clock = clock
        self._grants: dict[bytes, Grant] = {}

    async def caller(self, token: str, audience: str) -> Caller:
        """The caller behind the token; raises TokenRefused whatever is wrong with it."""
        digest = sha256(token.encode(errors="surrogateescape")).digest()
        grant = self._grants.get(digest)
        if grant is None:
            grant = await self._verified(token)
            self._keep(digest, grant)
        if grant.audience != audience:
            raise TokenRefused("audience")
        self._check(digest, grant)
        return grant.caller

    def _check(self, digest: bytes, grant: Grant) -> None:
        try:
            jwt.check_times(grant.issued_at, grant.expires_at, self._clock.now().timestamp())
        except TokenRefused:
            self._grants.pop(digest, None)
            raise
        caller = grant.caller
        if self._validity.refuses(caller.id, caller.session_id, grant.issued_at):
            raise TokenRefused("revoked")

    async def _verified(self, token: str) -> Grant:
        unverified = jwt.read(token)
        key = await self._keyring.find(unverified.kid)
        if key is None:
            raise TokenRefused("kid")
        jwt.verify(unverified, key)
        return grant_of(unverified.claims)

    def _keep(self, digest: bytes, grant: Grant) -> None:
        while len(self._grants) >= MOST_CACHED:
            with suppress(StopIteration):
                del self._grants[next(iter(self._grants))]
        self._grants[digest] = grant


def service_id(name: str) -> UUID:
    """The principal id of a service of ours."""
    return uuid5(NAMESPACE_URL, f"urn:sanad:service:{name}")


def grant_of(claims: Mapping[str, Any]) -> Grant:
    """Read our own claims; anything unexpected refuses the token."""
    try:
        caller = _caller(claims)
    except (ValueError, TypeError, AttributeError) as error:
        raise TokenRefused("claims") from error
    return Grant(caller, claims["aud"], float(claims["iat"]), float(claims["exp"]))


def _caller(claims: Mapping[str, Any]) -> Caller:
    kind = claims.get("kind")
    if kind not in {"user", "client", "service"}:
        raise TokenRefused("kind")
    subject = claims["sub"]
    service = kind == "service"
    return Caller(
        id=service_id(subject) if service else UUID(subject),
        kind=cast("Kind", kind),
        organization_id=_optional(claims.get("org")),
        roles=_texts(claims.get("roles", [])),
        scopes=frozenset(str(claims.get("scope", "")).split()),
        department_ids=frozenset(UUID(text) for text in _texts(claims.get("deps", []))),
        locale=Locale(claims.get("locale", Locale.AR)),
        session_id=_optional(claims.get("sid")),
        name=subject if service else "",
    )


def _optional(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)


def _texts(values: Any) -> frozenset[str]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TokenRefused("list")
    return frozenset(values)
