"""Who the sender of a mail is to the house; asked from the gateway, never inside a transaction."""

import time
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.intake.domain.mail import Mail
from shared.kit import together
from shared.kit.context import Context
from shared.kit.peers import PeerRefused
from shared.tokens import fold_address
from shared.vocabulary import Locale, Role

_REMEMBERED: Final = 20.0
_MOST: Final = 2000
_CUSTOMERS: Final = frozenset({Role.CUSTOMER, Role.CUSTOMER_ADMIN})


@dataclass(frozen=True, slots=True)
class Person:
    """The person that an address belongs to."""

    id: UUID
    organization_id: UUID
    locale: Locale
    staff: bool = False


class People:
    """Asks the gateway, and remembers for a short while: people write several mails at once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[str, tuple[float, Person]] = {}

    async def resolve(self, mail: Mail) -> Person | None:
        """The sender, made a customer when unknown; None when no address can be theirs."""
        if not mail.sender:
            return None
        address, now = fold_address(mail.sender), time.monotonic()
        until, person = self._known.get(address, (0.0, None))
        if person is not None and until > now:
            return person
        found = await _ask(self._context, mail)
        if len(self._known) >= _MOST:
            self._known.clear()
        if found is not None:
            self._known[address] = (now + _REMEMBERED, found)
        return found


async def _ask(context: Context, mail: Mail) -> Person | None:
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
    path = "/internal/people/batch"
    told = await together.one(context.peers, "gateway", path, "user_ids", user_id)
    return None if told is None else str(told["email"])
