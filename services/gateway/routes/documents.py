"""The interface described: for machines, and for people on pages of our own."""

from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from services.gateway.domain.pages import POLICY, operations_page, problems_page
from services.gateway.usecases.documents import merged
from shared.kit import http
from shared.kit.http import InContext, language, public

router = http.router(tags=["documents"])
_READERS: Final = public("the interface is no secret")


@router.get("/v1/openapi.json", summary="OpenAPI 3.1 of the whole house", dependencies=[_READERS])
async def openapi(request: Request, context: InContext) -> Response:
    return http.json(await merged(context, request.app.openapi()))


@router.get(
    "/docs",
    summary="The interface, for people",
    response_class=HTMLResponse,
    dependencies=[_READERS],
)
async def docs(request: Request, context: InContext) -> Response:
    """Every operation; needs no other host and no script."""
    document = await merged(context, request.app.openapi())
    return _page(operations_page(document, language(request)))


@router.get(
    "/docs/problems",
    summary="All problems, by code",
    response_class=HTMLResponse,
    dependencies=[_READERS],
)
async def problems(request: Request, context: InContext) -> Response:
    """What the `type` of a problem points to."""
    document = await merged(context, request.app.openapi())
    return _page(problems_page(document, language(request)))


def _page(html: str) -> Response:
    return HTMLResponse(html, headers={"content-security-policy": POLICY})
