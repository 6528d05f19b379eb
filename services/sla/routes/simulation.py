"""The rules asked about imaginary tickets, over HTTP."""

from services.sla.schemas.simulation import SimulationIn, SimulationOut
from services.sla.usecases import simulating
from shared.kit.http import require, router

door = router("/v1", tags=["sla"])


@door.post(
    "/sla/simulate",
    summary="Ask the rules about an imaginary ticket",
    response_model=SimulationOut,
    response_model_exclude_unset=True,
    dependencies=[require("sla:read")],
)
async def simulate(body: SimulationIn) -> object:
    """Pure: nothing is stored, no ticket is touched."""
    return simulating.simulate(
        body.calendar,
        [query.model_dump() for query in body.queries],
        body.policy.model_dump() if body.policy else None,
        [event.model_dump() for event in body.events],
        body.as_of,
    )
