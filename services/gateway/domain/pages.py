"""Human pages about the interface: plain HTML that needs no other host and no script."""

from collections.abc import Mapping
from html import escape
from typing import Any, Final

from services.gateway.domain.openapi import operations, problem_titles
from shared.vocabulary import Locale, Localized

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

_STYLE: Final = """
:root{color-scheme:light dark;font:16px/1.6 system-ui,sans-serif}
body{max-width:60rem;margin:2rem auto;padding:0 1rem}
code,.m{font-family:ui-monospace,monospace;direction:ltr;unicode-bidi:isolate}
.m{display:inline-block;min-width:4.5rem;font-weight:700}
details{border-bottom:1px solid #8884;padding:.35rem 0}summary{cursor:pointer}
nav a{margin-inline-end:1rem}table{border-collapse:collapse;width:100%}
td,th{text-align:start;padding:.3rem .6rem;border-bottom:1px solid #8884;vertical-align:top}
"""
_TITLE: Final = Localized(ar="سند: واجهة البرمجة", en="Sanad: the programming interface")
_PROBLEMS: Final = Localized(ar="المشكلات ورموزها", en="Problems and their codes")
_DOCUMENT: Final = Localized(ar="وثيقة OpenAPI", en="OpenAPI document")
_ANSWERS: Final = Localized(ar="الأجوبة", en="Answers")
_HEAD: Final = Localized(ar="الرمز والحالة والمعنى", en="Code, status and meaning")


def operations_page(document: Mapping[str, Any], locale: Locale) -> str:
    """Every operation of the house, grouped by its tag."""
    groups: dict[str, list[str]] = {}
    for method, path, operation in operations(document):
        tag = (operation.get("tags") or ["-"])[0]
        groups.setdefault(str(tag), []).append(_operation(method, path, operation, locale))
    listed = "".join(
        f"<h2>{escape(tag)}</h2>{''.join(items)}" for tag, items in sorted(groups.items())
    )
    links = (
        f'<nav><a href="/v1/openapi.json">{_word(_DOCUMENT, locale)}</a>'
        f'<a href="/docs/problems">{_word(_PROBLEMS, locale)}</a></nav>'
    )
    return _page(_word(_TITLE, locale), links + listed, locale)


def problems_page(document: Mapping[str, Any], locale: Locale) -> str:
    """What each `type` of a problem document points to."""
    rows = "".join(
        f'<tr id="{escape(code)}"><td><code>{escape(code)}</code></td>'
        f"<td>{escape(str(example.get('status', '')))}</td>"
        f"<td>{escape(str(example.get('title', '')))}. "
        f"{escape(str(example.get('detail', '')))}</td></tr>"
        for code, example in problem_titles(document).items()
    )
    head = f'<tr><th colspan="3">{_word(_HEAD, locale)}</th></tr>'
    return _page(_word(_PROBLEMS, locale), f"<table>{head}{rows}</table>", locale)


def _operation(method: str, path: str, operation: Mapping[str, Any], locale: Locale) -> str:
    summary = escape(str(operation.get("summary", "")))
    about = escape(str(operation.get("description", "")))
    answers = ", ".join(escape(str(status)) for status in operation.get("responses", {}))
    return (
        f'<details><summary><span class="m">{method}</span> <code>{escape(path)}</code> {summary}'
        f"</summary><p>{about}</p><p>{_word(_ANSWERS, locale)}: {answers}</p></details>"
    )


def _page(title: str, body: str, locale: Locale) -> str:
    direction = "rtl" if locale is Locale.AR else "ltr"
    return (
        f'<!doctype html><html lang="{locale.value}" dir="{direction}"><head>'
        f'<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{title}</h1>{body}</body></html>"
    )


def _word(texts: Localized, locale: Locale) -> str:
    return texts["ar"] if locale is Locale.AR else texts["en"]
