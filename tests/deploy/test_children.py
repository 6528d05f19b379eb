"""Children are kept alive, heard, stopped, and never outlive the one who started them."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from deploy.local import orphans
from deploy.local.children import Child
from deploy.local.layout import Home
from deploy.local.programs import Program
from tests.engines import ROOT, eventually

Make = Callable[..., Child]

WAIT = "import signal; signal.pause()"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); signal.pause()"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.prepare()
    return made


@pytest.fixture
async def make(home: Home) -> AsyncIterator[Make]:
    made: list[Child] = []

    def start(code: str, name: str = "dummy") -> Child:
        argv = (sys.executable, "-u", "-c", code)
        child = Child(Program(name, argv, cwd=home.root), home)
        child.start()
        made.append(child)
        return child

    yield start
    for child in made:
        await child.stop(5)


def logged(home: Home, name: str = "dummy") -> list[dict[str, object]]:
    file = home.log / f"{name}.log"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


async def test_a_killed_child_comes_back(make: Make) -> None:
    child = make(WAIT)
    await eventually(lambda: child.pid)
    first = child.pid
    assert first
    os.kill(first, signal.SIGKILL)
    await eventually(lambda: child.pid not in {None, first}, within=2)
    assert child.starts == 2


async def test_a_child_that_cannot_live_is_tried_with_growing_patience(make: Make) -> None:
    began = time.monotonic()
    child = make("raise SystemExit(3)")
    await eventually(lambda: child.starts == 4)
    assert time.monotonic() - began > 0.1 + 0.2 + 0.4


async def test_a_program_that_is_not_there_is_said_and_tried_again(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    child = Child(Program("ghost", ("/no/such/program",), cwd=home.root), home)
    child.start()
    heard: list[str] = []

    def told() -> bool:
        heard.append(capsys.readouterr().out)
        return "ghost ended (could not start" in "".join(heard)

    await eventually(told)
    await child.stop(1)


async def test_plain_lines_become_json_and_json_stays(make: Make, home: Home) -> None:
    own_line = '{"level": "info", "event": "own"}'
    make(f"print('plain'); print({own_line!r}); {WAIT}")
    await eventually(lambda: len(logged(home)) == 2)
    plain, own = logged(home)
    assert (plain["event"], plain["service"], plain["level"]) == ("plain", "dummy", "info")
    assert own == {"level": "info", "event": "own"}


async def test_a_line_without_end_does_not_stop_the_ears(make: Make, home: Home) -> None:
    make("print('x' * 3_000_000); print('after'); import signal; signal.pause()")
    await eventually(lambda: [line for line in logged(home) if line["event"] == "after"])


async def test_a_deaf_child_is_killed_after_the_wait(make: Make, home: Home) -> None:
    child = make(DEAF)
    await eventually(lambda: logged(home))
    pid = child.pid
    assert pid
    began = time.monotonic()
    await child.stop(0.3)
    assert 0.3 <= time.monotonic() - began < 3
    assert not psutil.pid_exists(pid)


async def test_a_stopped_child_stays_away(make: Make) -> None:
    child = make(WAIT)
    await eventually(lambda: child.pid)
    await child.stop(5)
    await asyncio.sleep(0.3)  # a restart would have come by now
    assert child.pid is None
    assert child.starts == 1


async def test_a_childs_own_children_go_with_it(make: Make, home: Home) -> None:
    code = (
        "import subprocess, sys, signal;"
        "print(subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()']).pid);"
        "signal.pause()"
    )
    child = make(code)
    await eventually(lambda: logged(home))
    grandchild = int(str(logged(home)[0]["event"]))
    assert child.pid
    os.kill(child.pid, signal.SIGKILL)
    await eventually(lambda: not psutil.pid_exists(grandchild) or zombie(grandchild))


def zombie(pid: int) -> bool:
    return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


PARENT = """
import asyncio, sys
from pathlib import Path
from deploy.local.children import Child
from deploy.local.layout import Home
from deploy.local.programs import Program

async def main():
    home = Home(Path(sys.argv[1]))
    program = Program("dummy", (sys.executable, "-c", "import signal; signal.pause()"), home.root)
    child = Child(program, home)
    child.start()
    while child.pid is None:
        await asyncio.sleep(0.01)
    print(child.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def orphan(home: Home) -> int:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(home.root)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        parent.kill()
    return pid


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no parent-death signal")
async def test_children_die_with_a_killed_parent(home: Home) -> None:
    pid = orphan(home)
    await eventually(lambda: not psutil.pid_exists(pid) or zombie(pid), within=3)


async def test_what_an_earlier_runner_left_alive_is_ended(home: Home) -> None:
    with subprocess.Popen([sys.executable, "-c", WAIT]) as left:
        orphans.remember(home.run, "left", left.pid)
        assert orphans.end_all(home.run) == [left.pid]
        assert left.wait(5) is not None
    assert not list(home.run.glob("*.pid"))


def test_a_pid_that_now_belongs_to_another_is_left_alone(home: Home) -> None:
    with subprocess.Popen([sys.executable, "-c", WAIT]) as other:
        (home.run / "left.pid").write_text(json.dumps({"pid": other.pid, "born": 1.0}))
        assert orphans.end_all(home.run) == []
        assert other.poll() is None
        other.kill()
