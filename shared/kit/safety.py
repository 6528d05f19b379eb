"""Secrets that must not reach a deployment: a process refuses to start on them."""

from typing import Final

from shared.kit.callers import Seat
from shared.kit.migrate import schema_of
from shared.kit.settings import Settings

SHORTEST: Final = 16
_KNOWN: Final = ("changeme", "password", "postgres", "sanad", "secret")


class UnsafeSettings(Exception):
    """The environment is good enough for a laptop, not for other people's data."""


def refuse_unsafe(settings: Settings, service: str) -> None:
    """Weak or well-known secrets, and plain http towards the world, outside local and test."""
    if settings.profile != "production":
        return
    faults = [f"{name} is weak" for name, value in _secrets(settings, service) if _weak(value)]
    if not settings.public_url.startswith("https://"):
        faults.append("SANAD_PUBLIC_URL is not https")
    if faults:
        raise UnsafeSettings("; ".join(faults))


def _secrets(settings: Settings, service: str) -> list[tuple[str, str]]:
    schema = schema_of(service)
    names = [f"postgres/{schema}_{seat}" for seat in Seat] + [f"clients/{service}"]
    return [("the master key", settings.master_key())] + [
        (name, settings.secret(name)) for name in names
    ]


def _weak(value: str) -> bool:
    plain = value.lower()
    return len(value) < SHORTEST or len(set(value)) < 8 or any(word in plain for word in _KNOWN)
