"""The feed of events: to poll, and as a stream."""

from typing import Annotated

import orjson
from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse

from services.notify import usecases
from services.notify.problems import TooManyStreams
from shared.kit.callers import Caller
from shared.kit.http import InContext, InTx, require, router
from shared.kit.problems import problems

Reader = Annotated[Caller, require("tickets:read")]
Types = Annotated[list[str] | None, Query(max_length=50)]
Limit = Annotated[int, Query(ge=1, le=200)]

door = router("/v1", tags=["events"])


@door.get("/events", summary="Events you may see, oldest first")
async def list_events(
    caller: Reader,
    tx: InTx,
    after: str | None = None,
    types: Types = None,
    limit: Limit = 50,
) -> Response:
    """Ask again with `after` = `next_cursor`, also after an empty page: the order never changes.

    `types` takes patterns such as `ticket.*`, also several with commas between them.
    """
    start = await usecases.place(tx, after)
    texts, end = await usecases.events(tx, caller, start, _types(types), limit)
    items = ",".join(texts).encode()
    body = b'{"items":[' + items + b'],"next_cursor":' + orjson.dumps(str(end)) + b"}"
    return Response(body, media_type="application/json")


@door.get("/stream", summary="The same events as they happen", responses=problems(TooManyStreams))
async def stream(
    caller: Reader,
    tx: InTx,
    context: InContext,
    request: Request,
    after: str | None = None,
    types: Types = None,
) -> StreamingResponse:
    """Server-sent events; `Last-Event-ID` resumes. Without a place it begins with what is new."""
    streaming = usecases.STREAMING
    streaming.admit(caller, context.settings.notify_streams_per_caller)
    known = request.headers.get("last-event-id") or after
    start = await usecases.place(tx, known) if known else await usecases.newest(tx)
    return StreamingResponse(
        streaming.follow(context, caller, start, _types(types)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _types(given: list[str] | None) -> list[str]:
    if given is None:
        return usecases.chosen_types(None)
    patterns = [one.strip() for text in given for one in text.split(",")]
    return usecases.chosen_types([one for one in patterns if one])
