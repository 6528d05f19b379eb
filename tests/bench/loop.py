"""The timer loop in a process of its own, nothing else in it: `python -m tests.bench.loop`."""

import uvloop

from services.sla import timers
from services.sla.settings import SlaSettings
from shared.kit.context import build_context
from shared.kit.workers import Stop


async def main() -> None:
    """Until killed."""
    await timers.run(build_context("sla", "sla", SlaSettings()), Stop())


if __name__ == "__main__":
    uvloop.run(main())
