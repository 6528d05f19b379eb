"""Hearing that a token's rights have ended: built into every service that listens to anything."""

from uuid import UUID

from shared.events.base import Event
from shared.events.identity import (
    IdentitySessionRevoked,
    IdentityUserDisabled,
    IdentityUserUpdated,
)
from shared.kit.consumers import Consumers
from shared.kit.tx import Tx
from shared.kit.validity import Validity

Fact = IdentityUserUpdated | IdentityUserDisabled | IdentitySessionRevoked


def listen(consumers: Consumers, validity: Validity) -> None:
    """Note from when on tokens count, in the transaction that remembers the event."""

    @consumers.on(IdentityUserUpdated)
    async def user_updated(event: Event[IdentityUserUpdated], tx: Tx) -> None:
        await _note(event.data.user_id, event.data, tx)

    @consumers.on(IdentityUserDisabled)
    async def user_disabled(event: Event[IdentityUserDisabled], tx: Tx) -> None:
        await _note(event.data.user_id, event.data, tx)

    @consumers.on(IdentitySessionRevoked)
    async def session_revoked(event: Event[IdentitySessionRevoked], tx: Tx) -> None:
        await _note(event.data.session_id, event.data, tx)

    async def _note(principal: UUID, fact: Fact, tx: Tx) -> None:
        if fact.valid_from is not None:
            await validity.record(tx, principal, fact.valid_from)
