"""What a failure that callers can act upon is: RFC 9457, a stable code, words in ar and en."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field
from typing_extensions import override

from shared.kit.locale import isolate, pick
from shared.kit.model import Out
from shared.vocabulary import Locale, Localized

MEDIA_TYPE = "application/problem+json"


def _fragment(pointer: str) -> str:
    return f"#{pointer}" if pointer.startswith("/") else pointer


Pointer = Annotated[str, AfterValidator(_fragment)]
"""`#/requester/email` inside the body (RFC 6901, 6, as RFC 9457 writes it), `?limit` in the query:
one way for all, whichever rule complained.
"""


class FieldError(Out):
    """What is wrong with one place of the request; never its value."""

    pointer: Pointer
    code: str
    message: str

    def told(self, _locale: Locale) -> dict[str, Any]:
        """As the answer shows it to whoever reads `_locale`."""
        return self.model_dump()


class SpokenError(FieldError):
    """One that is said in both languages: the answer's own language decides, not its maker."""

    texts: Localized = Field(exclude=True)

    @override
    def told(self, locale: Locale) -> dict[str, Any]:
        return {**self.model_dump(), "message": pick(self.texts, locale)}


class ProblemOut(Out):
    """The body of every error answer (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str | None = None
    request_id: str | None = None
    errors: Sequence[FieldError] = ()


class Problem(Exception):
    """An expected failure. Subclasses name it; keyword arguments fill the texts' gaps.

    Arguments that no text names are answered as members of the problem document.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[Localized] = Localized(
        ar="خطأ غير متوقع",
        en="Unexpected error",
    )
    detail: ClassVar[Localized] = Localized(
        ar="حدث خطأ من جهتنا. حاول مرة أخرى لاحقًا.",
        en="Something went wrong on our side. Please try again later.",
    )

    keepable: ClassVar[bool] = True
    """Whether the same idempotency key hears this refusal again."""

    def __init__(
        self,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[FieldError] = (),
        words: Mapping[str, Localized] | None = None,
        **params: Any,
    ) -> None:
        super().__init__(self.code)
        self.headers = dict(headers or {})
        self.errors = list(errors)
        self.params = params
        self.words = dict(words or {})
        """Fill gaps in the reader's language, and are no members themselves."""

    def document(self, locale: Locale) -> dict[str, Any]:
        """The answer's body in the language of the caller."""
        words = {key: _words(value, locale) for key, value in self.params.items()}
        words |= {key: pick(texts, locale) for key, texts in self.words.items()}
        body: dict[str, Any] = {
            "type": f"/docs/problems#{self.code}",
            "title": pick(self.title, locale).format_map(words),
            "status": self.status,
            "detail": pick(self.detail, locale).format_map(words),
            "code": self.code,
        }
        body.update(self.params)
        if self.errors:
            body["errors"] = [error.told(locale) for error in self.errors]
        return body


def _words(value: Any, locale: Locale) -> str:
    """Latin tokens are fenced off inside an Arabic sentence."""
    if isinstance(value, (list, tuple, set, frozenset)):
        comma = "، " if locale is Locale.AR else ", "
        return comma.join(_words(item, locale) for item in value)
    return isolate(value) if isinstance(value, str) and locale is Locale.AR else str(value)


def problems(*classes: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route that may fail in these ways, one example per code."""
    answers: dict[int | str, dict[str, Any]] = {}
    for kind in classes:
        answer = answers.setdefault(
            kind.status,
            {
                "model": ProblemOut,
                "description": kind.title["en"],
                "content": {MEDIA_TYPE: {"examples": {}}},
            },
        )
        answer["content"][MEDIA_TYPE]["examples"][kind.code] = {"value": _example(kind)}
    return answers


def _example(kind: type[Problem]) -> dict[str, Any]:
    return {
        "type": f"/docs/problems#{kind.code}",
        "title": kind.title["en"],
        "status": kind.status,
        "detail": kind.detail["en"],
        "code": kind.code,
    }
