"""The way of mails: written in batches, sealed, handed over one by one, closed in batches."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from services.notify.adapters.mailers import Away, Crowded, Mailer, Never, NotNow
from services.notify.adapters.signatures import KeyUnfit
from services.notify.domain.letters import Parcel, UnsafeLetter
from services.notify.domain.outage import NOT_ITS_OWN, Fault
from services.notify.domain.retries import mail_retry
from services.notify.domain.words import TO_CUSTOMERS, Digits, Kind, Silence, State
from services.notify.store import deliveries
from services.notify.store.deliveries import Mail, Reader
from services.notify.usecases.announcing import suppressed
from services.notify.usecases.composing import (
    Known,
    Material,
    NobodyThere,
    compose,
    gather,
    opened_parcel,
    sealed_parcel,
)
from services.notify.usecases.enclosures import StillChecked
from services.notify.usecases.silencing import Draft, Judge, drafts_of
from shared.events.notify import NotifyFailed, NotifySent
from shared.kit.context import Context
from shared.kit.logging import get_logger
from shared.kit.peers import PeerRefused, PeerUnavailable
from shared.kit.tx import Tx

_LABEL: Final = "notify.delivery.sealed"
_log = get_logger("mail")


@dataclass(frozen=True, slots=True)
class Ready:
    """A mail as it goes out, time and again the very same bytes."""

    mail: Mail
    parcel: Parcel


@dataclass(frozen=True, slots=True)
class Ended:
    """How one attempt ended; without a state it is tried again later."""

    mail: Mail
    state: State | None
    reason: str | None = None
    theirs: str | None = None
    """The Message-ID that the provider put in place of ours."""
    fault: Fault | None = None
    """What went wrong; nothing when it was sent, or need not be."""


async def turn(
    context: Context, ended: Sequence[Ended], limit: int, held: Sequence[UUID] = ()
) -> list[Mail]:
    """Write down how attempts ended, and take due mails under a lease."""
    async with context.tx() as tx:
        for one in ended:
            _settle(tx, one)
        return await deliveries.claim(tx, limit, held) if limit > 0 else []


async def keep(context: Context, held: Sequence[UUID]) -> None:
    """Say that the mails in our hands are still ours."""
    async with context.tx() as tx:
        await deliveries.keep(tx, held)


async def still_wanted(context: Context, written: Sequence[UUID]) -> set[UUID]:
    """Those that nobody has held back since they were written."""
    async with context.tx() as tx:
        return await deliveries.ready(tx, written)


async def prepare(context: Context, mails: Sequence[Mail]) -> tuple[list[Ready], list[Ended]]:
    """Each mail as bytes, or the reason why it has none; peers are asked before the transaction."""
    composed = [mail for mail in mails if mail.sealed is not None]
    fresh = [mail for mail in mails if mail.sealed is None]
    ready = [await _unsealed(context, mail) for mail in composed]
    known: list[tuple[Mail, Material]] = []
    ended: list[Ended] = []
    asked = (gather(context, mail) for mail in fresh)
    for mail, material in zip(
        fresh, await asyncio.gather(*asked, return_exceptions=True), strict=True
    ):
        if isinstance(material, BaseException):
            ended.append(_ended(mail, material))
        else:
            known.append((mail, material))
    for part in await _written(context, known):
        if isinstance(part, Ready):
            ready.append(part)
        else:
            ended.append(part)
    return ready, ended


async def hand_over(mailer: Mailer, ready: Ready) -> Ended:
    """One attempt at one mail."""
    try:
        theirs = await mailer.send(ready.parcel)
    except Exception as error:  # noqa: BLE001 - every outcome is written down, none is lost
        return _ended(ready.mail, error)
    return Ended(ready.mail, State.SENT, theirs=theirs)


def _ended(mail: Mail, error: BaseException) -> Ended:
    match error:
        case NobodyThere() | PeerRefused(status=404):
            return Ended(mail, State.SUPPRESSED, Silence.GONE.value)
        case PeerRefused():
            return Ended(mail, None, f"peer_{error.status}", fault=Fault.PEER)
        case Never() | UnsafeLetter():
            reason = f"{type(error).__name__}: {error}"
            return Ended(mail, State.FAILED, reason, fault=_fault(error))
        case NotNow() | KeyUnfit() | PeerUnavailable() | StillChecked():
            return Ended(mail, None, str(error) or type(error).__name__, fault=_fault(error))
        case Exception():
            _log.warning("mail_attempt_broke", delivery_id=str(mail.id), exc_info=error)
            return Ended(mail, None, type(error).__name__, fault=Fault.OTHER)
        case _:
            raise error


_FAULTS: Final[tuple[tuple[type[Exception], Fault], ...]] = (
    (Away, Fault.UNREACHABLE),
    (Crowded, Fault.CROWDED),
    (NotNow, Fault.LATER),
    (Never, Fault.REFUSED),
    (KeyUnfit, Fault.KEY),
    (UnsafeLetter, Fault.UNSAFE),
    (PeerUnavailable, Fault.PEER),
    (StillChecked, Fault.PEER),
)


def _fault(error: BaseException) -> Fault:
    return next((fault for kind, fault in _FAULTS if isinstance(error, kind)), Fault.OTHER)


async def _unsealed(context: Context, mail: Mail) -> Ready:
    box = await context.vault.box(mail.organization_id)
    assert mail.sealed is not None
    return Ready(mail, opened_parcel(mail.id, box.open_bytes(_LABEL, mail.id, mail.sealed)))


async def _written(context: Context, known: Sequence[tuple[Mail, Material]]) -> list[Ready | Ended]:
    """All in one transaction; where that breaks each in its own, so that one harms itself only."""
    if not known:
        return []
    try:
        async with context.tx() as tx:
            return await _write(tx, known)
    except Exception as error:  # noqa: BLE001 - a mail's or the database's: tried again
        if len(known) == 1:
            return [_ended(known[0][0], error)]
    return [part for one in known for part in await _written(context, [one])]


async def _write(tx: Tx, known: Sequence[tuple[Mail, Material]]) -> list[Ready | Ended]:
    readers = await deliveries.readers(tx, [mail for mail, _ in known])
    drafts = drafts_of(tx.context, known, readers)
    judge = Judge(tx)
    await judge.look(drafts)
    written: list[Ready | Ended] = []
    for draft in drafts:
        silence = judge.silence(draft)
        if silence is not None:
            deliveries.close(tx, draft.mail.id, State.SUPPRESSED, silence.value)
            if draft.mail.kind is Kind.ACKNOWLEDGEMENT:
                mail = draft.mail
                suppressed(tx, mail.id, mail.kind, mail.ticket_id, silence)
        else:
            written.append(await _compose(tx, draft))
            await asyncio.sleep(0)  # a crowd is composed for a while: others have their turn
    return written


async def _compose(tx: Tx, draft: Draft) -> Ready | Ended:
    mail, keys = draft.mail, draft.keys
    try:
        composed = compose(tx.context, mail, draft.material, _known(draft.reader), tx.now)
    except UnsafeLetter as error:
        return _ended(mail, error)
    box = await tx.context.vault.box(mail.organization_id)
    values: dict[str, Any] = {
        "sealed": box.seal(_LABEL, mail.id, sealed_parcel(composed.parcel)),
        "message_id": composed.message_id,
        "address_key": keys.address if keys else None,
        "domain_key": keys.domain if keys else None,
        "subject_key": keys.subject if keys else None,
    }
    deliveries.keep_composed(tx, mail.id, values)
    return Ready(mail, composed.parcel)


def _known(reader: Reader) -> Known:
    digits = Digits(reader.digits) if reader.digits else Digits.LATIN
    return Known(reader.promise, reader.earlier, digits)


def _settle(tx: Tx, ended: Ended) -> None:
    mail, state, reason = ended.mail, ended.state, ended.reason
    if ended.fault in NOT_ITS_OWN:
        deliveries.put_back(tx, mail.id, reason or "")
        _log.info("mail_postponed", delivery_id=str(mail.id), reason=reason)
        return
    if state is None:
        next_at = mail_retry(mail.attempts, tx.now)
        if next_at is not None:
            deliveries.postpone(tx, mail.id, next_at, reason or "")
            _log.info("mail_postponed", delivery_id=str(mail.id), reason=reason)
            return
        state = State.FAILED
    deliveries.close(tx, mail.id, state, reason, ended.theirs)
    if state is State.SENT:
        _state_sent(tx, mail, ended.theirs)
    elif state is State.FAILED:
        _state_failed(tx, mail, reason)


def _state_sent(tx: Tx, mail: Mail, theirs: str | None) -> None:
    count: Any = mail.facts.get("reopen_count")
    fact = NotifySent(
        delivery_id=mail.id,
        kind=mail.kind.value,
        ticket_id=mail.ticket_id,
        at=tx.now,
        reopen_count=count if mail.kind is Kind.RESOLUTION else None,
        provider_message_id=theirs,
        inside=mail.kind not in TO_CUSTOMERS,
    )
    tx.emit(fact)
    _log.info("mail_sent", delivery_id=str(mail.id), kind=mail.kind.value, attempts=mail.attempts)


def _state_failed(tx: Tx, mail: Mail, reason: str | None) -> None:
    _log.warning("mail_failed", delivery_id=str(mail.id), kind=mail.kind.value, reason=reason)
    fact = NotifyFailed(
        delivery_id=mail.id,
        kind=mail.kind.value,
        ticket_id=mail.ticket_id,
        at=tx.now,
        attempts=mail.attempts,
    )
    tx.emit(fact)
