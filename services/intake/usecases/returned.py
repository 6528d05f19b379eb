"""Which delivery of ours a report is about: by the bounce address, else by the quoted id."""

from dataclasses import replace
from uuid import UUID

from services.intake.domain.mail import Mail
from services.intake.domain.threading import open_address, signed_delivery
from services.intake.usecases import secrets
from shared.kit import together
from shared.kit.context import Context
from shared.kit.peers import PeerRefused


def named_by(context: Context, mail: Mail, recipients: tuple[str, ...]) -> tuple[Mail, UUID | None]:
    """The report's signs and the delivery; only what we signed names anything here.

    The bounce address was told to mail servers alone; a quoted id is known to every reader.
    """
    signs = replace(mail, tokens=(), signed=(), ids=(), tag=None)
    original = signed_delivery(secrets.reply_keys(context), mail.report_original)
    quoted = None
    if original is not None:
        signs = replace(signs, signed=(mail.report_original.split(".")[1].lower(),))
        quoted = _uuid(original[1])
    boxes = (open_address(address).bounce_token for address in recipients)
    tokens = [*(token for token in boxes if token), *mail.bounces]
    found = (secrets.delivery_of(context, token) for token in tokens)
    return signs, next((one for one in found if one is not None), quoted)


async def ticket_of(context: Context, delivery_id: UUID) -> UUID | None:
    """The ticket that a delivery was about, as notify knows; None when it knows none."""
    path = "/internal/deliveries/batch"
    try:
        told = await together.one(context.peers, "notify", path, "delivery_ids", delivery_id)
    except PeerRefused:
        return None
    return UUID(told["ticket_id"]) if told and told["ticket_id"] else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
