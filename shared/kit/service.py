"""Composition of a service: its rooms in, two applications and a running process out."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from shared.kit import deadletter_routes, metrics
from shared.kit.answers import problem_of, problem_response
from shared.kit.auth import PolicyMissing
from shared.kit.bus import Bus
from shared.kit.consumers import Consumers
from shared.kit.context import Context, build_context
from shared.kit.door import Entrance
from shared.kit.frame import Frame
from shared.kit.health import Health, Probe, add_probes
from shared.kit.housekeeping import Housekeeping
from shared.kit.http import DoorRoute
from shared.kit.keyring import Keyring
from shared.kit.methods import allow
from shared.kit.migrate import check
from shared.kit.openapi import document
from shared.kit.ratelimit import RateLimit
from shared.kit.revocations import listen
from shared.kit.safety import refuse_unsafe
from shared.kit.settings import Settings
from shared.kit.validity import Validity
from shared.kit.verifier import Verifier
from shared.kit.visit import visit_of
from shared.kit.workers import Worker, Workers

VERSION: Final = "0.1.0"
_QUIET: Final[Any] = {"tracing": False, "metrics": False, "logs": False}

KeyDocument = Callable[[Context], Awaitable[Mapping[str, Any]]]


@dataclass(eq=False)
class Service:
    """A service as its `main` room composes it.

    `settings` is the service's settings class, read when the process starts. `jwks` is given by
    the one service that keeps the signing keys; the others ask it.
    """

    name: str
    schema: str
    settings: Callable[[], Settings]
    routers: Sequence[APIRouter] = ()
    internal: Sequence[APIRouter] = ()
    consumers: Consumers | None = None
    workers: Sequence[Worker] = ()
    on_start: Callable[[Context], Awaitable[None]] | None = None
    jwks: KeyDocument | None = None
    checks: Mapping[str, Probe] = field(default_factory=dict)
    """Findings of the service's own in `/readyz`."""
    hears_endings: bool = True
    """Whether it learns from the bus whose tokens count no more; who ends them knows it."""
    on_lost: Callable[[], None] = lambda: None
    """Called when the bus is closed for good; the process must end and be started anew."""
    app: FastAPI = field(init=False)
    ops: FastAPI = field(init=False)
    validity: Validity = field(init=False)
    health: Health | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.app = _application(self.name, self.routers)
        self.ops = _application(self.name, [*self.internal, deadletter_routes.routes])
        self.ops.state.public = self.app
        add_probes(self.ops)
        self.validity = Validity(self.schema)
        if self.consumers is not None and self.hears_endings:
            listen(self.consumers, self.validity)
        metrics.BUILD.labels(self.name, VERSION).set(1)

    @contextlib.asynccontextmanager
    async def running(
        self, settings: Settings | None = None, *, bus: bool = True
    ) -> AsyncIterator[Context]:
        """The service at work: refuses to start on an old schema or unsafe secrets."""
        settings = settings or self.settings()
        refuse_unsafe(settings, self.name)
        context = build_context(self.name, self.schema, settings)
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(context.close)
            await check(context.database, self.name)
            house = self._open(context)
            await house.begin()
            if self.on_start is not None:
                await self.on_start(context)
            workers = await self._set_to_work(context, house, stack, bus=bus)
            stack.push_async_callback(workers.stop)
            yield context

    def _open(self, context: Context) -> Housekeeping:
        keyring = Keyring(self._key_source(context))
        verifier = Verifier(keyring, self.validity, context.clock)
        limit = RateLimit(context.settings.rate_limit)
        for app in (self.app, self.ops):
            app.state.entrance = Entrance(context, verifier, limit)
        return Housekeeping(context, keyring, self.validity)

    async def _set_to_work(
        self,
        context: Context,
        house: Housekeeping,
        stack: contextlib.AsyncExitStack,
        *,
        bus: bool,
    ) -> Workers:
        chosen = [*house.workers()]
        courier = Bus(context, self.consumers, on_lost=self.on_lost) if bus else None
        if courier is not None:
            courier.start()
            stack.push_async_callback(courier.stop)
            chosen += courier.workers()
        chosen += [worker for worker in self.workers if context.settings.opens(worker.door)]
        workers = Workers(context, chosen)
        self.health = Health(self.name, context, workers, courier, self.checks)
        chosen.append(Worker("loop", self.health.watch_loop))
        self.ops.state.health = self.health
        workers.start()
        return workers

    def _key_source(self, context: Context) -> Callable[[], Awaitable[Mapping[str, Any]]]:
        own = self.jwks

        async def ask() -> Mapping[str, Any]:
            if own is not None:
                return await own(context)
            document: Mapping[str, Any] = await context.peers.public(
                "gateway", "/.well-known/jwks.json"
            )
            return document

        return ask


def _application(name: str, routers: Sequence[APIRouter]) -> FastAPI:
    app = FastAPI(
        title=f"Sanad {name}",
        version=VERSION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=_QUIET,
        exception_handlers={HTTPException: _answer, RequestValidationError: _answer},
    )
    for router in routers:
        _include(app, router)
    app.add_middleware(Frame, service=name)
    app.openapi = partial(document, app)  # type: ignore[method-assign]  # FastAPI's own way
    return app


def _include(app: FastAPI, router: APIRouter) -> None:
    """Take the routes themselves: FastAPI's nested routers match every request twice."""
    for route in router.routes:
        if not isinstance(route, DoorRoute):
            path = getattr(route, "path", "nested router")
            raise PolicyMissing(f"{path}: not a door; use shared.kit.http.router")
        app.router.routes.append(route)


async def _answer(request: Request, error: Exception) -> Response:
    visit = visit_of(request.scope)
    if isinstance(error, HTTPException) and error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        error.headers = {"Allow": allow(request.app.routes, request.scope)}
    return problem_response(problem_of(error, visit), visit, request.scope["path"])


def doors(app: FastAPI) -> list[APIRoute]:
    """The routes of an application, for guards and documents."""
    return [route for route in app.routes if isinstance(route, APIRoute)]
