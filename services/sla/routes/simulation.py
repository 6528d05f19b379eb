"""The rules asked about imaginary tickets, over HTTP."""

import asyncio

from services.sla.routes.doors import CanRead
from services.sla.schemas.simulation import SimulationIn, SimulationOut
from services.sla.usecases import simulating
from shared.kit.http import json, router

door = router("/v1", tags=["sla"])


@door.post(
    "/sla/simulate",
    summary="Ask the rules about an imaginary ticket",
    response_model=SimulationOut,
)
async def simulate(body: SimulationIn, caller: CanRead) -> object:
    """Pure: nothing is stored, no ticket is touched. Counted beside the loop that fires timers."""
    asked = (
        body.calendar,
        [query.model_dump() for query in body.queries],
        (
            body.policy.model_dump() if body.policy else None,
            [event.model_dump() for event in body.events],
            body.as_of,
        ),
    )
    return json(await asyncio.to_thread(simulating.simulate, caller.locale, *asked))
