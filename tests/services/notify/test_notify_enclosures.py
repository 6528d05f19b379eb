"""Files in mails: each named with its size and a link, waited for while they are checked."""

import pytest

from services.notify.domain.sizes import file_size
from shared.vocabulary import Locale
from tests.contexts import Travel
from tests.services.notify.desk import Desk
from tests.services.notify.test_notify_mails import SARA, html_of, text_of

LINK = "https://desk.example/v1/files/0"
WORDS = {
    "ar": (
        "ملف مرفق واحد",
        "2.1 ميغابايت",
        "8 مارس 2026، 10:00 بتوقيت الرياض",
        "ما زال يُفحص",
        "محجوب",
    ),
    "en": (
        "1 file attached",
        "2.1 MB",
        "8 March 2026, 10:00 Riyadh time",
        "still being",
        "withheld",
    ),
}


@pytest.mark.parametrize("kind", ["reply", "resolution"])
@pytest.mark.parametrize("locale", ["ar", "en"])
async def test_both_mails_name_the_file_with_size_link_and_end(
    desk: Desk, locale: str, kind: str
) -> None:
    ticket = desk.colleagues.add_ticket(await desk.person(SARA, locale=locale))
    message = desk.colleagues.add_message("جرّب", "clean")
    await desk.hear(desk.spoken(ticket, message))
    if kind == "resolution":
        await desk.hear(desk.resolved(ticket, message))
    letter = await desk.letter(SARA)
    text, html = text_of(letter).replace("\r", ""), html_of(letter)
    count, size, until, checked, withheld = WORDS[locale]
    assert f"\u2068{count}\u2069" in text
    assert f"- \u2068لقطة 0.png\u2069 (\u2068{size}\u2069)\n{LINK}\n" in text
    assert f'<a href="{LINK}"><span dir="rtl">لقطة 0.png</span></a>' in html
    assert f">{size}</span>)" in html
    for body in (text, html):
        assert until in body
        assert checked not in body
        assert withheld not in body
    (row,) = [one for one in await desk.deliveries(ticket) if one["state"] == "sent"]
    assert row["kind"] == kind


async def test_a_mail_waits_for_the_check_and_goes_with_what_it_found(
    desk: Desk, travel: Travel
) -> None:
    ticket = desk.colleagues.add_ticket(await desk.person(SARA, locale="en"))
    message = desk.colleagues.add_message("Try", "pending", "clean")
    await desk.hear(desk.spoken(ticket, message))
    assert await desk.letters(SARA) == []
    (row,) = await desk.deliveries(ticket)
    assert (row["state"], row["reason"]) == ("pending", "files_are_checked")
    desk.colleagues.messages[str(message)]["files"][0] |= {"state": "infected", "url": None}
    travel(3)
    letter = await desk.letter(SARA)
    travel(0)
    text, html = text_of(letter), html_of(letter)
    assert "2 files attached" in text
    assert "\u20682.1 MB\u2069): withheld" in text
    assert LINK not in text + html
    assert "https://desk.example/v1/files/1" in text
    assert '<a href="https://desk.example/v1/files/1">' in html


@pytest.mark.parametrize("locale", ["ar", "en"])
async def test_no_mail_waits_longer_than_two_minutes_and_it_says_what_is_not_checked_yet(
    desk: Desk, travel: Travel, locale: str
) -> None:
    ticket = desk.colleagues.add_ticket(await desk.person(SARA, locale=locale))
    await desk.hear(desk.spoken(ticket, desk.colleagues.add_message("Try", "pending")))
    for later in (0, 3, 14, 40):
        travel(later)
        assert await desk.letters(SARA) == []
    travel(120)
    letter = await desk.letter(SARA)
    travel(0)
    for body in (text_of(letter), html_of(letter)):
        assert WORDS[locale][3] in body
        assert LINK in body


async def test_where_no_file_may_go_there_is_no_word_of_downloading(desk: Desk) -> None:
    ticket = desk.colleagues.add_ticket(await desk.person(SARA, locale="en"))
    await desk.hear(desk.spoken(ticket, desk.colleagues.add_message("Try", "unscannable")))
    letter = await desk.letter(SARA)
    assert "withheld" in text_of(letter)
    assert "Download" not in text_of(letter) + html_of(letter)


async def test_without_files_nothing_is_said_of_any(desk: Desk) -> None:
    ticket = desk.colleagues.add_ticket(await desk.person(SARA, locale="en"))
    await desk.hear(desk.spoken(ticket, desk.colleagues.add_message("Try")))
    letter = await desk.letter(SARA)
    assert "attached" not in text_of(letter) + html_of(letter)


@pytest.mark.parametrize(
    ("count", "english", "arabic"),
    [
        (0, "0 B", "0 بايت"),
        (1023, "1023 B", "1023 بايت"),
        (1024, "1 KB", "1 كيلوبايت"),
        (48_640, "48 KB", "48 كيلوبايت"),
        (1024 * 1024 - 1, "1 MB", "1 ميغابايت"),
        (2_202_009, "2.1 MB", "2.1 ميغابايت"),
        (25 * 1024 * 1024, "25 MB", "25 ميغابايت"),
        (5000 * 1024 * 1024, "5000 MB", "5000 ميغابايت"),
    ],
)
def test_sizes_are_told_in_the_largest_fitting_unit(count: int, english: str, arabic: str) -> None:
    assert file_size(count, Locale.EN) == english
    assert file_size(count, Locale.AR) == arabic
