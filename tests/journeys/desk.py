"""A running desk of its own: the product's own runner on a fresh home, and ways to talk to it."""

import asyncio
import json
import os
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, TypeVar

import httpx

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a long enough passphrase 1"
ADMIN = "admin@localhost"

T = TypeVar("T")


def words(mail: EmailMessage) -> str:
    """The plain text of a mail, without the invisible isolates."""
    body = mail.get_body(("plain",))
    text = "" if body is None else str(body.get_content())
    return text.translate({0x2066: None, 0x2067: None, 0x2068: None, 0x2069: None})


class Refused(AssertionError):
    """The desk answered a call with a problem."""


class Person:
    """Somebody signed in; signs in again when the token has run out."""

    def __init__(self, desk: "Desk", form: dict[str, str]) -> None:
        self.desk = desk
        self._form = form
        self.token = ""

    async def sign_in(self) -> None:
        answer = await self.desk.http.post("/v1/auth/token", data=self._form)
        if answer.status_code != 200:
            raise Refused(f"{answer.status_code} {answer.text}")
        self.token = answer.json()["access_token"]

    async def ask(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        """The raw answer; a 401 signs in once more (tokens live ten minutes, journeys hours)."""
        for attempt in (1, 2):
            if not self.token:
                await self.sign_in()
            headers = {"Authorization": f"Bearer {self.token}", **kwargs.get("headers", {})}
            answer = await self.desk.http.request(method, path, **{**kwargs, "headers": headers})
            if answer.status_code != 401 or attempt == 2:
                return answer
            self.token = ""
        raise AssertionError("unreachable")

    async def get(self, path: str, **params: Any) -> Any:
        return _body(await self.ask("GET", path, params=params))

    async def post(self, path: str, body: Any = None, **kwargs: Any) -> Any:
        return _body(await self.ask("POST", path, json=body or {}, **kwargs))

    async def put(self, path: str, body: Any) -> Any:
        return _body(await self.ask("PUT", path, json=body))

    async def patch(self, path: str, body: Any) -> Any:
        return _body(await self.ask("PATCH", path, json=body))


def _body(answer: httpx.Response) -> Any:
    if answer.is_error:
        raise Refused(f"{answer.request.method} {answer.request.url.path}: {answer.text}")
    return answer.json() if answer.content else None


class Desk:
    """`sanad up` on ports of its own; `environment` adds or overrides settings."""

    def __init__(self, home: Path, environment: dict[str, str] | None = None) -> None:
        self.home = home
        self.clock_file = home.parent / "clock"
        self._environment = environment or {}
        self._process: subprocess.Popen[bytes] | None = None
        self.endpoints: dict[str, Any] = {}
        self.http = httpx.AsyncClient()

    async def start(self) -> None:
        """Until `ready` is printed and endpoints.json is there."""
        self.clock_file.write_text("0") if not self.clock_file.exists() else None
        (self.home / "endpoints.json").unlink(missing_ok=True)
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("SANAD_")},
            "SANAD_HOME": str(self.home),
            "SANAD_HTTP_PORT": "0",
            "SANAD_SMTP_PORT": "0",
            "SANAD_PROFILE": "test",
            "SANAD_CLOCK_FILE": str(self.clock_file),
            "SANAD_ADMIN_PASSWORD": PASSWORD,
            **self._environment,
        }
        log = (self.home.parent / "runner.log").open("ab")
        command = [sys.executable, "-m", "deploy.local.cli", "up"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        await self.eventually(self._is_ready, within=90)
        self.http = httpx.AsyncClient(base_url=self.endpoints["http"], timeout=20)

    async def stop(self) -> None:
        """As Ctrl-C does."""
        await self.http.aclose()
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            await asyncio.to_thread(self._process.wait, 30)

    def log(self) -> str:
        return (self.home.parent / "runner.log").read_text(errors="replace")

    def admin(self) -> Person:
        return self.person(ADMIN)

    def person(self, email: str, password: str = PASSWORD) -> Person:
        return Person(self, {"grant_type": "password", "username": email, "password": password})

    def client(self, client_id: str, secret: str) -> Person:
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        return Person(self, form)

    def travel(self, by: timedelta) -> None:
        """Move the clock of the whole house forward."""
        offset = float(self.clock_file.read_text()) + by.total_seconds()
        fresh = self.clock_file.with_suffix(".new")
        fresh.write_text(str(offset))
        fresh.replace(self.clock_file)

    async def send(self, raw: bytes, sender: str, recipient: str) -> None:
        """One mail through the SMTP door; raises what the door answers."""
        host, _, port = self.endpoints["smtp"].partition(":")

        def deliver() -> None:
            with smtplib.SMTP(host, int(port), timeout=20) as door:
                door.sendmail(sender, [recipient], raw)

        await asyncio.to_thread(deliver)

    def outgoing(self, recipient: str) -> list[EmailMessage]:
        """Mails to one address that lie in the maildir, oldest first."""
        folder = self.home / "mail" / "out" / "new"
        files = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        mails = [message_from_bytes(path.read_bytes(), policy=default) for path in files]
        return [mail for mail in mails if recipient in str(mail["To"])]

    async def letter(self, recipient: str, containing: str, *, within: float = 40) -> EmailMessage:
        """The newest mail to somebody whose text holds `containing`."""

        async def look() -> EmailMessage | None:
            fitting = [mail for mail in self.outgoing(recipient) if containing in words(mail)]
            return fitting[-1] if fitting else None

        found = await self.eventually(look, within=within)
        assert found is not None
        return found

    def pids(self) -> dict[str, int]:
        """The supervisor and its children as they are now."""
        pids: dict[str, int] = json.loads((self.home / "endpoints.json").read_text())["pids"]
        return pids

    def kill(self, child: str) -> int:
        """SIGKILL one supervised child by name; returns the pid that died."""
        pid = self.pids()[child]
        os.kill(pid, signal.SIGKILL)
        return pid

    async def eventually(
        self, look: Callable[[], Awaitable[T]], *, within: float = 40, every: float = 0.1
    ) -> T:
        """The first true answer of `look`, within so many seconds; its last error otherwise."""
        deadline = time.monotonic() + within
        while True:
            problem: Exception | None = None
            try:
                found = await look()
                if found:
                    return found
            except (httpx.HTTPError, Refused, OSError, smtplib.SMTPException) as error:
                problem = error
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {within} s: {look}: {problem}\n{self.tail()}")
            await asyncio.sleep(every)

    def tail(self) -> str:
        return self.log()[-3000:]

    async def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"the runner stopped:\n{self.tail()}"
        path = self.home / "endpoints.json"
        if not path.exists():
            return False
        self.endpoints = json.loads(path.read_text())
        return True


async def sanad(desk: Desk, *words: str, language: str = "en") -> tuple[int, str]:
    """The `sanad` command against the running desk: exit code, and all that it said."""
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("SANAD_")},
        "SANAD_HOME": str(desk.home),
        "SANAD_ADMIN_PASSWORD": PASSWORD,
        "LANG": language,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.local.cli", *words),
        cwd=ROOT,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()
