"""A mail provider's token endpoint, and the introspection that Dovecot asks about its tokens."""

from dataclasses import dataclass, field
from typing import Self
from uuid import uuid4

from aiohttp import web


@dataclass
class Provider:
    """Gives access tokens for a refresh token that changes with every use."""

    user: str = ""
    refresh: str = "first-refresh-token"
    seconds: int = 3600
    refresh_seconds: int | None = None
    refuse: str = ""
    """An OAuth error with which every renewal is refused."""
    access: set[str] = field(default_factory=set)
    asked: list[dict[str, str]] = field(default_factory=list)
    _runner: web.AppRunner | None = None
    port: int = 0

    @property
    def token_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/token"

    @property
    def introspection(self) -> str:
        return f"http://127.0.0.1:{self.port}/introspect?access_token="

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/token", self._token)
        app.router.add_get("/introspect", self._introspect)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append(form)
        if self.refuse or form.get("refresh_token") != self.refresh:
            error = {"error": self.refuse or "invalid_grant", "error_description": "no more"}
            return web.json_response(error, status=400)
        access = uuid4().hex
        self.access.add(access)
        self.refresh = f"refresh-{uuid4().hex}"
        told = {"access_token": access, "refresh_token": self.refresh, "expires_in": self.seconds}
        if self.refresh_seconds is not None:
            told["refresh_token_expires_in"] = self.refresh_seconds
        return web.json_response(told)

    async def _introspect(self, request: web.Request) -> web.Response:
        active = request.query.get("access_token", "") in self.access
        return web.json_response({"active": "true" if active else "false", "username": self.user})
