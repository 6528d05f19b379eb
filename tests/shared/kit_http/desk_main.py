"""The desk as a process of its own."""

import asyncio

from shared.kit.context import Context
from shared.kit.http import public, router
from shared.kit.workers import Stop, Worker
from tests.shared.kit_http.desk import make_service, own_keys, peers, routes

slow = router("/v1/slow")


@slow.get("", dependencies=[public("a test of endings")])
async def take_your_time(seconds: float) -> object:
    await asyncio.sleep(seconds)  # the slow work itself
    return {"slept": seconds}


async def idle(_context: Context, stop: Stop) -> None:
    await stop.wait()


service = make_service(
    routers=[routes, slow], internal=[peers], jwks=own_keys, workers=[Worker("idle", idle)]
)
