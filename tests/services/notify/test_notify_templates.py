"""Every text exists in both languages, says what it must, and misses no variable."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError

from deploy.mails import compiled
from services.notify.domain import labels
from services.notify.domain.direction import first_strong, paragraphs
from services.notify.domain.plurals import COUNTED
from services.notify.domain.words import TO_CUSTOMERS, Digits, Kind
from services.notify.settings import NotifySettings
from services.notify.usecases import reading
from services.notify.usecases.rendering import (
    FOLDER,
    VARIABLES,
    Reader,
    render,
    unknown_variables,
)
from shared.vocabulary import REPLY_MARKER, Locale, Metric, Priority, Role

ARABIC = re.compile(r"[\u0600-\u06ff]")
KINDS = list(product(Kind, Locale))


def reader(locale: Locale, digits: Digits = Digits.LATIN) -> Reader:
    return Reader(locale, "Asia/Riyadh", digits)


def example(kind: Kind) -> dict[str, Any]:
    values: dict[str, Any] = {name: f"<{name}>" for name in VARIABLES[kind]}
    values |= {"number": "SND-1042", "link": "https://desk.example/tickets/SND-1042"}
    if "counted" in values:
        values["counted"] = {"summary": "<summary>", "days": ["<day>"], "earlier": "<earlier>"}
    if "files" in values:
        file = {"name": "<name>", "size": "1 B", "url": "https://desk.example/x", "checked": False}
        values["files"] = {"summary": "<summary>", "until": "<until>", "each": [file]}
    if "scores" in values:
        values["scores"] = [
            {"value": str(n), "label": f"label{n}", "url": f"https://desk.example/f/{n}"}
            for n in range(1, 6)
        ]
    return values


def files() -> set[str]:
    paths = (path for locale in Locale for path in (FOLDER / locale.value).iterdir())
    return {str(path.relative_to(FOLDER)) for path in paths}


def test_every_kind_has_both_forms_in_both_languages_and_nothing_else_lies_there() -> None:
    wanted = {
        f"{locale.value}/{kind.value}.{form}"
        for kind, locale, form in product(Kind, Locale, ("txt", "html"))
    }
    assert files() == wanted


def test_the_pages_are_what_their_sources_say() -> None:
    for path, page in compiled():
        assert path.read_text("utf-8") == page, f"{path.name} is not compiled: run `make mails`"
    assert len(list(compiled())) == len(KINDS)


@pytest.mark.parametrize(("kind", "locale"), KINDS)
def test_no_template_wants_a_variable_that_nobody_gives(kind: Kind, locale: Locale) -> None:
    assert unknown_variables(kind, locale) == set()


@pytest.mark.parametrize("kind", list(Kind))
def test_both_languages_say_the_same_things(kind: Kind) -> None:
    used = {
        locale: {
            name
            for name in VARIABLES[kind]
            for form in ("txt", "html")
            if re.search(rf"\b{name}\b", (FOLDER / locale / f"{kind.value}.{form}").read_text())
        }
        for locale in ("ar", "en")
    }
    assert used["ar"] == used["en"] == VARIABLES[kind]


@pytest.mark.parametrize(("kind", "locale"), KINDS)
def test_a_missing_variable_is_never_sent_as_silence(kind: Kind, locale: Locale) -> None:
    values = example(kind)
    for name in VARIABLES[kind] - {"number"}:
        with pytest.raises(UndefinedError):
            render(kind, reader(locale), {k: v for k, v in values.items() if k != name})


@pytest.mark.parametrize(("kind", "locale"), KINDS)
def test_pages_state_language_and_direction_and_escape_what_they_are_given(
    kind: Kind, locale: Locale
) -> None:
    marker = REPLY_MARKER if kind in TO_CUSTOMERS else ""
    rendered = render(kind, reader(locale), example(kind), marker, "[ref:r2]")
    direction = "rtl" if locale is Locale.AR else "ltr"
    assert f'<html lang="{locale.value}" dir="{direction}"' in rendered.html
    assert f'<body lang="{locale.value}" dir="{direction}"' in rendered.html
    assert not re.search(r"<(subject_line|body|role|due|host|cause)>", rendered.html)
    assert "\n" not in rendered.subject
    assert rendered.subject
    assert bool(ARABIC.search(rendered.subject)) is (locale is Locale.AR)
    assert "{{" not in rendered.text + rendered.html
    assert (rendered.text.splitlines()[0] == REPLY_MARKER) is (kind in TO_CUSTOMERS)
    assert rendered.text.endswith("\n[ref:r2]\n")
    assert rendered.html.count("[ref:r2]") == 1


@pytest.mark.parametrize(("kind", "locale"), KINDS)
def test_whatever_holds_text_states_its_own_direction(kind: Kind, locale: Locale) -> None:
    """Outlook guesses nothing: no `auto`, no `<bdi>`, and the side is said with the direction."""
    html = render(kind, reader(locale), example(kind), "marker").html
    way, side = ("rtl", "right") if locale is Locale.AR else ("ltr", "left")
    assert "auto" not in re.findall(r'dir="(\w+)"', html)
    assert "<bdi" not in html
    written = re.findall(r'<div ([^>]*)style="font-family[^>]*text-align:(\w+)', html)
    assert written
    assert set(written) == {(f'dir="{way}" ', side)}
    tables = re.findall(r'<table (dir="\w+" )?border="0" [^>]*style="color', html)
    assert set(tables) <= {f'dir="{way}" '}
    assert not re.search("text-align:(left;direction:rtl|right;direction:ltr)", html)


@pytest.mark.parametrize(("kind", "locale"), KINDS)
def test_lists_of_mails_show_a_preview_that_says_what_the_mail_is_about(
    kind: Kind, locale: Locale
) -> None:
    html = render(kind, reader(locale), example(kind)).html
    found = re.search(r'<body[^>]*>\s*<div style="display:none[^>]*>(.*?)</div>', html, re.DOTALL)
    assert found
    shown = re.sub(r"<[^>]+>|&#\d+;|\s", "", found[1])
    assert len(shown) > 10
    assert bool(ARABIC.search(shown)) is (locale is Locale.AR) or kind is Kind.WEBHOOK_DISABLED


@pytest.mark.parametrize("locale", list(Locale))
def test_numbers_and_dates_are_fenced_off_from_the_sentence(locale: Locale) -> None:
    rendered = render(Kind.ACKNOWLEDGEMENT, reader(locale), example(Kind.ACKNOWLEDGEMENT))
    assert "\u2068SND-1042\u2069" in rendered.text
    assert '<span dir="ltr">SND-1042</span>' in rendered.html
    assert "\u2068<resolution>\u2069" in rendered.text
    assert '<span dir="ltr">&lt;resolution&gt;</span>' in rendered.html


def test_a_value_runs_the_way_of_its_own_letters() -> None:
    values = {**example(Kind.WARNING), "due": "الأحد 1 مارس", "subject_line": "VPN 10.0.0.1"}
    html = render(Kind.WARNING, reader(Locale.EN), values).html
    assert '<span dir="rtl">الأحد 1 مارس</span>' in html
    assert '<span dir="ltr">VPN 10.0.0.1</span>' in html


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("مرحبا", "rtl"),
        ("1042 - مرحبا Hello", "rtl"),
        ("[SND-1042] مرحبا", "ltr"),
        ("\u200fHello", "rtl"),
        ("שלום", "rtl"),
        ("+966 11 555", None),
        ("", None),
        ("." * 10_000_000 + "a", None),
    ],
    ids=range(8),
)
def test_the_first_strong_letter_decides(text: str, way: str | None) -> None:
    assert first_strong(text) == way


def test_lines_that_turn_are_runs_of_their_own() -> None:
    text = "مرحبا\n1. سطر\nhttps://x.example/a\n42\n\n\n12:30\nعربي\n"
    assert list(paragraphs(text, "ltr")) == [
        ("rtl", ["مرحبا", "1. سطر"], True),
        ("ltr", ["https://x.example/a", "42"], False),
        ("rtl", ["12:30", "عربي"], True),
    ]
    assert list(paragraphs("+966 11 555", "rtl")) == [("rtl", ["+966 11 555"], True)]
    assert list(paragraphs(" \n\n ", "rtl")) == []


def test_the_acknowledgement_knows_nothing_that_the_sender_wrote() -> None:
    allowed = {"number", "link", "brand", "first_response", "resolution", "confirm"}
    allowed |= {"split", "origin"}
    assert VARIABLES[Kind.ACKNOWLEDGEMENT] == allowed


@pytest.mark.parametrize(("kind", "locale"), KINDS)
def test_without_a_portal_no_mail_links_to_a_ticket(kind: Kind, locale: Locale) -> None:
    linked = render(kind, reader(locale), example(kind))
    bare = render(kind, reader(locale), {**example(kind), "link": ""})
    for text in (linked.text, linked.html):
        assert ("/tickets/SND-1042" in text) is ("link" in VARIABLES[kind])
    for text in (bare.text, bare.html):
        assert "/tickets/" not in text
        assert 'href=""' not in text
        assert text.count("https://desk.example/f/") == 5 * (kind is Kind.RESOLUTION)
    assert "\n\n\n" not in bare.text + linked.text


def test_the_portal_is_a_setting_that_is_empty_until_there_is_one() -> None:
    assert NotifySettings(public_url="https://desk.example").ticket_link("SND-7") == ""
    told = NotifySettings(notify_portal_url="https://portal.example/")
    assert told.ticket_link("SND-7") == "https://portal.example/tickets/SND-7"


@pytest.mark.parametrize("locale", list(Locale))
def test_the_last_moment_to_answer_stands_in_one_pair_of_brackets(locale: Locale) -> None:
    until = reader(locale).instant(datetime(2026, 3, 1, 7, 5, tzinfo=UTC))
    values = {**example(Kind.RESOLUTION), "until": until, "files": None}
    rendered = render(Kind.RESOLUTION, reader(locale), values)
    [held] = re.findall(r"\(([^()]*)\)", rendered.text)
    assert f"\u2068{until}\u2069" in held


def test_arabic_mails_write_the_tanwin_before_its_alif() -> None:
    for path in Path(FOLDER).rglob("ar/*"):
        assert "\u0627\u064b" not in path.read_text("utf-8"), path


def test_what_a_person_wrote_keeps_its_paragraphs_and_their_direction() -> None:
    values = {**example(Kind.REPLY), "body": "مرحباً\nسطر\n\nHello <b>there</b>"}
    html = render(Kind.REPLY, reader(Locale.AR), values).html
    rtl = 'dir="rtl" style="margin:0 0 0;text-align:right;direction:rtl"'
    ltr = 'dir="ltr" style="margin:10px 0 0;text-align:left;direction:ltr"'
    assert f"<p {rtl}>مرحباً<br>\nسطر</p>" in html
    assert f"<p {ltr}>Hello &lt;b&gt;there&lt;/b&gt;</p>" in html


@pytest.mark.parametrize(
    ("locale", "digits", "expected"),
    [
        (Locale.AR, Digits.LATIN, "الأحد 1 مارس 2026، 10:05 بتوقيت الرياض"),
        (Locale.AR, Digits.ARABIC, "الأحد ١ مارس ٢٠٢٦، ١٠:٠٥ بتوقيت الرياض"),
        (Locale.EN, Digits.LATIN, "Sunday 1 March 2026, 10:05 Riyadh time"),
        (Locale.EN, Digits.ARABIC, "Sunday 1 March 2026, 10:05 Riyadh time"),
    ],
)
def test_moments_are_words_in_the_readers_zone_and_digits(
    locale: Locale, digits: Digits, expected: str
) -> None:
    moment = datetime(2026, 3, 1, 7, 5, tzinfo=UTC)
    assert reader(locale, digits).instant(moment) == expected


def tables() -> dict[str, Mapping[Any, Any]]:
    values = vars(labels).items()
    return {name: one for name, one in values if name.isupper() and isinstance(one, Mapping)}


def localized(value: Any) -> list[Any]:
    if isinstance(value, Mapping) and {"ar", "en"} & value.keys():
        return [value]
    return [one for part in value.values() for one in localized(part)]


def test_every_label_is_in_both_languages() -> None:
    texts = [one for table in tables().values() for one in localized(table)]
    assert len(texts) > 20
    for text in texts:
        assert ARABIC.search(text["ar"]), text
        assert not ARABIC.search(text["en"]), text
        assert re.findall(r"{\w+}", text["ar"]) == re.findall(r"{\w+}", text["en"]) or sorted(
            re.findall(r"{\w+}", text["ar"])
        ) == sorted(re.findall(r"{\w+}", text["en"]))


def test_every_word_of_the_vocabulary_has_a_label() -> None:
    assert set(labels.METRICS) == set(Metric)
    assert set(labels.PRIORITIES) == set(Priority)
    assert set(labels.ROLES) == set(Role)


def test_every_counted_word_has_every_plural_form() -> None:
    for forms in COUNTED.values():
        assert set(forms[Locale.EN]) == {"one", "other"}
        assert set(forms[Locale.AR]) == {"zero", "one", "two", "few", "many", "other"}


def test_no_template_loads_anything_from_elsewhere() -> None:
    for path in Path(FOLDER).rglob("*.html"):
        assert not re.search(r"<(img|script|link|iframe)\b|url\(|src=|@import", path.read_text())


@pytest.mark.parametrize(("kind", "locale"), KINDS)
def test_no_page_is_so_long_that_gmail_would_cut_it(kind: Kind, locale: Locale) -> None:
    assert len(render(kind, reader(locale), example(kind)).html.encode()) < 20_000


@pytest.mark.parametrize("kind", sorted(labels.NOTICES))
@pytest.mark.parametrize("locale", list(Locale))
def test_each_kind_of_notice_has_its_words(kind: str, locale: Locale) -> None:
    """One line without words would close the whole inbox of its reader."""
    facts = {"role": "manager", "metric": "resolution", "item": "holiday", "news": "resolved"}
    row = {"kind": kind, "number": 1042, "facts": {**facts, "date": "2026-03-20"}}
    title = reading.worded(row, locale)["title"]
    assert "{" not in title
    assert not title.endswith((": ", " "))
