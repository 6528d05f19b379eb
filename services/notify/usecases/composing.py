"""From a queued row to sealed bytes: what the others know is asked, the mail is written once."""

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.notify.domain import labels
from services.notify.domain.bounces import bounce_address, message_id, reply_address
from services.notify.domain.headers import message_ids, plain_address
from services.notify.domain.letters import Letter, Parcel, serialise
from services.notify.domain.words import ANSWERING, TO_CUSTOMERS, Digits, Kind
from services.notify.store.deliveries import Mail
from services.notify.usecases.enclosures import wait_for_check
from services.notify.usecases.explaining import Explanation, of_mail
from services.notify.usecases.rendering import Reader, render
from services.notify.usecases.wording import variables
from shared.kit import together
from shared.kit.context import Context
from shared.kit.locale import pick
from shared.tokens import body_line, inbox_of, make_reply_token
from shared.vocabulary import REPLY_MARKER, Locale, Localized

FALLBACK_ZONE: Final = "Asia/Riyadh"
_SPEAKING: Final = frozenset({Kind.REPLY, Kind.RESOLUTION, Kind.WATCHED})
_SUBMITTED: Final[dict[Kind, Any]] = {
    **dict.fromkeys(ANSWERING, "auto-replied"),
    Kind.REPLY: None,
}


@dataclass(frozen=True, slots=True)
class Material:
    """What other services say about a mail, fetched before any transaction (decisions.md 9)."""

    person: dict[str, Any]
    ticket: dict[str, Any] | None = None
    message: dict[str, Any] | None = None
    thread: list[str] = field(default_factory=list)
    departments: list[dict[str, Any]] = field(default_factory=list)
    explanation: Explanation | None = None
    origin: str | None = None
    """Number of the ticket that this one was split off, where the reader takes part in it."""


@dataclass(frozen=True, slots=True)
class Known:
    """What our own rows say: the promise, earlier mails to the same person, their preferences."""

    promise: dict[str, str] = field(default_factory=dict)
    earlier: list[str] = field(default_factory=list)
    digits: Digits = Digits.LATIN


class NobodyThere(Exception):
    """The person, their address or the ticket does not exist any more."""


async def gather(context: Context, mail: Mail) -> Material:
    """Ask gateway, tickets and sla, side by side, in one call with the mails beside this one."""
    peers = context.peers
    wanted: list[Awaitable[Any]] = [
        together.one(peers, "gateway", "/internal/people/batch", "user_ids", mail.recipient_id)
    ]
    spoken = mail.facts.get("message_id") if mail.kind in _SPEAKING else None
    if mail.ticket_id is not None:
        path = "/internal/tickets/batch"
        wanted.append(together.same(peers, "gateway", "/internal/departments"))
        wanted.append(together.one(peers, "tickets", path, "ticket_ids", mail.ticket_id))
        if spoken:
            message = f"/internal/tickets/{mail.ticket_id}/messages/{spoken}"
            wanted.append(peers.get("tickets", message))
    asked = of_mail(context, mail), _origin(context, mail)
    explanation, origin, *answers = await asyncio.gather(*asked, *wanted)
    person, departments, ticket, message = answers + [None] * (4 - len(answers))
    if person is None or plain_address(person["email"]) is None:
        raise NobodyThere
    if mail.ticket_id is not None and ticket is None:
        raise NobodyThere
    if mail.kind is Kind.WATCHED and str(mail.recipient_id) not in map(str, ticket["watchers"]):
        raise NobodyThere
    if mail.kind is not Kind.WATCHED:
        wait_for_check(message, mail.attempts)
    return Material(
        person,
        ticket,
        message,
        ticket["mail_message_ids"] if ticket and mail.kind in TO_CUSTOMERS else [],
        departments["items"] if departments else [],
        explanation,
        origin,
    )


async def _origin(context: Context, mail: Mail) -> str | None:
    """Other tickets are named to whoever may see them; a mail does not count on a wide office."""
    split_from = mail.facts.get("split_from")
    if split_from is None:
        return None
    place = ("tickets", "/internal/tickets/batch", "ticket_ids")
    found = await together.one(context.peers, *place, UUID(split_from))
    people = {found["requester_id"], *found["participants"]} if found else set()
    return str(found["number_text"]) if str(mail.recipient_id) in map(str, people) else None


@dataclass(frozen=True, slots=True)
class Composed:
    """A written mail and the id that its header carries."""

    parcel: Parcel
    message_id: str


def compose(
    context: Context, mail: Mail, material: Material, known: Known, now: datetime
) -> Composed:
    """The mail as bytes, read back by a second parser; UnsafeLetter when that reads otherwise."""
    address = plain_address(material.person["email"])
    if address is None:
        raise NobodyThere
    reader = _reader(material.person, known)
    number = int((material.ticket or {}).get("number") or 0)
    inside = mail.kind not in TO_CUSTOMERS
    token = make_reply_token(context.keys.derive("reply-token"), number, address, internal=inside)
    brand = pick(_department(material)["name"] or labels.DESK, reader.locale)
    given = variables(context, mail, material, known, reader, now)
    answered = mail.kind in TO_CUSTOMERS
    marker = REPLY_MARKER if answered else ""
    line = body_line(token) if answered else ""
    rendered = render(mail.kind, reader, {"brand": brand, **given}, marker, line)
    support = context.settings.support_address
    own_id = message_id(token, mail.id, support)
    letter = Letter(
        sender_name=brand,
        sender=_department(material)["mailbox"] or support,
        recipient=address,
        reply_to=reply_address(token, support) if number else None,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        locale=reader.locale,
        message_id=own_id,
        references=_thread(material, known),
        date=now,
        submitted=_SUBMITTED.get(mail.kind, "auto-generated"),
        loop_mark=context.keys.derive("loop-mark", 16).hex(),
    )
    bounce = bounce_address(context.keys.derive("bounce-token"), support, mail.id)
    return Composed(Parcel(str(mail.id), bounce, address, serialise(letter)), own_id)


def _reader(person: dict[str, Any], known: Known) -> Reader:
    return Reader(Locale(person["locale"]), person.get("timezone") or FALLBACK_ZONE, known.digits)


def _thread(material: Material, known: Known) -> tuple[str, ...]:
    """The customer's first mail, ours, then the customer's later ones; the last is answered."""
    first, later = material.thread[:1], material.thread[1:]
    return tuple(message_ids([*first, *known.earlier, *later]))


def _department(material: Material) -> dict[str, Any]:
    """The department whose mailbox speaks: the ticket's own, else the default one."""
    wanted = (material.ticket or {}).get("department_id")
    nobody: dict[str, Any] = {"name": None, "mailbox": None}
    default = next((one for one in material.departments if one.get("is_default")), nobody)
    found = next((one for one in material.departments if one["id"] == wanted), default)
    name: Localized | None = found["name"]
    return {"name": name, "mailbox": found.get("mailbox") or default.get("mailbox")}


def address_keys(context: Context, address: str, subject: str) -> tuple[bytes, bytes, bytes]:
    """Keyed hashes of an inbox, its domain and a subject: caps count without knowing them."""
    inbox = inbox_of(address)
    words = " ".join(subject.split()).casefold()
    texts = (f"address:{inbox}", f"domain:{inbox.rpartition('@')[2]}", f"subject:{words}")
    key = context.keys.derive("notify-caps")
    address_key, domain_key, subject_key = (
        hmac.digest(key, text.encode("utf-8", "replace"), hashlib.sha256)[:16] for text in texts
    )
    return address_key, domain_key, subject_key


def sealed_parcel(parcel: Parcel) -> bytes:
    """Envelope and mail as the bytes that are sealed."""
    return f"{parcel.sender}\n{parcel.recipient}\n".encode() + parcel.raw


def opened_parcel(delivery_id: UUID, content: bytes) -> Parcel:
    sender, recipient, raw = content.split(b"\n", 2)
    return Parcel(str(delivery_id), sender.decode(), recipient.decode(), raw)
