"""A real Dovecot on free loopback ports: the IMAP server that mailboxes are fetched from."""

import contextlib
import getpass
import imaplib
import os
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.engines import free_port

SERVER = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/sbin")
PASSWORD = "correct-horse"

_CONFIG = """
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {internal}
default_login_user = {login}
default_internal_group = {internal_group}
first_valid_uid = 0
mail_location = maildir:{root}/mail/%u
mail_fsync = never
disable_plaintext_auth = no
auth_mechanisms = plain login{mechanisms}
auth_failure_delay = 0
auth_cache_size = 0
imap_idle_notify_interval = 2 mins
ssl = yes
ssl_cert = <{root}/cert.pem
ssl_key = <{root}/key.pem
namespace inbox {{
  inbox = yes
  separator = /
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
{oauth}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={root}/mail/%u
}}
"""
_OAUTH = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {root}/oauth2.conf
}}
"""
_INTROSPECTION = """
introspection_mode = get
introspection_url = {url}
username_attribute = username
active_attribute = active
active_value = true
"""


@dataclass
class Dovecot:
    """One server; every user that logs in with `PASSWORD` has a mailbox."""

    root: Path
    port: int = field(default_factory=free_port)
    tls_port: int = field(default_factory=free_port)
    introspection: str = ""
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def certificate(self) -> str:
        return (self.root / "cert.pem").read_text()

    def write(self) -> None:
        for name in ("run", "state", "mail"):
            (self.root / name).mkdir(exist_ok=True)
        _certificate(self.root)
        user, group, root = getpass.getuser(), _group(), os.getuid() == 0
        if root:
            shutil.chown(self.root / "mail", "nobody")
        words = {
            "root": self.root,
            # As root, Dovecot insists on other accounts; as anybody else it can only be that one.
            "user": "nobody" if root else user,
            "group": "nogroup" if root else group,
            "internal": "dovecot" if root else user,
            "login": "dovenull" if root else user,
            "internal_group": "dovecot" if root else group,
        }
        oauth = _OAUTH.format(root=self.root) if self.introspection else ""
        text = _CONFIG.format(
            **words,
            port=self.port,
            password=PASSWORD,
            tls_port=self.tls_port,
            oauth=oauth,
            mechanisms=" xoauth2 oauthbearer" if self.introspection else "",
        )
        (self.root / "dovecot.conf").write_text(text)
        told = _INTROSPECTION.format(url=self.introspection)
        (self.root / "oauth2.conf").write_text(told)

    def start(self) -> None:
        assert SERVER is not None
        argv = [SERVER, "-F", "-c", str(self.root / "dovecot.conf")]
        self._process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                imaplib.IMAP4("127.0.0.1", self.port, 5).logout()
                return
            time.sleep(0.05)
        raise AssertionError((self.root / "log").read_text()[-2000:])

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(15)
            self._process = None

    def doveadm(self, *argv: str) -> str:
        command = ["doveadm", "-c", str(self.root / "dovecot.conf"), *argv]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    @contextlib.contextmanager
    def mailbox(self, user: str, folder: str = "INBOX") -> Iterator[imaplib.IMAP4]:
        """A second client, as a person would have one."""
        client = imaplib.IMAP4("127.0.0.1", self.port, 20)
        client.login(user, PASSWORD)
        client.select(folder)
        yield client
        client.logout()

    def put(self, user: str, *mails: bytes, arrived: datetime | None = None) -> None:
        """Deliver into the folder; `arrived` becomes the INTERNALDATE."""
        moment = arrived or datetime.now(UTC)
        with self.mailbox(user) as client:
            for raw in mails:
                status, said = client.append("INBOX", "", moment, raw)
                assert status == "OK", said

    def flags(self, user: str) -> dict[int, str]:
        """Flags by UID."""
        with self.mailbox(user) as client:
            _, told = client.uid("FETCH", "1:*", "(UID FLAGS)")
        return {int(line.partition(b"UID ")[2].split()[0]): line.decode() for line in told if line}

    def file_of(self, user: str, mark: bytes) -> Path:
        """The file of the mail that holds this text."""
        folder = self.root / "mail" / user
        found = [one for one in folder.glob("[cn]??/*") if mark in one.read_bytes()]
        assert len(found) == 1, found
        return found[0]


def _group() -> str:
    import grp

    return grp.getgrgid(os.getgid()).gr_name


def _certificate(root: Path) -> None:
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "30", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-keyout", str(root / "key.pem"), "-out", str(root / "cert.pem")),
        ],
        check=True,
        capture_output=True,
    )


def served(root: Path, introspection: str = "") -> Dovecot:
    """A running server, or a skip that says why there is none."""
    if SERVER is None:
        pytest.skip("dovecot is not installed; `make ci-tools` installs it")
    root.chmod(0o755)
    server = Dovecot(root, introspection=introspection)
    server.write()
    server.start()
    return server


def trusting(server: Dovecot) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=server.certificate)


def internal_date(moment: datetime) -> Any:
    return imaplib.Time2Internaldate(moment)
