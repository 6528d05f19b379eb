"""What each service is told: its addresses, its peers, its engines."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.local.layout import SERVICES, Home
from deploy.local.listeners import Listeners
from deploy.local.options import Options
from deploy.local.programs import Program

ROOT = Path(__file__).resolve().parents[2]
EDGE = "edge"
SMTP = "smtp"
HOLD = "hold.json"
"""Lies in a home that was restored from a backup and may not send anything yet."""
_ON_HOLD = "http,events"
_PATH = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
_PYTHON = (sys.executable, "-P")  # the home holds folders named like libraries: nats, mail


def open_all(options: Options) -> Listeners:
    """The two doors to the world on their ports, everything inside on ports of the kernel."""
    listeners = Listeners()
    listeners.open(EDGE, options.http_port, "SANAD_HTTP_PORT")
    listeners.open(SMTP, options.smtp_port, "SANAD_SMTP_PORT")
    for service in SERVICES:
        listeners.open(f"{service}.http")
        listeners.open(f"{service}.ops")
    return listeners


def common(
    options: Options, listeners: Listeners, database: str, nats_url: str
) -> Mapping[str, str]:
    peers = {name: f"http://{listeners.address(f'{name}.ops')}" for name in SERVICES}
    return {
        **options.services,
        "SANAD_HOME": str(options.home),
        "SANAD_PROFILE": options.profile,
        "SANAD_PUBLIC_URL": options.public_url or local_url(options, listeners),
        "SANAD_DATABASE": database,
        "SANAD_NATS_URL": nats_url,
        "SANAD_PEERS": json.dumps(peers),
        "SANAD_ADMIN_EMAIL": options.admin_email,
        "PYTHONPATH": _PATH,
        "PYTHONUNBUFFERED": "1",
        "TZ": "UTC",
    }


def local_url(options: Options, listeners: Listeners) -> str:
    return f"{options.scheme}://{listeners.address(EDGE)}"


def service(name: str, home: Home, listeners: Listeners, told: Mapping[str, str]) -> Program:
    doors = {"SANAD_LISTEN_HTTP": f"{name}.http", "SANAD_LISTEN_OPS": f"{name}.ops"}
    if name == "intake":
        doors["SANAD_LISTEN_SMTP"] = SMTP
    if name == "notify" and (home.root / HOLD).exists():
        told = {**told, "SANAD_DOORS": _ON_HOLD}
    return Program(
        name=name,
        argv=(*_PYTHON, "-m", "shared.kit.serve", f"services.{name}.main"),
        module=f"services.{name}.main",
        cwd=home.root,
        env={**told, **{key: f"fd:{listeners.fd(door)}" for key, door in doors.items()}},
        fds=listeners.fds(doors.values()),
    )


def migrations(home: Home, told: Mapping[str, str]) -> Program:
    argv = (*_PYTHON, "-m", "deploy.local.migrate")
    return Program(name="migrations", argv=argv, cwd=home.root, env=told)


def nursery(home: Home) -> Program:
    told = {"PYTHONPATH": _PATH, "PYTHONUNBUFFERED": "1", "TZ": "UTC"}
    argv = (*_PYTHON, "-m", "deploy.local.nursery")
    return Program(name="nursery", argv=argv, cwd=home.root, env=told)
