"""The data directory: made whole, made private, and never made twice."""

import base64
import contextlib
import stat
from pathlib import Path

from deploy.local.layout import SCHEMAS, Home, keep, replace, roles
from deploy.local.seeds import public_key


def modes(folder: Path, *, directories: bool) -> set[int]:
    found = (path for path in folder.rglob("*") if path.is_dir() == directories)
    return {stat.S_IMODE(path.stat().st_mode) for path in found}


def test_every_secret_is_private_and_so_is_every_folder_of_secrets(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    assert modes(home.keys, directories=False) == {0o600}
    assert modes(home.keys, directories=True) == {0o700}
    for folder in ("keys", "nats", "files", "log", "mail", "edge", "run"):
        assert stat.S_IMODE((home.root / folder).stat().st_mode) == 0o700
    assert stat.S_IMODE(home.root.stat().st_mode) == 0o711


def test_every_role_service_and_seed_has_a_secret_of_its_own(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.prepare()
    names = [f"postgres/{role}" for schema in SCHEMAS.values() for role in roles(schema)]
    names += [f"clients/{service}" for service in SCHEMAS]
    names += [f"nats/{service}.seed" for service in (*SCHEMAS, "keeper")]
    values = [home.secret(name) for name in names]
    assert len(set(values)) == len(values) == 24 + 6 + 7
    assert len(base64.b64decode(home.secret("master"))) == 32
    assert public_key(home.secret("nats/sla.seed")).startswith("U")


def test_preparing_again_changes_no_secret_and_mends_its_mode(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.prepare()
    before = {path: path.read_bytes() for path in home.keys.rglob("*") if path.is_file()}
    (home.keys / "master").chmod(0o644)
    home.prepare()
    assert {path: path.read_bytes() for path in home.keys.rglob("*") if path.is_file()} == before
    assert modes(home.keys, directories=False) == {0o600}


def test_the_first_writer_of_a_secret_wins(tmp_path: Path) -> None:
    assert keep(tmp_path / "secret", lambda: "first")
    assert not keep(tmp_path / "secret", lambda: "second")
    assert (tmp_path / "secret").read_text() == "first"


def test_a_writer_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> str:
        raise RuntimeError

    with contextlib.suppress(RuntimeError):
        keep(tmp_path / "secret", fail)
    assert not list(tmp_path.iterdir())


def test_replacing_leaves_one_private_file(tmp_path: Path) -> None:
    replace(tmp_path / "endpoints.json", "old")
    replace(tmp_path / "endpoints.json", "new")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["new"]
    assert stat.S_IMODE((tmp_path / "endpoints.json").stat().st_mode) == 0o600
