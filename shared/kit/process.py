"""One service as a process: two listeners, one end."""

import asyncio
import contextlib
import gc
import importlib
import signal
import socket
import sys
from collections.abc import Iterator
from typing import Final

import uvicorn
import uvloop
from fastapi import FastAPI
from typing_extensions import override

from shared.kit import logging, misset
from shared.kit.endings import end
from shared.kit.frame import AccessLog
from shared.kit.protocol import Guarded, sweep
from shared.kit.service import VERSION, Service

FINISH_WITHIN: Final = 4
KEEP_ALIVE: Final = 150
"""Longer than the edge keeps an idle connection, so that it never writes into a closed one."""
FLUSH: Final = 0.2
_THRESHOLDS: Final = (5_000, 20, 20)
"""What a request makes is mostly freed by counting: cycles may wait for a larger heap of it."""
_log = logging.get_logger("serve")


class Server(uvicorn.Server):
    """A listener that leaves signals to the process as a whole."""

    @contextlib.contextmanager
    @override
    def capture_signals(self) -> Iterator[None]:
        yield


class Process:
    """Two listeners, one service, one end."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._end = asyncio.Event()
        self._status = 0
        self._settings = misset.read(service.settings)
        service.on_lost = self._lost

    async def run(self) -> int:
        logging.configure(self._service.name, VERSION, self._settings.log_level)
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, self._end.set)
        access = AccessLog(self._service.name)
        self._service.app.state.access = access
        async with self._service.running(self._settings):
            gc.collect()
            gc.set_threshold(*_THRESHOLDS)
            gc.freeze()  # what start-up made stays: it need not be looked at or copied again
            await self._serve(access)
        access.flush()
        return self._status

    async def _serve(self, access: AccessLog) -> None:
        public = _server(self._service.app)
        ops = _server(self._service.ops)
        tasks = [asyncio.create_task(ops.serve([listener(self._settings.listen_ops)]))]
        if self._settings.opens("http"):
            listening = listener(self._settings.listen_http)
            tasks.append(asyncio.create_task(public.serve([listening])))
        tasks.append(asyncio.create_task(_flush(access)))
        tasks += [asyncio.create_task(sweep(s.server_state.connections)) for s in (public, ops)]
        _log.info("serving")
        await self._end.wait()
        await self._finish(public, ops, tasks)

    async def _finish(self, public: Server, ops: Server, tasks: list[asyncio.Task[None]]) -> None:
        """Unready first, then no new request, then the last answers."""
        if self._service.health is not None:
            self._service.health.stopping = True
        _log.info("stopping")
        public.should_exit = ops.should_exit = True
        serving = tasks[: 2 if self._settings.opens("http") else 1]
        await asyncio.wait(serving, timeout=FINISH_WITHIN + 1)
        await end(*tasks)

    def _lost(self) -> None:
        self._status = 1
        self._end.set()


def listener(place: str) -> socket.socket:
    """`fd:7` is a socket that the supervisor holds; `127.0.0.1:8000` is bound here."""
    if place.startswith("fd:"):
        return socket.socket(fileno=int(place[3:]))
    host, _, port = place.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((host.strip("[]"), int(port)))
    return made


def _server(app: FastAPI) -> Server:
    config = uvicorn.Config(
        app,
        http=Guarded,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=FINISH_WITHIN,
    )
    return Server(config)


async def _flush(access: AccessLog) -> None:
    while True:
        await asyncio.sleep(FLUSH)
        access.flush()


def load(module: str) -> Service:
    found = importlib.import_module(module).service
    assert isinstance(found, Service)
    return found


def run(module: str) -> int:
    service = load(module)
    try:
        process = Process(service)
    except misset.MissetError as error:
        sys.stdout.write(f"{error}\n")
        return misset.STATUS
    return uvloop.run(process.run())
