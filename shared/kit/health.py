"""Is this process alive, and is it fit for work? Causes by name, figures with their units."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from shared.kit import metrics
from shared.kit.answers import dumps
from shared.kit.bus import Bus, Figures
from shared.kit.context import Context
from shared.kit.migrate import SchemaOutOfDate, check
from shared.kit.workers import Stop, Workers

FRESH: Final = 1.0
PATIENCE: Final = 4.0
LAG_WARN: Final = 10.0
LAG_FAIL: Final = 60.0
LOOP_STUCK: Final = 5.0
TICK: Final = 0.5
MEDIA_TYPE: Final = "application/health+json"

Status = Literal["pass", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Check:
    """One finding; `cause` is for operators and holds no personal text."""

    status: Status
    value: Any = None
    unit: str = ""
    cause: str = ""
    blocks: bool = True
    """Whether failing it means that this process cannot do its work."""

    def document(self) -> dict[str, Any]:
        named = {"observedValue": self.value, "observedUnit": self.unit, "output": self.cause}
        return {"status": self.status} | {
            name: value for name, value in named.items() if value not in (None, "")
        }


Probe = Callable[[Context], Awaitable[Check]]
"""A service's own finding, such as the age of its oldest unfinished work."""


@dataclass(eq=False)
class Health:
    """The findings of one process, looked up at most once a second."""

    service: str
    context: Context
    workers: Workers
    bus: Bus | None = None
    probes: Mapping[str, Probe] = field(default_factory=dict)
    stopping: bool = False
    loop_lag: float = 0.0
    _known: dict[str, Check] = field(default_factory=dict)
    _known_at: float = float("-inf")
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def checks(self) -> Mapping[str, Check]:
        async with self._lock:
            if time.monotonic() - self._known_at > FRESH:
                self._known = await self._look()
                self._known_at = time.monotonic()
        return self._known

    async def watch_loop(self, _context: Context, stop: Stop) -> None:
        """The worker that notices when something blocks the loop."""
        gauge = metrics.LOOP_LAG.labels(self.service)
        while not stop.is_set():
            began = time.monotonic()
            await asyncio.sleep(TICK)
            self.loop_lag = max(0.0, time.monotonic() - began - TICK)
            gauge.set(self.loop_lag)

    async def _look(self) -> dict[str, Check]:
        began = time.monotonic()
        found = {"workers": self._workers(), "schema": await self._schema()}
        found |= {name: await self._probe(probe) for name, probe in self.probes.items()}
        if self.bus is None:
            return found
        try:
            async with asyncio.timeout(PATIENCE):
                figures = await self.bus.figures()
        except Exception as error:  # noqa: BLE001 - health reports what it finds, it never raises
            return found | {"postgres": Check("fail", cause=type(error).__name__)}
        self._measure(figures)
        took = round((time.monotonic() - began) * 1000, 1)
        return found | {"postgres": Check("pass", took, "ms")} | _bus_checks(figures)

    def _workers(self) -> Check:
        failing = [name for name, one in self.workers.conditions.items() if one.worrying]
        for name, one in self.workers.conditions.items():
            metrics.RESTARTS.labels(self.service, name).set(one.restarts)
        return Check("fail" if failing else "pass", cause=", ".join(failing))

    async def _probe(self, probe: Probe) -> Check:
        try:
            async with asyncio.timeout(PATIENCE):
                return await probe(self.context)
        except Exception as error:  # noqa: BLE001 - health reports what it finds, it never raises
            return Check("fail", cause=type(error).__name__, blocks=False)

    async def _schema(self) -> Check:
        try:
            async with asyncio.timeout(PATIENCE):
                await check(self.context.database, self.service)
        except SchemaOutOfDate as error:
            return Check("fail", cause=str(error))
        except Exception as error:  # noqa: BLE001 - a database that is away says nothing about it
            return Check("fail", cause=type(error).__name__)
        return Check("pass")

    def _measure(self, figures: Figures) -> None:
        name = self.service
        metrics.OUTBOX_WAITING.labels(name).set(figures.outbox_waiting)
        metrics.OUTBOX_LAG.labels(name).set(figures.outbox_age_seconds)
        metrics.DEAD_LETTERS.labels(name, "parked").set(figures.parked)
        metrics.DEAD_LETTERS.labels(name, "waiting").set(figures.held)
        metrics.PUBLISHED.labels(name).set(figures.published)
        metrics.HANDLED.labels(name).set(figures.handled)
        if figures.pending is not None:
            metrics.PENDING.labels(name).set(figures.pending)


def _bus_checks(figures: Figures) -> dict[str, Check]:
    age = round(figures.outbox_age_seconds, 3)
    lag: Status = "fail" if age > LAG_FAIL else "warn" if age > LAG_WARN else "pass"
    parked: Status = "fail" if figures.parked else "pass"
    sound = figures.connected and figures.stream and not figures.refusal
    cause = figures.refusal or ("" if sound else figures.trouble or "no round trip to JetStream")
    return {
        "jetstream": Check("pass" if sound else "fail", cause=cause),
        "outbox": Check(lag, age, "s", blocks=False),
        "dead_letters": Check(parked, figures.parked, "facts", blocks=False),
        "consumer": Check("pass", figures.pending, "facts"),
    }


def add_probes(app: Starlette) -> None:
    """What the operations listener tells machines without a token.

    A parked fact or a late outbox is shown as failing but leaves the process ready: taking its
    HTTP door away would heal neither.
    """
    app.add_route("/livez", _livez, include_in_schema=False)
    app.add_route("/readyz", _readyz, include_in_schema=False)
    app.add_route("/metrics", _metrics, include_in_schema=False)
    app.add_route("/internal/openapi.json", _openapi, include_in_schema=False)


async def _livez(request: Request) -> Response:
    health: Health = request.app.state.health
    alive = health.loop_lag < LOOP_STUCK
    found = {"loop": Check("pass" if alive else "fail", round(health.loop_lag, 4), "s")}
    return _answer(found, stopping=False)


async def _readyz(request: Request) -> Response:
    health: Health = request.app.state.health
    return _answer(await health.checks(), stopping=health.stopping)


async def _openapi(request: Request) -> Response:
    return Response(dumps(request.app.state.public.openapi()), media_type="application/json")


async def _metrics(request: Request) -> Response:
    health: Health = request.app.state.health
    await health.checks()
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _answer(checks: Mapping[str, Check], *, stopping: bool) -> Response:
    worst: Status = "pass"
    if any(check.status != "pass" for check in checks.values()):
        worst = "warn"
    if stopping or any(check.status == "fail" and check.blocks for check in checks.values()):
        worst = "fail"
    body: dict[str, Any] = {
        "status": worst,
        "checks": {name: [check.document()] for name, check in checks.items()},
    }
    if stopping:
        body["output"] = "stopping"
    return Response(dumps(body), 503 if worst == "fail" else 200, media_type=MEDIA_TYPE)
