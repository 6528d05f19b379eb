"""Who may speak to the SMTP door: encrypted from afar, from known networks, signed in if asked."""

import asyncio
import contextlib
import re
import shutil
import smtplib
import ssl
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.intake.adapters.certificates import own_context
from services.intake.adapters.smtp import Client, Rules, connections
from services.intake.domain.admission import Admission, Plain, read_networks, read_users
from tests.services.intake.conftest import SUPPORT, Office
from tests.services.intake.test_intake_smtp import MAIL, Talk

NOW = datetime(2026, 11, 27, tzinfo=UTC)


class Desk:
    """Takes everything and remembers it."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    async def knows(self, address: str) -> bool:
        return address == SUPPORT

    async def take(self, raw: bytes, *_: str | list[str] | Client) -> str:
        self.taken.append(raw)
        return str(len(self.taken))

    def failed(self, error: Exception) -> None:
        raise AssertionError from error


@contextlib.asynccontextmanager
async def door(admission: Admission, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    rules = Rules(
        hostname="localhost",
        message_bytes=1_000_000,
        connections=10,
        idle_seconds=20,
        data_seconds=20,
        bytes_in_flight=10_000_000,
        tls=tls,
        admission=admission,
    )
    loop = asyncio.get_running_loop()
    server = await loop.create_server(connections(Desk(), rules), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


def trusting(folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(folder / "smtp" / "certificate.pem"))


async def test_the_door_encrypts_with_a_certificate_of_its_own(office: Office) -> None:
    keys = office.context.settings.home / "keys"

    def deliver() -> str:
        with smtplib.SMTP("localhost", office.port, timeout=20) as client:
            client.starttls(context=trusting(keys))
            client.ehlo()
            assert not client.has_extn("starttls")
            assert not client.has_extn("auth")
            client.mail("sara@client.example")
            client.rcpt(SUPPORT)
            code, said = client.data(MAIL + b"encrypted")
            assert code == 250
            return said.decode().rpartition(" ")[2]

    mail_id = await asyncio.to_thread(deliver)
    assert (await office.settled(mail_id))["state"] == "routed"
    assert stat.S_IMODE((keys / "smtp" / "key.pem").stat().st_mode) == 0o600


async def test_what_was_said_before_encryption_does_not_count_after_it(office: Office) -> None:
    keys = office.context.settings.home / "keys"

    def inject() -> str:
        with smtplib.SMTP("localhost", office.port, timeout=20) as client:
            client.ehlo()
            client.send(b"STARTTLS\r\nEHLO evil\r\nMAIL FROM:<boss@client.example>\r\n")
            assert client.getreply()[0] == 220
            tls = trusting(keys)
            assert client.sock is not None
            client.sock = tls.wrap_socket(client.sock, server_hostname="localhost")
            client.file = None
            client.ehlo()
            return str(client.rcpt(SUPPORT)[0])

    assert await asyncio.to_thread(inject) == "503"


def test_a_certificate_is_kept_until_it_is_about_to_end(tmp_path: Path) -> None:
    file = tmp_path / "smtp" / "certificate.pem"
    own_context(tmp_path, "mail.example.com", NOW)
    first = file.read_bytes()
    own_context(tmp_path, "mail.example.com", NOW + timedelta(days=700))
    assert file.read_bytes() == first
    own_context(tmp_path, "mail.example.com", NOW + timedelta(days=800))
    assert file.read_bytes() != first


async def test_without_encryption_only_neighbours_are_heard(tmp_path: Path) -> None:
    tls = own_context(tmp_path, "localhost", datetime.now(UTC))

    def talk_it(port: int) -> tuple[int, int]:
        with smtplib.SMTP("localhost", port, timeout=20) as client:
            client.ehlo()
            plain = client.mail("a@b.example")[0]
            client.rset()
            client.starttls(context=trusting(tmp_path))
            client.ehlo()
            return plain, client.mail("a@b.example")[0]

    async with door(Admission(Plain.NOWHERE), tls) as port:
        assert await asyncio.to_thread(talk_it, port) == (530, 250)
    async with door(Admission(Plain.LOOPBACK), tls) as port:
        assert await asyncio.to_thread(talk_it, port) == (250, 250)


@pytest.mark.parametrize(
    ("plain", "peer", "may"),
    [
        (Plain.LOOPBACK, "127.0.0.1", True),
        (Plain.LOOPBACK, "::1", True),
        (Plain.LOOPBACK, "::ffff:127.0.0.1", True),
        (Plain.LOOPBACK, "10.0.0.7", False),
        (Plain.LOOPBACK, "", False),
        (Plain.ANYWHERE, "10.0.0.7", True),
        (Plain.NOWHERE, "127.0.0.1", False),
    ],
)
def test_who_may_speak_plainly(plain: Plain, peer: str, may: bool) -> None:
    assert Admission(plain).may_be_plain(peer) is may


async def test_a_stranger_to_the_list_is_sent_away_at_once() -> None:
    async with door(Admission(networks=read_networks("10.0.0.0/8, 192.0.2.7"))) as port:
        talk = await asyncio.to_thread(Talk, port)
        assert (await asyncio.to_thread(talk.hear)).startswith("554 5.7.1")
        assert await asyncio.to_thread(talk.hear) == ""
        talk.close()
    async with door(Admission(networks=read_networks("127.0.0.0/8"))) as port:
        talk = await asyncio.to_thread(Talk, port)
        assert (await asyncio.to_thread(talk.hear)).startswith("220")
        talk.close()


def test_networks_are_read_or_refused() -> None:
    listed = Admission(networks=read_networks("10.1.0.0/16,2001:db8::/32"))
    peers = ("10.1.9.9", "10.2.0.1", "2001:db8::7", "::ffff:10.1.0.1", "")
    assert [listed.admits(peer) for peer in peers] == [True, False, True, True, False]
    with pytest.raises(ValueError, match="nonsense"):
        read_networks("nonsense")


async def test_a_house_that_wants_to_know_its_senders_asks_them_to_sign_in() -> None:
    users = read_users("# relays\nrelay: a:secret\n\nbroken\n")
    assert users.keys() == {"relay"}

    def talk_it(port: int, password: str) -> tuple[int, int]:
        with smtplib.SMTP("localhost", port, timeout=20) as client:
            client.ehlo()
            before = client.mail("a@b.example")[0]
            try:
                client.login("relay", password)
            except smtplib.SMTPAuthenticationError as refused:
                return before, refused.smtp_code
            return before, client.mail("a@b.example")[0]

    async with door(Admission(users=users)) as port:
        assert await asyncio.to_thread(talk_it, port, " a:secret") == (530, 250)
        assert await asyncio.to_thread(talk_it, port, "wrong") == (530, 535)


async def test_a_foreign_sender_delivers_encrypted(office: Office) -> None:
    swaks = shutil.which("swaks")
    if swaks is None:
        pytest.skip("swaks is not installed; `make ci-tools` installs it")
    process = await asyncio.create_subprocess_exec(
        *(swaks, "--server", "127.0.0.1", "--port", str(office.port), "--tls"),
        *("--from", "sara@client.example", "--to", SUPPORT, "--header", "Subject: by swaks"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    if b"requires Net::SSLeay" in out:
        pytest.skip("swaks cannot encrypt without Net::SSLeay; `make ci-tools` installs it")
    assert process.returncode == 0, out.decode()
    accepted = re.search(r"250 2\.0\.0 accepted (\S+)", out.decode())
    assert accepted is not None, out.decode()
    assert "TLS started" in out.decode()
    assert (await office.settled(accepted[1]))["subject"] == "by swaks"
