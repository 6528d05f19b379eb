"""Bodies about mailboxes; secrets go in and never come out."""

import re
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, SecretStr
from pydantic_core import PydanticCustomError
from typing_extensions import override

from services.intake.domain.addresses import single
from services.intake.domain.findings import TEXTS, Finding, Step
from services.intake.domain.servers import Auth, Kind, Marking, Provider, Security, is_loopback
from services.intake.domain.threading import open_address
from services.intake.store.servers import Mailbox
from services.intake.usecases.mailboxes import Wish
from shared.kit.locale import isolate, pick
from shared.kit.model import Body, Instant, Line, Out
from shared.vocabulary import Locale

_OWN: Final = frozenset({"address", "department_id", "kind", "enabled", "since"})
_SECRET: Final = frozenset({"password", "client_secret", "refresh_token"})
_RENAMED: Final = {"tls": "security", "after": "marking"}
_HOST: Final = re.compile(r"[A-Za-z0-9_.\-:\[\]]{1,253}|[^\x00-\x20/@]{1,253}")
_URL: Final = re.compile(r"(https?)://([^/?#@\s:]+|\[[0-9a-fA-F:.]+\])(:\d{1,5})?(/[^\s#]*)?")


def _address(text: str) -> str:
    bare = single(text)
    box = open_address(bare)
    if not bare or bare != text or len(bare) > 254 or box.reply_token or box.bounce_token:
        raise PydanticCustomError("email_invalid", "The address is not valid")
    return bare.lower()


def _host(text: str) -> str:
    if not _HOST.fullmatch(text):
        raise PydanticCustomError("host_invalid", "The name of the server is not valid")
    return text


def _token_url(text: str) -> str:
    found = _URL.fullmatch(text)
    if found is None or (found[1] == "http" and not is_loopback(found[2])):
        raise PydanticCustomError("token_url_invalid", "The address must begin with https://")
    return text


def _certificate(text: str) -> str:
    if not text.strip().startswith("-----BEGIN CERTIFICATE-----"):
        raise PydanticCustomError("certificate_invalid", "The certificate is not in PEM form")
    return text


Address = Annotated[str, Line(254), AfterValidator(_address)]
Host = Annotated[str, Line(253), AfterValidator(_host)]
Port = Annotated[int, Field(ge=1, le=65_535)]
TokenUrl = Annotated[str, Line(2000), AfterValidator(_token_url)]
Secret = Annotated[SecretStr, Field(min_length=1, max_length=8192)]
Pem = Annotated[str, Field(max_length=64_000), AfterValidator(_certificate)]
Name = Annotated[str, Line(320)]


class _Fields(Body):
    """What can be said of a mailbox; what its provider implies may be left out."""

    department_id: UUID | None = None
    enabled: bool | None = None
    since: Instant | None = None
    """Older mail that stood in the folder at first is left alone; by default seven days."""
    host: Host | None = None
    port: Port | None = None
    tls: Security | None = None
    username: Name | None = None
    auth: Auth | None = None
    folder: Name | None = None
    after: Marking | None = None
    """What is done on the server to a mail that was taken."""
    certificate: Pem | None = None
    """PEM of a certificate to trust, for a server with one of its own."""
    authserv_id: Name | None = None
    """By which the server signs its Authentication-Results; without it the house's own counts."""
    provider: Provider | None = None
    client_id: Name | None = None
    token_url: TokenUrl | None = None
    scope: Name | None = None
    password: Secret | None = None
    client_secret: Secret | None = None
    refresh_token: Secret | None = None

    def wish(self) -> Wish:
        said = {
            name: value
            for name in self.model_fields_set
            if (value := getattr(self, name)) is not None
        }
        secret = {name: said[name].get_secret_value() for name in said.keys() & _SECRET}
        rest = said.keys() - _SECRET - _OWN
        return Wish(
            own={name: said[name] for name in said.keys() & _OWN},
            server={_RENAMED.get(name, name): said[name] for name in rest},
            secret=secret,
        )


class MailboxIn(_Fields):
    """A mailbox of kind `smtp` is an address alone; one of kind `imap` is fetched from."""

    address: Address
    kind: Kind
    tls: Security = Security.TLS
    auth: Auth = Auth.PASSWORD

    @override
    def wish(self) -> Wish:
        wish = super().wish()
        defaults = {"security": self.tls, "auth": self.auth, "username": self.address}
        return Wish(wish.own, {**defaults, **wish.server}, wish.secret)


class MailboxChange(_Fields):
    """Only what is named changes; a secret that is not named stays, unless the server changes."""

    address: Address | None = None


class MessageOut(Out):
    """One finding in the caller's language."""

    step: Step
    code: str
    message: str


class MailboxOut(Out):
    """A mailbox without its secrets, and how it fares."""

    id: UUID
    address: str
    department_id: UUID
    kind: Kind
    enabled: bool
    since: Instant
    host: str | None = None
    port: int | None = None
    tls: Security | None = None
    username: str | None = None
    auth: Auth | None = None
    folder: str | None = None
    after: Marking | None = None
    certificate: str | None = None
    authserv_id: str | None = None
    provider: Provider | None = None
    client_id: str | None = None
    token_url: str | None = None
    scope: str | None = None
    state: Literal["working", "waiting", "failing", "disabled"]
    last_poll_at: Instant | None
    failing_since: Instant | None
    failure: MessageOut | None
    access_token_expires_at: Instant | None
    consent_expires_at: Instant | None
    created_at: Instant
    updated_at: Instant
    version: int

    @classmethod
    def of(cls, mailbox: Mailbox, locale: Locale) -> Self:
        names = ("id", "address", "department_id", "kind", "enabled", "since", "version")
        own = {name: getattr(mailbox, name) for name in names}
        return cls(
            **own,
            **_server(mailbox),
            state=_state(mailbox),
            last_poll_at=mailbox.polled_at,
            failing_since=mailbox.failing_since,
            failure=_failure(mailbox, locale),
            access_token_expires_at=mailbox.access_until,
            consent_expires_at=mailbox.consent_until,
            created_at=mailbox.created_at,
            updated_at=mailbox.updated_at,
        )


class MailboxPage(Out):
    items: list[MailboxOut]
    next_cursor: str | None


class FindingOut(MessageOut):
    """How one step went; `skipped` where an earlier one failed."""

    result: Literal["pass", "fail", "skipped"]

    @classmethod
    def of(cls, finding: Finding, locale: Locale) -> Self:
        skipped = finding.code == "not_tried"
        return cls(
            step=finding.step,
            code=finding.code,
            message=words(finding.code, finding.facts, locale),
            result="skipped" if skipped else "pass" if finding.ok else "fail",
        )


class CheckOut(Out):
    """Every step towards the mailbox, in order."""

    ok: bool
    steps: list[FindingOut]

    @classmethod
    def of(cls, findings: list[Finding], locale: Locale) -> Self:
        steps = [FindingOut.of(one, locale) for one in findings]
        return cls(ok=all(one.ok for one in findings), steps=steps)


def words(code: str, facts: dict[str, Any], locale: Locale) -> str:
    """The sentence of a finding; names and numbers are fenced off inside Arabic."""
    gaps = {name: _told(value, locale) for name, value in facts.items()}
    return pick(TEXTS[code], locale).format_map(_Gaps(gaps))


class _Gaps(dict[str, str]):
    def __missing__(self, _key: str) -> str:
        return "-"


def _told(value: Any, locale: Locale) -> str:
    if isinstance(value, list):
        comma = "، " if locale is Locale.AR else ", "
        return comma.join(_told(one, locale) for one in value) or "-"
    return isolate(str(value)) if locale is Locale.AR else str(value)


def _server(mailbox: Mailbox) -> dict[str, Any]:
    server = mailbox.server
    if server is None:
        return {}
    names = ("host", "port", "username", "auth", "folder")
    told: dict[str, Any] = {name: getattr(server, name) for name in names}
    told |= {"tls": server.security, "after": server.marking}
    told |= {"certificate": server.certificate or None, "authserv_id": server.authserv_id or None}
    if server.auth is Auth.XOAUTH2:
        more = ("provider", "client_id", "token_url", "scope")
        told |= {name: getattr(server, name) or None for name in more}
    return told


def _state(mailbox: Mailbox) -> Literal["working", "waiting", "failing", "disabled"]:
    if not mailbox.enabled:
        return "disabled"
    if mailbox.failing_since is not None or mailbox.refresh_failed is not None:
        return "failing"
    return "working" if mailbox.polled_at or mailbox.kind is Kind.SMTP else "waiting"


def _failure(mailbox: Mailbox, locale: Locale) -> MessageOut | None:
    failure = mailbox.failure
    if failure is None and mailbox.refresh_failed is not None:
        failure = {"step": Step.TOKEN, "code": mailbox.refresh_failed, "facts": {}}
    if failure is None:
        return None
    message = words(failure["code"], failure["facts"], locale)
    return MessageOut(step=failure["step"], code=failure["code"], message=message)
