"""What stands between us and a mail server, in one word for logs, health and the doctor."""

import socket
import ssl
from collections.abc import Iterator
from enum import StrEnum

from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPConnectResponseError,
    SMTPException,
    SMTPResponseException,
)


class Trouble(StrEnum):
    """Told without an address or a word of the server: both may hold secrets."""

    HOST = "host_unknown"
    REFUSED = "connection_refused"
    TIMEOUT = "timeout"
    TLS = "tls"
    LOGIN = "login"
    ANSWER = "odd_answer"
    FILE = "file"
    OTHER = "unreachable"


_KINDS: tuple[tuple[type[BaseException], Trouble], ...] = (
    (SMTPAuthenticationError, Trouble.LOGIN),
    (ssl.SSLError, Trouble.TLS),
    (socket.gaierror, Trouble.HOST),
    (UnicodeError, Trouble.HOST),
    (ConnectionRefusedError, Trouble.REFUSED),
    (TimeoutError, Trouble.TIMEOUT),
    (FileNotFoundError, Trouble.FILE),
    (PermissionError, Trouble.FILE),
    (SMTPConnectResponseError, Trouble.ANSWER),
)


def trouble_of(error: BaseException) -> Trouble:
    """By the innermost cause that says something."""
    for one in reversed([*_chain(error)]):
        for kind, trouble in _KINDS:
            if isinstance(one, kind):
                return trouble
    return _by_words(error)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _by_words(error: BaseException) -> Trouble:
    """The library tells a missing extension by its text only."""
    words = str(error).lower() if isinstance(error, SMTPException) else ""
    if "starttls" in words or "tls" in words.split():
        return Trouble.TLS
    if "auth" in words:
        return Trouble.LOGIN
    return Trouble.ANSWER if isinstance(error, SMTPResponseException) else Trouble.OTHER
