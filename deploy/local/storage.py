"""Where files lie and who scans them: looked at by the doctor, carried by backups."""

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from deploy.local.findings import Finding, bad, good, warning
from deploy.local.layout import Home
from deploy.local.options import Options
from deploy.local.programs import CannotRunError
from shared.kit.folder import Folder
from shared.kit.objects import Objects, StoreAway
from shared.kit.settings import Settings
from shared.kit.stores import objects_of

_URL = "SANAD_FILES_URL"
_CLAMD = "SANAD_TICKETS_CLAMD"
_PIECE = 1024 * 1024


def store(options: Options) -> Objects:
    """The store that the services will use; CannotRunError where the URL makes none."""
    url = options.services.get(_URL, "")
    try:
        return objects_of(Settings(home=options.home, files_url=url))
    except ValueError as failure:
        raise CannotRunError(f"{_URL} is {failure}") from None


def files(options: Options, _: Home) -> Iterator[Finding]:
    """Asks a bucket for what lies in it; a folder of one's own must be writable."""
    url = options.services.get(_URL, "")
    if not url:
        return
    place = url.partition("?")[0].rpartition("@")[2]
    try:
        found = store(options)
        if isinstance(found, Folder) and not _writable(found.root):
            yield bad(
                f"{_URL} names {found.root}, which cannot be written.",
                f"يشير {_URL} إلى {found.root} ولا يمكن الكتابة فيه.",
            )
            return
        asyncio.run(found.days())
    except CannotRunError:
        yield bad(
            f"{_URL} names no store of files. Use s3://bucket/prefix?endpoint=...&region=...",
            f"لا يشير {_URL} إلى مخزن ملفات. استخدم s3://bucket/prefix?endpoint=...&region=...",
        )
    except StoreAway as failure:
        cause = type(failure.__cause__).__name__
        yield bad(
            f"The files store {place} does not answer or refuses ({cause}). Check {_URL}.",
            f"مخزن الملفات {place} لا يجيب أو يرفض ({cause}). تحقق من {_URL}.",
        )
    else:
        yield good(f"files: {place}", f"الملفات: {place}")


def scanner(options: Options, _: Home) -> Iterator[Finding]:
    place = options.services.get(_CLAMD, "")
    if place and _answers(place):
        yield good(f"malware scanner: {place}", f"فاحص البرمجيات الخبيثة: {place}")
    elif place:
        yield bad(
            f"The scanner {place} does not answer; files wait until it does. Check {_CLAMD}.",
            f"الفاحص {place} لا يجيب، والملفات تنتظر حتى يجيب. تحقق من {_CLAMD}.",
        )
    elif options.profile == "production":
        yield warning(
            f"Without a malware scanner files reach customers unchecked. Set {_CLAMD}, or "
            "SANAD_TICKETS_TRUST_UNSCANNED=false to keep them with staff.",
            f"بدون فاحص تصل الملفات إلى العملاء دون فحص. اضبط {_CLAMD}، أو اضبط "
            "SANAD_TICKETS_TRUST_UNSCANNED=false لتبقى لدى الموظفين.",
        )


def copy_out(options: Options, target: Path) -> int:
    """Sealed files as they lie; one that a sweeper takes away meanwhile has no row any more."""
    found = store(options)
    target.mkdir(mode=0o700)
    if not isinstance(found, Folder):
        return asyncio.run(_fetch(found, target))
    count = 0
    for folder, _, names in os.walk(found.root):
        here = target / Path(folder).relative_to(found.root)
        here.mkdir(mode=0o700, exist_ok=True)
        for name in names:
            try:
                shutil.copy2(Path(folder) / name, here / name)
            except FileNotFoundError:
                continue
            count += 1
    return count


def copy_in(options: Options, source: Path) -> None:
    """Files of a backup into the store of these settings."""
    found = store(options)
    if isinstance(found, Folder):
        shutil.copytree(source, found.root, dirs_exist_ok=True)
        return
    asyncio.run(_give_back(found, source))


async def _fetch(found: Objects, target: Path) -> int:
    count = 0
    for day in await found.days():
        (target / day).mkdir(mode=0o700, exist_ok=True)
        async for name in found.names(day):
            try:
                with (target / name).open("wb") as file:
                    async for piece in found.read(name):
                        file.write(piece)
            except FileNotFoundError:
                (target / name).unlink(missing_ok=True)
                continue
            count += 1
    return count


async def _give_back(found: Objects, source: Path) -> None:
    for path in sorted(source.glob("*/[!.]*")):  # noqa: ASYNC240 - nothing else waits here
        await found.put(str(path.relative_to(source)), _pieces(path))


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _writable(root: Path) -> bool:
    standing = next(place for place in (root, *root.parents) if place.exists())
    return os.access(standing, os.W_OK | os.X_OK)


def _answers(place: str) -> bool:
    """PING, as clamd's own tools ask."""
    try:
        with _connected(place) as line:
            line.settimeout(5)
            line.sendall(b"zPING\x00")
            return line.recv(16).startswith(b"PONG")
    except (OSError, ValueError):
        return False


def _connected(place: str) -> socket.socket:
    if place.startswith("/"):
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(5)
        line.connect(place)
        return line
    host, _, port = place.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=5)
