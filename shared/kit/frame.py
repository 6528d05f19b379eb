"""The outermost layer of every application: ids, headers, timing, access line, last resort."""

import sys
from datetime import UTC, datetime
from time import perf_counter
from typing import Any, BinaryIO, Final

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kit import metrics, trace
from shared.kit.answers import problem_of, problem_response
from shared.kit.methods import as_read, bodiless
from shared.kit.visit import LIST, VISIT, Visit

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Frame:
    """Pure ASGI: nothing here reads a body or starts a task (reliability.md T20)."""

    def __init__(self, app: ASGIApp, service: str, access: "AccessLog | None" = None) -> None:
        self._app = app
        self._service = service
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visit = scope[VISIT] = Visit(scope)
        method = scope["method"]
        token = trace.enter(visit.trace)
        listed = LIST.set(scope["path"])

        async def send_framed(message: Message) -> None:
            if message["type"] == "http.response.start":
                visit.status = message["status"]
                message["headers"] = [*message["headers"], *visit.headers()]
            await send(message)

        if method == "HEAD":
            scope, send = as_read(scope["app"].routes, scope), bodiless(send)
        try:
            await self._app(scope, receive, send_framed)
        except Exception as error:
            if visit.status:
                raise  # half an answer is out: only a broken connection tells the truth now
            answer = problem_response(problem_of(error, visit), visit, scope["path"])
            await answer(scope, receive, send_framed)
        finally:
            LIST.reset(listed)
            trace.leave(token)
            self._record(method, scope, visit)

    def _record(self, asked: str, scope: Scope, visit: Visit) -> None:
        took = perf_counter() - visit.started
        route = scope.get("route")
        path = getattr(route, "path_format", "unmatched")
        method = asked if asked in _METHODS else "OTHER"
        metrics.timer(self._service, method, path, visit.status).observe(took)
        access = getattr(scope["app"].state, "access", None)
        if access is not None:
            access.write(method, path, took, visit)


class AccessLog:
    """One line a request, gathered for a moment so that a write does not cost each request.

    Routes, not paths: an address may hold what only its owner should read.
    """

    def __init__(self, service: str, stream: BinaryIO | None = None) -> None:
        self._service = service
        self._stream = stream or sys.stdout.buffer
        self._lines: list[bytes] = []

    def write(self, method: str, route: str, took: float, visit: Visit) -> None:
        line: dict[str, Any] = {
            "ts": datetime.now(UTC),
            "level": "info",
            "event": "request",
            "service": self._service,
            "trace_id": visit.trace.trace_id,
            "request_id": visit.trace.request_id,
            "method": method,
            "route": route,
            "status": visit.status,
            "seconds": round(took, 6),
        }
        if visit.caller is not None:
            line["caller"] = visit.caller.id
        self._lines.append(orjson.dumps(line, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE))

    def flush(self) -> None:
        if self._lines:
            lines, self._lines = self._lines, []
            self._stream.write(b"".join(lines))
            self._stream.flush()
