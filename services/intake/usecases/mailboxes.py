"""Mailboxes are set up, changed and dropped by administrators; secrets go in and never out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from services.intake.domain.servers import (
    OFFERS,
    PORTS,
    Auth,
    Kind,
    Security,
    Server,
    another_application,
    consent_end,
    demanded,
    is_loopback,
    missing,
)
from services.intake.problems import (
    SECRET_REQUIRED,
    IncompleteMailbox,
    MailboxElsewhere,
    MailboxSetUp,
    PlainNotAllowed,
    UnknownDepartment,
)
from services.intake.store import mailboxes as directory
from services.intake.store import servers
from services.intake.store.servers import Mailbox
from services.intake.usecases import secrets, tokens
from services.intake.usecases.tokens import Secrets
from shared.kit.context import Context
from shared.kit.ids import uuid7
from shared.kit.peers import PeerRefused, PeerUnavailable
from shared.kit.problems import NotFound, PreconditionFailed, ValidationFailed
from shared.kit.tx import Tx
from shared.vocabulary import DEFAULT_DEPARTMENT

MAILBOXES: Final = "mailboxes"
"""The worker that a change wakes."""
BEFORE: Final = timedelta(days=7)
"""How old mail may be that is fetched from a folder that was filled before."""
_ELSEWHERE: Final = ("host", "port", "username", "folder")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: fields of the mailbox, of its server, and its secrets."""

    own: Mapping[str, Any] = field(default_factory=dict)
    server: Mapping[str, Any] = field(default_factory=dict)
    secret: Mapping[str, str] = field(default_factory=dict)


async def create(tx: Tx, wish: Wish) -> Mailbox:
    """Its mail is fetched within seconds; an address that is set up already is refused."""
    kind = Kind(wish.own["kind"])
    department = await _department(tx, wish.own["address"], wish.own.get("department_id"))
    held = Secrets(**wish.secret)
    server = _sound(server_of(wish.server), held) if kind is Kind.IMAP else None
    box = await secrets.box_of(tx.context)
    mailbox_id = uuid7()
    made = Mailbox(
        id=mailbox_id,
        version=1,
        address=wish.own["address"],
        department_id=department,
        kind=kind,
        enabled=wish.own.get("enabled", True),
        server=server,
        secrets=tokens.seal(box, mailbox_id, held) if server else None,
        since=wish.own.get("since") or tx.now - BEFORE,
        created_at=tx.now,
        updated_at=tx.now,
        uid_validity=None,
        last_uid=0,
        rescan_to=0,
        stuck_uid=None,
        stuck_times=0,
        polled_at=None,
        failures=0,
        failing_since=None,
        failure=None,
        access_until=None,
        consent_until=_consent(tx, server, wish),
        refresh_failed=None,
    )
    if not await servers.insert(tx, made):
        raise MailboxSetUp
    tx.wake(MAILBOXES)
    return made


async def change(tx: Tx, mailbox_id: UUID, wish: Wish, versions: frozenset[int] | None) -> Mailbox:
    """Only what is named; another server, account or folder is read from its start."""
    before = await found(tx, mailbox_id, lock=True)
    if versions is not None and before.version not in versions:
        raise PreconditionFailed
    after = replace(before, **await _own(tx, before, wish))
    if before.server is not None:
        server = server_of({**_told(before.server), **wish.server})
        held = await _held(tx, before, server, wish)
        after = replace(after, server=_sound(server, held))
        if wish.secret:
            after = await _resealed(tx, after, held, wish)
    if after == before:
        return before
    if await servers.taken(tx, after):
        raise MailboxSetUp
    after = replace(after, version=before.version + 1, updated_at=tx.now)
    await servers.update(tx, after, elsewhere=_moved(before.server, after.server))
    _wake(tx, mailbox_id)
    return await found(tx, mailbox_id)


async def remove(tx: Tx, mailbox_id: UUID) -> None:
    """Mails that came from it stay."""
    if not await servers.remove(tx, mailbox_id):
        raise NotFound
    _wake(tx, mailbox_id)


async def found(tx: Tx, mailbox_id: UUID, *, lock: bool = False) -> Mailbox:
    mailbox = await servers.find(tx, mailbox_id, lock=lock)
    if mailbox is None:
        raise NotFound
    return mailbox


def server_of(told: Mapping[str, Any]) -> Server:
    """The server with everything that its provider and its kind of encryption imply."""
    filled = {name: value for name, value in told.items() if value is not None}
    server = Server(**{"host": "", "port": 0, **filled})
    offer = OFFERS.get(server.provider) if server.auth is Auth.XOAUTH2 else None
    if offer is not None:
        server = replace(
            server,
            host=server.host or offer.host,
            token_url=server.token_url or offer.token_url,
            scope=server.scope or offer.scope,
        )
    return replace(server, port=server.port or PORTS[server.security])


async def _department(tx: Tx, address: str, wanted: UUID | None) -> UUID:
    """The directory decides about addresses that it knows (decisions.md 11)."""
    await _learn(tx.context, wanted)
    owner = (await directory.all_of(tx)).get(address)
    if owner is not None and wanted is not None and wanted != owner:
        raise MailboxElsewhere(department_id=str(owner))
    department = wanted or owner or DEFAULT_DEPARTMENT
    if department != DEFAULT_DEPARTMENT and not await directory.exists(tx, department):
        raise UnknownDepartment
    return department


async def _own(tx: Tx, before: Mailbox, wish: Wish) -> dict[str, Any]:
    own = dict(wish.own)
    if "address" in own or "department_id" in own:
        address = own.get("address", before.address)
        wanted = own.get("department_id")
        if wanted is None and "address" not in own:
            wanted = before.department_id
        own["department_id"] = await _department(tx, address, wanted)
    return own


async def _held(tx: Tx, before: Mailbox, server: Server, wish: Wish) -> Secrets:
    """The secrets for the server as it shall be; those of another place do not come along."""
    assert before.server is not None
    held = tokens.unseal(await secrets.box_of(tx.context), before)
    anew = demanded(before.server, server)
    if anew and anew not in wish.secret and getattr(held, anew):
        locale = tx.caller.locale
        raise ValidationFailed.of(f"/{anew}", "secret_required", SECRET_REQUIRED, locale)
    if anew:
        kept = "" if another_application(before.server, server) else held.client_secret
        held = Secrets(client_secret=kept)
    return replace(held, **wish.secret)


async def _resealed(tx: Tx, mailbox: Mailbox, held: Secrets, wish: Wish) -> Mailbox:
    """New secrets beside those that stay; what the old ones opened is forgotten."""
    box = await secrets.box_of(tx.context)
    return replace(
        mailbox,
        secrets=tokens.seal(box, mailbox.id, replace(held, access="", given="", until="")),
        access_until=None,
        refresh_failed=None,
        consent_until=_consent(tx, mailbox.server, wish) or mailbox.consent_until,
    )


async def _learn(context: Context, department_id: UUID | None) -> None:
    """Ask the gateway for a department whose fact has not come yet."""
    if department_id is None or department_id == DEFAULT_DEPARTMENT:
        return
    async with context.tx() as tx:
        if await directory.exists(tx, department_id):
            return
    try:
        told = await context.peers.get("gateway", f"/internal/departments/{department_id}")
    except (PeerRefused, PeerUnavailable):
        return  # then it is unknown, as far as we can tell
    async with context.tx() as tx:
        address = (told["mailbox"] or "").strip().lower() or None
        await directory.put(tx, department_id, address, is_default=told["is_default"])


def _sound(server: Server, held: Secrets) -> Server:
    lacking = missing(server, held.password, held.refresh_token)
    if lacking:
        raise IncompleteMailbox(missing=lacking)
    if server.security is Security.NONE and not is_loopback(server.host):
        raise PlainNotAllowed
    return server


def _consent(tx: Tx, server: Server | None, wish: Wish) -> Any:
    if server is None or server.auth is not Auth.XOAUTH2 or "refresh_token" not in wish.secret:
        return None
    return consent_end(server.provider, tx.now, None)


def _moved(before: Server | None, after: Server | None) -> bool:
    return any(getattr(before, name, "") != getattr(after, name, "") for name in _ELSEWHERE)


def _told(server: Server) -> dict[str, Any]:
    return {name: getattr(server, name) for name in Server.__dataclass_fields__}


def _wake(tx: Tx, mailbox_id: UUID) -> None:
    tx.wake(MAILBOXES)
    tx.wake(f"mailbox {mailbox_id}")
