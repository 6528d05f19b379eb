"""Children that outlived a runner which was killed: remembered by pid and birth, ended first."""

import contextlib
import json
from pathlib import Path

import psutil

from deploy.local.layout import replace


def remember(folder: Path, name: str, pid: int) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        born = psutil.Process(pid).create_time()
        replace(folder / f"{name}.pid", json.dumps({"pid": pid, "born": born}))


def forget(folder: Path, name: str) -> None:
    (folder / f"{name}.pid").unlink(missing_ok=True)


def end_all(folder: Path, patience: float = 5.0) -> list[int]:
    """Ends what is still alive; a pid that has gone to another process is left alone."""
    alive = [process for file in folder.glob("*.pid") for process in _alive(file)]
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, stubborn = psutil.wait_procs(alive, timeout=patience)
    for process in stubborn:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=patience)
    for file in folder.glob("*.pid"):
        file.unlink()
    return [process.pid for process in alive]


def _alive(file: Path) -> list[psutil.Process]:
    try:
        known = json.loads(file.read_text("utf-8"))
        process = psutil.Process(known["pid"])
        same = abs(process.create_time() - known["born"]) < 0.05
    except (ValueError, KeyError, psutil.NoSuchProcess):
        return []
    return [process] if same and process.status() != psutil.STATUS_ZOMBIE else []
