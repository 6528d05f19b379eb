"""Our own Arabic mails are read exactly."""

from typing import Any

import pytest

from services.intake.adapters.pages import read_page
from services.intake.domain.mail import Envelope, Mail, Reading, read_mail
from services.intake.domain.words import Flag
from tests.mails.arabic import CASES, SENDER, Case

EXACT = 0.95


def reading(case: Case) -> tuple[Mail, dict[str, Any]]:
    parsed = read_mail(case.raw, Envelope(case.envelope), Reading(), read_page)
    mail = parsed.mail
    return mail, {
        "subject": mail.subject,
        "sender": (mail.sender, mail.sender_name),
        "class": mail.mail_class,
        "visible": mail.visible_text,
        "quoted": bool(mail.quoted_text),
        "files": tuple(file.name for file in parsed.files),
        "guessed": Flag.CHARSET_GUESSED in mail.flags,
    }


def wanted(case: Case) -> dict[str, Any]:
    return {
        "subject": case.subject,
        "sender": (SENDER, case.sender_name),
        "class": case.mail_class,
        "visible": case.visible,
        "quoted": case.quoted,
        "files": case.files,
        "guessed": case.guessed,
    }


def misses() -> dict[str, dict[str, Any]]:
    """Every mail that is read otherwise, and how."""
    found = {}
    for case in CASES:
        read, right = reading(case)[1], wanted(case)
        if wrong := {key: read[key] for key in right if read[key] != right[key]}:
            found[case.name] = wrong
    return found


def test_the_set_is_as_large_as_promised_and_covers_every_group() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)
    assert {case.group for case in CASES} == set(range(1, 8))


def test_the_set_is_read_exactly() -> None:
    missed = misses()
    assert len(missed) <= len(CASES) * (1 - EXACT), missed
    assert missed == {}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_nothing_of_the_text_is_lost_by_folding(case: Case) -> None:
    mail, _ = reading(case)
    told = mail.visible_text.split("\n") + mail.quoted_text.split("\n")
    assert not {line for line in mail.body_text.split("\n") if line.strip()} - set(told)


def test_arabic_pages_run_from_the_right_however_they_say_so() -> None:
    pages = [case for case in CASES if case.group == 5 and b"text/html" in case.raw]
    assert len(pages) >= 9
    for case in pages:
        html = reading(case)[0].body_html or ""
        assert 'dir="rtl"' in html, case.name
        lines = html.split("<p")[1:]
        if "nothing" in case.name and lines:
            sides = ["rtl" if 'dir="rtl"' in line else "ltr" for line in lines]
            assert sides == ["rtl", "rtl", "ltr", "rtl"]
