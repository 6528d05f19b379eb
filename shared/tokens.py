"""Codecs of the tokens in mails and links (decisions.md 27, 29); pure, keys are arguments."""

import base64
import contextlib
import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from uuid import UUID

_PUBLIC, _INTERNAL = 1, 2
"""What is answered went to the customer's side, or stayed within the house."""

_SCORE_BITS = 3
_BEST = 5
_RESOLUTIONS = 1 << (16 - _SCORE_BITS)

_TAG = 5
_MAC = 10
_BODY = 1 + 4 + _TAG
_LOOKALIKES = ("\u037e", "\u1fef", "\u212a")
"""What NFC makes ASCII of: they stay themselves."""

_LOOKALIKE = re.compile(f"([{''.join(_LOOKALIKES)}])")
_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_LONGEST_DOMAIN = 253
_GOOGLES = ("gmail.com", "googlemail.com")
_SHAPE = re.compile(r"[a-z2-7]{32}")
_BOUNCE = re.compile(r"[a-z2-7]{42}")


@dataclass(frozen=True, slots=True)
class ReplyToken:
    """What a verified reply token says: the ticket, and whom it was sent to."""

    number: int
    address_tag: bytes
    internal: bool = False
    """Given out with a mail that stayed within the house: answers to it stay there too."""

    def bound_to(self, key: bytes, address: str) -> bool:
        """Whether `address` is the one that the token was sent to."""
        return hmac.compare_digest(self.address_tag, _address_tag(key, address))


@dataclass(frozen=True, slots=True)
class RatingToken:
    """What a rating link is about: one resolution of one ticket, and the score it proposes."""

    ticket_id: UUID
    resolution: int
    """How often the ticket had been reopened before it was solved this time."""
    score: int
    """0 when the link proposes none."""

    def about(self, reopen_count: int) -> bool:
        """Whether the link was made for the resolution after so many reopenings."""
        return self.resolution == reopen_count % _RESOLUTIONS


def fold_address(address: str) -> str:
    """The form of an address in which two writings of one mailbox are equal."""
    local, at, domain = address.strip().rpartition("@")
    return _fold_local(local) + at + _fold_domain(domain)


def _fold_local(local: str) -> str:
    """Only ASCII has letters whose case no mail server minds: `ſ` is no `s`, nor a Kelvin a `k`."""
    if local.isascii():
        return local.lower()
    whole = (
        piece if piece in _LOOKALIKES else unicodedata.normalize("NFC", piece)
        for piece in _LOOKALIKE.split(local)
    )
    return "".join(whole).translate(_ASCII_LOWER)


def _fold_domain(domain: str) -> str:
    """The name as the name system knows it, where it can be one."""
    if domain.isascii():
        return domain.lower()
    if len(domain) <= _LONGEST_DOMAIN:
        import idna  # noqa: PLC0415 - tables that few addresses need

        with contextlib.suppress(UnicodeError):
            return idna.encode(domain, uts46=True).decode().lower()
    return domain.translate(_ASCII_LOWER)


def inbox_of(address: str) -> str:
    """Whose inbox an address fills: what stands behind a plus is a name of its owner's choice.

    Google's inboxes have two domains, and dots in their names are air. Only caps may take it so;
    nobody is another person, or gains a right, by a plus or a dot.
    """
    local, _, domain = fold_address(address).rpartition("@")
    local, domain = local.partition("+")[0] or local, domain.rstrip(".")
    if domain in _GOOGLES:
        return f"{local.replace('.', '') or local}@{_GOOGLES[0]}"
    return f"{local}@{domain}"


def make_reply_token(key: bytes, number: int, address: str, *, internal: bool = False) -> str:
    """32 base32 characters: version | ticket number (4 bytes) | address tag (5) | MAC (10)."""
    version = _INTERNAL if internal else _PUBLIC
    body = bytes([version]) + number.to_bytes(4, "big") + _address_tag(key, address)
    return base64.b32encode(body + _mac(key, body, _MAC)).decode().lower()


def read_reply_token(keys: tuple[bytes, ...], text: str) -> ReplyToken | None:
    """The token when one of the (current, retired) keys made it; None for anything else."""
    folded = text.lower()
    if not _SHAPE.fullmatch(folded):
        return None
    raw = base64.b32decode(folded.upper())
    body, mac = raw[:_BODY], raw[_BODY:]
    if body[0] not in {_PUBLIC, _INTERNAL}:
        return None
    if not any(hmac.compare_digest(mac, _mac(key, body, _MAC)) for key in keys):
        return None
    return ReplyToken(int.from_bytes(body[1:5], "big"), body[5:], body[0] == _INTERNAL)


def body_line(token: str) -> str:
    """The token as the last line of a mail, for people and programs that lose its headers."""
    return f"[ref:r{token}]"


def make_bounce_token(key: bytes, delivery_id: UUID) -> str:
    """42 base32 characters: the delivery's id (16 bytes) | MAC (10)."""
    raw = delivery_id.bytes + _bounce_mac(key, delivery_id.bytes)
    return base64.b32encode(raw).decode().rstrip("=").lower()


def read_bounce_token(key: bytes, text: str) -> UUID | None:
    """The delivery that a bounce address was made for; None for anything we did not sign."""
    token = text.lower()
    if not _BOUNCE.fullmatch(token):
        return None
    raw = base64.b32decode(token.upper() + "======")
    right = hmac.compare_digest(raw[16:], _bounce_mac(key, raw[:16]))
    return UUID(bytes=raw[:16]) if right else None


def make_link_token(key: bytes, purpose: str, target: UUID, detail: int = 0) -> str:
    """A URL-safe token for a signed link: target (16 bytes) | detail (2) | MAC (16)."""
    body = target.bytes + detail.to_bytes(2, "big")
    mac = _mac(key, purpose.encode() + body, 16)
    return base64.urlsafe_b64encode(body + mac).decode().rstrip("=")


def read_link_token(keys: tuple[bytes, ...], purpose: str, text: str) -> tuple[UUID, int] | None:
    """`(target, detail)` of a link that we signed for this purpose; None for anything else."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    body, mac = raw[:18], raw[18:]
    if not any(hmac.compare_digest(mac, _mac(k, purpose.encode() + body, 16)) for k in keys):
        return None
    return UUID(bytes=body[:16]), int.from_bytes(body[16:], "big")


def make_rating_token(key: bytes, ticket_id: UUID, resolution: int, score: int) -> str:
    """A link token whose detail is the resolution (13 bits) and the proposed score (3)."""
    detail = (resolution % _RESOLUTIONS) << _SCORE_BITS | score
    return make_link_token(key, "feedback", ticket_id, detail)


def read_rating_token(keys: tuple[bytes, ...], text: str) -> RatingToken | None:
    """What a rating link says; None for anything that we did not sign."""
    read = read_link_token(keys, "feedback", text)
    if read is None:
        return None
    ticket_id, detail = read
    score = detail & ((1 << _SCORE_BITS) - 1)
    return RatingToken(ticket_id, detail >> _SCORE_BITS, score if score <= _BEST else 0)


def _address_tag(key: bytes, address: str) -> bytes:
    return _mac(key, b"address:" + fold_address(address).encode("utf-8", "replace"), _TAG)


def _bounce_mac(key: bytes, delivery: bytes) -> bytes:
    return _mac(key, b"bounce:" + delivery, _MAC)


def _mac(key: bytes, message: bytes, length: int) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()[:length]
