"""A mailbox on an IMAP server: opened step by step, read by UID, nothing marked as read.

Everything here blocks and runs in a thread. What the library offers for fetching parses mails and
what it offers for flags expunges; both are done with plain commands instead.
"""

import contextlib
import imaplib
import re
import socket
import ssl
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from imap_tools import MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError
from imap_tools.mailbox import BaseMailBox
from imap_tools.utils import encode_folder

from services.intake.adapters.handshakes import speaks_tls
from services.intake.domain.findings import Step, Trouble
from services.intake.domain.servers import Auth, Marking, Security, Server

KEYWORD: Final = "$SanadAccepted"
DONE_FOLDER: Final = ("Sanad", "Accepted")
_UID: Final = re.compile(rb"\bUID (\d+)")
_SIZE: Final = re.compile(rb"\bRFC822\.SIZE (\d+)")
_DATE: Final = re.compile(rb'\bINTERNALDATE "([^"]{20,40})"')
_EMPTY: Final = re.compile(rb'BODY\[\](?:<0>)? ""')
_UNREADABLE: Final = re.compile(rb"BODY\[\](?:<0>)? NIL")
_CODE: Final = re.compile(r"\[([A-Z-]+)[^\]]*\]")
_BUSY: Final = frozenset({"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG"})
_MOST_FOLDERS: Final = 30
BROKEN: Final = (OSError, imaplib.IMAP4.error, ImapToolsError, ValueError)
"""Whatever a conversation can end with."""


@dataclass(frozen=True, slots=True)
class Head:
    """What the server tells of a mail beside its bytes."""

    uid: int
    size: int
    arrived: datetime | None


@dataclass(frozen=True, slots=True)
class Opened:
    """The folder as it was opened."""

    validity: int
    next_uid: int
    count: int
    can_mark: bool


class Post:
    """One conversation with a server."""

    def __init__(self, server: Server, patience: float) -> None:
        self._server = server
        self._patience = patience
        self._capabilities: frozenset[str] = frozenset()
        self._target = ""
        self._box: BaseMailBox

    def resolve(self) -> None:
        try:
            socket.getaddrinfo(self._server.host, self._server.port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError):
            raise Trouble(Step.NAME, "name_not_found", host=self._server.host) from None

    def connect(self) -> str:
        """Reach the server and encrypt; the protocol's version, empty without encryption."""
        server = self._server
        where = {"host": server.host, "port": server.port}
        try:
            self._box = self._made()
        except ssl.SSLCertVerificationError as error:
            reason = error.verify_message
            raise Trouble(Step.ENCRYPTION, "certificate", reason=reason, **where) from None
        except ssl.SSLError as error:
            reason = error.reason or type(error).__name__
            raise Trouble(Step.ENCRYPTION, "tls_failed", reason=reason, **where) from None
        except ConnectionRefusedError:
            raise Trouble(Step.CONNECTION, "refused", **where) from None
        except TimeoutError:
            raise self._mute(where) from None
        except OSError:
            raise Trouble(Step.CONNECTION, "unreachable", **where) from None
        except (imaplib.IMAP4.error, ImapToolsError) as error:
            raise _no_welcome(error, where) from None
        version: Any = getattr(self._box.client.sock, "version", lambda: "")()
        return str(version or "")

    def login(self, secret: str) -> None:
        """With the password, or with an access token."""
        server = self._server
        try:
            if server.auth is Auth.XOAUTH2:
                self._box.xoauth2(server.username, secret, initial_folder=None)
            elif (server.username + secret).isascii():
                self._box.login(server.username, secret, initial_folder=None)
            else:
                self._box.login_utf8(server.username, secret, initial_folder=None)
            _, told = self._box.client.capability()
        except (MailboxLoginError, imaplib.IMAP4.error) as error:
            raise _not_let_in(error, server.auth) from None
        except (OSError, ImapToolsError) as error:
            raise _broken(Step.LOGIN, error) from None
        self._capabilities = frozenset(b" ".join(told).decode("ascii", "replace").upper().split())

    def open(self) -> Opened:
        """Open the folder; a folder that is not there names those that are."""
        folder = self._server.folder
        try:
            told = self._box.folder.set(folder)
        except MailboxFolderSelectError:
            facts = {"folder": folder, "folders": self._folders()}
            raise Trouble(Step.FOLDER, "no_such_folder", **facts) from None
        except BROKEN as error:
            raise _broken(Step.FOLDER, error) from None
        allowed = b" ".join(one for one in self._told("PERMANENTFLAGS") if one)
        return Opened(
            validity=_number(self._told("UIDVALIDITY")),
            next_uid=_number(self._told("UIDNEXT")),
            count=_number(told[1]),
            can_mark=b"\\*" in allowed or KEYWORD.encode() in allowed,
        )

    def after(self, uid: int) -> list[int]:
        """Mails beyond this UID, oldest first; `n:*` names the last mail even when it is older."""
        self._box.client.untagged_responses.pop("EXISTS", None)
        found = self._box.uids(f"UID {uid + 1}:*", charset=None)
        return sorted({int(one) for one in found if int(one) > uid})

    def heads(self, uids: list[int]) -> dict[int, Head]:
        """Size and arrival of each; one that is gone meanwhile is missing."""
        items = self._fetch(",".join(map(str, uids)), "(UID RFC822.SIZE INTERNALDATE)")
        heads = (_head(item if isinstance(item, bytes) else item[0]) for item in items if item)
        return {head.uid: head for head in heads if head is not None}

    def raw(self, uid: int, limit: int | None = None) -> bytes | None:
        """The mail's bytes, or the first of them; None when it is gone. It stays unread there."""
        part = "" if limit is None else f"<0.{limit}>"
        for item in self._fetch(str(uid), f"(UID BODY.PEEK[]{part})"):
            if isinstance(item, tuple) and b"BODY[" in item[0].upper():
                return bytes(item[1])
            if isinstance(item, bytes) and _EMPTY.search(item.upper()):
                return b""
            if isinstance(item, bytes) and _UNREADABLE.search(item.upper()):
                raise imaplib.IMAP4.error("the server cannot read this mail itself")
        return None

    def mark(self, uids: list[int]) -> None:
        """Show on the server what is ours; whatever fails here is harmless."""
        named = ",".join(map(str, uids))
        if self._server.marking is Marking.KEYWORD:
            self._box.client.uid("STORE", named, "+FLAGS.SILENT", f"({KEYWORD})")
        elif self._server.marking is Marking.MOVE and "MOVE" in self._capabilities:
            self._box.client.uid("MOVE", named, encode_folder(self._done_folder()).decode())

    def append(self, raw: bytes) -> None:
        """Put a mail into the folder, as its server would on delivery."""
        try:
            self._box.append(raw, self._server.folder)
        except BROKEN as error:
            raise _broken(Step.FOLDER, error) from None

    @property
    def can_idle(self) -> bool:
        return "IDLE" in self._capabilities

    def idle(self) -> tuple[int, bool]:
        """Ask to be told of new mail: what becomes readable then, and whether it is told already.

        A mail that came since the last look was announced beside other answers, or in one breath
        with the server's consent; then no waiting for the socket would ever find it.
        """
        self._box.idle.start()  # type: ignore[no-untyped-call]  # as the library has it
        announced = "EXISTS" in self._box.client.untagged_responses
        return self._box.client.sock.fileno(), announced or b"EXISTS" in self._buffered()

    def wake(self) -> None:
        self._box.idle.stop()  # type: ignore[no-untyped-call]  # as the library has it

    def close(self) -> None:
        """Without ceremony: also called while another thread waits for an answer."""
        with contextlib.suppress(Exception):
            self._box.client.sock.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(Exception):
            self._box.client.shutdown()

    def _made(self) -> BaseMailBox:
        host, port, patience = self._server.host, self._server.port, self._patience
        if self._server.security is Security.NONE:
            return MailBoxUnencrypted(host, port, timeout=patience)
        context = ssl.create_default_context()
        if self._server.certificate:
            context.load_verify_locations(cadata=self._server.certificate)
        if self._server.security is Security.STARTTLS:
            return MailBoxStartTls(host, port, timeout=patience, ssl_context=context)
        return MailBox(host, port, timeout=patience, ssl_context=context)

    def _mute(self, where: dict[str, Any]) -> Trouble:
        """Nobody greets: a port that waits to be greeted itself, encrypted, or none at all."""
        host, port, patience = self._server.host, self._server.port, self._patience
        if self._server.security is not Security.TLS and speaks_tls(host, port, patience):
            return Trouble(Step.ENCRYPTION, "speaks_tls", **where)
        return Trouble(Step.CONNECTION, "timeout", seconds=round(patience), **where)

    def _fetch(self, uids: str, parts: str) -> list[Any]:
        status, items = self._box.client.uid("FETCH", uids, parts)
        if status != "OK":
            raise imaplib.IMAP4.error("FETCH was refused")
        return list(items)

    def _told(self, name: str) -> list[Any]:
        return list(self._box.client.untagged_responses.get(name) or [])

    def _buffered(self) -> bytes:
        client: Any = self._box.client
        client.sock.settimeout(0)
        try:
            return bytes((vars(client).get("_file") or client.file).peek())
        except OSError:
            return b""
        finally:
            client.sock.settimeout(self._patience)

    def _folders(self) -> list[str]:
        with contextlib.suppress(*BROKEN):
            return [one.name for one in self._box.folder.list()][:_MOST_FOLDERS]
        return []

    def _done_folder(self) -> str:
        if not self._target:
            delimiter = next((one.delim for one in self._box.folder.list()), "/")
            self._target = delimiter.join(DONE_FOLDER)
            with contextlib.suppress(*BROKEN):
                if not self._box.folder.exists(self._target):
                    self._box.folder.create(self._target)
        return self._target


def _head(line: bytes) -> Head | None:
    uid, size, date = _UID.search(line), _SIZE.search(line), _DATE.search(line)
    if uid is None:
        return None
    return Head(int(uid[1]), int(size[1]) if size else 0, _instant(date[1]) if date else None)


def _instant(text: bytes) -> datetime | None:
    try:
        return datetime.strptime(text.decode("ascii").strip(), "%d-%b-%Y %H:%M:%S %z")
    except ValueError:
        return None


def _number(told: list[Any]) -> int:
    return int(told[-1]) if told and told[-1] and bytes(told[-1]).isdigit() else 0


def _said(error: Exception) -> str:
    """The server's own words, one short line."""
    result = getattr(error, "command_result", None)
    words = result[1] if result else error.args[:1]
    told = b" ".join(one if isinstance(one, bytes) else str(one).encode() for one in words)
    return re.sub(r"[^\x20-\x7e]+", " ", told.decode("utf-8", "replace"))[:160].strip()


def _not_let_in(error: Exception, auth: Auth) -> Trouble:
    said = _said(error)
    code = _CODE.search(said)
    if code and code[1] in _BUSY:
        return Trouble(Step.LOGIN, "server_busy", reason=said)
    if (code and code[1] == "PRIVACYREQUIRED") or "mechanism" in said.lower() or "BAD" in said:
        return Trouble(Step.LOGIN, "login_unsupported", reason=said)
    refused = "token_refused" if auth is Auth.XOAUTH2 else "password_refused"
    return Trouble(Step.LOGIN, refused)


def _no_welcome(error: Exception, where: dict[str, Any]) -> Trouble:
    if "TLS not supported" in str(error):
        return Trouble(Step.ENCRYPTION, "no_starttls", **where)
    return Trouble(Step.CONNECTION, "not_imap", **where)


def _broken(step: Step, error: Exception) -> Trouble:
    return Trouble(step, "broken_off", reason=_said(error) or type(error).__name__)
