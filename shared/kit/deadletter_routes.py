"""HTTP door of the operations listener to facts that could not be handled."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import Field

from shared.kit import deadletters
from shared.kit.callers import Caller
from shared.kit.consumers import Key
from shared.kit.http import InContext, internal, router
from shared.kit.model import Body, Instant, Line, Out

routes = router("/internal/dead-letters", tags=["operations"])
Peer = Annotated[Caller, internal()]


class DeadLetterOut(Out):
    """A held fact; its data stays inside."""

    event_id: UUID
    type: str
    source: str
    subject: str
    sequence: int
    state: Literal["waiting", "parked"]
    attempts: int
    error: str
    first_failed_at: Instant
    next_at: Instant | None
    parked_at: Instant | None


class DeadLettersOut(Out):
    items: list[DeadLetterOut]


class RequeueIn(Body):
    """Which facts to try again: some, all of one subject, or every one.

    `accept_gap` with a source and a subject says that what is missing before them never comes.
    """

    event_ids: Annotated[tuple[UUID, ...], Field(max_length=1000)] = ()
    subject: Annotated[str, Line(200)] | None = None
    all: bool = False
    source: Annotated[str, Line(200)] | None = None
    accept_gap: bool = False


class RequeuedOut(Out):
    requeued: int


@routes.get("", response_model=DeadLettersOut, summary="List facts that wait or are parked")
async def list_dead_letters(
    _caller: Peer,
    context: InContext,
    state: Literal["waiting", "parked"] | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> object:
    async with context.tx() as tx:
        return {"items": await deadletters.listed(tx, state, limit)}


@routes.post("/requeue", response_model=RequeuedOut, summary="Give parked facts new attempts")
async def requeue_dead_letters(_caller: Peer, context: InContext, body: RequeueIn) -> object:
    async with context.tx() as tx:
        if body.accept_gap and body.source and body.subject:
            await deadletters.accept_gap(tx, Key(body.source, body.subject))
        count = await deadletters.requeue(
            tx, ids=body.event_ids, subject=body.subject, everything=body.all
        )
    return {"requeued": count}
