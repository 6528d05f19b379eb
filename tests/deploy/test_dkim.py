"""An operator who sets a DKIM key hears whether it fits, and what DNS must show."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import rsa
from typer.testing import CliRunner

from deploy.local import dkim, options
from deploy.local.cli import app
from deploy.local.findings import Verdict
from deploy.local.layout import Home
from deploy.local.programs import CannotRunError


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dkim") / "key.pem"
    made = rsa.generate_private_key(65537, 2048)
    path.write_bytes(
        made.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    )
    return path


def told(file: Path, **more: str) -> dict[str, str]:
    return {"SANAD_NOTIFY_DKIM_KEY_FILE": str(file), **more}


def test_the_doctor_says_nothing_without_a_key_and_what_is_wrong_with_a_bad_one(
    key: Path, tmp_path: Path
) -> None:
    home = Home(tmp_path)
    assert list(dkim.look(options.read({}), home)) == []
    (fine,) = dkim.look(options.read(told(key, SANAD_SUPPORT_ADDRESS="a@desk.example")), home)
    assert fine.verdict is Verdict.GOOD
    assert "sanad._domainkey.desk.example" in fine.en
    (broken,) = dkim.look(options.read(told(tmp_path / "none.pem")), home)
    assert broken.verdict is Verdict.BAD
    assert "cannot be read" in broken.en
    assert "none.pem" in broken.ar


def test_the_record_is_printed_in_strings_that_dns_takes(
    key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {"SANAD_NOTIFY_DKIM_SELECTOR": "s1", "SANAD_NOTIFY_DKIM_DOMAIN": "desk.example"}
    for name, value in told(key, **names).items():
        monkeypatch.setenv(name, value)
    shown = CliRunner().invoke(app, ["mail", "dkim"])
    assert shown.exit_code == 0
    assert shown.output.startswith('s1._domainkey.desk.example. IN TXT "v=DKIM1; k=rsa; p=MII')
    strings = shown.output.split('"')[1::2]
    assert all(len(one) <= 255 for one in strings)


def test_without_a_fit_key_the_command_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SANAD_NOTIFY_DKIM_KEY_FILE", raising=False)
    with pytest.raises(CannotRunError, match="go unsigned"):
        dkim.show()
    monkeypatch.setenv("SANAD_NOTIFY_DKIM_KEY_FILE", str(tmp_path / "none.pem"))
    with pytest.raises(CannotRunError, match="cannot be read"):
        dkim.show()
