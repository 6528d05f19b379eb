"""The small pages behind a rating link: both languages, each in its own direction, no script."""

from html import escape
from typing import Final

from fastapi import Response

from services.tickets.usecases.rating import Ballot
from shared.kit.locale import pick
from shared.kit.problems import Problem
from shared.vocabulary import SCORES, Locale

_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self';"
        " frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}
_STYLE: Final = """
body { font: 1.1rem/1.7 system-ui, 'Noto Naskh Arabic', Tahoma, sans-serif; margin: 0;
    background: #f4f5f7; color: #1c2733 }
main { max-width: 34rem; margin: 2rem auto; padding: 1.5rem; background: #fff;
    border-radius: .6rem }
section + section { border-block-start: 1px solid #d9dee4; margin-block-start: 1.2rem;
    padding-block-start: 1.2rem }
fieldset { border: 0; padding: 0; margin: 1rem 0; display: flex; gap: .6rem; direction: ltr;
    justify-content: center }
fieldset label { padding: .3rem .5rem; border: 1px solid #8592a1; border-radius: .4rem }
textarea { width: 100%; min-height: 5rem; box-sizing: border-box; font: inherit }
button { font: inherit; padding: .4rem 1.4rem; margin-block-start: .6rem }
"""
_WORDS: Final = {
    Locale.AR: {
        "title": "تقييم الدعم",
        "ask": "كيف كانت خدمتنا في التذكرة {number}؟ 1 {worst}، 5 {best}.",
        "comment": "تعليق (اختياري)",
        "send": "إرسال التقييم",
        "ended": "التقييم غير متاح لهذه التذكرة الآن.",
        "thanks": "شكرًا لك. سُجّل تقييمك للتذكرة {number}: {score} من 5.",
    },
    Locale.EN: {
        "title": "Rate our support",
        "ask": "How was our service for ticket {number}? 1 is {worst}, 5 is {best}.",
        "comment": "Comment (optional)",
        "send": "Send the rating",
        "ended": "Rating is not open for this ticket now.",
        "thanks": "Thank you. Your rating of ticket {number} was recorded: {score} of 5.",
    },
}


def vote(token: str, paper: Ballot) -> Response:
    """Asks for the rating; the link's own score is chosen beforehand."""
    if not paper.open:
        return _page(paper, "".join(_section(one, "ended", paper) for one in _order(paper)))
    asked = "".join(_section(one, "ask", paper) for one in _order(paper))
    first = paper.locale
    labels = " · ".join(_WORDS[one]["comment"] for one in _order(paper))
    send = " · ".join(_WORDS[one]["send"] for one in _order(paper))
    form = (
        f'<form method="post" action="/v1/feedback/{escape(token)}">'
        f"<fieldset>{''.join(_choice(score, paper.score) for score in range(1, 6))}</fieldset>"
        f'<p dir="{_direction(first)}"><label for="comment">{labels}</label></p>'
        '<textarea id="comment" name="comment" maxlength="4000" dir="auto"></textarea>'
        f"<button>{send}</button></form>"
    )
    return _page(paper, f"{asked}<section>{form}</section>")


def thanks(paper: Ballot) -> Response:
    return _page(paper, "".join(_section(one, "thanks", paper) for one in _order(paper)))


def refused(problem: Problem, wish: Locale | None) -> Response:
    """Why a link leads nowhere, for a person; the status stays the problem's own."""
    first = wish or Locale.AR
    order = (first, *(one for one in Locale if one is not first))
    texts = "".join(_told(one, escape(pick(problem.detail, one))) for one in order)
    return _framed(first, texts, problem.status)


def _page(paper: Ballot, content: str) -> Response:
    return _framed(paper.locale, content)


def _framed(first: Locale, content: str, status: int = 200) -> Response:
    html = (
        f'<!doctype html><html lang="{first}" dir="{_direction(first)}"><head>'
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{_WORDS[first]['title']}</title><style>{_STYLE}</style></head>"
        f"<body><main>{content}</main></body></html>"
    )
    return Response(html, status, _HEADERS, "text/html")


def _section(locale: Locale, word: str, paper: Ballot) -> str:
    number = f'<bdi dir="ltr">{escape(paper.number)}</bdi>'
    worst, best = (pick(SCORES[score], locale).lower() for score in (1, 5))
    gaps = {"number": number, "score": paper.score, "worst": worst, "best": best}
    text = _WORDS[locale][word].format_map(gaps)
    return _told(locale, text)


def _told(locale: Locale, text: str) -> str:
    return f'<section lang="{locale}" dir="{_direction(locale)}"><p>{text}</p></section>'


def _choice(score: int, chosen: int) -> str:
    checked = " checked" if score == chosen else ""
    button = f'<input type="radio" name="score" value="{score}" required{checked}>'
    return f"<label>{button} {score}</label>"


def _order(paper: Ballot) -> tuple[Locale, ...]:
    return (paper.locale, *(one for one in Locale if one is not paper.locale))


def _direction(locale: Locale) -> str:
    return "rtl" if locale is Locale.AR else "ltr"
