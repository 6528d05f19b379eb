"""Where services are born: one process imports what all share, then forks for each of them.

Importing takes a second of processor for each service. Born here, a service starts (and starts
again after a crash) in a fraction of that, and what was imported lies in memory once.
"""

import array
import fcntl
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deploy.local.programs import die_with_parent
from shared.kit.lean import preload

SHARED = (
    "shared.kit.process",
    "shared.kit.service",
    "shared.kit.http",
    "sqlalchemy.dialects.postgresql.asyncpg",
)
LARGEST = 65_536
NURSERY = "nursery"
_MOST_FDS = 8
_HIGH = 200


@dataclass(frozen=True, slots=True)
class Birth:
    """A service to be: its module, its environment, and the descriptors it wants where."""

    module: str
    cwd: str
    env: Mapping[str, str]
    wanted: list[int]
    nice: int
    given: list[int]


def main(control: socket.socket) -> int:
    """Parent: returns when its supervisor is gone. Child: returns what the service returns."""
    preload()
    for name in SHARED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    _answer(control, born=os.getpid(), token=NURSERY)
    birth = _attend(control)
    return _live(birth) if birth else 0


def _attend(control: socket.socket) -> Birth | None:
    """Forks on demand; comes back in each child, and in the parent at the end."""
    bell, rope = socket.socketpair()
    rope.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(rope.fileno(), warn_on_full_buffer=False)
    while True:
        ready, _, _ = select.select([control, bell], [], [])
        if bell in ready:
            bell.recv(1024)
            _bury(control)
        if control in ready:
            message, fds = _receive(control)
            if not message:
                return None
            birth = _bear(control, message, fds)
            if birth:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for inherited in (control, bell, rope):
                    inherited.close()
                return birth


def _bear(control: socket.socket, message: bytes, fds: list[int]) -> Birth | None:
    asked = json.loads(message)
    token = asked.pop("token")
    bind = die_with_parent(signal.SIGKILL)
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        if bind:
            bind()
        return Birth(**asked, given=fds)
    for fd in fds:
        os.close(fd)
    _answer(control, token=token, born=pid)
    return None


def _live(birth: Birth) -> int:
    _place(birth)
    os.nice(birth.nice)
    os.environ.clear()
    os.environ.update(birth.env)
    time.tzset()
    os.chdir(birth.cwd)
    sys.argv = ["shared.kit.serve", birth.module]
    serve: Any = importlib.import_module("shared.kit.serve")
    status: int = serve.main(sys.argv)
    return status


def _place(birth: Birth) -> None:
    """Each descriptor goes where the service was told; first out of each other's way."""
    moved = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _HIGH) for fd in birth.given]
    for fd in birth.given:
        os.close(fd)
    for fd, wanted in zip(moved, birth.wanted, strict=True):
        os.dup2(fd, wanted)
        os.close(fd)


def _bury(control: socket.socket) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        _answer(control, dead=pid, code=os.waitstatus_to_exitcode(status))


def _receive(control: socket.socket) -> tuple[bytes, list[int]]:
    fds = array.array("i")
    message, ancillary, _, _ = control.recvmsg(LARGEST, socket.CMSG_SPACE(_MOST_FDS * fds.itemsize))
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
    return message, list(fds)


def _answer(control: socket.socket, **what: Any) -> None:
    control.send(json.dumps(what).encode())


if __name__ == "__main__":
    sys.exit(main(socket.socket(fileno=int(sys.argv[1]))))
