"""One runner for one home."""

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.lock import AlreadyRunningError, hold, holder
from tests.engines import ROOT

HOLD = """
import sys
from pathlib import Path
from deploy.local.lock import hold
with hold(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def other_process(path: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout
    assert child.stdout.readline() == "held\n"
    return child


def test_a_second_holder_is_told_who_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with other_process(path) as child:
        assert holder(path) == child.pid
        with pytest.raises(AlreadyRunningError, match=f"process {child.pid}"), hold(path):
            pass
        child.kill()


def test_a_killed_holder_leaves_the_home_free(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with other_process(path) as child:
        child.kill()
        child.wait()
    assert path.exists()
    assert holder(path) is None
    with hold(path):
        assert holder(path) is not None
    assert holder(path) is None


def test_nobody_holds_a_home_that_never_ran(tmp_path: Path) -> None:
    assert holder(tmp_path / "lock") is None
