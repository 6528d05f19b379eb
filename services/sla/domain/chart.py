"""Attainment by month as a picture; in Arabic time runs from right to left."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from services.sla.domain.attainment import Figures, Month
from services.sla.domain.wording import METRICS
from shared.reporting.canvas import (
    FIRST,
    HEAD,
    INSIDE,
    LINE,
    NOTE,
    QUIET,
    SECOND,
    SOFT,
    STRONG,
    Canvas,
)
from shared.reporting.numerals import Numerals
from shared.vocabulary import MONTHS, Locale, Localized, Metric

WIDTH: Final = 720
HEIGHT: Final = 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 24, 112, 290
_EDGE: Final = 28
_GRID: Final = (0, 25, 50, 75, 100)
_WIDEST: Final = 34.0
_ROOM_FOR_TEXT: Final = 40.0
_ROOM_INSIDE: Final = 22.0

_TITLE: Final = Localized(ar="الالتزام بالوعود شهريًا", en="Promises kept, by month")
_OF: Final = Localized(
    ar="{metric}: الالتزام بالوعود شهريًا", en="{metric}: promises kept, by month"
)
_RAW_NAME: Final = Localized(ar="نسبة الالتزام", en="Attainment")
_EXCUSED_NAME: Final = Localized(ar="بعد قبول الأعذار", en="With excused breaches")
_SUMMARY: Final = Localized(
    ar="{span}: نسبة الالتزام {share}، وعدد الوعود المحسومة {judged}",
    en="{span}: {share} kept, promises decided: {judged}",
)
_EMPTY: Final = Localized(
    ar="لا وعود محسومة في هذه المدة.", en="No promise was decided in this span."
)
_POINT: Final = Localized(
    ar="{month}: {raw}، وبعد قبول الأعذار {excused} (عدد الوعود {judged})",
    en="{month}: {raw}, with excuses {excused} ({judged} promises)",
)


@dataclass(frozen=True, slots=True)
class Point:
    """One month: promises decided, and how many of them were kept."""

    month: Month
    met: int
    excused: int
    judged: int

    @property
    def raw(self) -> float:
        return self.met / self.judged

    @property
    def lenient(self) -> float:
        return (self.met + self.excused) / self.judged


def points(months: Sequence[Month], items: Sequence[Figures]) -> list[Point]:
    """All months in order, those without a promise too; metrics are added up."""
    sums = {month.name: [0, 0, 0] for month in months}
    for item in items:
        met, excused = item["met"], item["excused"]
        for index, count in enumerate((met, excused, met + item["breached"])):
            sums[item["group"]][index] += count
    return [Point(month, *sums[month.name]) for month in months]


def chart(found: Sequence[Point], metric: Metric | None, locale: Locale, digits: Numerals) -> str:
    """The whole picture as a document of its own."""
    return "\n".join(_Picture(found, metric, locale, digits).lines()) + "\n"


def percent(value: float) -> str:
    """Never rounded up to all: 99.96 % is not 100 %."""
    tenths = int(value * 1000 + 1e-9)
    return f"{tenths // 10}%" if tenths % 10 == 0 else f"{tenths / 10:.1f}%"


@dataclass(frozen=True)
class _Picture:
    """Months side by side; time runs with the reader."""

    found: Sequence[Point]
    metric: Metric | None
    locale: Locale
    digits: Numerals

    @property
    def rtl(self) -> bool:
        return self.canvas.rtl

    @property
    def canvas(self) -> Canvas:
        return Canvas(self.locale, WIDTH, HEIGHT)

    @property
    def step(self) -> float:
        return (WIDTH - _LEFT - _RIGHT) / len(self.found)

    def lines(self) -> Iterator[str]:
        title = self._title()
        return self.canvas.document(title, self._description(), self._shapes(title))

    def _shapes(self, title: str) -> Iterator[str]:
        yield self.canvas.text(_EDGE, 38, title, look=HEAD)
        if any(point.judged for point in self.found):
            yield self.canvas.text(_EDGE, 62, self._summary(), look=NOTE)
            yield from self._legend()
            yield from self._grid()
            for index, point in enumerate(self.found):
                yield from self._month(index, point)
        else:
            empty = _EMPTY[self.locale.value]
            yield self.canvas.text(WIDTH / 2, HEIGHT / 2, empty, "middle", NOTE)

    def _legend(self) -> Iterator[str]:
        yield self.canvas.rect(_EDGE, 80, (14, 10), FIRST)
        yield self.canvas.text(_EDGE + 20, 89, _RAW_NAME[self.locale.value], look=QUIET)
        second = _EDGE + (108 if self.rtl else 100)
        yield self.canvas.rect(second, 83.5, (14, 3), SECOND)
        yield self.canvas.text(second + 20, 89, _EXCUSED_NAME[self.locale.value], look=QUIET)

    def _grid(self) -> Iterator[str]:
        for value in _GRID:
            y = _height(value / 100)
            yield self.canvas.rule(_LEFT, WIDTH - _RIGHT, y, LINE if value else SOFT)
            yield self.canvas.text(_LEFT - 8, y + 4, self.digits.of(f"{value}%"), "end", QUIET)

    def _month(self, index: int, point: Point) -> Iterator[str]:
        middle = _LEFT + (index + 0.5) * self.step
        yield from self._labels(index, middle)
        if not point.judged:
            yield self.canvas.text(middle, _BOTTOM - 6, "–", "middle", QUIET)
            return
        width = min(_WIDEST, self.step * 0.62)
        top, mark = _height(point.raw), _height(point.lenient)
        yield f"<g><title>{escape(self._said(point))}</title>"
        yield self.canvas.rect(middle - width / 2, top, (width, _BOTTOM - top), FIRST)
        if point.excused:
            yield self.canvas.rect(middle - width / 2 - 3, mark - 1.5, (width + 6, 3), SECOND)
        yield "</g>"
        if self.step >= _ROOM_FOR_TEXT:
            yield self._figure(
                middle, self.digits.of(percent(point.raw).removesuffix("%")), top, mark
            )

    def _figure(self, middle: float, text: str, top: float, mark: float) -> str:
        """In the bar; a low bar has it above, clear of the mark of excuses."""
        if _BOTTOM - top > _ROOM_INSIDE:
            return self.canvas.text(middle, top + 15, text, "middle", INSIDE)
        above = top if top - mark > _ROOM_INSIDE else mark
        return self.canvas.text(middle, above - 7, text, "middle", STRONG)

    def _labels(self, index: int, middle: float) -> Iterator[str]:
        """As many months as have room; the year where it begins."""
        month = self.found[index].month
        every = max(1, round(44 / self.step))
        if index % every == 0:
            name = MONTHS[month.number - 1][self.locale.value]
            short = name if self.rtl else name[:3]
            yield self.canvas.text(middle, _BOTTOM + 20, short, "middle")
        if month.number == 1 or (index == 0 and self._room_for_first_year()):
            yield self.canvas.text(
                middle, _BOTTOM + 40, self.digits.of(str(month.year)), "middle", QUIET
            )

    def _room_for_first_year(self) -> bool:
        until_next = 13 - self.found[0].month.number
        return until_next * self.step >= _ROOM_FOR_TEXT or until_next >= len(self.found)

    def _title(self) -> str:
        if self.metric is None:
            return _TITLE[self.locale.value]
        named = METRICS[self.metric][self.locale.value]
        return _OF[self.locale.value].format(metric=named)

    def _summary(self) -> str:
        met, judged = (sum(getattr(p, name) for p in self.found) for name in ("met", "judged"))
        ends = dict.fromkeys(self._named(p.month) for p in (self.found[0], self.found[-1]))
        return _SUMMARY[self.locale.value].format(
            span=" – ".join(ends),
            share=self.digits.of(percent(met / judged)),
            judged=self.digits.of(f"{judged:,}"),
        )

    def _description(self) -> str:
        said = [self._said(point) for point in self.found if point.judged]
        return ("؛ " if self.rtl else "; ").join(said) or _EMPTY[self.locale.value]

    def _said(self, point: Point) -> str:
        return _POINT[self.locale.value].format(
            month=self._named(point.month),
            raw=self.digits.of(percent(point.raw)),
            excused=self.digits.of(percent(point.lenient)),
            judged=self.digits.of(f"{point.judged:,}"),
        )

    def _named(self, month: Month) -> str:
        return self.digits.of(f"{MONTHS[month.number - 1][self.locale.value]} {month.year}")


def _height(value: float) -> float:
    return _BOTTOM - value * (_BOTTOM - _TOP)
