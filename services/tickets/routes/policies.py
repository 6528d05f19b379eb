"""Who may pass which doors, and how a ticket is answered."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from services.tickets.domain.veil import Veil
from services.tickets.store.rows import Row
from services.tickets.usecases import answers
from services.tickets.usecases.life import Life
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.http import (
    InTx,
    cursor_foreign,
    decode_cursor,
    encode_cursor,
    if_match,
    json,
    require,
    set_etag,
)
from shared.vocabulary import Role

CanRead = Annotated[Caller, require("tickets:read")]
CanWrite = Annotated[Caller, require("tickets:write")]
CanManage = Annotated[Caller, require("tickets:manage")]
_READERS: Final = (
    *(Role.SUPERVISOR, Role.MANAGER, Role.SENIOR_MANAGEMENT, Role.EXECUTIVE, Role.ADMIN),
    *(Role.AUDITOR, Role.CUSTOMER_ADMIN),
)
MayReport = Annotated[Caller, require("reports:read", *_READERS)]
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=1024)]


def tagged(answer: dict[str, Any], tag: str, status: int = 200) -> Response:
    """An answer with its entity tag."""
    response = json(answer, status)
    set_etag(response, tag)
    return response


async def _believe(request: Request, ticket_id: UUID, tx: InTx) -> None:
    """A verb's `If-Match` is compared when the ticket is held: 412 when it has moved on."""
    versions = if_match(request)
    if versions is not None:
        tx.known["if_match", ticket_id] = versions


BELIEVED = [Depends(_believe)]


def changed(context: Context, result: tuple[Row, Life], status: int = 200) -> Response:
    """The ticket as it is after a verb; names come from memory only."""
    row, life = result
    cards = answers.known_cards(context, [row["requester_id"]])
    answer = answers.ticket(row, life.box, life.veil or Veil(), cards, life.unseen)
    if life.veil is None:
        answer["custom"] = {}
    answer["merged_into_final"] = answer["merged_into"]
    return tagged(answer, answers.tag_of(row), status)


def after(context: Context, cursor: str | None) -> tuple[datetime, UUID] | None:
    """The place in a story that a cursor names."""
    if cursor is None:
        return None
    values = decode_cursor(context, cursor)
    try:
        at, row_id = values
        return datetime.fromisoformat(at), UUID(row_id)
    except (ValueError, TypeError):
        raise cursor_foreign() from None


def cursor_of(context: Context, place: list[Any] | None) -> str | None:
    return None if place is None else encode_cursor(context, place)
