"""What was split off is acknowledged as such, and names its origin to who takes part there."""

from uuid import UUID, uuid4

import pytest

from tests.fakes.mailbox import Letter
from tests.services.notify.desk import Desk
from tests.services.notify.test_notify_mails import SARA, html_of, text_of

NEW = {"ar": "استلمنا طلبك", "en": "We have received your request"}
PART = {"ar": "فصلنا جزءًا", "en": "Part of your request has a ticket of its own"}


async def split(desk: Desk, sara: UUID, origin: UUID) -> Letter:
    """What Sara reads when a part of `origin` becomes a ticket of hers."""
    ticket = desk.colleagues.add_ticket(sara, number=1043)
    await desk.hear(desk.opened(sara, ticket, split_from=origin))
    await desk.hear(desk.promised(ticket))
    return await desk.letter(SARA)


@pytest.mark.parametrize("locale", ["ar", "en"])
@pytest.mark.parametrize("part", ["requester", "participant"])
async def test_what_was_split_off_says_so_and_from_which_ticket(
    desk: Desk, locale: str, part: str
) -> None:
    sara = await desk.person(SARA, locale=locale)
    others = {"participants": [str(sara)]} if part == "participant" else {}
    origin = desk.colleagues.add_ticket(uuid4() if others else sara, **others)
    letter = await split(desk, sara, origin)
    assert str(letter.message["Subject"]).startswith(f"[SND-1043] {PART[locale]}")
    for told in (text_of(letter), html_of(letter)):
        assert "SND-1042" in told
        assert "SND-1043" in told
        assert NEW[locale] not in told
    assert "\u2068SND-1042\u2069" in text_of(letter)
    assert '<span dir="ltr">SND-1042</span>' in html_of(letter)


@pytest.mark.parametrize("locale", ["ar", "en"])
async def test_whoever_does_not_see_the_other_ticket_does_not_learn_its_number(
    desk: Desk, locale: str
) -> None:
    sara = await desk.person(SARA, locale=locale)
    letter = await split(desk, sara, desk.colleagues.add_ticket(uuid4()))
    assert str(letter.message["Subject"]).startswith(f"[SND-1043] {PART[locale]}")
    for told in (text_of(letter), html_of(letter)):
        assert "SND-1042" not in told
        assert NEW[locale] not in told


async def test_a_ticket_that_is_no_more_keeps_no_mail_back(desk: Desk) -> None:
    sara = await desk.person(SARA)
    assert "من مراسلاتنا معك" in text_of(await split(desk, sara, uuid4()))
