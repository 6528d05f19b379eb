"""Listening sockets that the supervisor holds, so that a restarted child loses no connection."""

import errno
import json
import socket
from collections.abc import Iterable
from pathlib import Path

from deploy.local.layout import replace
from deploy.local.programs import CannotRunError

LOOPBACK = "127.0.0.1"
_BACKLOG = 1024


class Listeners:
    """Sockets by name; a child receives their numbers."""

    def __init__(self) -> None:
        self._sockets: dict[str, socket.socket] = {}

    def open(self, name: str, port: int = 0, setting: str = "") -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError as failure:
            listener.close()
            raise CannotRunError(_sentence(failure, port, setting)) from failure
        listener.listen(_BACKLOG)
        self._sockets[name] = listener

    def address(self, name: str) -> str:
        return f"{LOOPBACK}:{self.port(name)}"

    def port(self, name: str) -> int:
        return int(self._sockets[name].getsockname()[1])

    def fd(self, name: str) -> int:
        return self._sockets[name].fileno()

    def fds(self, names: Iterable[str]) -> tuple[int, ...]:
        return tuple(self.fd(name) for name in names)

    def close(self) -> None:
        for listener in self._sockets.values():
            listener.close()


def engine_port(memory: Path, name: str) -> int:
    """The port an engine had last time while it is free, else a new one, remembered."""
    known: dict[str, int] = json.loads(memory.read_text("utf-8")) if memory.exists() else {}
    port = known.get(name, 0)
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((LOOPBACK, port))
        except OSError:
            trial.bind((LOOPBACK, 0))
        port = int(trial.getsockname()[1])
    if known.get(name) != port:
        replace(memory, json.dumps({**known, name: port}))
    return port


def _sentence(failure: OSError, port: int, setting: str) -> str:
    if failure.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program. Set {setting} to another port, or to 0."
    if failure.errno == errno.EACCES:
        return f"Port {port} needs privileges. Set {setting} to a port above 1023."
    return f"Port {port} cannot be used: {failure.strerror}. Set {setting}."
