"""Tickets that are merged, split, tied to each other or set aside as spam."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Request, Response

from services.tickets.domain.bonds import Side
from services.tickets.problems.bonds import (
    LinkCycle,
    MergeCycle,
    RequesterUnconfirmed,
    TargetEnded,
    UnmergeExpired,
)
from services.tickets.routes.policies import (
    BELIEVED,
    CanManage,
    CanRead,
    Cursor,
    Limit,
    changed,
    cursor_of,
)
from services.tickets.schemas.bonds import Kind, LinkIn, LinkPage, Listed, MergeIn, SplitIn
from services.tickets.schemas.inputs import ReasonIn
from services.tickets.schemas.outputs import TicketOut
from services.tickets.usecases import binding, linking, spamming, splitting, unmerging
from services.tickets.usecases.linking import Place, Span
from shared.kit import http
from shared.kit.context import Context
from shared.kit.http import InContext, InTx, cursor_foreign, decode_cursor, page_response
from shared.kit.lanes import in_lane
from shared.kit.problems import (
    IllegalTransition,
    NotFound,
    PreconditionFailed,
    ValidationFailed,
    problems,
)

router = http.router("/v1/tickets/{ticket_id}", tags=["tickets"], dependencies=BELIEVED)

_TIES: Final = in_lane("ties")
"""Whoever ties tickets waits for whoever else does (`links.hold`)."""
_COMMON: Final = (NotFound, IllegalTransition, ValidationFailed, PreconditionFailed)


async def _span(context: InContext, limit: Limit = 50, cursor: Cursor = None) -> Span:
    return _place(context, cursor), limit


def _place(context: Context, cursor: str | None) -> Place | None:
    if cursor is None:
        return None
    values = decode_cursor(context, cursor)
    try:
        at, ticket_id, kind = values
        return datetime.fromisoformat(at), UUID(ticket_id), str(kind)
    except (ValueError, TypeError):
        raise cursor_foreign() from None


InSpan = Annotated[Span, Depends(_span)]


def _answer(*failures: Any, status: int = 200) -> dict[str, Any]:
    return {
        "response_model": TicketOut,
        "status_code": status,
        "responses": problems(*_COMMON, *failures),
    }


@router.post(
    "/merge",
    summary="Merge into another ticket",
    dependencies=_TIES,
    **_answer(MergeCycle, RequesterUnconfirmed, TargetEnded),
)
async def merge(ticket_id: UUID, body: MergeIn, caller: CanManage, tx: InTx) -> Response:
    """Messages, files, links and people move, and the earlier promise counts from then on.

    `into` is an id or a number (`SND-1042`); both must be of one organization.
    For 24 hours `unmerge` takes it back.
    """
    into = await binding.named(tx, caller, body.into)
    return changed(tx.context, await binding.merge(tx, caller, ticket_id, into))


@router.post("/unmerge", summary="Undo a merge", dependencies=_TIES, **_answer(UnmergeExpired))
async def unmerge(ticket_id: UUID, caller: CanManage, tx: InTx) -> Response:
    """Within 24 hours; what was written to the other ticket meanwhile stays there."""
    return changed(tx.context, await unmerging.unmerge(tx, caller, ticket_id))


@router.post("/split", summary="Split messages off", **_answer(RequesterUnconfirmed, status=201))
async def split(ticket_id: UUID, body: SplitIn, caller: CanManage, tx: InTx) -> Response:
    """The new ticket; its promise counts from the first customer message that moved."""
    row, life = await splitting.split(tx, caller, ticket_id, body.wish())
    response = changed(tx.context, (row, life), 201)
    response.headers["Location"] = f"/v1/tickets/{row['id']}"
    return response


@router.post("/link", summary="Link with another ticket", dependencies=_TIES, **_answer(LinkCycle))
async def link(ticket_id: UUID, body: LinkIn, caller: CanManage, tx: InTx) -> Response:
    """`kind` is what the other ticket is to this one; it sees the link from its own side.

    `ticket_id` is an id or a number (`SND-1042`).
    """
    other = await binding.named(tx, caller, body.ticket_id)
    result = await linking.link(tx, caller, ticket_id, other, Side(body.kind))
    return changed(tx.context, result)


@router.get(
    "/links",
    summary="List links",
    response_model=LinkPage,
    responses=problems(NotFound),
)
async def list_links(
    request: Request,
    ticket_id: UUID,
    caller: CanRead,
    context: InContext,
    span: InSpan,
    kind: Listed | None = None,
) -> Response:
    """Oldest first; tickets that the caller does not see are left out."""
    side = Side(kind) if kind else None
    items, following = await linking.listed(context, caller, ticket_id, side, span)
    return page_response(request, items, cursor_of(context, following))


@router.delete(
    "/links/{other_id}",
    summary="Unlink",
    status_code=204,
    responses=problems(NotFound),
    dependencies=_TIES,
)
async def unlink(
    ticket_id: UUID, other_id: UUID, caller: CanManage, tx: InTx, kind: Kind | None = None
) -> Response:
    """One kind of link between the two, or all; what is not linked stays so."""
    await linking.unlink(tx, caller, ticket_id, other_id, Side(kind) if kind else None)
    return Response(status_code=204)


@router.post("/spam", summary="Mark as spam", **_answer())
async def spam(
    ticket_id: UUID, caller: CanManage, tx: InTx, body: ReasonIn | None = None
) -> Response:
    """Clocks and ladders stop, nobody is written to, further mails wake nobody."""
    reason = body.reason if body else None
    return changed(tx.context, await spamming.mark(tx, caller, ticket_id, reason))


@router.post("/unspam", summary="Not spam after all", **_answer())
async def unspam(
    ticket_id: UUID, caller: CanManage, tx: InTx, body: ReasonIn | None = None
) -> Response:
    """The ticket stands where it stood; its promise has counted all along."""
    reason = body.reason if body else None
    return changed(tx.context, await spamming.unmark(tx, caller, ticket_id, reason))
