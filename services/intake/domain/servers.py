"""Mailboxes on other people's servers: how they are reached, and when we worry about them."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address
from typing import Final

LATE: Final = timedelta(minutes=5)
TOO_LATE: Final = timedelta(minutes=15)
FETCHES: Final = 3
"""How often one mail is fetched before it is set aside (mail.md 6.4)."""
_FIRST_PAUSE: Final = 2.0
_RETURN_PATH: Final = re.compile(
    rb"^return-path:[ \t]*(<[^<>\s]{0,320}>)[ \t\r]*$", re.IGNORECASE | re.MULTILINE
)
_HEAD: Final = 64 * 1024
_PLACE: Final = ("host", "port", "security", "username", "auth")
_APPLICATION: Final = ("token_url", "client_id")
_RENEW_WITHIN: Final = timedelta(minutes=10)
_CONSENT: Final = timedelta(days=90)
"""How long Microsoft keeps a refresh token that nobody uses."""


class Kind(StrEnum):
    """Whether mail is brought to us, or we fetch it."""

    SMTP = "smtp"
    IMAP = "imap"


class Security(StrEnum):
    """How the connection to a server is protected."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class Auth(StrEnum):
    """How we prove ourselves to a server."""

    PASSWORD = "password"  # noqa: S105 - a word, not a secret
    XOAUTH2 = "xoauth2"


class Provider(StrEnum):
    """Whose token endpoint gives access tokens."""

    MICROSOFT = "microsoft"
    GOOGLE = "google"
    GENERIC = "generic"


class Marking(StrEnum):
    """What is done on the server to a mail that is ours now."""

    KEYWORD = "keyword"
    MOVE = "move"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a provider is known to use; a mailbox may say otherwise."""

    host: str
    token_url: str
    scope: str


OFFERS: Final = {
    Provider.MICROSOFT: Offer(
        host="outlook.office365.com",
        token_url="https://login.microsoftonline.com/common/oauth2/v2.0/token",  # noqa: S106 - no secret
        scope="https://outlook.office.com/IMAP.AccessAsUser.All offline_access",
    ),
    Provider.GOOGLE: Offer(
        host="imap.gmail.com",
        token_url="https://oauth2.googleapis.com/token",  # noqa: S106 - no secret
        scope="https://mail.google.com/",
    ),
}
PORTS: Final = {Security.TLS: 993, Security.STARTTLS: 143, Security.NONE: 143}


@dataclass(frozen=True, slots=True)
class Server:
    """Where a mailbox lies and how it is opened; its secrets are kept elsewhere."""

    host: str
    port: int
    security: Security
    username: str
    auth: Auth
    folder: str = "INBOX"
    marking: Marking = Marking.KEYWORD
    certificate: str = ""
    """PEM of a certificate to trust beside the world's own."""
    authserv_id: str = ""
    """By which the server signs its Authentication-Results; empty as the house's own."""
    provider: Provider = Provider.GENERIC
    client_id: str = ""
    token_url: str = ""
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a token endpoint gave; `refresh` is empty when it did not give a new one."""

    access: str
    access_until: datetime
    refresh: str = ""
    consent_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """How fetching from one mailbox fares."""

    since: datetime
    """Last successful look, or since when we have been meant to look."""
    refresh_failed: bool = False
    access_until: datetime | None = None
    consent_until: datetime | None = None
    unfetchable: int = 0


class Worry(StrEnum):
    """What an operator should look after, gravest first."""

    REFRESH_FAILED = "refresh_failed"
    SILENT = "silent"
    LATE = "late"
    CONSENT_ENDS = "consent_ends"
    UNFETCHABLE = "unfetchable"


GRAVE: Final = frozenset({Worry.REFRESH_FAILED, Worry.SILENT})


def worries(condition: Condition, now: datetime, ahead: timedelta) -> list[Worry]:
    """Degraded at 5 minutes, failed at 15 or when a refresh fails (mail.md 6.8)."""
    found: list[Worry] = []
    silence = now - condition.since
    if condition.refresh_failed:
        found.append(Worry.REFRESH_FAILED)
    if silence > TOO_LATE:
        found.append(Worry.SILENT)
    elif silence > LATE:
        found.append(Worry.LATE)
    if condition.consent_until is not None and condition.consent_until - now < ahead:
        found.append(Worry.CONSENT_ENDS)
    if condition.unfetchable:
        found.append(Worry.UNFETCHABLE)
    return found


def pause_after(failures: int, longest: float) -> float:
    """Seconds until a server that failed so often in a row is asked again."""
    return min(longest, _FIRST_PAUSE * 2.0 ** min(max(failures, 1) - 1, 20))


def demanded(before: Server, after: Server) -> str:
    """The secret that must be told anew: what was kept for one place is not shown at another."""
    password = after.auth is Auth.PASSWORD
    places = (*_PLACE, *(() if password else _APPLICATION))
    moved = any(getattr(before, name) != getattr(after, name) for name in places)
    return ("password" if password else "refresh_token") if moved else ""


def another_application(before: Server, after: Server) -> bool:
    """Whether the client's secret would be shown to somebody else, or for another client."""
    places = ("auth", *_APPLICATION)
    return any(getattr(before, name) != getattr(after, name) for name in places)


def renew_at(given: datetime, until: datetime) -> datetime:
    """When an access token is renewed: ten minutes early, a short-lived one after two thirds."""
    return until - min(_RENEW_WITHIN, (until - given) / 3)


def consent_end(provider: Provider, now: datetime, told: int | None) -> datetime | None:
    """Until when the refresh token lives: as the endpoint says, else as the provider is known."""
    if told is not None:
        return now + timedelta(seconds=told)
    return now + _CONSENT if provider is Provider.MICROSOFT else None


def arrival(internal: datetime | None, now: datetime) -> datetime:
    """A mail arrived when its server took it: our outage must not punish the customer."""
    return min(internal, now) if internal is not None else now


def source_key(mailbox: object, validity: int, uid: int) -> str:
    """Names one mail of one mailbox for good."""
    return f"imap:{mailbox}:{validity}:{uid}"


def source_of(key: str) -> tuple[int, int]:
    """UIDVALIDITY and UID again."""
    _, _, validity, uid = key.split(":")
    return int(validity), int(uid)


def return_path(raw: bytes) -> str:
    """The envelope's sender as the last server wrote it on top; `<>` is nobody, empty unknown."""
    head = raw[:_HEAD].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    found = _RETURN_PATH.search(head)
    told = found[1].decode("utf-8", "replace") if found else ""
    return told if told in {"", "<>"} else told[1:-1]


def missing(server: Server, password: str, refresh_token: str) -> list[str]:
    """Fields without which a server cannot be opened."""
    needed = {"host": server.host, "username": server.username}
    if server.auth is Auth.PASSWORD:
        needed |= {"password": password}
    else:
        needed |= {"client_id": server.client_id, "token_url": server.token_url}
        needed |= {"refresh_token": refresh_token}
    return [name for name, value in needed.items() if not value]


def is_loopback(host: str) -> bool:
    """Whether a server lies on this very machine."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
