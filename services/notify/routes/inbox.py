"""The in-app inbox, preferences and templates."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from services.notify import usecases
from services.notify.domain.words import Digits, Kind
from services.notify.schemas import (
    NoticeList,
    PreferenceIn,
    PreferenceOut,
    TemplateList,
    TemplateOut,
)
from shared.kit.callers import Caller
from shared.kit.http import (
    InTx,
    decode_place,
    encode_cursor,
    language,
    page,
    require,
    router,
)
from shared.kit.problems import NotFound, problems
from shared.vocabulary import Locale, Role

Reader = Annotated[Caller, require("notifications:read")]
ADMIN = require("notifications:read", Role.ADMIN, Role.AUDITOR)
Limit = Annotated[int, Query(ge=1, le=200)]

door = router("/v1", tags=["notifications"])


@door.get("/notifications", summary="Your inbox", response_model=NoticeList)
async def list_notices(
    caller: Reader,
    tx: InTx,
    request: Request,
    limit: Limit = 50,
    cursor: str | None = None,
    *,
    unread: bool = False,
) -> object:
    """Escalations, assignments and warnings, newest first."""
    before = decode_place(tx.context, cursor) if cursor else None
    rows = await usecases.notices_of(
        tx, caller, language(request), unread=unread, before=before, limit=limit + 1
    )
    more = len(rows) > limit
    following = encode_cursor(tx.context, [str(rows[limit - 1]["id"])]) if more else None
    return page(rows[:limit], following)


@door.post(
    "/notifications/{notice_id}/read",
    summary="Mark a notification as read",
    status_code=204,
    responses=problems(NotFound),
)
async def mark_read(notice_id: UUID, caller: Reader, tx: InTx) -> Response:
    await usecases.mark_read(tx, caller, notice_id)
    return Response(status_code=204)


@door.get("/preferences", summary="How you are told", response_model=PreferenceOut)
async def read_preference(caller: Reader, tx: InTx) -> object:
    return await usecases.preference(tx, caller)


@door.put("/preferences", summary="Choose how you are told", response_model=PreferenceOut)
async def set_preference(body: PreferenceIn, caller: Reader, tx: InTx) -> object:
    """Digits of Arabic mails, and which mails stay away; the inbox keeps them all."""
    return await usecases.set_preference(tx, caller, body.model_dump())


@door.get(
    "/templates",
    summary="Every mail with example values",
    response_model=TemplateList,
    dependencies=[ADMIN],
)
async def preview_templates(tx: InTx) -> object:
    """Both languages side by side, and variables that a template would miss."""
    return page(usecases.previews(tx.context.settings))


@door.get(
    "/templates/{kind}/{locale}",
    summary="One mail with example values",
    response_model=TemplateOut,
    dependencies=[ADMIN],
)
async def preview_template(
    kind: Kind, locale: Locale, tx: InTx, digits: Digits = Digits.LATIN
) -> object:
    """As a reader of that language and those digits would have it."""
    return usecases.preview(tx.context.settings, kind, locale, digits)
