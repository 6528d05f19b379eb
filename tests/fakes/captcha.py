"""A captcha provider's `siteverify`, as Turnstile, hCaptcha and reCAPTCHA document it."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from aiohttp import web

from tests.engines import free_port


@dataclass
class Provider:
    """Knows which tokens people have solved; each counts once, as with the real ones."""

    secret: str = "the provider's secret"
    solved: set[str] = field(default_factory=set)
    asked: list[dict[str, str]] = field(default_factory=list)
    broken: bool = False
    url: str = ""

    async def verify(self, request: web.Request) -> web.Response:
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.asked.append(form)
        if self.broken:
            return web.Response(text="<html>maintenance</html>")
        right = form.get("secret") == self.secret and form.get("response") in self.solved
        self.solved.discard(form.get("response", ""))
        codes = [] if right else ["invalid-input-response"]
        return web.json_response({"success": right, "error-codes": codes})


@contextlib.asynccontextmanager
async def provider() -> AsyncIterator[Provider]:
    made, port = Provider(), free_port()
    app = web.Application()
    app.router.add_post("/siteverify", made.verify)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    made.url = f"http://127.0.0.1:{port}/siteverify"
    yield made
    await runner.cleanup()
