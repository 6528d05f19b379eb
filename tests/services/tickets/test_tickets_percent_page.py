"""Where a browser puts the sign of per cent of an Arabic picture."""

from pathlib import Path

import pytest

from services.tickets.domain.reportchart import _FIGURE
from services.tickets.domain.reportsaid import told
from shared.reporting.numerals import Numerals
from shared.vocabulary import Locale
from tests.browser import CHROMIUM, page

SIDES = """
(() => {
  const text = document.querySelector("text");
  const at = text.textContent.indexOf("٪");
  return [text.getExtentOfChar(at).x, text.getExtentOfChar(at - 1).x];
})()
"""


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
async def test_an_arab_reader_finds_per_cent_at_the_left(tmp_path: Path) -> None:
    figure = _FIGURE.format(Numerals.ARABIC.of(told(0.5, "rate", Locale.AR)))
    path = tmp_path / "one.html"
    drawn = (
        f'<svg width="200" height="50"><text x="100" y="20" direction="rtl">{figure}</text></svg>'
    )
    path.write_text(f'<!doctype html><meta charset="utf-8">{drawn}', encoding="utf-8")
    async with page() as tab:
        await tab.open(path.as_uri())
        sign, digit = await tab.run(SIDES)
    assert sign < digit
