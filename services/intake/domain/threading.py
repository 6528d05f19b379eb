"""By which signs a mail names its ticket, in the order in which they count (mail.md 9)."""

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from services.intake.domain import limits
from services.intake.domain.addresses import addresses
from services.intake.domain.folding import fold
from services.intake.domain.headers import Headers
from services.intake.domain.words import Flag
from shared.tokens import ReplyToken, read_reply_token

_REPLY_BOX: Final = re.compile(r"^([^@\s]{1,200})\+r([a-z2-7]{32})@([^@\s]{1,255})$", re.IGNORECASE)
_BOUNCE_BOX: Final = re.compile(
    r"^([^@\s]{1,200})\+b([a-z2-7]{42})@([^@\s]{1,255})$", re.IGNORECASE
)
_SIGNED: Final = re.compile(r"^<?s\.([a-z2-7]{32})\.([0-9a-f-]{1,40})@", re.IGNORECASE)
_MESSAGE_ID: Final = re.compile(r"<[^<>\s]{1,990}>")
_TAG: Final = re.compile(r"\[snd-(\d{1,9})\]")
_TRACE: Final = ("delivered-to", "x-original-to", "to", "cc")


@dataclass(frozen=True, slots=True)
class Box:
    """An address of ours taken apart: the mailbox behind it and what is signed into it."""

    mailbox: str
    reply_token: str = ""
    bounce_token: str = ""


def open_address(address: str) -> Box:
    """`support+r<token>@host` and `support+b<token>@host` are the mailbox `support@host`."""
    if found := _REPLY_BOX.match(address):
        return Box(f"{found[1]}@{found[3]}".lower(), reply_token=found[2].lower())
    if found := _BOUNCE_BOX.match(address):
        return Box(f"{found[1]}@{found[3]}".lower(), bounce_token=found[2].lower())
    return Box(address.strip().lower())


@dataclass(frozen=True, slots=True)
class Signs:
    """Everything in a mail that may name a ticket; candidates in their order of trust."""

    tokens: tuple[str, ...] = ()
    bounces: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    tag: int | None = None


def signs_of(headers: Headers, recipients: list[str]) -> Signs:
    """Collected without looking at the body: quotes carry other people's numbers."""
    named = [address.email for name in _TRACE for address in addresses(headers, name)]
    boxes = [open_address(address) for address in [*recipients, *named]]
    answered = _ids(headers, "in-reply-to")
    chain = [*answered, *reversed(_ids(headers, "references"))][: limits.REFERENCES]
    signed = (found[1].lower() for one in chain if (found := _SIGNED.match(one)))
    tag = _TAG.search(fold(headers.text("subject")[: limits.SUBJECT]))
    return Signs(
        tokens=tuple(dict.fromkeys(box.reply_token for box in boxes if box.reply_token))[:10],
        bounces=tuple(dict.fromkeys(box.bounce_token for box in boxes if box.bounce_token))[:10],
        signed=tuple(dict.fromkeys(signed))[:10],
        ids=tuple(dict.fromkeys(chain)),
        tag=int(tag[1]) if tag else None,
    )


Named = tuple[AbstractSet[str], AbstractSet[str], int | None]
"""Tokens, ids and the number by which a mail names a ticket."""


def about_one_ticket(later: Named, earlier: Named, earlier_id: str) -> bool:
    """Whether the later one names what the earlier one names, or the earlier one itself."""
    tokens, ids, tag = later
    if earlier_id in ids or tokens & earlier[0] or ids & earlier[1]:
        return True
    return tag is not None and tag == earlier[2]


def message_id(headers: Headers) -> str:
    """The mail's own id; empty when it has none that could be referred to."""
    found = _MESSAGE_ID.search(headers.plain(headers.first("message-id")))
    return found[0] if found else ""


def ids_of(headers: Headers, name: str) -> tuple[str, ...]:
    """Message ids of a field, at most as many as we follow."""
    return tuple(_ids(headers, name))


def signed_delivery(keys: tuple[bytes, ...], message: str) -> tuple[ReplyToken, str] | None:
    """Token and delivery id of a Message-ID that we wrote; None for anybody else's."""
    found = _SIGNED.match(message)
    token = read_reply_token(keys, found[1]) if found else None
    return (token, found[2].lower()) if found and token else None


def first_token(keys: tuple[bytes, ...], candidates: tuple[str, ...]) -> ReplyToken | None:
    """The first candidate that one of our keys made."""
    read = (read_reply_token(keys, text) for text in candidates)
    return next((token for token in read if token is not None), None)


def _ids(headers: Headers, name: str) -> list[str]:
    # Programs that fold by the book put our long ids into encoded words (decisions.md 28).
    text = " ".join(
        headers.read(value) if b"=?" in value else headers.plain(value)
        for value in headers.all(name)
    )
    found = _MESSAGE_ID.findall(text)
    if len(found) > limits.REFERENCES:
        headers.flags.add(Flag.REFERENCES_CUT)
    return found[-limits.REFERENCES :]
