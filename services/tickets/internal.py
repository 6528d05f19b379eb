"""Doors for services of ours on the operations listener."""

from typing import Annotated
from uuid import UUID

from fastapi import Response
from pydantic import Field

from services.tickets.usecases import colleagues
from shared.kit import http
from shared.kit.http import InTx, internal, json
from shared.kit.model import Body
from shared.kit.problems import NotFound, problems

router = http.router("/internal/tickets", tags=["internal"])
OUR_OWN = [internal()]


@router.get("/by-number/{number}", dependencies=OUR_OWN, responses=problems(NotFound))
async def ticket_by_number(number: int, tx: InTx) -> Response:
    return json(await colleagues.ticket_by_number(tx, number))


class BatchIn(Body):
    """Which tickets a colleague wants to know."""

    ticket_ids: Annotated[list[UUID], Field(max_length=500)]


@router.post("/batch", dependencies=OUR_OWN)
async def tickets(body: BatchIn, tx: InTx) -> Response:
    """Unknown ids are left out."""
    return json({"items": await colleagues.batch(tx, body.ticket_ids)})


@router.get("/{ticket_id}", dependencies=OUR_OWN, responses=problems(NotFound))
async def ticket(ticket_id: UUID, tx: InTx) -> Response:
    return json(await colleagues.ticket(tx, ticket_id))


@router.get(
    "/{ticket_id}/messages/{message_id}", dependencies=OUR_OWN, responses=problems(NotFound)
)
async def message(ticket_id: UUID, message_id: UUID, tx: InTx) -> Response:
    return json(await colleagues.message(tx, ticket_id, message_id))


@router.get("/{ticket_id}/thread", dependencies=OUR_OWN, responses=problems(NotFound))
async def thread(ticket_id: UUID, tx: InTx) -> Response:
    return json(await colleagues.thread(tx, ticket_id))
