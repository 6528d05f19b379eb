"""Doors for services of ours on the operations listener."""

from uuid import UUID

from fastapi import Response

from services.tickets.usecases import colleagues
from shared.kit import http
from shared.kit.http import InTx, internal, json
from shared.kit.problems import NotFound, problems

router = http.router("/internal/tickets", tags=["internal"])
OUR_OWN = [internal()]


@router.get("/by-number/{number}", dependencies=OUR_OWN, responses=problems(NotFound))
async def ticket_by_number(number: int, tx: InTx) -> Response:
    return json(await colleagues.ticket_by_number(tx, number))


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
