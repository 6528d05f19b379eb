"""What other services of the house may ask about clocks."""

from uuid import UUID

from services.sla.schemas.explanations import ExplanationsIn
from services.sla.usecases import explaining, telling
from shared.kit.http import InContext, InTx, internal, router
from shared.kit.problems import NotFound, problems

door = router("/internal", tags=["internal"])


@door.get(
    "/tickets/{ticket_id}/clock",
    summary="A ticket's clocks",
    responses=problems(NotFound),
    dependencies=[internal()],
)
async def get_clock(ticket_id: UUID, tx: InTx) -> object:
    """As last stated, without looking at the time."""
    row = (await explaining.load(tx, ticket_id)).row
    return {
        "clocks": row.clocks,
        "next_due_at": row.next_due_at,
        "policy": {"id": row.policy_id, "version": row.policy_version},
    }


@door.post(
    "/explanations",
    summary="How promises stood at given instants",
    dependencies=[internal()],
)
async def explain_many(body: ExplanationsIn, context: InContext) -> object:
    """Totals, due instant and words for each key `ticket:metric:instant` that means something."""
    return {"items": await telling.explanations(context, dict.fromkeys(body.keys))}
