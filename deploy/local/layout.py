"""The data directory: which folders and secrets it holds, and who may read them."""

import base64
import contextlib
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.local.seeds import new_seed

SERVICES = ("gateway", "intake", "tickets", "sla", "escalation", "notify")
SCHEMAS = {name: "identity" if name == "gateway" else name for name in SERVICES}
SEATS = ("customer", "staff", "system")
KEEPER = "keeper"

_PRIVATE = ("nats", "files", "keys", "log", "edge", "run", "mail", "mail/out")
_MAILDIR = ("tmp", "new", "cur")


@dataclass(frozen=True, slots=True)
class Home:
    """One installation's data; two homes never share anything."""

    root: Path

    @property
    def pg(self) -> Path:
        return self.root / "pg"

    @property
    def nats(self) -> Path:
        return self.root / "nats"

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def edge(self) -> Path:
        return self.root / "edge"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def endpoints(self) -> Path:
        return self.root / "endpoints.json"

    def secret(self, name: str) -> str:
        return (self.keys / name).read_text("ascii").strip()

    def prepare(self) -> None:
        """Make every folder and secret that is missing; what exists is never replaced."""
        self.root.mkdir(parents=True, exist_ok=True)
        # The database may run under another account, which has to pass through, not to look around.
        self.root.chmod(0o711)
        for folder in (*_PRIVATE, *(f"mail/out/{part}" for part in _MAILDIR)):
            (self.root / folder).mkdir(mode=0o700, exist_ok=True)
            (self.root / folder).chmod(0o700)
        for name, make in _secrets().items():
            keep(self.keys / name, make)


def roles(schema: str) -> tuple[str, ...]:
    """The owner, who migrates, and one role for each kind of caller."""
    return tuple(f"{schema}_{seat}" for seat in ("owner", *SEATS))


def keep(path: Path, make: Callable[[], str]) -> bool:
    """Write a secret once; the file appears whole or not at all, and the first writer wins."""
    folder = path.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists():
        path.chmod(0o600)
        return False
    draft = folder / f".{path.name}.{secrets.token_hex(6)}"
    try:
        _write_private(draft, make())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    _sync(folder)
    return True


def replace(path: Path, text: str) -> None:
    """Put a private file in place of another in one step."""
    draft = path.parent / f".{path.name}.{secrets.token_hex(6)}"
    _write_private(draft, text)
    draft.replace(path)
    _sync(path.parent)


def _write_private(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _secrets() -> dict[str, Callable[[], str]]:
    made: dict[str, Callable[[], str]] = {"master": _key, "admin": new_password, "nats/store": _key}
    made["postgres/postgres"] = new_password
    for name, schema in SCHEMAS.items():
        made[f"clients/{name}"] = new_password
        made[f"nats/{name}.seed"] = new_seed
        made |= {f"postgres/{role}": new_password for role in roles(schema)}
    made[f"nats/{KEEPER}.seed"] = new_seed
    return made


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def new_password() -> str:
    return secrets.token_urlsafe(24)
