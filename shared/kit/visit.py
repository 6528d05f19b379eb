"""What a door knows about the request in hand, and the headers that every answer carries."""

from collections.abc import MutableMapping
from contextvars import ContextVar
from functools import lru_cache
from ipaddress import ip_address
from time import perf_counter
from typing import Any, Final

from shared.kit import trace
from shared.kit.callers import Caller
from shared.kit.locale import negotiate
from shared.kit.ratelimit import Quota
from shared.vocabulary import Locale

LIST: ContextVar[str] = ContextVar("sanad_list", default="")
"""The address that is asked for and who asks: a cursor is a place in their list, in no other."""
VISIT: Final = "sanad.visit"
_ASKED: Final = frozenset({b"x-request-id", b"traceparent", b"accept-language"})
_LANGUAGES: Final = {locale: (b"content-language", locale.encode()) for locale in Locale}
_FIXED: Final = ((b"vary", b"Accept-Language"), (b"x-content-type-options", b"nosniff"))

_PRIVATE: Final = (b"cache-control", b"private, no-store")
"""What was answered to somebody signed in stays in no cache on the way."""


class Visit:
    """One request on its way through the house."""

    __slots__ = ("_wish", "caller", "policy", "quota", "started", "status", "trace")

    def __init__(self, scope: MutableMapping[str, Any]) -> None:
        asked = {name: value for name, value in scope["headers"] if name in _ASKED}
        parent = asked.get(b"traceparent", b"").decode("latin-1")
        self.trace = trace.follow(parent, asked.get(b"x-request-id", b"").decode("latin-1"))
        self.started = perf_counter()
        self.status = 0
        self.caller: Caller | None = None
        self.quota: Quota | None = None
        self.policy = ""
        wish = asked.get(b"accept-language")
        self._wish = negotiate(wish.decode("latin-1")) if wish else None

    @property
    def locale(self) -> Locale:
        """What the request asks for, else what the caller reads, else Arabic."""
        if self._wish is not None:
            return self._wish
        return self.caller.locale if self.caller else Locale.AR

    def headers(self) -> list[tuple[bytes, bytes]]:
        found = [
            (b"x-request-id", self.trace.request_id.encode()),
            (b"traceparent", self.trace.parent.encode()),
            _LANGUAGES[self.locale],
            *_FIXED,
        ]
        if self.caller is not None and self.caller.kind != "anonymous":
            found.append(_PRIVATE)
        if self.quota is not None:
            left = f'"default";r={self.quota.remaining};t={-int(-self.quota.reset // 1)}'
            found += [(b"ratelimit-policy", self.policy.encode()), (b"ratelimit", left.encode())]
        return found


def address_of(scope: MutableMapping[str, Any]) -> str:
    """The network address that asks. Our own edge names it; from elsewhere the claim is ignored."""
    client = scope.get("client")
    address = str(client[0]) if client else ""
    if not _is_ours(address):
        return address
    named = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return named[-1].decode("latin-1").rpartition(",")[2].strip() if named else address


@lru_cache(maxsize=256)
def _is_ours(address: str) -> bool:
    """Services listen on loopback or a cluster's own network only, behind the edge."""
    try:
        return ip_address(address).is_private
    except ValueError:
        return True


def visit_of(scope: MutableMapping[str, Any]) -> Visit:
    """The visit of a request; made here where no frame stands around the application."""
    visit = scope.get(VISIT)
    if visit is None:
        visit = scope[VISIT] = Visit(scope)
    found: Visit = visit
    return found
