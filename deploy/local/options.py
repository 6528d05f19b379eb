"""What an operator may say to the runner (`SANAD_*`), read once and checked."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.programs import CannotRunError

PROFILES = ("local", "test", "production")
_OWN = ("HTTP_PORT", "SMTP_PORT", "DATABASE_URL", "NATS_URL", "ADMIN_PASSWORD", "TLS")


@dataclass(frozen=True, slots=True)
class Options:
    """The runner's own settings; everything else named SANAD_* goes on to the services."""

    home: Path
    profile: str
    http_port: int
    smtp_port: int
    database_url: str
    nats_url: str
    public_url: str
    tls: str
    admin_email: str
    admin_password: str
    services: Mapping[str, str]

    @property
    def durable(self) -> bool:
        return self.profile != "test"

    @property
    def scheme(self) -> str:
        return "http" if self.tls == "off" else "https"


def read(environment: Mapping[str, str] | None = None) -> Options:
    """Refuses what makes no sense, with the name of the setting."""
    given = os.environ if environment is None else environment
    said = {key.removeprefix("SANAD_"): given[key] for key in given if key.startswith("SANAD_")}
    options = Options(
        home=Path(said.get("HOME") or "var").expanduser().resolve(),
        profile=said.get("PROFILE", "local"),
        http_port=_port(said, "HTTP_PORT", 8080),
        smtp_port=_port(said, "SMTP_PORT", 2525),
        database_url=said.get("DATABASE_URL", ""),
        nats_url=said.get("NATS_URL", ""),
        public_url=said.get("PUBLIC_URL", "").rstrip("/"),
        tls=said.get("TLS") or "off",
        admin_email=said.get("ADMIN_EMAIL") or "admin@localhost",
        admin_password=said.get("ADMIN_PASSWORD", ""),
        services={f"SANAD_{name}": text for name, text in said.items() if name not in _OWN},
    )
    _check(options)
    return options


def _check(options: Options) -> None:
    if options.profile not in PROFILES:
        raise CannotRunError(f"SANAD_PROFILE is {options.profile!r}, not one of {PROFILES}")
    if options.admin_password and len(options.admin_password) < 8:
        raise CannotRunError("SANAD_ADMIN_PASSWORD is shorter than 8 characters")
    schemes = ("postgresql://", "postgres://")
    if options.database_url and not options.database_url.startswith(schemes):
        raise CannotRunError("SANAD_DATABASE_URL is not of the form postgresql://user:password@...")
    _check_files(options.services.get("SANAD_FILES_URL", ""))
    for file in options.tls.split(":") if options.tls not in {"off", "internal"} else ():
        if not Path(file).is_file():
            raise CannotRunError(f"SANAD_TLS names {file}, which is no file")


def _check_files(url: str) -> None:
    if not url:
        return
    from shared.kit.stores import check_url  # noqa: PLC0415 - the supervisor stays small

    try:
        check_url(url)
    except ValueError as failure:
        raise CannotRunError(f"SANAD_FILES_URL is {failure}") from None


def _port(said: Mapping[str, str], name: str, default: int) -> int:
    text: Any = said.get(name) or default
    try:
        number = int(text)
    except ValueError:
        number = -1
    if not 0 <= number <= 65_535:
        raise CannotRunError(f"SANAD_{name} is {text!r}, not a port (0 picks a free one)")
    return number
