"""The way of one mail: composed once, sealed, handed over, closed with a fact."""

from datetime import timedelta
from typing import Any, Final

from services.notify.adapters.mailers import Mailer, Never, NotNow
from services.notify.domain import caps
from services.notify.domain.letters import Parcel, UnsafeLetter
from services.notify.domain.retries import mail_retry
from services.notify.domain.words import Digits, Kind, Silence, State
from services.notify.store import deliveries, notices, projection
from services.notify.store.deliveries import Mail
from services.notify.usecases.composing import (
    Known,
    Material,
    NobodyThere,
    address_keys,
    compose,
    gather,
    opened_parcel,
    sealed_parcel,
)
from shared.events.notify import NotifyFailed, NotifySent
from shared.kit.context import Context
from shared.kit.logging import get_logger
from shared.kit.peers import PeerRefused, PeerUnavailable
from shared.kit.tx import Tx
from shared.vocabulary import Channel

_LABEL: Final = "notify.delivery.sealed"
_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
_log = get_logger("mail")


async def claim(context: Context, limit: int) -> list[Mail]:
    """Due mails for this process, under a lease."""
    async with context.tx() as tx:
        return await deliveries.claim(tx, limit)


async def send(context: Context, mailer: Mailer, mail: Mail) -> None:
    """One attempt at one mail; whatever happens is written down."""
    try:
        parcel = await _prepared(context, mail)
        if parcel is None:
            return
        await mailer.send(parcel)
    except (NotNow, PeerUnavailable) as error:
        await _later(context, mail, str(error) or type(error).__name__)
    except PeerRefused as refusal:
        if refusal.status == 404:
            await _silent(context, mail, Silence.GONE)
        else:
            await _later(context, mail, f"peer_{refusal.status}")
    except NobodyThere:
        await _silent(context, mail, Silence.GONE)
    except (Never, UnsafeLetter) as error:
        await _give_up(context, mail, f"{type(error).__name__}: {error}")
    else:
        await _sent(context, mail)


async def _prepared(context: Context, mail: Mail) -> Parcel | None:
    """The sealed mail, or a new one; None when it stays unsaid."""
    box = await context.vault.box(mail.organization_id)
    if mail.sealed is not None:
        return opened_parcel(mail.id, box.open_bytes(_LABEL, mail.id, mail.sealed))
    material = await gather(context, mail)
    async with context.tx() as tx:
        keys = _cap_keys(context, mail, material)
        silence = await _silence(tx, mail, material, keys)
        if silence is not None:
            await deliveries.close(tx, mail.id, State.SUPPRESSED, silence.value)
            return None
        composed = compose(context, mail, material, await _known(tx, mail), tx.now)
        content = box.seal(_LABEL, mail.id, sealed_parcel(composed.parcel))
        values = {"sealed": content, "message_id": composed.message_id, **keys}
        await deliveries.keep_composed(tx, mail.id, values)
        return composed.parcel


def _cap_keys(context: Context, mail: Mail, material: Material) -> dict[str, bytes]:
    if mail.kind is not Kind.ACKNOWLEDGEMENT or material.ticket is None:
        return {}
    subject = str(material.ticket.get("subject") or "")
    names = ("address_key", "domain_key", "subject_key")
    found = address_keys(context, material.person["email"], subject)
    return dict(zip(names, found, strict=True))


async def _known(tx: Tx, mail: Mail) -> Known:
    preference = await notices.preference(tx, mail.recipient_id)
    digits = Digits(preference["digits"]) if preference else Digits.LATIN
    if mail.ticket_id is None:
        return Known(digits=digits)
    ticket = await projection.ticket(tx, mail.ticket_id)
    earlier = await deliveries.sent_message_ids(tx, mail.ticket_id, mail.recipient_id)
    return Known((ticket["promise"] or {}) if ticket else {}, earlier, digits)


async def _silence(
    tx: Tx, mail: Mail, material: Material, keys: dict[str, bytes]
) -> Silence | None:
    """Why this mail stays unsaid, if it does."""
    if material.person.get("disabled"):
        return Silence.DISABLED
    preference = await notices.preference(tx, mail.recipient_id)
    if preference and mail.kind.value in preference["muted"]:
        return Silence.PREFERENCE
    if mail.kind is not Kind.ACKNOWLEDGEMENT:
        return None
    return await _ack_silence(tx, mail, material, keys)


async def _ack_silence(
    tx: Tx, mail: Mail, material: Material, keys: dict[str, bytes]
) -> Silence | None:
    """Caps and addresses that must not be acknowledged (mail.md 10, T33)."""
    address = material.person["email"]
    if caps.answers_nobody(address):
        return Silence.NO_REPLY
    if address.casefold() in _own_addresses(tx.context, material):
        return Silence.OWN_ADDRESS
    person = await projection.person(tx, mail.recipient_id)
    if person is not None and person["bounced_at"] is not None:
        return Silence.BOUNCED
    await deliveries.lock_address(tx, keys["address_key"])
    history = await deliveries.acknowledged(
        tx, keys["address_key"], keys["subject_key"], tx.now - _DAY
    )
    channel = Channel(mail.facts["channel"])
    by_form = 0
    if channel is Channel.FORM:
        by_form = await deliveries.acknowledged_by_form(tx, keys["domain_key"], tx.now - _HOUR)
    limits = tx.context.settings.ack_limits()
    return caps.silence(history, channel, by_form, tx.now, limits)


def _own_addresses(context: Context, material: Material) -> set[str]:
    boxes = [one.get("mailbox") or "" for one in material.departments]
    return {one.casefold() for one in (context.settings.support_address, *boxes)}


async def _sent(context: Context, mail: Mail) -> None:
    async with context.tx() as tx:
        await deliveries.close(tx, mail.id, State.SENT)
        count: Any = mail.facts.get("reopen_count")
        fact = NotifySent(
            delivery_id=mail.id,
            kind=mail.kind.value,
            ticket_id=mail.ticket_id,
            at=tx.now,
            reopen_count=count if mail.kind is Kind.RESOLUTION else None,
        )
        tx.emit(fact)
    _log.info("mail_sent", delivery_id=str(mail.id), kind=mail.kind.value, attempts=mail.attempts)


async def _later(context: Context, mail: Mail, reason: str) -> None:
    async with context.tx() as tx:
        next_at = mail_retry(mail.attempts, tx.now)
        if next_at is not None:
            await deliveries.postpone(tx, mail.id, next_at, reason)
            _log.info("mail_postponed", delivery_id=str(mail.id), reason=reason)
            return
    await _give_up(context, mail, reason)


async def _silent(context: Context, mail: Mail, silence: Silence) -> None:
    async with context.tx() as tx:
        await deliveries.close(tx, mail.id, State.SUPPRESSED, silence.value)


async def _give_up(context: Context, mail: Mail, reason: str) -> None:
    _log.warning("mail_failed", delivery_id=str(mail.id), kind=mail.kind.value, reason=reason)
    async with context.tx() as tx:
        await deliveries.close(tx, mail.id, State.FAILED, reason)
        fact = NotifyFailed(
            delivery_id=mail.id,
            kind=mail.kind.value,
            ticket_id=mail.ticket_id,
            at=tx.now,
            attempts=mail.attempts,
        )
        tx.emit(fact)
