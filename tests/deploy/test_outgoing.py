"""The doctor calls the mail server as mails will, and reads what the SMTP door is told."""

import asyncio
import contextlib
import re
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import AuthResult

from deploy.local import doctor, incoming, options, outgoing
from deploy.local.findings import Finding, Verdict
from deploy.local.layout import Home
from services.intake.adapters.certificates import own_context
from tests.fakes.mailbox import SmtpSink

ARABIC = re.compile(r"[\u0600-\u06ff]")


def look(tmp_path: Path, **said: str) -> list[Finding]:
    chosen = options.read({"SANAD_HOME": str(tmp_path / "home"), **said})
    home = Home(chosen.home)
    return [*outgoing.look(chosen, home), *incoming.look(chosen, home)]


@contextlib.contextmanager
def serving(sink: SmtpSink) -> Iterator[str]:
    """A mail server beside the doctor, who has an event loop of his own."""
    ready, loop, ended = Event(), asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        async with sink:
            ready.set()
            await ended.wait()

    thread = Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        assert ready.wait(10)
        yield sink.url
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(10)
        loop.close()


def said_in_both(found: Finding, words: str) -> None:
    assert found.verdict is not Verdict.GOOD
    assert words in found.en
    assert ARABIC.search(found.ar)


def test_a_sound_server_is_greeted_and_gets_no_mail(tmp_path: Path) -> None:
    sink = SmtpSink()
    with serving(sink) as url:
        (found,) = look(tmp_path, SANAD_SMTP_URL=url)
    assert found.verdict is Verdict.GOOD, found.en
    assert (sink.sessions, sink.letters()) == (1, [])
    assert look(tmp_path) == [], "mails as files need nobody"


def test_nobody_listening_and_an_unknown_name_are_told_apart(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        (found,) = look(tmp_path, SANAD_SMTP_URL=f"smtp://sara:geheim@{place}")
    said_in_both(found, "Nobody listens")
    assert place in found.en
    assert "geheim" not in found.en + found.ar
    (found,) = look(tmp_path, SANAD_SMTP_URL="smtp://no-such-host.invalid")
    said_in_both(found, "no address")


def test_a_server_without_trusted_tls_is_told_of(tmp_path: Path) -> None:
    with serving(SmtpSink()) as url:
        (found,) = look(tmp_path, SANAD_SMTP_URL=f"{url}?starttls=required")
    said_in_both(found, "encryption")
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    with serving(SmtpSink(tls=stranger(keys))) as url:
        (found,) = look(tmp_path, SANAD_SMTP_URL=url)
    said_in_both(found, "certificate")


def stranger(keys: Path) -> ssl.SSLContext:
    return own_context(keys, "localhost", datetime.now(UTC))


@pytest.mark.parametrize(("password", "good"), [("right", True), ("wrong", False)])
def test_the_password_is_tried(tmp_path: Path, password: str, good: bool) -> None:
    server = Controller(
        Sink(),
        hostname="127.0.0.1",
        port=0,
        ready_timeout=10,
        authenticator=lambda *told: AuthResult(
            success=told[-1].password == b"right", handled=False
        ),
        auth_require_tls=False,
    )
    with listening(server) as port:
        (found,) = look(tmp_path, SANAD_SMTP_URL=f"smtp://sara:{password}@127.0.0.1:{port}")
    assert (found.verdict is Verdict.GOOD) is good, found.en
    if not good:
        said_in_both(found, "sign in")


@contextlib.contextmanager
def listening(server: Controller) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server.port = free.getsockname()[1]
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "smtp://host:99999"])
def test_an_address_that_is_none_is_told_of(tmp_path: Path, url: str) -> None:
    (found,) = look(tmp_path, SANAD_SMTP_URL=url)
    said_in_both(found, "no address of a mail server")


def test_a_missing_file_of_an_authority_is_told_of(tmp_path: Path) -> None:
    with serving(SmtpSink(tls=stranger(tmp_path))) as url:
        (found,) = look(tmp_path, SANAD_SMTP_URL=f"{url}?ca={tmp_path}/none.pem")
    said_in_both(found, "?ca=")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("SANAD_INTAKE_SMTP_USERS", "/no/such/file", "cannot be read"),
        ("SANAD_INTAKE_SMTP_TLS_CERTIFICATE", "/no/such/file", "cannot be read"),
        ("SANAD_INTAKE_SMTP_TLS_KEY", "/no/such/file", "cannot be read"),
        ("SANAD_INTAKE_SMTP_TLS_CERTIFICATE", __file__, "no PEM certificate"),
        ("SANAD_INTAKE_RELAYS", "10.0.0.0/8, mail.example", "no network"),
        ("SANAD_INTAKE_SMTP_ALLOW", "10.0.0.0/99", "no network"),
        ("SANAD_INTAKE_SMTP_PLAIN", "sometimes", "loopback, anywhere, nowhere"),
    ],
)
def test_a_wrong_setting_of_the_smtp_door_is_named(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    (found,) = look(tmp_path, **{name: text})
    assert found.verdict is Verdict.WARNING
    said_in_both(found, words)
    assert name in found.en
    assert name in found.ar


def test_sound_settings_of_the_smtp_door_need_no_word(tmp_path: Path) -> None:
    users = tmp_path / "users"
    users.write_text("relay:secret\n")
    sound = {
        "SANAD_INTAKE_SMTP_USERS": str(users),
        "SANAD_INTAKE_RELAYS": "10.0.0.0/8, 192.0.2.7,",
        "SANAD_INTAKE_SMTP_PLAIN": "nowhere",
    }
    assert look(tmp_path, **sound) == []


def test_the_doctor_looks_at_both_ways_of_mail() -> None:
    assert {outgoing.look, incoming.look} <= set(doctor.LOOKS)
