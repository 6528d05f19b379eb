"""No cell of any report is taken for a formula, whatever people call things."""

import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from services.tickets.domain.reporting import Grouping, Measure, Question, names_of
from services.tickets.domain.reportsheet import sheet
from shared.reporting.sheet import safe
from shared.vocabulary import Locale
from tests.engines import ROOT

BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize("locale", Locale)
@pytest.mark.parametrize("by", Grouping)
@pytest.mark.parametrize("beginning", BEGINNINGS, ids=ascii)
def test_every_text_column_is_text(beginning: str, by: Grouping, locale: Locale) -> None:
    evil = f"{beginning}1+1"
    measures = tuple(Measure)
    question = Question(START, END, END, ZoneInfo("UTC"), measures, (by,))
    totals = {one.value: dict.fromkeys(names_of(one), -1) for one in measures}
    item = {"groups": {by.value: evil}, "names": {by.value: evil}, **totals}
    text = sheet(question, [item], totals, locale)
    rows = [*csv.reader(io.StringIO(text, newline=""))]
    assert len({len(row) for row in rows}) == 1
    cells = [cell for row in rows for cell in row]
    assert f"'{evil}" in cells
    for cell in cells:
        assert cell == "-1" or not cell.startswith(BEGINNINGS), cell


def test_the_table_of_this_test_is_that_of_the_sheet() -> None:
    for beginning in BEGINNINGS:
        assert safe(beginning + "x") == "'" + beginning + "x"


def test_every_spreadsheet_of_the_house_is_made_by_the_same_table() -> None:
    """A door that writes CSV of its own would write formulas of others."""
    makers = [
        path
        for folder in ("services", "shared")
        for path in Path(ROOT / folder).rglob("*.py")
        if re.search(r"^import csv|csv\.writer", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert [path.relative_to(ROOT).as_posix() for path in makers] == ["shared/reporting/sheet.py"]
    doors = [
        path
        for path in Path(ROOT / "services").rglob("*.py")
        if 'media_type="text/csv' in path.read_text(encoding="utf-8")
    ]
    assert len(doors) == 2
    for path in doors:
        assert "sheet(" in path.read_text(encoding="utf-8")
