"""A measure as a picture: along time side by side, along other groups one below the other."""

import textwrap
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from typing_extensions import override

from services.tickets.domain.reporting import TIMES, Grouping, Measure, Question
from services.tickets.domain.reportsaid import told
from services.tickets.domain.reportscale import Scale, scale
from services.tickets.domain.reportwords import (
    FIGURES,
    GROUPINGS,
    MEASURES,
    TOTAL,
    day_of,
    none_of,
    word_of,
)
from shared.reporting.canvas import (
    FIRST,
    HEAD,
    INSIDE,
    LINE,
    NOTE,
    PLAIN,
    QUIET,
    SECOND,
    SOFT,
    STRONG,
    Canvas,
)
from shared.reporting.numerals import Numerals
from shared.vocabulary import Locale, Localized

Item = Mapping[str, Any]
WIDTH: Final = 720
_HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM, _EDGE = 360, 64, 24, 112, 300, 28
_ROW, _LINE, _MOST = 26, 14, 20
_LETTER: Final = 6.3
"""How wide a letter is at most on average, in either script."""
_NARROWEST, _BROADEST, _LINES = 90, 270, 3
_WIDEST: Final = 34.0

_SHOWN: Final[Mapping[Measure, tuple[str, str | None]]] = {
    Measure.VOLUME: ("opened", "resolved"),
    Measure.BACKLOG: ("tickets", "over_30d"),
    Measure.FIRST_RESPONSE: ("median_seconds", "p90_seconds"),
    Measure.RESOLUTION: ("median_seconds", "p90_seconds"),
    Measure.REOPENING: ("rate", None),
    Measure.FEEDBACK: ("average", None),
    Measure.MESSAGES: ("average", None),
}
"""What the bars show, and the marks across them."""
_BY: Final = Localized(ar="{measure} حسب {group}", en="{measure} by {group}")
_EMPTY: Final = Localized(ar="لا بيانات في هذه المدة.", en="Nothing to show in this span.")
_MORE: Final = Localized(ar="ومجموعات أخرى: {count}", en="and more groups: {count}")
_NOTHING: Final = "–"
_FENCE: Final = "\u2068{}\u2069"
"""Numbers keep their own direction inside Arabic words."""
_FIGURE: Final = "\u2067{}\u2069"
"""Of an Arab reader: the sign of per cent stands at the left of Arabic digits."""


@dataclass(frozen=True, slots=True)
class Point:
    """One group: its name in full and short, the bar and the mark."""

    name: str
    value: float | None
    """None: nothing to count from, which is no zero."""
    mark: float | None


def chart(
    question: Question, items: Sequence[Item], totals: Item, locale: Locale, digits: Numerals
) -> str:
    """The whole picture as a document of its own."""
    measure, by = question.measures[0], next(iter(question.by), None)
    found = [*_points(question, items, totals, (locale, digits))]
    kind = _Columns if by in TIMES else _Bars
    return "\n".join(kind(found, measure, by, locale, digits).lines()) + "\n"


def _points(
    question: Question, items: Sequence[Item], totals: Item, reader: tuple[Locale, Numerals]
) -> Iterator[Point]:
    locale, digits = reader
    measure, by = question.measures[0], next(iter(question.by), None)
    if by is None:
        yield _point(TOTAL[locale.value], totals[measure.value], measure)
        return
    if by not in TIMES:
        for item in items:
            yield _point(_named(by, item, locale), item[measure.value], measure)
        return
    known = {item["groups"][by.value]: item[measure.value] for item in items}
    for cut in question.cuts():
        yield _point(digits.of(day_of(cut, locale)), known.get(cut.name) or {}, measure)


def _point(name: str, figures: Item, measure: Measure) -> Point:
    shown, mark = _SHOWN[measure]
    return Point(name, figures.get(shown), figures.get(mark) if mark else None)


def _named(by: Grouping, item: Item, locale: Locale) -> str:
    value = item["groups"][by.value]
    if value is None:
        return none_of(by, locale)
    return item["names"].get(by.value) or word_of(by, value, locale) or value


@dataclass(frozen=True)
class _Picture(ABC):
    """What both kinds have: a title, a legend, a scale."""

    found: Sequence[Point]
    measure: Measure
    by: Grouping | None
    locale: Locale
    digits: Numerals

    @property
    def height(self) -> int:
        return _HEIGHT

    @property
    def canvas(self) -> Canvas:
        return Canvas(self.locale, WIDTH, self.height)

    @property
    def scale(self) -> Scale:
        largest = max((max(p.value or 0, p.mark or 0) for p in self.found), default=0)
        return scale(self.measure, largest)

    def lines(self) -> Iterator[str]:
        return self.canvas.document(self._title(), self._description(), self._shapes())

    def _shapes(self) -> Iterator[str]:
        yield self.canvas.text(_EDGE, 38, self._title(), look=HEAD)
        if not any(point.value or point.mark for point in self.found):
            empty = _EMPTY[self.locale.value]
            yield self.canvas.text(WIDTH / 2, self.height / 2, empty, "middle", NOTE)
            return
        yield from self._legend()
        yield from self._drawn()

    @abstractmethod
    def _drawn(self) -> Iterator[str]:
        """The bars and what belongs to them."""

    def _legend(self) -> Iterator[str]:
        first, second = _SHOWN[self.measure]
        yield self.canvas.rect(_EDGE, 62, (14, 10), FIRST)
        yield self.canvas.text(_EDGE + 20, 71, self._word(first), look=QUIET)
        if second is not None:
            yield self.canvas.rect(_EDGE + 190, 65.5, (14, 3), SECOND)
            yield self.canvas.text(_EDGE + 210, 71, self._word(second), look=QUIET)

    def _word(self, name: str) -> str:
        text = FIGURES[name][self.locale.value].partition(" (")[0]
        text = text.removesuffix("_seconds").replace("_", " ")
        return self.digits.of(text) if self.locale is Locale.AR else text.capitalize()

    def _title(self) -> str:
        measure = MEASURES[self.measure][self.locale.value]
        if self.by is None:
            return measure
        group = GROUPINGS[self.by][self.locale.value]
        return _BY[self.locale.value].format(measure=measure, group=group)

    def _description(self) -> str:
        said = [self._said(point) for point in self.found if point.value or point.mark]
        comma = "؛ " if self.locale is Locale.AR else "; "
        return comma.join(said[:100]) or _EMPTY[self.locale.value]

    def _said(self, point: Point) -> str:
        mark = f" ({self._figure(point.mark)})" if point.mark is not None else ""
        return f"{_FENCE.format(point.name)}: {self._figure(point.value)}{mark}"

    def _figure(self, value: float | None) -> str:
        if value is None:
            return _NOTHING
        text = self.digits.of(told(value, _SHOWN[self.measure][0], self.locale))
        return (_FIGURE if self.locale is Locale.AR else _FENCE).format(text)


class _Columns(_Picture):
    """Time runs with the reader, from right to left in Arabic."""

    @property
    def step(self) -> float:
        return (WIDTH - _LEFT - _RIGHT) / len(self.found)

    @property
    def every(self) -> int:
        """Which names are said, so that none runs into the next one."""
        widest = max(len(one.name) for one in self.found) * _LETTER + 8
        return max(1, -(-int(widest) // int(max(self.step, 1))))

    @override
    def _drawn(self) -> Iterator[str]:
        for tick in self.scale.ticks():
            y = self._y(tick)
            yield self.canvas.rule(_LEFT, WIDTH - _RIGHT, y, LINE if tick else SOFT)
            yield self.canvas.text(_LEFT - 8, y + 4, self._figure(tick), "end", QUIET)
        for index, point in enumerate(self.found):
            yield from self._column(index, point)

    def _column(self, index: int, point: Point) -> Iterator[str]:
        middle, width = _LEFT + (index + 0.5) * self.step, min(_WIDEST, self.step * 0.7)
        top = self._y(point.value or 0)
        if point.value is None:
            yield self.canvas.text(middle, _BOTTOM - 6, _NOTHING, "middle", QUIET)
        yield self.canvas.rect(middle - width / 2, top, (width, _BOTTOM - top), FIRST)
        if point.mark:
            mark = self._y(point.mark) - 1.5
            yield self.canvas.rect(middle - width / 2 - 2, mark, (width + 4, 3), SECOND)
        if index % self.every == 0:
            yield self.canvas.text(middle, _BOTTOM + 20, point.name, "middle", PLAIN)

    def _y(self, value: float) -> float:
        return _BOTTOM - value / self.scale.top * (_BOTTOM - _TOP)


class _Bars(_Picture):
    """Names at the reader's side, the largest groups first."""

    @property
    def shown(self) -> list[Point]:
        return sorted(self.found, key=lambda one: -(-1 if one.value is None else one.value))[:_MOST]

    @property
    def names(self) -> float:
        """Where names end and bars begin: as wide as the longest name, within reason."""
        longest = max((len(one.name) for one in self.shown), default=0)
        return _EDGE + 10 + min(max(longest * _LETTER, _NARROWEST), _BROADEST)

    @property
    @override
    def height(self) -> int:
        return max(200, 112 + sum(map(self._tall, self.shown)) + 30)

    @override
    def _drawn(self) -> Iterator[str]:
        y = 100
        for point in self.shown:
            yield from self._bar(y, point)
            y += self._tall(point)
        rest = len(self.found) - len(self.shown)
        if rest:
            text = _MORE[self.locale.value].format(count=_FENCE.format(self.digits.of(str(rest))))
            yield self.canvas.text(_EDGE, self.height - 16, text, look=QUIET)

    def _lines(self, point: Point) -> list[str]:
        return wrapped(point.name, int(_BROADEST / _LETTER), _LINES)

    def _tall(self, point: Point) -> int:
        return _ROW + _LINE * (len(self._lines(point)) - 1)

    def _bar(self, y: float, point: Point) -> Iterator[str]:
        begin = self.names
        room = WIDTH - begin - _RIGHT - 60
        width = (point.value or 0) / self.scale.top * room
        for index, line in enumerate(self._lines(point)):
            at = y + 14 + index * _LINE
            yield self.canvas.text(begin - 10, at, _FENCE.format(line), "end", PLAIN)
        y += (self._tall(point) - _ROW) / 2
        yield self.canvas.rect(begin, y + 2, (width, _ROW - 10), FIRST)
        if point.mark:
            mark = begin + point.mark / self.scale.top * room
            yield self.canvas.rect(mark - 1.5, y, (3, _ROW - 6), SECOND)
        inside = width > 60
        at = begin + width + (-6 if inside else 6)
        anchor, look = ("end", INSIDE) if inside else ("start", STRONG)
        yield self.canvas.text(at, y + 14, self._figure(point.value), anchor, look)


def wrapped(name: str, width: int, most: int) -> list[str]:
    """A name in lines of so many letters, between words where there are any."""
    lines = textwrap.wrap(name, width) or [""]
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], lines[most - 1][: width - 1] + "…"]
