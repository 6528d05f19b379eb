"""DKIM as a receiver sees it: checked by another program over a DNS of our own."""

from pathlib import Path
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from pydantic import ValidationError

from services.notify.adapters.mailers import MaildirMailer, mailer_for
from services.notify.adapters.signatures import KeyUnfit, Signer, SigningMailer, read_key
from services.notify.domain.letters import serialise
from services.notify.settings import NotifySettings
from tests.services.notify.desk import Desk
from tests.services.notify.test_notify_domain_mail import LETTER

RAW = serialise(LETTER)
KINDS = ["rsa", "ed25519"]


def make(kind: str) -> Any:
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if kind == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(65537, 2048)


def written(folder: Path, kind: str) -> Path:
    path = folder / f"{kind}.pem"
    content = make(kind).private_bytes(
        form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()
    )
    path.write_bytes(content)
    return path


@pytest.fixture(scope="module", params=KINDS)
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("keys"), request.param)


def signed(file: Path) -> bytes:
    return Signer("s2026", "desk.example", file).sign(RAW)


def holds(raw: bytes, file: Path) -> bool:
    def look_up(name: bytes, timeout: int = 5) -> bytes:
        assert name == b"s2026._domainkey.desk.example."
        return read_key(file).record().encode()

    return bool(dkim.verify(raw, dnsfunc=look_up))


def test_a_receiver_finds_the_signature_good_and_the_mail_as_it_was(file: Path) -> None:
    raw = signed(file)
    assert raw.endswith(RAW)
    assert raw.startswith(b"DKIM-Signature: v=1; ")
    assert b" d=desk.example;" in raw
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert holds(raw, file)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Subject: ", b"Subject: Fwd: "),
        (b"To: sara@customer.example", b"To: omar@customer.example"),
        (b"Message-ID: <s.", b"Message-ID: <t."),
        (b"\r\n\r\n--", b"\r\nBcc: a@b.example\r\n\r\nx\r\n--"),
        (b"Date: ", b"Subject: another\r\nDate: "),
        (b"Date: ", b"Cc: somebody@else.example\r\nDate: "),
        (b"Date: ", b"From: somebody@else.example\r\nDate: "),
        (b"Reply-To: support", b"Reply-To: supper"),
        (b"\r\nFrom: ", b"\r\nSubject: shown first\r\nFrom: "),
        (b"\r\nFrom: ", b"\r\nReply-To: a@else.example\r\nFrom: "),
        (b"\r\nFrom: ", b"\r\nFrom: boss@desk.example\r\nFrom: "),
    ],
    ids=str,
)
def test_what_is_changed_or_added_on_the_way_breaks_it(file: Path, old: bytes, new: bytes) -> None:
    raw = signed(file)
    changed = raw.replace(old, new, 1)
    assert changed != raw
    assert not holds(changed, file)


def test_another_key_does_not_fit(file: Path, tmp_path: Path) -> None:
    assert not holds(signed(file), written(tmp_path, file.stem))


def test_a_key_that_is_rotated_signs_at_once(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(file.read_bytes())
    signer = Signer("s2026", "desk.example", path)
    assert holds(signer.sign(RAW), file)
    later = written(tmp_path, "rsa")
    path.write_bytes(later.read_bytes())
    assert holds(signer.sign(RAW), later)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read"),
        (b"", "no PEM"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no PEM"),
        ("ec", "neither"),
    ],
    ids=["absent", "empty", "broken", "another kind"],
)
def test_a_key_that_cannot_sign_says_why(tmp_path: Path, content: Any, words: str) -> None:
    path = tmp_path / "key.pem"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content:
        path = written(tmp_path, content)
    with pytest.raises(KeyUnfit, match=words):
        read_key(path)
    with pytest.raises(KeyUnfit):
        Signer("s", "desk.example", path).sign(RAW)


def test_a_locked_key_says_why(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    lock = form.BestAvailableEncryption(b"secret")
    path.write_bytes(make("rsa").private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, lock))
    with pytest.raises(KeyUnfit, match="without a password"):
        read_key(path)


async def test_mail_waits_for_a_key_that_is_away_and_then_goes_signed(
    desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "dkim.pem"
    desk.mailer = SigningMailer(MaildirMailer(desk.folder), Signer("s2026", "desk.example", path))
    sara = await desk.person("sara@customer.example")
    ticket = desk.colleagues.add_ticket(sara)
    await desk.hear(desk.spoken(ticket, desk.colleagues.add_message("مرحبا")))
    await desk.work()
    (row,) = await desk.deliveries(ticket)
    assert (row["state"], "cannot be read" in row["reason"]) == ("ready", True)
    path.write_bytes(written(tmp_path, "ed25519").read_bytes())
    async with desk.context.tx() as tx:
        await tx.execute("update notify.delivery set next_at = created_at")
    (letter,) = await desk.letters("sara@customer.example")
    assert holds(letter.raw, path)


def test_only_a_key_makes_mails_signed(tmp_path: Path) -> None:
    assert isinstance(mailer_for("", tmp_path), MaildirMailer)
    assert isinstance(mailer_for("", tmp_path, Signer("s", "d", tmp_path)), SigningMailer)
    assert NotifySettings(support_address="help@mail.desk.example").dkim_domain() == (
        "mail.desk.example"
    )
    assert NotifySettings(notify_dkim_domain="desk.example").dkim_domain() == "desk.example"


@pytest.mark.parametrize("name", ["a\r\nBcc: x@y.z", "a;b", "", "a b", "-a", "x" * 254])
def test_a_name_that_could_be_more_than_a_name_is_refused_at_the_start(name: str) -> None:
    with pytest.raises(ValidationError):
        NotifySettings(notify_dkim_selector=name)
