"""The line to NATS at the moment when it falls."""

import asyncio

from shared.kit.nats import Courier


async def test_a_line_that_just_fell_lets_everybody_else_work() -> None:
    courier = Courier("nats://127.0.0.1:1", "sla")
    await courier._on_connected()  # the flag still stands, the client is down already
    worked = asyncio.Event()
    asyncio.get_running_loop().call_soon(worked.set)
    assert not await courier.wait(1)
    assert worked.is_set(), "a loop around `wait` would have held the whole process"
