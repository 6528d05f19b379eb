"""Every text exists in both languages, says what it must, and misses no variable."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError

from services.notify.domain import labels
from services.notify.domain.plurals import COUNTED
from services.notify.domain.words import TO_CUSTOMERS, Digits, Kind
from services.notify.settings import NotifySettings
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
    if "scores" in values:
        values["scores"] = [
            {"value": str(n), "label": f"label{n}", "url": f"https://desk.example/f/{n}"}
            for n in range(1, 6)
        ]
    return values


def files() -> set[str]:
    return {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file()}


def test_every_kind_has_both_forms_in_both_languages_and_nothing_else_lies_there() -> None:
    wanted = {
        f"{locale.value}/{kind.value}.{form}"
        for kind, locale, form in product(Kind, Locale, ("txt", "html"))
    }
    assert files() == wanted | {"layout.html"}


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
    rendered = render(kind, reader(locale), example(kind), REPLY_MARKER)
    direction = "rtl" if locale is Locale.AR else "ltr"
    assert f'<html lang="{locale.value}" dir="{direction}">' in rendered.html
    assert f'<body lang="{locale.value}" dir="{direction}"' in rendered.html
    assert not re.search(r"<(subject_line|body|role|due|host|cause)>", rendered.html)
    assert "\n" not in rendered.subject
    assert rendered.subject
    assert bool(ARABIC.search(rendered.subject)) is (locale is Locale.AR)
    assert "{{" not in rendered.text + rendered.html
    assert (rendered.text.splitlines()[0] == REPLY_MARKER) is (kind in TO_CUSTOMERS)


@pytest.mark.parametrize("locale", list(Locale))
def test_numbers_and_dates_are_fenced_off_from_the_sentence(locale: Locale) -> None:
    rendered = render(Kind.ACKNOWLEDGEMENT, reader(locale), example(Kind.ACKNOWLEDGEMENT))
    assert "\u2068SND-1042\u2069" in rendered.text
    assert "<bdi>SND-1042</bdi>" in rendered.html
    assert "\u2068<resolution>\u2069" in rendered.text
    assert "<bdi>&lt;resolution&gt;</bdi>" in rendered.html


def test_the_acknowledgement_knows_nothing_that_the_sender_wrote() -> None:
    allowed = {"number", "link", "brand", "first_response", "resolution"}
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
    rendered = render(Kind.RESOLUTION, reader(locale), {**example(Kind.RESOLUTION), "until": until})
    [held] = re.findall(r"\(([^()]*)\)", rendered.text)
    assert f"\u2068{until}\u2069" in held


def test_arabic_mails_write_the_tanwin_before_its_alif() -> None:
    for path in Path(FOLDER).rglob("ar/*"):
        assert "\u0627\u064b" not in path.read_text("utf-8"), path


def test_what_a_person_wrote_keeps_its_paragraphs_and_their_direction() -> None:
    values = {**example(Kind.REPLY), "body": "مرحباً\nسطر\n\nHello <b>there</b>"}
    html = render(Kind.REPLY, reader(Locale.AR), values).html
    assert '<p dir="auto">مرحباً<br>\nسطر</p>' in html
    assert '<p dir="auto">Hello &lt;b&gt;there&lt;/b&gt;</p>' in html


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
        assert not re.search(r"<(img|script|link|iframe|style)\b|url\(|src=", path.read_text())
