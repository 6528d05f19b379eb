"""An address is taken only as its reader sees it; the same rule stands at every door."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.addresses import NotWritten, written
from shared.tokens import fold_address

TURNING = [chr(one) for one in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F)]
UNSEEN = [
    chr(one) for one in (0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xAD, 0xFE0F, 0x034F, 0x3164)
]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("sara@acme。com", "email_disguised"),
        ("sara@acme．com", "email_disguised"),
        ("sara@acme｡com", "email_disguised"),
        ("sara@ａｃｍｅ.com", "email_disguised"),
        ("sara@①.com", "email_disguised"),
        ("ｓａｒａ@acme.com", "email_disguised"),
        ("saraﬁ@acme.com", "email_disguised"),
        ("sara＠acme.com", "email_disguised"),
        ("sara@1.2.3.4", "email_number"),
        ("sara@127.1", "email_number"),
        ("sara@2130706433", "email_number"),
        ("sara@acme.0x7f", "email_number"),
        ("sara@[1.2.3.4]", "email_number"),
        ("sara@[IPv6:::1]", "email_number"),
        ("sara@acme.com\n", "email_hidden"),
        ("sara@acme.com\x00", "email_hidden"),
        ("sara@acme.com\ud800", "email_hidden"),
        ("", ""),
        ("sara", ""),
        ("sara@", ""),
        ("Sara <sara@acme.com>", ""),
        ("sara@acme..com", ""),
        ("s" * 65 + "@acme.com", ""),
        ("sara@" + "a." * 130 + "com", ""),
    ],
)
def test_what_is_no_address_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(NotWritten) as refused:
        written(text)
    assert refused.value.code == code


@given(st.sampled_from(TURNING + UNSEEN), st.integers(0, len("sara@acme.com")))
def test_nothing_unseen_stands_anywhere_in_it(mark: str, place: int) -> None:
    text = "sara@acme.com"
    with pytest.raises(NotWritten) as refused:
        written(text[:place] + mark + text[place:])
    assert refused.value.code == "email_hidden"


@pytest.mark.parametrize(
    ("text", "kept", "domain"),
    [
        ("sara@acme.com", "sara@acme.com", "acme.com"),
        ("  Sara+Desk@Acme.COM ", "Sara+Desk@acme.com", "acme.com"),
        ("سارة@مثال.إختبار", "سارة@مثال.إختبار", "xn--mgbh0fb.xn--kgbechtv"),
        ("sara@xn--mgbh0fb.com", "sara@مثال.com", "xn--mgbh0fb.com"),
        ("admin@localhost", "admin@localhost", "localhost"),
        ("sara@desk.test", "sara@desk.test", "desk.test"),
        ("sara@1und1.de", "sara@1und1.de", "1und1.de"),
    ],
)
def test_what_is_one_is_kept_as_it_reads(text: str, kept: str, domain: str) -> None:
    found = written(text)
    assert (found.text, found.domain) == (kept, domain)


@given(st.text(alphabet="aAé٣ー。．ｅ①ß@.-\u200e\u202c", max_size=20))
def test_two_that_look_different_are_never_folded_into_one(local: str) -> None:
    """But for the case of letters, and the two writings of a composed letter."""
    text = f"{local}@acme.com"
    try:
        found = written(text)
    except NotWritten:
        return
    assert fold_address(found.text) == fold_address(text.strip(" "))
    assert len(fold_address(text)) >= len(found.text)
