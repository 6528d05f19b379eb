"""A setting that cannot be read is named with what is accepted; what it holds is told to nobody."""

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.missettings import faults
from services.intake.settings import IntakeSettings
from services.tickets.settings import TicketsSettings
from tests.engines import ROOT

ARABIC = re.compile(r"[\u0600-\u06ff]")
BUDGET = "SANAD_TICKETS_FORM_UPLOAD_BUDGET"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [one for one in os.environ if one.startswith("SANAD_")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("said", "size"),
    [("3MiB", 3 << 20), ("512 MiB", 512 << 20), ("1048576", 1 << 20), ("1kb", 1000), ("0", 0)],
)
def test_sizes_are_read_as_people_write_them(
    monkeypatch: pytest.MonkeyPatch, said: str, size: int
) -> None:
    monkeypatch.setenv(BUDGET, said)
    assert TicketsSettings().tickets_form_upload_budget == size


def test_sizes_of_mail_keep_their_least(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANAD_INTAKE_MESSAGE_BYTES", "30 MiB")
    assert IntakeSettings().message_bytes == 30 << 20
    monkeypatch.setenv("SANAD_INTAKE_MESSAGE_BYTES", "1023")
    assert faults()[0][0] == "SANAD_INTAKE_MESSAGE_BYTES: The least value is 1024."


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        (BUDGET, "much-zzqx", "3MiB"),
        (BUDGET, "3 zzqx", "3MiB"),
        (BUDGET, "-5", "3MiB"),
        ("SANAD_TICKETS_PROOF_BITS", "zzqx", "whole number"),
        ("SANAD_TICKETS_SEARCH_REBUILD", "zzqx", "auto"),
        ("SANAD_TICKETS_FEEDBACK_REOPEN_SCORE", "9", "5"),
        ("SANAD_INTAKE_SMTP_ALLOW", "10.0.0.0/8,zzqx", "10.0.0.0/8"),
        ("SANAD_INTAKE_SMTP_IDLE_SECONDS", "0", "More than 0"),
        ("SANAD_GATEWAY_SESSION_IDLE", "zzqx", "P30D"),
        ("SANAD_ESCALATION_MANUAL_LADDER", "[zzqx", "JSON"),
        ("SANAD_RATE_LIMIT", "zzqx", "number"),
    ],
)
def test_a_wrong_setting_is_named_once_with_what_is_accepted(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, accepted: str
) -> None:
    monkeypatch.setenv(name, value)
    [(english, arabic)] = faults()
    assert english.startswith(f"{name}: ")
    assert accepted in english
    assert arabic.startswith(f"{name}: ")
    assert ARABIC.search(arabic)
    assert "zzqx" not in english + arabic
    assert "\n" not in english + arabic
    assert "pydantic" not in english


@pytest.fixture
def home() -> Iterator[Path]:
    """Where the engines' own account may go, whoever runs the tests."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "home"


async def test_the_runner_ends_at_once_and_names_the_setting(home: Path) -> None:
    env = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ} | {
        "PYTHONPATH": str(ROOT),
        "SANAD_HOME": str(home),
        "SANAD_PROFILE": "test",
        "SANAD_HTTP_PORT": "0",
        "SANAD_SMTP_PORT": "0",
        BUDGET: "much-zzqx",
    }
    runner = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "deploy.local.cli", "up"),
        env=env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(80):
        _, told = await runner.communicate()
    last = told.decode().strip().splitlines()[-1]
    assert runner.returncode == 1
    assert last.startswith(f"{BUDGET}: A size is expected")
    assert "zzqx" not in told.decode()
