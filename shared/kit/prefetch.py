"""What handlers want to know from other services, asked before any transaction begins."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from shared.kit.consumers import Consumers, Delivery
from shared.kit.context import Context
from shared.kit.peers import PeerUnavailable

AT_ONCE = 24
PATIENCE = 10.0
"""How long a batch waits for a peer that hangs; what is not answered then is tried again later."""

Answers = dict[UUID, list[Any] | BaseException]
"""For each event the answers in the order of its handlers, or what went wrong."""


def asks_peers(consumers: Consumers, deliveries: Iterable[Delivery]) -> bool:
    """Whether any handler of these events has a prefetch."""
    listeners = (consumers.listeners(one.type) for one in deliveries)
    return any(listener.prefetch for some in listeners for listener in some)


async def prefetch(
    context: Context, consumers: Consumers, deliveries: Sequence[Delivery]
) -> Answers:
    """Ask for all events, a few at a time."""
    turn = asyncio.Semaphore(AT_ONCE)
    deadline = asyncio.get_running_loop().time() + PATIENCE

    async def ask(one: Delivery) -> list[Any]:
        if not asks_peers(consumers, [one]):
            return []
        try:
            async with asyncio.timeout_at(deadline), turn:
                return await _answers(context, consumers, one)
        except TimeoutError as error:
            raise PeerUnavailable from error

    outcomes = await asyncio.gather(*map(ask, deliveries), return_exceptions=True)
    return {one.id: outcome for one, outcome in zip(deliveries, outcomes, strict=True)}


async def _answers(context: Context, consumers: Consumers, one: Delivery) -> list[Any]:
    event = one.event()
    return [
        await listener.prefetch(event, context) if listener.prefetch else None
        for listener in consumers.listeners(one.type)
    ]
