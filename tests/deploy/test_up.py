"""`sanad up` as an operator lives with it: ready, one at a time, mended, stopped, found again."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psutil
import pytest

from tests.engines import ROOT, eventually

CLI = (sys.executable, "-P", "-m", "deploy.local.cli")
PARTS = ("gateway", "intake", "tickets", "sla", "escalation", "notify", "edge", "nats", "postgres")


class Installation:
    """A home, and the runner on it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.log = home.with_name("up.log")
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*CLI, *words], env=self.env(), capture_output=True, text=True, check=False, timeout=60
        )

    def env(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "SANAD_HOME": str(self.home),
            "SANAD_HTTP_PORT": "0",
            "SANAD_SMTP_PORT": "0",
            "SANAD_PROFILE": "test",
        }

    async def up(self) -> None:
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [*CLI, "up"], env=self.env(), stdout=output, stderr=output
            )
        await eventually(self.ready, within=90)

    def ready(self) -> bool:
        assert self.process
        assert self.process.poll() is None, self.log.read_text()
        return self.log.read_text().endswith("\nready\n")

    def endpoints(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.home / "endpoints.json").read_text())
        return found

    def pids(self) -> dict[str, int]:
        found: dict[str, int] = self.endpoints()["pids"]
        return found

    def stop(self, sign: signal.Signals = signal.SIGINT) -> int:
        assert self.process
        self.process.send_signal(sign)
        return self.process.wait(30)

    def destroy(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    base = Path(tempfile.mkdtemp(prefix="sanad-up-"))
    base.chmod(0o711)
    made = Installation(base / "home")
    yield made
    made.destroy()
    shutil.rmtree(base)


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def get(url: str) -> int:
    with urlopen(url, timeout=10) as answer:  # noqa: S310 - our own address
        status: int = answer.status
    return status


async def test_from_nothing_to_ready(installation: Installation) -> None:
    await installation.up()
    said = installation.log.read_text()
    password = (installation.home / "keys/admin").read_text().strip()
    assert f"admin@localhost, password {password}" in said
    known = installation.endpoints()
    assert stat.S_IMODE((installation.home / "endpoints.json").stat().st_mode) == 0o600
    assert get(f"{known['http']}/v1/status") == 200
    assert set(known["pids"]) == {"supervisor", *PARTS}
    assert all(alive(pid) for pid in known["pids"].values())


def test_the_first_administrator_can_make_others(installation: Installation) -> None:
    words = ("admin", "create-user", "sara@example.com", "--name", "سارة", "--role", "agent")
    done = installation.command(*words)
    assert done.returncode == 0, done.stderr
    assert "sara@example.com" in done.stdout
    again = installation.command(*words)
    assert again.returncode == 1
    assert again.stderr.strip()


def test_status_shows_every_part_at_work(installation: Installation) -> None:
    shown = installation.command("status")
    assert shown.returncode == 0, shown.stdout
    for service in PARTS[:7]:
        assert f"✓ {service}" in shown.stdout


def test_the_doctor_finds_nothing_bad_in_a_running_home(installation: Installation) -> None:
    said = installation.command("doctor", "--lang", "en")
    assert said.returncode == 0, said.stdout
    assert "held by the running Sanad" in said.stdout
    assert "المنافذ" in installation.command("doctor", "--lang", "ar").stdout


def test_a_second_run_on_the_same_home_is_refused(installation: Installation) -> None:
    before = installation.pids()
    second = installation.command("up")
    assert second.returncode == 1
    assert f"already runs on {installation.home} as process {before['supervisor']}" in second.stderr
    assert installation.pids() == before


@pytest.mark.parametrize("part", PARTS)
async def test_what_is_killed_comes_back(installation: Installation, part: str) -> None:
    pid = installation.pids()[part]
    os.kill(pid, signal.SIGKILL)
    await eventually(lambda: installation.pids()[part] not in {pid, None}, within=10)
    await eventually(lambda: installation.command("status").returncode == 0, within=20)


async def test_a_request_during_a_restart_waits_instead_of_failing(
    installation: Installation,
) -> None:
    known = installation.endpoints()
    os.kill(known["pids"]["gateway"], signal.SIGKILL)
    assert get(f"{known['http']}/v1/status") == 200


async def test_a_dead_nursery_takes_no_service_with_it_for_long(installation: Installation) -> None:
    before = installation.pids()
    nursery = psutil.Process(before["tickets"]).parent()
    assert nursery
    if nursery.pid == before["supervisor"]:
        pytest.skip("services are born without a nursery here")
    nursery.kill()
    await eventually(lambda: installation.pids()["tickets"] != before["tickets"], within=15)
    await eventually(lambda: installation.command("status").returncode == 0, within=20)


async def test_a_killed_runner_leaves_nobody_behind_and_a_new_one_recovers(
    installation: Installation,
) -> None:
    pids = installation.pids()
    key = (installation.home / "keys/master").read_bytes()
    assert installation.stop(signal.SIGKILL) == -signal.SIGKILL
    await installation.up()
    assert not [name for name, pid in pids.items() if alive(pid)]
    assert (installation.home / "keys/master").read_bytes() == key
    assert "made a new database cluster" not in installation.log.read_text()
    words = ("admin", "create-user", "sara@example.com", "--name", "سارة", "--role", "agent")
    assert installation.command(*words).returncode == 1, "the user of before is still there"


async def test_an_interrupt_stops_everything_within_ten_seconds(installation: Installation) -> None:
    pids = installation.pids()
    began = time.monotonic()
    assert installation.stop(signal.SIGINT) == 0
    assert time.monotonic() - began < 10
    assert not [name for name, pid in pids.items() if alive(pid)]
    assert not (installation.home / "endpoints.json").exists()
    assert installation.command("status").returncode == 3


def test_down_has_nothing_to_stop_then(installation: Installation) -> None:
    done = installation.command("down")
    assert (done.returncode, "Nothing runs" in done.stdout) == (0, True)


def test_no_secret_stands_in_a_log(installation: Installation) -> None:
    keys = installation.home / "keys"
    secrets = [path.read_text().strip() for path in keys.rglob("*") if path.is_file()]
    logs = "".join(path.read_text() for path in (installation.home / "log").iterdir())
    assert logs
    assert not [secret for secret in secrets if secret in logs]
