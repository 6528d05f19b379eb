"""Real tickets under a draft policy, over HTTP."""

from services.sla.routes.doors import CanManage
from services.sla.schemas.replays import ReplayIn, ReplayOut
from services.sla.usecases import foreseeing
from shared.kit.http import InContext, router

door = router("/v1", tags=["sla"])


@door.post(
    "/sla/policies/simulate",
    summary="Replay real tickets under a draft policy",
    response_model=ReplayOut,
)
async def simulate_policy(body: ReplayIn, caller: CanManage, context: InContext) -> object:
    """The tickets of the last days judged twice: what was promised, broken, who was called.

    At most 10,000 of them, the newest; nothing is stored and no ticket moves.
    """
    return await foreseeing.foresee(context, caller, body.model_dump(mode="json"))
