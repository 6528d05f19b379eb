"""A listening service in a process of its own, which a test kills at the worst moment.

Usage: python -m tests.shared.kit_bus.crashing (handler | ack), with the environment of a service.
"""

import asyncio
import os
import signal
import sys

from nats.aio.msg import Msg

from shared.events.base import Event
from shared.events.ticket import TicketFeedbackGiven
from shared.kit.bus import Consumers
from shared.kit.context import build_context
from shared.kit.settings import Settings
from shared.kit.tx import Tx
from tests.shared.kit_bus.sides import leave_effect, running


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def main(moment: str) -> None:
    consumers = Consumers("sla")

    @consumers.on(TicketFeedbackGiven)
    async def handle(event: Event[TicketFeedbackGiven], tx: Tx) -> None:
        await leave_effect(event, tx)
        if moment == "handler":
            die()

    if moment == "ack":
        # The process ends in place of the first acknowledgement.
        Msg.ack = die  # type: ignore[assignment,method-assign]
    async with running(build_context("sla", "sla", Settings()), consumers):
        await asyncio.sleep(60)  # dies long before, or the test fails


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
