"""Who the sender of a mail is to the house; asked from the gateway, never inside a transaction."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.intake.domain.mail import Mail
from shared.kit.context import Context
from shared.kit.peers import PeerRefused
from shared.vocabulary import Locale, Role

_CUSTOMERS: Final = frozenset({Role.CUSTOMER, Role.CUSTOMER_ADMIN})


@dataclass(frozen=True, slots=True)
class Person:
    """The person that an address belongs to."""

    id: UUID
    organization_id: UUID
    locale: Locale
    staff: bool = False


async def resolve(context: Context, mail: Mail) -> Person | None:
    """The sender, made a customer when unknown; None when no address can be theirs."""
    if not mail.sender:
        return None
    asked = {"address": mail.sender, "name": mail.sender_name or None, "locale": mail.locale}
    try:
        told = await context.peers.post("gateway", "/internal/people/resolve", json=asked)
    except PeerRefused:
        return None
    return Person(
        id=UUID(told["user_id"]),
        organization_id=UUID(told["organization_id"]),
        locale=Locale(told["locale"]),
        staff=not _CUSTOMERS.issuperset(told["roles"]),
    )


async def address_of(context: Context, user_id: UUID) -> str | None:
    """The address of a person we know by id."""
    told = await context.peers.post(
        "gateway", "/internal/people/batch", json={"user_ids": [str(user_id)]}
    )
    return next((str(one["email"]) for one in told["items"]), None)
