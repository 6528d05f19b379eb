"""Questions, sheets and pictures of the report, in both languages and both directions."""

import csv
import io
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest

from services.sla.domain.attainment import (
    Figures,
    Grouping,
    GroupingRefused,
    Question,
    figures,
    groupings,
    months,
)
from services.sla.domain.chart import Point, chart, percent, points
from services.sla.domain.sheet import sheet
from shared.reporting.numerals import Numerals
from shared.reporting.sheet import safe
from shared.reporting.spans import month_before
from shared.vocabulary import Locale, Metric

RIYADH = ZoneInfo("Asia/Riyadh")
YEAR = months(
    datetime(2025, 12, 31, 21, tzinfo=UTC), datetime(2026, 12, 31, 21, tzinfo=UTC), RIYADH
)
SVG = "{http://www.w3.org/2000/svg}"


def row(**changes: Any) -> dict[str, Any]:
    counts = {"promises": 10, "met": 6, "breached": 3, "excused": 1, "voided": 1}
    times = {"counted": 300, "paused": 100, "reopened": 2, "resolved": 8}
    spans = {"spans": [10, 90, 95], "lasts": [1, 2, 3]}
    keys = {"total": False, "g1": "P1", "g2": None, "metric": "resolution"}
    return {**counts, **times, **spans, **keys, **changes}


def question(*by: Grouping, **changes: Any) -> Question:
    return Question(YEAR[0].begins, YEAR[-1].begins, by, YEAR, **changes)


def test_shares_come_out_of_counts() -> None:
    found = figures(row(), question(Grouping.PRIORITY))
    assert (found["group"], found["groups"]) == ("P1", {"priority": "P1"})
    assert (found["attainment"], found["attainment_excused"]) == (0.6667, 0.7778)
    assert (found["open"], found["pause_share"], found["reopen_rate"]) == (1, 0.25, 0.25)
    assert found["percentiles"] == {"p50": 10, "p90": 90, "p95": 95}
    assert found["last_response"] is None


def test_nothing_decided_is_no_share_and_no_percentile() -> None:
    nothing = dict.fromkeys(("met", "breached", "excused", "counted", "paused", "resolved"), 0)
    found = figures(row(**nothing, spans=None), question(Grouping.PRIORITY))
    shares = ("attainment", "attainment_excused", "pause_share", "reopen_rate", "percentiles")
    assert [found[name] for name in shares] == [None] * 5


def test_two_groupings_are_both_named() -> None:
    both = question(Grouping.MONTH, Grouping.AGENT)
    found = figures(row(g1=2, g2=None), both)
    assert found["groups"] == {"month": "2026-02", "agent": None}
    assert figures(row(total=True, g1=None), both)["groups"] == {}


@pytest.mark.parametrize("text", ["", "ticket", "priority,", "priority,month,agent", "PRIORITY"])
def test_a_grouping_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(GroupingRefused):
        groupings(text)


def test_a_grouping_said_twice_is_one() -> None:
    assert groupings("month, month,agent") == (Grouping.MONTH, Grouping.AGENT)


def test_months_begin_where_the_desk_is() -> None:
    assert YEAR[0].name == "2026-01"
    assert YEAR[0].begins == datetime(2025, 12, 31, 21, tzinfo=UTC)
    assert len(YEAR) == 12
    moment = datetime(2026, 3, 31, 21, tzinfo=UTC)
    assert [one.name for one in months(moment, moment, RIYADH)] == ["2026-04"]
    assert month_before(moment, 4, RIYADH) == datetime(2025, 11, 30, 21, tzinfo=UTC)


def lines(*items: Figures, locale: Locale, by: tuple[Grouping, ...]) -> list[list[str]]:
    text = sheet(by, items, [figures(row(total=True), question(*by))], locale)
    assert text.count("\r\n") == len(items) + 2
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("locale", Locale)
def test_a_sheet_has_a_heading_and_a_total_in_the_readers_language(locale: Locale) -> None:
    by = Grouping.PRIORITY, Grouping.ORGANIZATION
    heading, line, total = lines(figures(row(), question(*by)), locale=locale, by=by)
    assert len(heading) == len(line) == len(total)
    arabic = locale is Locale.AR
    assert heading[:4] == (
        ["الأولوية", "المؤسسة", "المقياس", "الوعود"]
        if arabic
        else ["group", "subgroup", "metric", "tickets"]
    )
    assert line[:4] == ["P1", "", "الحل" if arabic else "resolution", "10"]
    assert total[0] == ("الإجمالي" if arabic else "total")


@pytest.mark.parametrize("by", Grouping)
@pytest.mark.parametrize("locale", Locale)
def test_no_column_of_any_grouping_is_a_formula(by: Grouping, locale: Locale) -> None:
    for beginning in ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"):
        item = {
            **figures(row(), question(Grouping.PRIORITY)),
            "groups": {by.value: f"{beginning}1"},
        }
        text = sheet((by,), [item], [], locale)
        line = [*csv.reader(io.StringIO(text, newline=""))][1]
        assert line[0] == f"'{beginning}1"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum(a1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    item = figures(row(g1=text), question(Grouping.PRIORITY))
    _, line, _ = lines(item, locale=Locale.EN, by=(Grouping.PRIORITY,))
    assert line[0] == "'" + text
    assert safe("P1") == "P1"


def test_quotes_and_commas_stay_in_their_cell() -> None:
    item = figures(row(g1='a,"b"\nc'), question(Grouping.PRIORITY))
    text = sheet((Grouping.PRIORITY,), [item], [], Locale.EN)
    assert '"a,""b""\nc",resolution' in text


def drawn(
    found: list[Point],
    locale: Locale,
    metric: Metric | None = None,
    digits: Numerals = Numerals.LATIN,
) -> ET.Element:
    text = chart(found, metric, locale, digits)
    for foreign in ("<script", "href", "url(", "@import", "currentColor"):
        assert foreign not in text
    return ET.fromstring(text)  # noqa: S314 - our own text


def year() -> list[Point]:
    return [Point(month, 80 + n, n, 100) for n, month in enumerate(YEAR)]


def texts(picture: ET.Element) -> dict[str, float]:
    return {one.text or "": float(one.attrib["x"]) for one in picture.iter(f"{SVG}text")}


def test_the_headline_says_the_share_and_then_how_many() -> None:
    month = [Point(YEAR[0], 0, 0, 3)]
    arabic, english = texts(drawn(month, Locale.AR)), texts(drawn(month, Locale.EN))
    assert any(one.endswith("، وعدد الوعود المحسومة 3") for one in arabic)
    assert any(one.endswith(": 0% kept, promises decided: 3") for one in english)


def test_time_runs_with_the_reader() -> None:
    english, arabic = texts(drawn(year(), Locale.EN)), texts(drawn(year(), Locale.AR))
    assert english["Jan"] < english["Jun"] < english["Dec"]
    assert arabic["يناير"] > arabic["يونيو"] > arabic["ديسمبر"]
    assert english["0%"] < english["Jan"]
    assert arabic["0%"] > arabic["يناير"]


@pytest.mark.parametrize("locale", Locale)
@pytest.mark.parametrize("metric", [None, *Metric])
def test_a_picture_says_its_figures_to_who_cannot_see_it(
    locale: Locale, metric: Metric | None
) -> None:
    picture = drawn(year(), locale, metric)
    assert picture.attrib["role"] == "img"
    assert picture.attrib["direction"] == ("rtl" if locale is Locale.AR else "ltr")
    assert picture.findtext(f"{SVG}title")
    said = picture.findtext(f"{SVG}desc") or ""
    assert said.count("%") == 24
    assert "85%" in said


def test_an_arabic_picture_has_no_digit_but_the_readers() -> None:
    found = [Point(month, 1800 + n, n, 2000) for n, month in enumerate(YEAR)]
    picture = drawn(found, Locale.AR, digits=Numerals.ARABIC)
    words = " ".join(picture.itertext())
    assert not any(one.isascii() and one.isdigit() for one in words)
    assert "%" not in words
    for figure in ("٩٠٪", "٩٠٫٥٪", "٢٠٢٦", "٢٬٠٠٠", "٢٤٬٠٠٠", "١٠٠٪"):
        assert figure in words, figure


@pytest.mark.parametrize("locale", Locale)
@pytest.mark.parametrize("count", [1, 2, 12, 24, 61])
def test_every_bar_and_word_lies_within_the_picture(locale: Locale, count: int) -> None:
    end = datetime(2026, 12, 15, tzinfo=UTC)
    cuts = months(month_before(end, count - 1, RIYADH), end, RIYADH)
    assert len(cuts) == count
    picture = drawn([Point(cut, 9, 1, 10) for cut in cuts], locale)
    for one in picture.iter(f"{SVG}rect"):
        assert 0 <= float(one.attrib["x"]) <= 720 - float(one.attrib["width"])
        assert 0 <= float(one.attrib["y"]) <= 360 - float(one.attrib["height"])
    assert all(20 <= x <= 700 for x in texts(picture).values())


@pytest.mark.parametrize("locale", Locale)
def test_a_span_without_promises_says_so(locale: Locale) -> None:
    picture = drawn(points(YEAR, []), locale)
    assert len(texts(picture)) == 2
    assert not list(picture.iter(f"{SVG}line"))


def test_months_add_their_metrics_up() -> None:
    by = question(Grouping.MONTH)
    items = [figures(row(g1=3, metric=metric.value), by) for metric in Metric]
    found = points(YEAR, items)
    assert [(p.met, p.excused, p.judged) for p in found if p.judged] == [(18, 3, 27)]
    assert found[2].month.name == "2026-03"


@pytest.mark.parametrize(
    ("value", "text"), [(1, "100%"), (0.9999, "99.9%"), (0.5, "50%"), (2 / 3, "66.6%"), (0, "0%")]
)
def test_a_share_is_never_rounded_up(value: float, text: str) -> None:
    assert percent(value) == text
