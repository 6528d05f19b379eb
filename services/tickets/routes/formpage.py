"""The web site's form as a page of our own, until the portal comes: static files, no other host."""

from functools import cache
from pathlib import Path
from typing import Final

from fastapi import Response

from shared.kit import http
from shared.kit.http import InContext, public
from shared.kit.problems import NotFound, problems

router = http.router("/form", tags=["form"])

FOLDER: Final = Path(__file__).resolve().parent.parent / "form"
_READERS: Final = public("the form is for everybody")
_KINDS: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self' blob:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors {ancestors}"
)
_PART: Final = "default-src 'none'; script-src 'self'"
"""What the worker may load; of other parts nothing is ever shown by itself."""


@router.get(
    "",
    summary="The page of the support form",
    response_class=Response,
    dependencies=[_READERS],
    responses={200: {"content": {"text/html": {}}}},
)
async def page(context: InContext) -> Response:
    """In Arabic and English (`?lang=`); `SANAD_TICKETS_FORM_EMBED` names who may frame it."""
    sites = context.settings.tickets_form_embed.split()
    policy = _POLICY.format(ancestors=" ".join(["'self'", *sites]))
    headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}
    return _served("index.html", headers)


@router.get(
    "/{name}",
    summary="A script or style of the form's page",
    response_class=Response,
    dependencies=[_READERS],
    responses={200: {"content": {"text/javascript": {}, "text/css": {}}}, **problems(NotFound)},
)
async def part(name: str) -> Response:
    return _served(name, {"Content-Security-Policy": _PART})


def _served(name: str, headers: dict[str, str]) -> Response:
    content = _files().get(name)
    if content is None:
        raise NotFound
    kind = _KINDS[Path(name).suffix]
    return Response(content, 200, {**headers, "Cache-Control": "public, max-age=300"}, kind)


@cache
def _files() -> dict[str, bytes]:
    """All that is there to be served, read once; nothing else has a name here."""
    return {one.name: one.read_bytes() for one in FOLDER.iterdir() if one.suffix in _KINDS}
