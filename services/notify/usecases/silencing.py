"""Why a mail stays unsaid: the wishes of its reader, dead addresses, caps on acknowledgements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from services.notify.domain import caps
from services.notify.domain.caps import Sent
from services.notify.domain.words import ANSWERING, TO_CUSTOMERS, Kind, Silence
from services.notify.store import acknowledgements
from services.notify.store.acknowledgements import Acknowledged, Keys
from services.notify.store.deliveries import Mail, Reader
from services.notify.usecases.composing import Material, address_keys
from shared.kit.context import Context
from shared.kit.tx import Tx
from shared.vocabulary import Channel

_BY_ITSELF: Final = ANSWERING | {Kind.CLOSED}
_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail about to be written, with all that is known for it."""

    mail: Mail
    material: Material
    reader: Reader
    keys: Keys | None
    """Of acknowledgements: what their caps are counted by."""


def caps_of(context: Context, mail: Mail, material: Material) -> Keys | None:
    """Caps count by keyed hashes, without knowing addresses.

    One that was just acknowledged may be reopened at once: those two do not count as the same.
    """
    if mail.kind not in ANSWERING or material.ticket is None:
        return None
    subject = str(material.ticket.get("subject") or "")
    if mail.kind is not Kind.ACKNOWLEDGEMENT:
        subject = f"{mail.kind.value} {subject}"
    elif _owed(mail):
        subject = f"{mail.ticket_id} {subject}"
    return Keys(*address_keys(context, material.person["email"], subject))


def _owed(mail: Mail) -> bool:
    """Whether its reader wrote to us before, and learns the ticket's number from this mail alone.

    A follow-up has the subject of the ticket that it goes on with, and a person whose address is
    confirmed may well send the form twice; no other ticket's number is swallowed for that.
    """
    confirmed = _channel(mail) is Channel.FORM and not mail.facts.get("confirm")
    return confirmed or bool(mail.facts.get("follow_up"))


def _by_form(mail: Mail) -> bool:
    """Whether nobody has shown that the address is theirs."""
    return _channel(mail) is Channel.FORM and bool(mail.facts.get("confirm"))


class Judge:
    """Decides a batch one after another, so that the caps see what the batch itself sends.

    Caps of one address are counted by one transaction at a time (mail.md 10, T33).
    """

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._history: dict[bytes, list[Acknowledged]] = {}
        self._by_form: dict[bytes, int] = {}

    async def look(self, drafts: Sequence[Draft]) -> None:
        """Lock and read what the acknowledgements of these drafts are capped by."""
        keys = [draft.keys for draft in drafts if draft.keys is not None]
        if not keys:
            return
        await acknowledgements.lock(self._tx, [key.address for key in keys])
        since = self._tx.now - _DAY
        found = await acknowledgements.history(self._tx, {key.address for key in keys}, since)
        self._history.update(found)
        if any(_by_form(draft.mail) for draft in drafts if draft.keys):
            domains = {key.domain for key in keys}
            since = self._tx.now - _HOUR
            self._by_form.update(await acknowledgements.by_form(self._tx, domains, since))

    def silence(self, draft: Draft) -> Silence | None:
        """Why this mail stays unsaid, if it does; else it counts from here on."""
        if draft.material.person.get("disabled"):
            return Silence.DISABLED
        if draft.mail.kind in TO_CUSTOMERS and _denied(draft):
            return Silence.DENIED
        if draft.mail.kind.value in draft.reader.muted:
            return Silence.PREFERENCE
        if draft.mail.kind not in _BY_ITSELF:
            return None
        return self._deaf(draft) or (self._capped(draft, draft.keys) if draft.keys else None)

    def _deaf(self, draft: Draft) -> Silence | None:
        """Addresses to which nothing may go that no person wrote."""
        address = draft.material.person["email"]
        if caps.answers_nobody(address):
            return Silence.NO_REPLY
        if address.casefold() in _own_addresses(self._tx.context, draft.material):
            return Silence.OWN_ADDRESS
        return Silence.BOUNCED if draft.reader.bounced else None

    def _capped(self, draft: Draft, keys: Keys) -> Silence | None:
        by_form, now = _by_form(draft.mail), self._tx.now
        channel = Channel.FORM if by_form else Channel.EMAIL
        earlier = self._history.setdefault(keys.address, [])
        history = [Sent(one.at, one.subject == keys.subject, one.by_form) for one in earlier]
        limits = self._tx.context.settings.ack_limits()
        silent = caps.silence(history, channel, self._by_form.get(keys.domain, 0), now, limits)
        if silent is None:
            earlier.append(Acknowledged(now, keys.subject, by_form))
            self._by_form[keys.domain] = self._by_form.get(keys.domain, 0) + by_form
        return silent


def _denied(draft: Draft) -> bool:
    """Whether the reader has said that the request of the form is not theirs."""
    said = (draft.material.ticket or {}).get("denied", ())
    return str(draft.mail.recipient_id) in map(str, said)


def _channel(mail: Mail) -> Channel:
    return Channel(mail.facts["channel"])


def _own_addresses(context: Context, material: Material) -> set[str]:
    boxes = [one.get("mailbox") or "" for one in material.departments]
    return {one.casefold() for one in (context.settings.support_address, *boxes)}


def drafts_of(
    context: Context, known: Sequence[tuple[Mail, Material]], readers: dict[UUID, Reader]
) -> list[Draft]:
    """Mails with what peers and our own rows say of them."""
    return [
        Draft(mail, material, readers[mail.id], caps_of(context, mail, material))
        for mail, material in known
    ]
