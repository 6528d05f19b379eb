"""Our own Arabic mails are read exactly."""

import pytest

from services.intake.adapters.pages import read_page
from services.intake.domain.mail import Envelope, Reading, read_mail
from tests.services.intake.arabic import CASES, SENDER, Case


def test_the_set_is_as_large_as_promised() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_arabic_mail_is_read_exactly(case: Case) -> None:
    parsed = read_mail(case.raw, Envelope(case.envelope), Reading(), read_page)
    mail = parsed.mail
    assert mail.subject == case.subject
    assert (mail.sender, mail.sender_name) == (SENDER, case.sender_name)
    assert mail.mail_class == case.mail_class
    assert mail.visible_text == case.visible
    assert tuple(file.name for file in parsed.files) == case.files


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_nothing_of_the_text_is_lost_by_folding(case: Case) -> None:
    mail = read_mail(case.raw, Envelope(case.envelope), Reading(), read_page).mail
    for line in mail.visible_text.split("\n"):
        assert line in mail.body_text
