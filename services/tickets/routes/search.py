"""The search index, for administrators: how it is, and making it anew."""

from typing import Annotated

from fastapi import Response

from services.tickets.schemas.search import IndexOut, RebuildIn
from services.tickets.usecases import rebuilding
from shared.kit import http
from shared.kit.callers import Caller
from shared.kit.http import InContext, json, require
from shared.kit.problems import Forbidden, problems
from shared.vocabulary import Role

router = http.router("/v1/search-index", tags=["search"])
IsAdministrator = Annotated[Caller, require("tickets:manage", Role.ADMIN)]


@router.get(
    "",
    summary="Read how the search index is",
    response_model=IndexOut,
    responses=problems(Forbidden),
)
async def read_index(_: IsAdministrator, context: InContext) -> Response:
    """Its size, what waits to be found, and how far a new index has come."""
    return json(await rebuilding.status(context))


@router.post(
    "/rebuild",
    summary="Make the search index anew",
    status_code=202,
    response_model=IndexOut,
    responses=problems(Forbidden),
)
async def rebuild_index(body: RebuildIn, _: IsAdministrator, context: InContext) -> Response:
    """The old one answers until the new one is whole; asked again meanwhile, it goes on."""
    return json(await rebuilding.rebuild(context, fresh_key=body.new_key), 202)
