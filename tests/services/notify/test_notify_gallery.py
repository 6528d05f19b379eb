"""The gallery in `docs/mails` shows what is sent, in both languages and either kind of digits."""

import re
from itertools import product

import pytest

from deploy.gallery import TARGET, index, pages, render
from services.notify.domain.words import Digits, Kind
from shared.vocabulary import Locale

KINDS = list(product(Kind, Locale))


def test_pages_and_index_are_those_of_the_templates() -> None:
    for name, page in pages().items():
        assert (TARGET / name).read_text("utf-8") == page, f"{name} is old: run `make gallery`"
    assert (TARGET / "README.md").read_text("utf-8") == index()
    assert {path.name for path in TARGET.glob("*.html")} == pages().keys()


def test_each_mail_has_a_small_picture_and_the_index_shows_it() -> None:
    shown = set(re.findall(r"\]\((\S+\.png)\)\]", index()))
    assert shown == {path.name for path in TARGET.glob("*.png")}
    assert len(shown) == len(KINDS)
    for name in shown:
        assert 1_000 < (TARGET / name).stat().st_size <= 60_000, name


@pytest.mark.parametrize(("kind", "locale"), KINDS)
def test_every_example_is_whole(kind: Kind, locale: Locale) -> None:
    shown = render(kind, locale)
    assert shown["missing_variables"] == []
    assert shown["subject"]
    for text in (shown["text"], shown["html"]):
        assert not re.search(r"{{|{%|\[\[|\[%|None|Undefined", text)


def test_readers_of_arabic_digits_find_them_and_codes_stay_as_they_are() -> None:
    text = render(Kind.RESOLUTION, Locale.AR, Digits.ARABIC)["text"]
    assert "٢٤ ساعةً" in text
    assert "١٧:٠٠" in text
    assert "SND-1042" in text
