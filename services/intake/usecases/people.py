"""Who the sender of a mail is to the house; asked from the gateway, never inside a transaction."""

import time
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.intake.domain.addresses import Address
from shared.kit import together
from shared.kit.context import Context
from shared.kit.peers import PeerRefused
from shared.tokens import fold_address
from shared.vocabulary import CUSTOMER_ROLES, RESERVED_ORGANIZATION, Locale

_REMEMBERED: Final = 20.0
_MOST: Final = 2000
_NAME: Final = 200
_ADDRESS: Final = 254
_DOUBTED: Final = "?"


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

    async def resolve(
        self, sender: Address, locale: str, *, doubted: bool = False
    ) -> Person | None:
        """Who has an address, made a customer when unknown; None when nobody can have it.

        `doubted`: the domain disowns the mail. Whom it makes, no customer sees until they write.
        """
        if not 0 < len(sender.email) <= _ADDRESS:
            return None
        address, now = fold_address(sender.email), time.monotonic()
        until, person = self._known.get(address, (0.0, None))
        if person is not None and until > now:
            return person
        found = await _ask(self._context, sender, locale, doubted=doubted)
        if len(self._known) >= _MOST:
            self._known.clear()
        if found is not None and not doubted:
            self._known[address] = (now + _REMEMBERED, found)
        return found


async def _ask(context: Context, sender: Address, locale: str, *, doubted: bool) -> Person | None:
    """Together with the mails beside it; an address that cannot be one is nobody's."""
    question: dict[str, str | bool | None] = {
        "address": sender.email,
        "name": sender.name[:_NAME] or None,
        "locale": locale,
    }
    path, key = "/internal/people/resolve-all", fold_address(sender.email)
    if doubted:
        question, key = {**question, "unproven": True}, f"{key} {_DOUBTED}"
    told = (await together.item(context.peers, "gateway", path, key, question))["person"]
    if told is None:
        return None
    return Person(
        id=UUID(told["user_id"]),
        organization_id=UUID(told["organization_id"]),
        locale=Locale(told["locale"]),
        staff=not CUSTOMER_ROLES.issuperset(told["roles"]),
    )


def domain_of(address: str) -> str:
    """What stands behind the @."""
    return address.rpartition("@")[2].lower()


async def domains_of(context: Context, organization_id: UUID) -> frozenset[str]:
    """The domains that are an organization's; none are the reserved one's."""
    if organization_id == RESERVED_ORGANIZATION:
        return frozenset()
    try:
        told = await context.peers.get("gateway", f"/internal/organizations/{organization_id}")
    except PeerRefused:
        return frozenset()
    return frozenset(one.lower() for one in told["domains"])


async def address_of(context: Context, user_id: UUID) -> str | None:
    """The address of a person we know by id."""
    path = "/internal/people/batch"
    told = await together.one(context.peers, "gateway", path, "user_ids", user_id)
    return None if told is None else str(told["email"])
