"""The peer's own environment, made once from its lock file, and one measure of it."""

import asyncio
import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.bench.senders import letter
from tests.engines import free_port

HERE = Path(__file__).parent
LOCK = HERE / "requirements.lock"
ADDRESS = "support@peer.example"
_QUIET = ("--disable-pip-version-check", "--no-input", "--quiet", "--no-deps", "--require-hashes")


class Sink:
    """Takes the peer's answers and forgets them."""

    def __init__(self) -> None:
        self.taken = 0

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd looks for
        self, _server: SMTP, _session: Session, _envelope: Envelope
    ) -> str:
        self.taken += 1
        return "250 OK"


async def mails_a_second(mails: int) -> float:
    """How fast the peer makes tickets of so many letters like ours, each with its answer sent."""
    return await asyncio.to_thread(_measured, mails)


def _measured(mails: int) -> float:
    python, sink, port = _environment(), Sink(), free_port()
    door = Controller(sink, hostname="127.0.0.1", port=port)
    with tempfile.TemporaryDirectory(prefix="sanad-peer-") as name:
        home = Path(name)
        (home / "mails").mkdir()
        for number in range(mails):
            _, raw = letter(number, "peer", ADDRESS)
            (home / "mails" / f"{number:04d}").write_bytes(raw)
        door.start()
        try:
            told = subprocess.run(
                [str(python), str(HERE / "desk.py"), name, str(port)],
                check=True,
                capture_output=True,
                text=True,
                cwd=name,
            )
        finally:
            door.stop()
    assert sink.taken == mails, f"the peer answered {sink.taken} of {mails} mails"
    return float(told.stdout.split()[-1])


def _environment() -> Path:
    """The interpreter of the peer's environment; made anew when its lock file has changed."""
    version = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
    folder = Path(sys.prefix) / "peer"
    python = folder / "bin" / "python"
    if (folder / version).exists():
        return python
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    command = [str(python), "-m", "pip", "install", *_QUIET, "-r", str(LOCK)]
    subprocess.run(command, check=True)
    (folder / version).touch()
    return python
