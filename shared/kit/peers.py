"""Asking other services over their operations listeners, in our own name."""

import asyncio
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from shared.kit import trace
from shared.kit.clock import Clock
from shared.kit.settings import Settings

if TYPE_CHECKING:
    import httpx

TIMEOUT: Final = 5.0
CONNECTIONS: Final = 8
RETRIES: Final = 2
EARLY: Final = 60.0
ISSUER: Final = "gateway"


class PeerUnavailable(Exception):
    """The peer is away, slow or out of order: try again later."""


class PeerRefused(Exception):
    """The peer answered, and the answer is no."""

    def __init__(self, peer: str, status: int, code: str = "") -> None:
        super().__init__(f"{peer}: {status} {code}")
        self.status = status
        self.code = code


class Peers:
    """One small HTTP client; tokens are kept until shortly before they end."""

    def __init__(self, service: str, settings: Settings, clock: Clock) -> None:
        self._service = service
        self._settings = settings
        self._clock = clock
        self._client: httpx.AsyncClient | None = None
        self._tokens: dict[str, tuple[str, float]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def get(self, peer: str, path: str, *, params: Mapping[str, Any] | None = None) -> Any:
        """A JSON document; asked again when the line breaks, since reading changes nothing."""
        return (await self._ask("GET", peer, path, params=params)).json()

    async def post(self, peer: str, path: str, *, json: Any = None) -> Any:
        """Only for what may safely happen twice: a broken line is the caller's to try again."""
        answer = await self._ask("POST", peer, path, json=json)
        return answer.json() if answer.content else None

    async def content(self, peer: str, path: str) -> bytes:
        return (await self._ask("GET", peer, path)).content

    async def public(self, peer: str, path: str) -> Any:
        """A document that needs no token, such as the gateway's keys."""
        return (await self._send("GET", peer, path, {})).json()

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _ask(self, method: str, peer: str, path: str, **parts: Any) -> "httpx.Response":
        for attempt in (1, 2):
            token = await self._token(peer)
            headers = {"Authorization": f"Bearer {token}", "traceparent": trace.traceparent()}
            try:
                return await self._send(method, peer, path, {"headers": headers, **parts})
            except PeerRefused as refusal:
                if refusal.status != 401 or attempt == 2:
                    raise
                self._tokens.pop(peer, None)  # the gateway may have changed its keys
        raise AssertionError("unreachable")

    async def _send(
        self, method: str, peer: str, path: str, parts: dict[str, Any]
    ) -> "httpx.Response":
        base = self._settings.peers.get(peer)
        if base is None:
            raise PeerUnavailable(f"no address for {peer}")
        tries = RETRIES + 1 if method == "GET" else 1
        for attempt in range(1, tries + 1):
            try:
                return await self._once(method, peer, base + path, parts)
            except PeerUnavailable:
                if attempt == tries:
                    raise
                await asyncio.sleep(0.05 * 4**attempt)
        raise AssertionError("unreachable")

    async def _once(
        self, method: str, peer: str, url: str, parts: dict[str, Any]
    ) -> "httpx.Response":
        import httpx  # noqa: PLC0415 - megabytes that a service without peers never needs

        if self._client is None:
            limits = httpx.Limits(max_connections=CONNECTIONS)
            self._client = httpx.AsyncClient(timeout=TIMEOUT, limits=limits, trust_env=False)
        try:
            answer = await self._client.request(method, url, **parts)
        except httpx.TransportError as error:
            raise PeerUnavailable(f"{peer}: {type(error).__name__}") from error
        if answer.status_code == 429 or answer.status_code >= 500:
            raise PeerUnavailable(f"{peer}: {answer.status_code}")
        if not answer.is_success:
            raise PeerRefused(peer, answer.status_code, _code(answer))
        return answer

    async def _token(self, audience: str) -> str:
        token, until = self._tokens.get(audience, ("", 0.0))
        if until - EARLY > self._now():
            return token
        async with self._locks.setdefault(audience, asyncio.Lock()):
            token, until = self._tokens.get(audience, ("", 0.0))
            if until - EARLY > self._now():
                return token
            try:
                token, until = await self._fetch_token(audience)
            except PeerUnavailable:
                if until <= self._now():
                    raise
                return token  # still good for its last minute
            self._tokens[audience] = (token, until)
            return token

    async def _fetch_token(self, audience: str) -> tuple[str, float]:
        form = {
            "client_id": self._service,
            "client_secret": self._settings.secret(f"clients/{self._service}"),
            "audience": audience,
        }
        asked_at = self._now()
        parts = {"data": form, "headers": {"traceparent": trace.traceparent()}}
        answer = (await self._send("POST", ISSUER, "/internal/token", parts)).json()
        return str(answer["access_token"]), asked_at + float(answer["expires_in"])

    def _now(self) -> float:
        # Tests move the clock by hours; a token must age with it.
        return time.time() + self._clock.offset().total_seconds()


def _code(answer: "httpx.Response") -> str:
    try:
        return str(answer.json().get("code", ""))
    except (ValueError, AttributeError):
        return ""
