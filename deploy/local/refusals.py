"""What the edge answers on its own behalf: the product's problems, in the reader's language."""

import json
from typing import Any

from shared.kit.problem import MEDIA_TYPE, Problem
from shared.kit.problems import (
    AddressTooLong,
    BadRequest,
    HeadTooLarge,
    NotFound,
    PayloadTooLarge,
    Unavailable,
    Unexpected,
)
from shared.vocabulary import Locale

Json = dict[str, Any]

# Both tests do without weighing q-values: Arabic stands first, or English is not asked for at all.
_ARABIC: tuple[Json, ...] = (
    {"header_regexp": {"Accept-Language": {"pattern": r"(?i)^\s*ar\b"}}},
    {
        "header_regexp": {"Accept-Language": {"pattern": r"(?i)\bar\b"}},
        "not": [{"header_regexp": {"Accept-Language": {"pattern": r"(?i)\ben\b"}}}],
    },
)
_RETRY_AFTER = "2"
_KINDS: tuple[tuple[str, type[Problem]], ...] = (
    ("in [502, 503, 504]", Unavailable),
    ("== 413", PayloadTooLarge),
    ("== 414", AddressTooLong),
    ("== 431", HeadTooLarge),
    ("in [404, 405]", NotFound),
    ("< 500", BadRequest),
    (">= 500", Unexpected),
)


def refusals() -> list[Json]:
    """Routes for Caddy's error handling: Arabic before English for each kind."""
    return [
        _answer(f"{{http.error.status_code}} {test}", problem(), locale)
        for test, problem in _KINDS
        for locale in (Locale.AR, Locale.EN)
    ]


def _answer(test: str, problem: Problem, locale: Locale) -> Json:
    match: list[Json] = [{"expression": test}]
    if locale is Locale.AR:
        match = [{**match[0], **arabic} for arabic in _ARABIC]
    headers = {
        "Content-Type": [MEDIA_TYPE],
        "Content-Language": [locale.value],
        "Vary": ["Accept-Language"],
        "Cache-Control": ["no-store"],
    }
    if problem.status == Unavailable.status:
        headers["Retry-After"] = [_RETRY_AFTER]
    answer = {
        "handler": "static_response",
        "status_code": problem.status,
        "headers": headers,
        "body": json.dumps(problem.document(locale), ensure_ascii=False),
    }
    return {"match": match, "handle": [answer], "terminal": True}
