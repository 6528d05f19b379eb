"""`sanad backup`: the database in one snapshot and the sealed files; keys only where told.

The dump comes first and the files after it: a file is stored before the row that names it, so
each row of the dump finds its file. Facts on their way (NATS) need no copy: the outbox has them.
"""

import hashlib
import json
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from deploy.local import storage
from deploy.local.layout import Home
from deploy.local.options import Options
from deploy.local.postgres import wheel
from deploy.local.programs import CannotRunError, inherited
from deploy.local.status import endpoints

DUMP = "database.dump"
FILES = "files"
MANIFEST = "manifest.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Taken:
    """What a backup says of itself."""

    at: str
    bytes: int
    files: int


def take(options: Options, target: Path, keys: Path | None) -> Taken:
    """A whole backup at `target`, or nothing there."""
    home = Home(options.home)
    dsn = _database(options, home)
    _refuse_occupied(target)
    if keys is not None:
        _refuse_keys_inside(keys, target)
    draft = target.with_name(f".{target.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    at = datetime.now(UTC).isoformat()
    client("pg_dump", dsn, "--format=custom", f"--file={draft / DUMP}")
    count = storage.copy_out(options, draft / FILES)
    document = {"format": FORMAT, "at": at, "files": count, "sha256": digest(draft / DUMP)}
    (draft / MANIFEST).write_text(json.dumps(document, indent=1))
    if keys is not None:
        shutil.copytree(home.keys, keys)
        keys.chmod(0o700)
    if target.exists():
        target.rmdir()
    draft.rename(target)
    return Taken(at, (target / DUMP).stat().st_size, count)


def client(program: str, dsn: str, *words: str) -> None:
    """One of PostgreSQL's own programs from the wheel; the password is not in its arguments."""
    parts = urlsplit(dsn)
    password = unquote(parts.password or "")
    name = f"{parts.username}@" if parts.username else ""
    public = parts._replace(netloc=name + parts.netloc.rpartition("@")[2]).geturl()
    done = subprocess.run(
        [str(wheel() / "bin" / program), f"--dbname={public}", "--no-password", *words],
        env={**inherited(), "PGPASSWORD": password, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotRunError(f"{program} failed:\n{done.stderr[-2000:]}")


def manifest(source: Path) -> dict[str, Any]:
    """What a backup says of itself, once the dump is found to be what was written."""
    try:
        document: dict[str, Any] = json.loads((source / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError) as failure:
        raise CannotRunError(f"{source} holds no backup of Sanad: {failure}") from failure
    if document.get("format") != FORMAT:
        raise CannotRunError(f"{source} has format {document.get('format')}, not {FORMAT}")
    if digest(source / DUMP) != document["sha256"]:
        raise CannotRunError(f"{source / DUMP} is not what was written; the backup is damaged")
    return document


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _database(options: Options, home: Home) -> str:
    """The running server, else the external one of the settings."""
    known = endpoints(home)
    dsn = known["database"] if known else options.database_url
    if not dsn:
        raise CannotRunError(f"Nothing runs on {home.root}; start it with `sanad up`, then again.")
    return str(dsn)


def _refuse_occupied(target: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise CannotRunError(f"{target} is not empty; a backup never overwrites anything.")


def _refuse_keys_inside(keys: Path, target: Path) -> None:
    if keys.exists():
        raise CannotRunError(f"{keys} is there already; keys are never overwritten.")
    if keys.resolve().is_relative_to(target.resolve()):
        raise CannotRunError(
            "Keys beside the data they open protect nothing; choose another place."
        )
