"""Asking other services over their operations listeners, in our own name."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
import orjson

from shared.kit import trace
from shared.kit.clock import Clock
from shared.kit.settings import Settings

TIMEOUT: Final = 5.0
CONNECTIONS: Final = 8
RETRIES: Final = 2
IDLE: Final = 4.0
"""Below the five seconds after which a listener of ours hangs up on a silent line."""
EARLY: Final = 60.0
ISSUER: Final = "gateway"
_PIECE: Final = 64 * 1024


class PeerUnavailable(Exception):
    """The peer is away, slow or out of order: try again later."""


class PeerRefused(Exception):
    """The peer answered, and the answer is no."""

    def __init__(self, peer: str, status: int, code: str = "") -> None:
        super().__init__(f"{peer}: {status} {code}")
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """What a peer said."""

    status: int
    content: bytes

    def json(self) -> Any:
        return orjson.loads(self.content)


class Peers:
    """One small HTTP client; tokens are kept until shortly before they end."""

    def __init__(self, service: str, settings: Settings, clock: Clock) -> None:
        self._service = service
        self._settings = settings
        self._clock = clock
        self._client: aiohttp.ClientSession | None = None
        self._tokens: dict[str, tuple[str, float]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def get(self, peer: str, path: str, *, params: Mapping[str, Any] | None = None) -> Any:
        """A JSON document; asked again when the line breaks, since reading changes nothing."""
        return (await self._ask("GET", peer, path, params=params)).json()

    async def post(self, peer: str, path: str, *, json: Any = None) -> Any:
        """Only for what may safely happen twice: a broken line is the caller's to try again."""
        answer = await self._ask("POST", peer, path, json=json)
        return answer.json() if answer.content else None

    async def pieces(self, peer: str, path: str) -> AsyncIterator[bytes]:
        """The bytes of a document as they come; a line that breaks is PeerUnavailable."""
        try:
            headers = {"Authorization": f"Bearer {await self._token(peer)}"}
            async with self._opened("GET", self._place(peer) + path, headers=headers) as told:
                if told.status == 401:
                    self._tokens.pop(peer, None)
                    raise PeerUnavailable(f"{peer}: its keys have changed")
                if told.status != 200:
                    _check(peer, Answer(told.status, await told.read()))
                async for piece in told.content.iter_chunked(_PIECE):
                    yield piece
        except (aiohttp.ClientError, OSError) as error:
            raise PeerUnavailable(f"{peer}: {type(error).__name__}") from error

    async def public(self, peer: str, path: str) -> Any:
        """A document that needs no token, such as the gateway's keys."""
        return (await self._send("GET", peer, path, {})).json()

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _ask(self, method: str, peer: str, path: str, **parts: Any) -> Answer:
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

    async def _send(self, method: str, peer: str, path: str, parts: dict[str, Any]) -> Answer:
        base = self._place(peer)
        tries = RETRIES + 1 if method == "GET" else 1
        for attempt in range(1, tries + 1):
            try:
                return await self._once(method, peer, base + path, parts)
            except PeerUnavailable:
                if attempt == tries:
                    raise
                await asyncio.sleep(0.05 * 4**attempt)
        raise AssertionError("unreachable")

    async def _once(self, method: str, peer: str, url: str, parts: dict[str, Any]) -> Answer:
        try:
            async with self._opened(method, url, **parts) as told:
                answer = Answer(told.status, await told.read())
        except (aiohttp.ClientError, OSError) as error:
            raise PeerUnavailable(f"{peer}: {type(error).__name__}") from error
        return _check(peer, answer)

    def _opened(self, method: str, url: str, **parts: Any) -> Any:
        if self._client is None:
            self._client = _session()
        return self._client.request(method, url, **parts, allow_redirects=False)

    def _place(self, peer: str) -> str:
        base = self._settings.peers.get(peer)
        if base is None:
            raise PeerUnavailable(f"no address for {peer}")
        return base

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


def _check(peer: str, answer: Answer) -> Answer:
    if answer.status == 429 or answer.status >= 500:
        raise PeerUnavailable(f"{peer}: {answer.status}")
    if not 200 <= answer.status < 300:
        raise PeerRefused(peer, answer.status, _code(answer))
    return answer


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=IDLE),
        timeout=aiohttp.ClientTimeout(
            total=None, connect=TIMEOUT, sock_connect=TIMEOUT, sock_read=TIMEOUT
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        json_serialize=_serialised,
    )


def _serialised(value: Any) -> str:
    return orjson.dumps(value).decode()


def _code(answer: Answer) -> str:
    try:
        return str(answer.json().get("code", ""))
    except (ValueError, AttributeError):
        return ""
