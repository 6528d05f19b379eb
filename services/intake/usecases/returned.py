"""Which delivery of ours a report is about: only the bounce address says so."""

from dataclasses import replace
from uuid import UUID

from services.intake.domain.mail import Mail
from services.intake.domain.threading import open_address
from services.intake.usecases import secrets
from shared.kit import together
from shared.kit.context import Context
from shared.kit.peers import PeerRefused


def named_by(context: Context, mail: Mail, recipients: tuple[str, ...]) -> tuple[Mail, UUID | None]:
    """The report's signs and the delivery; a report without a bounce address names nothing.

    The bounce address was told to mail servers alone; a Message-ID of ours stands in every answer
    to it, so whoever quotes one could silence a customer or write onto the ticket.
    """
    signs = replace(mail, tokens=(), signed=(), ids=(), tag=None)
    boxes = (open_address(address).bounce_token for address in recipients)
    tokens = [*(token for token in boxes if token), *mail.bounces]
    found = (secrets.delivery_of(context, token) for token in tokens)
    return signs, next((one for one in found if one is not None), None)


async def ticket_of(context: Context, delivery_id: UUID) -> UUID | None:
    """The ticket that a delivery was about, as notify knows; None when it knows none."""
    path = "/internal/deliveries/batch"
    try:
        told = await together.one(context.peers, "notify", path, "delivery_ids", delivery_id)
    except PeerRefused:
        return None
    return UUID(told["ticket_id"]) if told and told["ticket_id"] else None
