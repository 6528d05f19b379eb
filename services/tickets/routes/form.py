"""The web site's form: challenge, choices and ticket."""

from ipaddress import ip_address, ip_network
from typing import Annotated, Final

from fastapi import Depends, Request, Response

from services.tickets.domain.visitors import tongue
from services.tickets.problems import (
    CaptchaAway,
    CaptchaInvalid,
    CaptchaUnset,
    ProofInvalid,
    ProofSpent,
    TooManyForms,
)
from services.tickets.schemas.form import FormIn, FormOut
from services.tickets.schemas.outputs import ChallengeOut, TicketOut
from services.tickets.usecases import form
from services.tickets.usecases.form import Proof
from shared.kit import http
from shared.kit.callers import Caller
from shared.kit.http import InContext, InTx, json, public
from shared.kit.locale import negotiate
from shared.kit.problems import problems
from shared.kit.visit import address_of

router = http.router("/v1/public", tags=["form"])

VISITORS = public("the form has no login; each ticket costs a proof of work")
Visitor = Annotated[Caller, VISITORS]
_KEPT_OUT: Final = frozenset({"custom", "organization_id"})
_REFUSED: Final = problems(
    *(ProofInvalid, ProofSpent, CaptchaInvalid, CaptchaUnset, CaptchaAway, TooManyForms)
)


async def _attempt(request: Request, context: InContext) -> None:
    form.attempt(context, network_of(address_of(request.scope)))


def network_of(address: str) -> str:
    """Who counts as one visitor: an address, of IPv6 the /64 that one line has."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    return address if known.version == 4 else str(ip_network((known, 64), strict=False))


@router.get(
    "/form",
    summary="What the form may offer",
    response_model=FormOut,
    dependencies=[VISITORS],
)
async def read_choices(context: InContext) -> Response:
    """Departments in both languages, and the limits of files."""
    return json(await form.choices(context), headers={"Cache-Control": "no-store"})


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
    dependencies=[Depends(_attempt)],
    responses=_REFUSED,
)
async def submit(body: FormIn, caller: Visitor, tx: InTx, request: Request) -> Response:
    """Opens a ticket for the address given; the acknowledgement goes there, within a cap.

    Whom we do not know is asked by it whether the request is theirs. The answer is the same for
    known and unknown addresses: it repeats what was sent, and grants `P3` at most until then.
    """
    work = (body.proof.salt, body.proof.nonce) if body.proof else None
    guess = negotiate(request.headers.get("accept-language", "")) or tongue(body.subject, body.body)
    prepared = await form.prepare(tx, caller, body.draft(), Proof(work, body.captcha), guess)
    form.count(tx.context, network_of(address_of(request.scope)))
    await form.submit(tx, prepared, body.requester.email)
    told = {key: value for key, value in prepared.answer.items() if key not in _KEPT_OUT}
    return json(told | form.as_sent(body.draft(), guess), 201)
