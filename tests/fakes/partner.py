"""A partner's endpoint: a real HTTP server that checks signatures as partners do."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Self

import orjson
from aiohttp import web
from standardwebhooks import Webhook

Behaviour = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came."""

    headers: dict[str, str]
    body: bytes
    path: str

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def json(self) -> Any:
        return orjson.loads(self.body)

    def verified(self, secret: str) -> Any:
        """The event, or standardwebhooks' own complaint about signature or time."""
        return Webhook(secret).verify(self.body, self.headers)


class Partner:
    """Answers 204 unless told how to behave; `async with Partner() as partner`."""

    def __init__(self, behaviour: Behaviour | None = None) -> None:
        self.received: list[Received] = []
        self.behaviour = behaviour
        self._news = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self.port = 0

    @property
    def host(self) -> str:
        """`host:port`, as `SANAD_WEBHOOK_ALLOW` wants it."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}/hooks"

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        async with self._news:
            self.received.append(Received(headers, body, request.path))
            self._news.notify_all()
        if self.behaviour is not None:
            return await self.behaviour(request)
        return web.Response(status=204)

    async def until(self, condition: Callable[[], Any], *, within: float = 10) -> Any:
        """Wait until a condition on what was received holds, and answer it."""
        async with asyncio.timeout(within), self._news:
            while not (found := condition()):
                await self._news.wait()
            return found

    async def wait_for(self, count: int, *, within: float = 10) -> list[Received]:
        await self.until(lambda: len(self.received) >= count, within=within)
        return self.received

    async def event(
        self, kind: str, ticket_id: str, secret: str, *, within: float = 30
    ) -> dict[str, Any]:
        """The first event of a type about a ticket, with its signature checked."""

        def look() -> Received | None:
            for one in self.received:
                event = one.json()
                if event["type"] == kind and event["data"].get("ticket_id") == ticket_id:
                    return one
            return None

        found: Received = await self.until(look, within=within)
        # Checked by hand as well: the package compares times with this machine's clock, and
        # journeys move the house's clock.
        age = abs(time.time() - int(found.headers["webhook-timestamp"]))
        if age < 240:
            found.verified(secret)
        else:
            _check_signature(found, secret)
        event: dict[str, Any] = found.json()
        return event


def _check_signature(found: Received, secret: str) -> None:
    from datetime import UTC, datetime

    at = datetime.fromtimestamp(int(found.headers["webhook-timestamp"]), UTC)
    expected = Webhook(secret).sign(found.id, at, found.body.decode())
    assert expected in found.headers["webhook-signature"].split(), "wrong signature"


def answer(status: int, headers: dict[str, str] | None = None) -> Behaviour:
    """Always the same answer."""

    async def behave(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers=headers)

    return behave


def hang(release: asyncio.Event) -> Behaviour:
    """Never answers while the test runs."""

    async def behave(_: web.Request) -> web.StreamResponse:
        await release.wait()
        return web.Response(status=204)

    return behave


def drip(release: asyncio.Event) -> Behaviour:
    """200 at once, then one byte in a while, for ever."""

    async def behave(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=200)
        await response.prepare(request)
        while not release.is_set():
            try:
                await response.write(b".")
                await asyncio.wait_for(release.wait(), 0.2)
            except TimeoutError:
                continue
            except ConnectionError:
                break
        return response

    return behave


class Flood:
    """200 and as many bytes as the caller will take; counts what was written."""

    def __init__(self) -> None:
        self.written = 0

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=200)
        await response.prepare(request)
        try:
            while self.written < 2**30:
                await response.write(b"x" * 65536)
                self.written += 65536
        except (ConnectionError, asyncio.CancelledError):
            pass
        return response
