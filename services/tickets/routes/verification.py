"""The link in a form's acknowledgement: shows a question, and casts an answer only when posted."""

from collections.abc import Iterable
from html import escape
from typing import Final, Literal
from urllib.parse import parse_qs

import orjson
from fastapi import Request, Response
from pydantic import ValidationError

from services.tickets.domain.visitors import Word
from services.tickets.problems import LinkInvalid
from services.tickets.problems.form import AnswerSettled
from services.tickets.routes.frames import (
    by_hand,
    framed,
    no_json,
    refused,
    sections,
    unreadable,
    wants_page,
)
from services.tickets.schemas.form import VerificationIn, VerificationOut
from services.tickets.usecases import vouching
from services.tickets.usecases.vouching import Question
from shared.kit import http
from shared.kit.http import InTx, is_form, json, public
from shared.kit.locale import pick
from shared.kit.problems import UnsupportedMediaType, ValidationFailed, problems
from shared.vocabulary import Locale, Localized

router = http.router("/v1/public/verify", tags=["form"])

_HOLDERS = [public("the link in the mail is signed for its ticket")]
_TITLE: Final = Localized(ar="تأكيد الطلب", en="Confirm the request")
_ASK: Final = Localized(
    ar="وصلنا من نموذج الموقع طلب ذُكر فيه بريدك، رقمه {number}. هل هو منك؟",
    en="Our web form received a request that names your address, number {number}. Is it yours?",
)
_SAID: Final = {
    Word.CONFIRMED: Localized(
        ar="شكرًا لك. أكّدت أن الطلب {number} منك.",
        en="Thank you. You confirmed that request {number} is yours.",
    ),
    Word.DENIED: Localized(
        ar="شكرًا لك. لن يكتب إليك نموذج الموقع مدة 30 يومًا، والطلب {number} مُعلَّم عند فريقنا.",
        en="Thank you. The form will not write to you for 30 days, and request {number} is marked.",
    ),
}
_OTHERS: Final = Localized(
    ar="ووصلت باسمك طلبات أخرى لم يؤكدها أحد. أظهر النموذج رقم كل طلب لمن أرسله، فأكّد ما تعرفه منها"
    " فقط:",
    en="Other requests came in your name, and nobody has confirmed them. The form showed each"
    " number to its sender, so confirm only those that you know:",
)
_BUTTONS: Final = {
    Word.CONFIRMED: Localized(ar="نعم، الطلب مني", en="Yes, it is mine"),
    Word.DENIED: Localized(ar="لا، ليس مني", en="No, it is not mine"),
}


@router.get(
    "/{token}",
    summary="Show the question of a confirmation link",
    response_class=Response,
    dependencies=_HOLDERS,
    responses={200: {"content": {"text/html": {}}}, **problems(LinkInvalid)},
)
async def show(token: str, tx: InTx, request: Request) -> Response:
    """Shows, and says nothing in the reader's name: mail scanners follow links too."""
    try:
        asked = await vouching.question(tx, token)
    except LinkInvalid as refusal:
        return refused(refusal, _TITLE, request)
    return _page(token, asked)


@router.post(
    "/{token}",
    summary="Answer a confirmation link",
    response_model=VerificationOut,
    openapi_extra=by_hand(VerificationIn, required=True),
    dependencies=_HOLDERS,
    responses=problems(LinkInvalid, AnswerSettled, UnsupportedMediaType, ValidationFailed),
)
async def answer(token: str, tx: InTx, request: Request) -> Response:
    """JSON or a form: `answer` is `confirmed` or `denied`; the last word counts."""
    try:
        asked = await vouching.answer(tx, token, Word(await _word(request)))
    except (LinkInvalid, AnswerSettled, UnsupportedMediaType, ValidationFailed) as refusal:
        return refused(refusal, _TITLE, request)
    if wants_page(request):
        return _page(token, asked)
    others = [{"number": one.number, "link": _path(one.token)} for one in asked.others]
    return json({"number": asked.number, "answer": asked.word, "others": others})


async def _word(request: Request) -> Literal["confirmed", "denied"]:
    body = await request.body()
    try:
        if body and is_form(request):
            fields = {key: values[0] for key, values in parse_qs(body.decode()).items()}
            return VerificationIn.model_validate(fields).answer
        return VerificationIn.model_validate(orjson.loads(body)).answer
    except ValidationError as error:
        raise unreadable(error, request) from None
    except orjson.JSONDecodeError as error:
        raise no_json(error, request) from None
    except ValueError:
        raise ValidationFailed from None


def _page(token: str, asked: Question) -> Response:
    number = _number(asked.number)
    told = _SAID[asked.word] if asked.word else _ASK
    texts = sections(asked.locale, ((one, pick(told, one).format(number=number)) for one in Locale))
    form = _form(token, asked.locale, (word for word in Word if word is not asked.word))
    return framed(asked.locale, _TITLE, f"{texts}<section>{form}</section>{_others(asked)}")


def _others(asked: Question) -> str:
    """What else came in the reader's name, each with the same question."""
    if not asked.others:
        return ""
    texts = sections(asked.locale, ((one, pick(_OTHERS, one)) for one in Locale))
    rows = (
        f"<section><p>{_number(one.number)}</p>{_form(one.token, asked.locale, Word)}</section>"
        for one in asked.others
    )
    return texts + "".join(rows)


def _number(text: str) -> str:
    return f'<bdi dir="ltr">{escape(text)}</bdi>'


def _path(token: str) -> str:
    return f"/v1/public/verify/{token}"


def _form(token: str, first: Locale, words: Iterable[Word]) -> str:
    choices = "".join(_button(word, first) for word in words)
    return f'<form method="post" action="{escape(_path(token))}">{choices}</form>'


def _button(word: Word, first: Locale) -> str:
    order = (first, *(one for one in Locale if one is not first))
    label = " · ".join(f'<span lang="{one}">{pick(_BUTTONS[word], one)}</span>' for one in order)
    return f'<button name="answer" value="{word}">{label}</button> '
