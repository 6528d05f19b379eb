"""The rating page on a narrow screen, as a real browser lays it out."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from services.tickets.domain.feedback import Standing
from services.tickets.routes import pages
from services.tickets.usecases.rating import Ballot
from shared.vocabulary import Locale
from tests.browser import CHROMIUM, page

WIDTH = 400
GAPS = """
[...document.querySelectorAll("fieldset label")].map(label => {
  const boxes = [...label.querySelectorAll("span")].map(one => one.getBoundingClientRect());
  const [first, second] = boxes.sort((a, b) => a.left - b.left);
  return Math.abs(first.top - second.top) > 2 ? 99 : second.left - first.right;
})
"""
"""Pixels between the two languages of each choice; 99 where they stand on two lines."""


def written(folder: Path, locale: Locale) -> str:
    soon = datetime(2026, 11, 30, tzinfo=UTC)
    paper = Ballot(uuid4(), "SND-7", locale, "Asia/Riyadh", 2, Standing.OPEN, soon)
    path = folder / f"{locale}.html"
    path.write_bytes(bytes(pages.vote("token", paper).body))
    return path.as_uri()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
async def test_the_two_languages_of_a_choice_never_touch_on_a_telephone(tmp_path: Path) -> None:
    size = {"width": WIDTH, "height": 900, "deviceScaleFactor": 1, "mobile": True}
    async with page() as tab:
        await tab.call("Emulation.setDeviceMetricsOverride", **size)
        for locale in Locale:
            await tab.open(written(tmp_path, locale))
            gaps = await tab.run(GAPS)
            assert len(gaps) == 5
            assert min(gaps) >= 6, gaps
            assert await tab.run("document.documentElement.scrollWidth") <= WIDTH
