"""Entity tags, `"<version>.<more>"`; `If-Match` compares the version alone (decisions.md 49).

A proxy that compresses may weaken a tag or add a suffix to it; both are looked through.
"""

import re
from typing import Final

from fastapi import Request, Response

from shared.kit.problems import PreconditionFailed
from shared.kit.request_problems import MalformedIfMatch

_TAG: Final = re.compile(r'(?:W/)?"([^"]*?)(?:-(?:gzip|br|zstd))?"')
_LIST: Final = re.compile(r'(?:[\s,]*(?:W/)?"[^"]*")+[\s,]*')
_VERSION: Final = re.compile(r"(\d{1,18})(?:\.[0-9.]*)?\Z")


def set_etag(response: Response, tag: str) -> None:
    """Tag an answer, as in `set_etag(response, "7.3.0")`."""
    response.headers["etag"] = f'"{tag}"'


Versions = frozenset[int]
"""Versions of which any is right (RFC 9110, 13.1.1)."""


def if_match(request: Request) -> Versions | None:
    """The versions that the caller believes in; None when it does not say or accepts any."""
    wanted = request.headers.get("if-match")
    if wanted is None or wanted.strip() == "*":
        return None
    if not _LIST.fullmatch(wanted):
        raise MalformedIfMatch
    versions = [match for tag in _tags(wanted) if (match := _VERSION.match(tag))]
    if not versions:
        raise PreconditionFailed
    return frozenset(int(version[1]) for version in versions)


def unchanged(request: Request, response: Response) -> bool:
    """Whether the caller already has this very answer (`If-None-Match`)."""
    known = request.headers.get("if-none-match")
    tag = response.headers.get("etag")
    if known is None or tag is None:
        return False
    return known.strip() == "*" or bool(set(_tags(tag)) & set(_tags(known)))


def _tags(text: str) -> list[str]:
    return _TAG.findall(text)
