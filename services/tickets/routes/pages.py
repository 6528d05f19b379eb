"""The small pages behind a rating link: both languages, each in its own direction, no script."""

from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Final

from fastapi import Request, Response

from services.tickets.routes import frames
from services.tickets.routes.frames import direction, framed, sections
from services.tickets.usecases.figures import moment_words
from services.tickets.usecases.rating import Ballot, Given
from shared.kit.locale import pick
from shared.kit.problems import Problem
from shared.vocabulary import SCORES, Locale, Localized

_WORDS: Final[Mapping[str, Localized]] = {
    "title": Localized(ar="تقييم الدعم", en="Rate our support"),
    "ask": Localized(
        ar="كيف كانت خدمتنا في التذكرة {number}؟ 1 {worst}، 5 {best}.",
        en="How was our service for ticket {number}? 1 is {worst}, 5 is {best}.",
    ),
    "comment": Localized(ar="تعليق (اختياري)", en="Comment (optional)"),
    "send": Localized(ar="إرسال التقييم", en="Send the rating"),
    "change": Localized(ar="تغيير التقييم", en="Change the rating"),
    "given": Localized(
        ar="تقييمك للتذكرة {number}: {score} من 5، سُجّل في {at}.",
        en="Your rating of ticket {number}: {score} of 5, recorded on {at}.",
    ),
    "until": Localized(ar="يمكنك تغييره حتى {until}.", en="You can change it until {until}."),
    "thanks": Localized(
        ar="شكرًا لك. سُجّل تقييمك للتذكرة {number}: {score} من 5.",
        en="Thank you. Your rating of ticket {number} was recorded: {score} of 5.",
    ),
    "reopened": Localized(
        ar="أُعيد فتح التذكرة {number}، وسنعود إليك.",
        en="Ticket {number} was reopened, and we will get back to you.",
    ),
    "offer": Localized(
        ar="نأسف لذلك. إن لم تُحل المشكلة فأعد فتح التذكرة حتى {reopen_until}.",
        en="We are sorry. If the problem is not solved, reopen the ticket until {reopen_until}.",
    ),
    "reopen": Localized(ar="إعادة فتح التذكرة", en="Reopen the ticket"),
}


def vote(token: str, paper: Ballot) -> Response:
    """Asks for the rating, or shows what was given; casts nothing."""
    refusal = paper.refusal()
    shown = _told(paper, "given") if paper.given else ""
    if refusal is not None:
        texts = ((one, escape(pick(refusal.detail, one))) for one in Locale)
        reason = sections(paper.locale, texts)
        offer = _offer(token, paper) if paper.settled else ""
        return _page(paper, f"{reason}{shown}{offer}", refusal.status)
    asked = _told(paper, "given", "until") if paper.given else _told(paper, "ask")
    return _page(paper, f"{asked}{_offer(token, paper)}{_form(token, paper)}")


def thanks(token: str, paper: Ballot) -> Response:
    """What was recorded, and for a low rating the way to have the ticket reopened."""
    told = ("thanks", "reopened") if paper.given and paper.given.reopened else ("thanks",)
    return _page(paper, f"{_told(paper, *told)}{_offer(token, paper)}")


def refused(problem: Problem, request: Request) -> Response:
    """Why a link leads nowhere: a page for a person, the problem itself for a program."""
    return frames.refused(problem, _WORDS["title"], request)


def _form(token: str, paper: Ballot) -> str:
    given = paper.given
    chosen = given.score if given else paper.score
    choices = "".join(_choice(paper, score, chosen) for score in SCORES)
    side = direction(paper.locale)
    comment = escape(given.comment or "") if given else ""
    label = f'<label for="comment">{_both(paper, "comment")}</label>'
    return (
        f'<section>{_opening(token)}<fieldset dir="{side}">{choices}</fieldset>'
        f'<p dir="{side}">{label}</p>'
        f'<textarea id="comment" name="comment" maxlength="4000" dir="auto">\n{comment}</textarea>'
        f"<button>{_both(paper, 'change' if given else 'send')}</button></form></section>"
    )


def _offer(token: str, paper: Ballot) -> str:
    if paper.given is None or paper.reopen_until is None:
        return ""
    hidden = f'<input type="hidden" name="score" value="{paper.given.score}">'
    return (
        f"{_told(paper, 'offer')}<section>{_opening(token)}{hidden}"
        f'<button name="reopen" value="true">{_both(paper, "reopen")}</button></form></section>'
    )


def _opening(token: str) -> str:
    return f'<form method="post" action="/v1/feedback/{escape(token)}">'


def _page(paper: Ballot, content: str, status: int = 200) -> Response:
    return framed(paper.locale, _WORDS["title"], content, status)


def _told(paper: Ballot, *words: str) -> str:
    """Sentences in both languages, the ticket's own first."""

    def text(locale: Locale) -> str:
        said = " ".join(pick(_WORDS[word], locale) for word in words)
        return said.format_map(_gaps(paper, locale))

    return sections(paper.locale, ((one, text(one)) for one in Locale))


def _gaps(paper: Ballot, locale: Locale) -> dict[str, str]:
    given: Given | None = paper.given
    worst, best = (pick(SCORES[score], locale).lower() for score in (1, 5))
    return {
        "number": f'<bdi dir="ltr">{escape(paper.number)}</bdi>',
        "score": str(given.score if given else paper.score),
        "worst": worst,
        "best": best,
        "at": _moment(given.at if given else None, locale, paper.zone),
        "until": _moment(paper.until, locale, paper.zone),
        "reopen_until": _moment(paper.reopen_until, locale, paper.zone),
    }


def _moment(moment: datetime | None, locale: Locale, zone: str) -> str:
    return f"<bdi>{escape(moment_words(moment, locale, zone))}</bdi>" if moment else ""


def _choice(paper: Ballot, score: int, chosen: int) -> str:
    """A number with what it says below it, in both languages."""
    checked = " checked" if score == chosen else ""
    button = f'<input type="radio" name="score" value="{score}" required{checked}>'
    words = "".join(
        f'<span lang="{one}" dir="{direction(one)}">{pick(SCORES[score], one)}</span>'
        for one in _order(paper)
    )
    return f"<label>{button} {score}{words}</label>"


def _both(paper: Ballot, word: str) -> str:
    return " · ".join(
        f'<span lang="{one}">{pick(_WORDS[word], one)}</span>' for one in _order(paper)
    )


def _order(paper: Ballot) -> tuple[Locale, ...]:
    return (paper.locale, *(one for one in Locale if one is not paper.locale))
