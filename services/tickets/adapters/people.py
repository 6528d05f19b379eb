"""What the gateway knows of people and organizations: found, shown by name; kept for minutes."""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

from services.tickets.domain.opening import Requester
from shared.kit.context import Context
from shared.kit.logging import get_logger
from shared.kit.peers import PeerRefused, Peers, PeerUnavailable
from shared.vocabulary import Locale

GATEWAY: Final = "gateway"
_KEEP: Final = timedelta(minutes=5)
_PAUSE: Final = timedelta(seconds=10)
_PATIENCE: Final = 1.0
"""Seconds; a name is not worth more of a reader's time."""
_MOST: Final = 20_000
_AT_ONCE: Final = 1_000
"""Ids that the gateway takes in one question."""
_log = get_logger("tickets.people")


@dataclass(frozen=True, slots=True)
class Resolved:
    """The person behind an address."""

    user_id: UUID
    organization_id: UUID
    locale: Locale


@dataclass(frozen=True, slots=True)
class Card:
    """How a person is shown."""

    name: str | None
    email: str | None


class People:
    """Cards of people; a gateway that is away costs names, never an answer."""

    door = "/internal/people/batch"
    asked = "user_ids"

    def __init__(self) -> None:
        self._cards: dict[UUID, tuple[datetime, Card]] = {}
        self._silent_until: datetime | None = None

    async def cards(self, context: Context, ids: Iterable[UUID]) -> dict[UUID, Card]:
        """Whom we know among `ids`; asks for the rest, unless the gateway was just away."""
        now = context.clock.now()
        wanted = set(ids)
        missing = [one for one in wanted if not self._fresh(one, now)]
        if missing and not (self._silent_until and now < self._silent_until):
            await self._ask(context, missing, now)
        return self.remembered(wanted)

    def remembered(self, ids: Iterable[UUID]) -> dict[UUID, Card]:
        """Those among `ids` that need no question."""
        return {one: self._cards[one][1] for one in ids if one in self._cards}

    def heard(self, context: Context) -> bool:
        """Whether the gateway may be asked now."""
        return self._silent_until is None or context.clock.now() >= self._silent_until

    def forget(self, person_id: UUID) -> None:
        self._cards.pop(person_id, None)

    def _fresh(self, person_id: UUID, now: datetime) -> bool:
        found = self._cards.get(person_id)
        return found is not None and now - found[0] < _KEEP

    async def _ask(self, context: Context, ids: list[UUID], now: datetime) -> None:
        if len(self._cards) > _MOST:
            self._cards.clear()
        for start in range(0, len(ids), _AT_ONCE):
            if not await self._fetch(context, ids[start : start + _AT_ONCE], now):
                return

    async def _fetch(self, context: Context, ids: list[UUID], now: datetime) -> bool:
        """Whether the gateway answered."""
        body = {self.asked: [str(one) for one in ids]}
        try:
            async with asyncio.timeout(_PATIENCE):
                answer = await context.peers.post(GATEWAY, self.door, json=body)
        except (PeerUnavailable, PeerRefused, TimeoutError, FileNotFoundError):
            _log.info("people_unavailable", count=len(ids), door=self.door)
            self._silent_until = now + _PAUSE
            return False
        self._cards.update((one, (now, Card(None, None))) for one in ids)
        for item in answer["items"]:
            self._cards[UUID(item["id"])] = (now, Card(item.get("name"), item.get("email")))
        return True


class Organizations(People):
    """The same of organizations, which have a name alone."""

    door = "/internal/organizations/batch"
    asked = "organization_ids"


_known: WeakKeyDictionary[Peers, People] = WeakKeyDictionary()
_houses: WeakKeyDictionary[Peers, Organizations] = WeakKeyDictionary()


def people_of(context: Context) -> People:
    """The cards of this process."""
    return _known.setdefault(context.peers, People())


def organizations_of(context: Context) -> Organizations:
    """What organizations are called, as far as this process has asked."""
    return _houses.setdefault(context.peers, Organizations())


async def resolve(
    context: Context,
    who: Requester,
    organization_id: UUID | None,
    *,
    closed: bool,
    proven: bool = True,
) -> Resolved:
    """The person of an address, made when there is none yet; PeerUnavailable, PeerRefused.

    `closed`: whoever asks sits behind the wall of that organization. Without `proven` anybody
    may have claimed the address: whom that makes, no customer sees.
    """
    wish = {"address": who.email, "name": who.name, "locale": who.locale}
    told = {**wish, "organization_id": organization_id}
    body: dict[str, Any] = {key: str(value) for key, value in told.items() if value is not None}
    if closed:
        body["closed"] = True
    if not proven:
        body["unproven"] = True
    answer = await context.peers.post(GATEWAY, "/internal/people/resolve", json=body)
    return Resolved(
        UUID(answer["user_id"]), UUID(answer["organization_id"]), Locale(answer["locale"])
    )


async def colleagues(context: Context, addresses: Collection[str]) -> dict[str, UUID]:
    """Which of the desk's own people have these addresses; PeerUnavailable."""
    if not addresses:
        return {}
    body = {"addresses": sorted(addresses)}
    answer = await context.peers.post(GATEWAY, "/internal/people/colleagues", json=body)
    return {one["address"]: UUID(one["user_id"]) for one in answer["items"]}
