"""Templates and moments in a reader's language: the words of a mail from its variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any, Final

from babel.dates import get_timezone_location
from jinja2 import Environment, FileSystemLoader, StrictUndefined, meta
from markupsafe import Markup, escape

from services.notify.domain.direction import Direction, first_strong, paragraphs
from services.notify.domain.labels import BY_ZONE
from services.notify.domain.words import Digits, Kind
from shared.kit.locale import digits, format_instant, isolate, pick
from shared.vocabulary import Locale

FOLDER: Final = Path(__file__).resolve().parent.parent / "templates"
_RULE: Final = "---\n"

_TICKET: Final = frozenset({"number", "link", "brand"})
_FRAME: Final = frozenset({"marker", "token", "number", "brand"})
VARIABLES: Final[Mapping[Kind, frozenset[str]]] = {
    Kind.ACKNOWLEDGEMENT: _TICKET
    | {"first_response", "resolution", "confirm"}
    | {"split", "origin"},
    Kind.REPLY: _TICKET | {"subject_line", "body", "files"},
    Kind.RESOLUTION: _TICKET | {"body", "files", "window", "until", "scores"},
    Kind.REOPENED: _TICKET,
    Kind.CLOSED: _TICKET | {"until"},
    Kind.ESCALATION: _TICKET
    | {"subject_line", "role", "level", "cause", "metric", "priority", "due", "assigned"}
    | {"counted"},
    Kind.BREACH: _TICKET | {"subject_line", "metric", "priority", "due", "unassigned", "counted"},
    Kind.FALLBACK: _TICKET | {"role", "level", "metric"},
    Kind.ASSIGNED: _TICKET | {"subject_line", "priority"},
    Kind.WARNING: _TICKET | {"subject_line", "metric", "priority", "due"},
    Kind.PAUSE_OVERDUE: _TICKET | {"subject_line", "priority", "since"},
    Kind.WATCHED: _TICKET | {"subject_line", "priority", "news", "body"},
    Kind.CALENDAR: frozenset({"brand", "item", "date", "last", "calendar_id"}),
    Kind.WEBHOOK_DISABLED: frozenset({"brand", "host", "reason", "days", "endpoint_id"}),
}
"""What each template may say; a template that wants more does not pass the tests."""


@dataclass(frozen=True, slots=True)
class Reader:
    """How one person reads."""

    locale: Locale
    timezone: str
    digits: Digits = Digits.LATIN

    def numbers(self, text: str) -> str:
        """The text with the reader's digits; never for ticket numbers, addresses and links."""
        return digits(text, self.locale) if self.digits is Digits.ARABIC else text

    def instant(self, moment: datetime) -> str:
        """A moment in words, in the reader's zone, which is named."""
        words = self.numbers(format_instant(moment, self.locale, self.timezone))
        place = _place(self.timezone, self.locale)
        return f"{words} {pick(BY_ZONE, self.locale).format(place=place)}"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail in words."""

    subject: str
    text: str
    html: str


def render(
    kind: Kind, reader: Reader, variables: Mapping[str, Any], marker: str = "", token: str = ""
) -> Rendered:
    """The mail of a kind; a variable that is missing raises, silence is never sent."""
    filled = {"number": "", **variables, "marker": marker, "token": token}
    folder = f"{reader.locale.value}/{kind.value}"
    subject, _, text = _texts().get_template(f"{folder}.txt").render(filled).partition(_RULE)
    html = _pages(base_of(reader.locale)).get_template(f"{folder}.html").render(filled)
    return Rendered(subject.strip(), _tidy(text) + (f"\n{token}\n" if token else ""), html)


def base_of(locale: Locale) -> Direction:
    """The direction of a whole mail in a language."""
    return "rtl" if locale is Locale.AR else "ltr"


def unknown_variables(kind: Kind, locale: Locale) -> set[str]:
    """Variables that a kind's templates use although nobody gives them."""
    found: set[str] = set()
    for environment, suffix in ((_texts(), "txt"), (_pages(base_of(locale)), "html")):
        source = (FOLDER / locale.value / f"{kind.value}.{suffix}").read_text("utf-8")
        found |= meta.find_undeclared_variables(environment.parse(source))
    return found - VARIABLES[kind] - _FRAME


def _tidy(text: str) -> str:
    lines = [line.rstrip() for line in text.strip().split("\n")]
    return "\n".join(lines) + "\n"


@cache
def _texts() -> Environment:
    environment = _environment(autoescape=False)
    environment.filters["iso"] = lambda value: isolate(str(value))
    return environment


@cache
def _pages(base: Direction) -> Environment:
    environment = _environment(autoescape=True)
    environment.filters["iso"] = _isolated
    environment.filters["paragraphs"] = partial(_paragraphs, base)
    return environment


def _environment(*, autoescape: bool) -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=autoescape,  # noqa: S701 - off for plain text only, where entities would show
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


def _isolated(value: object) -> Markup:
    """A value fenced off from its sentence; figures and codes run left to right everywhere."""
    text = str(value)
    return Markup('<span dir="{}">{}</span>').format(first_strong(text) or "ltr", text)


_STYLE: Final = "margin:{space} 0 0;text-align:{side};direction:{way}"


def _paragraphs(base: Direction, text: str) -> Markup:
    """What a person wrote: escaped, each paragraph with the direction of its own first letter."""
    parts = []
    for number, (way, lines, begins) in enumerate(paragraphs(text, base)):
        inner = Markup("<br>\n").join(escape(line) for line in lines)
        space = "10px" if begins and number else "0"
        style = _STYLE.format(space=space, side="right" if way == "rtl" else "left", way=way)
        parts.append(Markup('<p dir="{}" style="{}">{}</p>').format(way, style, inner))
    return Markup("\n").join(parts)


@lru_cache(maxsize=256)
def _place(timezone: str, locale: Locale) -> str:
    return get_timezone_location(timezone, locale=locale.value, return_city=True)
