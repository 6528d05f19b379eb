"""Keys of intake: what marks our own mails, and tags by which sealed values are found again."""

import hmac
from hashlib import sha256
from typing import Final
from uuid import UUID

from services.intake.domain.mail import Envelope
from shared.kit.context import Context
from shared.kit.crypto import Box
from shared.tokens import fold_address, read_bounce_token
from shared.vocabulary import RESERVED_ORGANIZATION

RAW: Final = "intake.inbound_mail.raw"
ENVELOPE: Final = "intake.inbound_mail.envelope"
NOTE: Final = "intake.inbound_mail.note"
SUMMARY: Final = "intake.inbound_mail.summary"
CONTENT: Final = "intake.mail_parsed.content"
ABOUT: Final = "intake.mail_attachment.about"
FILE: Final = "intake.mail_attachment.content"
MAILBOX: Final = "intake.server_mailbox.secrets"


async def box_of(context: Context) -> Box:
    """Mail is sealed before anybody knows whose it is: under the house's own key."""
    return await context.vault.box(RESERVED_ORGANIZATION)


def open_envelope(box: Box, mail_id: UUID, sealed: bytes) -> Envelope:
    told = box.open_json(ENVELOPE, mail_id, sealed)
    more = {name: told.get(name, "") for name in ("peer", "helo", "server")}
    return Envelope(told["from"], tuple(told["to"]), **more)


def reply_keys(context: Context) -> tuple[bytes, ...]:
    """The keys whose reply tokens are ours, the current one first."""
    return (context.keys.derive("reply-token"),)


def loop_mark(context: Context) -> str:
    """What every mail of this house carries as `X-Sanad-Loop`."""
    return context.keys.derive("loop-mark", 16).hex()


def person_tag(context: Context, address: str) -> bytes:
    """Finds an address again without storing it."""
    return _tag(context, "person", fold_address(address))


def message_tag(context: Context, message_id: str) -> bytes:
    """Finds a Message-ID again without storing it."""
    return _tag(context, "message", message_id)


def digest_tag(context: Context, digest: str) -> bytes:
    """Finds equal content again without letting anybody test guesses against the table."""
    return _tag(context, "digest", digest)


def delivery_of(context: Context, token: str) -> UUID | None:
    """The delivery that a bounce address was made for; None when we did not make it."""
    return read_bounce_token(context.keys.derive("bounce-token"), token)


def _tag(context: Context, kind: str, text: str) -> bytes:
    key = context.keys.derive("intake-tags")
    return hmac.new(key, f"{kind}:{text}".encode("utf-8", "replace"), sha256).digest()[:20]
