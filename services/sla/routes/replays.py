"""Real tickets under a draft policy, over HTTP."""

from datetime import datetime
from uuid import UUID

from services.sla.routes.doors import CanManage, Cursor
from services.sla.schemas.replays import ReplayIn, ReplayOut
from services.sla.store.replays import Place
from services.sla.usecases import foreseeing
from shared.kit.context import Context
from shared.kit.http import InContext, decode_cursor, encode_cursor, router

door = router("/v1", tags=["sla"])


@door.post(
    "/sla/policies/simulate",
    summary="Replay real tickets under a draft policy",
    response_model=ReplayOut,
)
async def simulate_policy(
    body: ReplayIn, caller: CanManage, context: InContext, cursor: Cursor = None
) -> object:
    """The tickets of the last days judged twice: what was promised, broken, who was called.

    The newest first, as many as a second's work allows (some thousands): `truncated` says that
    there are more, `next_cursor` with the same body goes on with them, and figures of all pages
    add up. Nothing is stored and no ticket moves.
    """
    after = None if cursor is None else _place(context, cursor)
    found = await foreseeing.foresee(context, caller, body.model_dump(mode="json"), after)
    last: Place | None = found.pop("next")
    following = None if last is None else [last.opened_at, last.ticket_id, last.number]
    return {
        **found,
        "next_cursor": None if following is None else encode_cursor(context, following),
    }


def _place(context: Context, cursor: str) -> Place:
    opened_at, ticket_id, number = decode_cursor(context, cursor)
    return Place(datetime.fromisoformat(opened_at), UUID(ticket_id), number)
