"""One runner for one home: a lock that dies with its holder."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploy.local.programs import CannotRunError


class AlreadyRunningError(CannotRunError):
    """Another runner holds this home."""


@contextlib.contextmanager
def hold(path: Path, **about: Any) -> Iterator[None]:
    """Hold the home; what an earlier holder left in the file means nothing once it is gone."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(_sentence(path)) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps({"pid": os.getpid(), **about}).encode(), 0)
        yield
    finally:
        os.close(handle)


def holder(path: Path) -> int | None:
    """The pid of the runner at work, None when there is none."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _pid(path)
    finally:
        os.close(handle)
    return None


def _pid(path: Path) -> int | None:
    try:
        return int(json.loads(path.read_text("utf-8"))["pid"])
    except (ValueError, KeyError, TypeError):  # its holder is just writing it
        return None


def _sentence(path: Path) -> str:
    return (
        f"Sanad already runs on {path.parent.parent} as process {_pid(path) or 'unknown'}. "
        "Ask it with `sanad status`, stop it with `sanad down`, or choose another SANAD_HOME."
    )
