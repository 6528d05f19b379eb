"""What the operator says is checked before anything starts."""

import socket
from pathlib import Path

import pytest

from deploy.local.layout import Home
from deploy.local.options import read
from deploy.local.programs import CannotRunError
from deploy.local.up import choose_password, run


def test_without_a_word_the_defaults_of_the_contract_hold() -> None:
    options = read({})
    assert options.home == Path("var").resolve()
    assert (options.http_port, options.smtp_port) == (8080, 2525)
    assert (options.profile, options.admin_email, options.tls) == (
        "local",
        "admin@localhost",
        "off",
    )
    assert options.durable


def test_services_hear_everything_but_the_runners_secrets() -> None:
    said = {
        "SANAD_DATABASE_URL": "postgresql://root:secret@db/sanad",
        "SANAD_ADMIN_PASSWORD": "a long password",
        "SANAD_RATE_LIMIT": "5",
        "SANAD_TICKETS_PREFIX": "ABC",
        "OTHER": "x",
    }
    assert read(said).services == {"SANAD_RATE_LIMIT": "5", "SANAD_TICKETS_PREFIX": "ABC"}


def test_a_chosen_password_counts_until_there_is_a_database(tmp_path: Path) -> None:
    home = Home(tmp_path)
    said = {"SANAD_HOME": str(tmp_path)}
    choose_password(read(said), home)
    assert len(home.secret("admin")) > 20
    said["SANAD_ADMIN_PASSWORD"] = "chosen at last"
    choose_password(read(said), home)
    assert home.secret("admin") == "chosen at last"
    home.pg.mkdir()
    (home.pg / "PG_VERSION").write_text("16")
    said["SANAD_ADMIN_PASSWORD"] = "chosen too late"
    choose_password(read(said), home)
    assert home.secret("admin") == "chosen at last"


def test_a_port_that_is_taken_leaves_no_secret_behind(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        with pytest.raises(CannotRunError):
            run(read({"SANAD_HOME": str(tmp_path), "SANAD_HTTP_PORT": port}))
    assert not Home(tmp_path).keys.exists()


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("SANAD_HTTP_PORT", "http", "SANAD_HTTP_PORT"),
        ("SANAD_SMTP_PORT", "70000", "SANAD_SMTP_PORT"),
        ("SANAD_PROFILE", "prod", "SANAD_PROFILE"),
        ("SANAD_DATABASE_URL", "mysql://x", "SANAD_DATABASE_URL"),
        ("SANAD_ADMIN_PASSWORD", "short", "SANAD_ADMIN_PASSWORD"),
        ("SANAD_TLS", "/no/such.pem:/no/such.key", "SANAD_TLS"),
    ],
)
def test_nonsense_is_refused_by_the_name_of_its_setting(name: str, value: str, word: str) -> None:
    with pytest.raises(CannotRunError, match=word):
        read({name: value})


def test_only_the_test_profile_may_relax_durability() -> None:
    assert not read({"SANAD_PROFILE": "test"}).durable
    assert read({"SANAD_PROFILE": "production"}).durable
