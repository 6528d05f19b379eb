"""The frame of the small pages behind links in mails: two languages, no script, no other host."""

from collections.abc import Iterable
from html import escape
from typing import Any, Final

import orjson
from fastapi import Request, Response
from pydantic import BaseModel, ValidationError

from shared.kit.complaints import complaints
from shared.kit.locale import negotiate, pick
from shared.kit.problems import Problem, ValidationFailed
from shared.vocabulary import Locale, Localized

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self';"
        " frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
}
_STYLE: Final = """
body { font: 1.1rem/1.7 system-ui, 'Noto Naskh Arabic', Tahoma, sans-serif; margin: 0;
    background: #f4f5f7; color: #1c2733 }
main { max-width: 34rem; margin: 2rem auto; padding: 1.5rem; background: #fff;
    border-radius: .6rem }
section + section { border-block-start: 1px solid #d9dee4; margin-block-start: 1.2rem;
    padding-block-start: 1.2rem }
fieldset { border: 0; padding: 0; margin: 1rem 0; display: flex; gap: .5rem; min-width: 0 }
fieldset label { flex: 1; padding: .4rem .2rem; border: 1px solid #8592a1; border-radius: .4rem;
    text-align: center; cursor: pointer }
fieldset label:has(:checked) { border-color: #1f6f8b; background: #e8f2f5 }
fieldset label span { display: block; font-size: .8rem; line-height: 1.4 }
@media (max-width: 30rem) { fieldset { flex-direction: column }
    fieldset label { display: flex; flex-wrap: wrap; align-items: baseline; column-gap: .6rem;
        padding-inline: .8rem; text-align: start } }
textarea { width: 100%; min-height: 5rem; box-sizing: border-box; font: inherit }
button { font: inherit; padding: .4rem 1.4rem; margin-block-start: .6rem }
"""


def framed(first: Locale, title: Localized, content: str, status: int = 200) -> Response:
    """A whole page; `content` is HTML, `first` the language of its reader."""
    html = (
        f'<!doctype html><html lang="{first}" dir="{direction(first)}"><head>'
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{escape(pick(title, first))}</title><style>{_STYLE}</style></head>"
        f"<body><main>{content}</main></body></html>"
    )
    spoken = ", ".join(sorted(Locale, key=lambda one: one is not first))
    return Response(html, status, HEADERS | {"Content-Language": spoken}, "text/html")


def wants_page(request: Request) -> bool:
    """A person with a browser, not a program."""
    return "text/html" in request.headers.get("accept", "")


def refused(problem: Problem, title: Localized, request: Request) -> Response:
    """Why a link leads nowhere: a page for a person, the problem itself for a program."""
    if not wants_page(request):
        raise problem
    first = negotiate(request.headers.get("accept-language", "")) or Locale.AR
    texts = sections(first, ((one, escape(pick(problem.detail, one))) for one in Locale))
    if problem.errors:
        said = "<br>".join(escape(one.message) for one in problem.errors)
        texts += sections(first, [(first, said)])
    return framed(first, title, texts, problem.status)


def unreadable(error: ValidationError, request: Request) -> ValidationFailed:
    """What is wrong with a form or body that was read by hand, field by field."""
    told = ({**one, "loc": ("body", *one["loc"])} for one in error.errors())
    first = negotiate(request.headers.get("accept-language", "")) or Locale.AR
    return ValidationFailed(errors=complaints(told, first))


def no_json(error: orjson.JSONDecodeError, request: Request) -> ValidationFailed:
    """Where a body that was read by hand goes wrong, as everywhere else."""
    first = negotiate(request.headers.get("accept-language", "")) or Locale.AR
    told = {"type": "json_invalid", "loc": ("body", error.pos)}
    return ValidationFailed(errors=complaints([told], first))


def by_hand(model: type[BaseModel], *, required: bool) -> dict[str, Any]:
    """What the document says of a body that a route reads itself: JSON or a page's form."""
    content = {"schema": model.model_json_schema()}
    kinds = {"application/json": content, "application/x-www-form-urlencoded": content}
    return {"requestBody": {"required": required, "content": kinds}}


def sections(first: Locale, texts: Iterable[tuple[Locale, str]]) -> str:
    """The same HTML text in each language, in its own direction, the reader's own first."""
    ordered = sorted(texts, key=lambda one: one[0] is not first)
    return "".join(
        f'<section lang="{locale}" dir="{direction(locale)}"><p>{text}</p></section>'
        for locale, text in ordered
    )


def direction(locale: Locale) -> str:
    return "rtl" if locale is Locale.AR else "ltr"
