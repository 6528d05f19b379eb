"""Facts travel from a commit here to one effect there."""

import asyncio
from uuid import uuid4

from shared.kit.context import Context
from tests.engines import eventually
from tests.shared.kit_bus.sides import Behind, consumers, running, state


async def test_a_stated_fact_has_one_effect_in_the_listening_service(
    speaker: Context, listener: Context, behind: Behind
) -> None:
    ticket = uuid4()
    async with running(speaker), running(listener, consumers()):
        await state(speaker, ticket, 1, 2, 3)
        await eventually(lambda: _three(behind, ticket))
    assert await behind.sequences(ticket) == [1, 2, 3]
    await asyncio.sleep(0)


async def _three(behind: Behind, ticket: object) -> bool:
    return len(await behind.sequences(ticket)) == 3  # type: ignore[arg-type]
