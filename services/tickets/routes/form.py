"""The web site's form: challenge and ticket."""

from typing import Annotated, Final

from fastapi import Response

from services.tickets.problems import ProofInvalid, ProofSpent
from services.tickets.schemas.inputs import FormIn
from services.tickets.schemas.outputs import ChallengeOut, TicketOut
from services.tickets.usecases import form, opening
from shared.kit import http
from shared.kit.callers import Caller
from shared.kit.http import InContext, InTx, json, public
from shared.kit.problems import problems

router = http.router("/v1/public", tags=["form"])

VISITORS = public("the form has no login; each ticket costs a proof of work")
Visitor = Annotated[Caller, VISITORS]
_KEPT_OUT: Final = frozenset({"custom", "organization_id"})


@router.get(
    "/challenge",
    summary="Ask for a proof-of-work challenge",
    response_model=ChallengeOut,
    dependencies=[VISITORS],
)
async def ask_challenge(context: InContext) -> Response:
    """Answer it with a `nonce`; each challenge opens one ticket."""
    return json(form.challenge(context), headers={"Cache-Control": "no-store"})


@router.post(
    "/tickets",
    summary="Submit a support ticket",
    status_code=201,
    response_model=TicketOut,
    responses=problems(ProofInvalid, ProofSpent),
)
async def submit(body: FormIn, caller: Visitor, tx: InTx) -> Response:
    """Opens a ticket for the address given; the acknowledgement goes there, within a cap."""
    proof = (body.proof.salt, body.proof.nonce)
    prepared = await form.prepare(tx, caller, body.draft(), proof)
    await opening.write(tx, prepared)
    told = {key: value for key, value in prepared.answer.items() if key not in _KEPT_OUT}
    return json(told, 201)
