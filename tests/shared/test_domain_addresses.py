"""One mailbox is one person, and another mailbox is another."""

import sys

import pytest

from services.gateway.adapters.addresses import AddressRefused, parse_address
from shared.tokens import fold_address, make_reply_token, read_reply_token


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (" SARA@Client.EXAMPLE ", "sara@client.example"),
        ("cafe\u0301@x.example", "caf\u00e9@x.example"),
        ("a@MÜNCHEN.example", "a@xn--mnchen-3ya.example"),
        ("علي@مثال.السعودية", "علي@xn--mgbh0fb.xn--mgberp4a5d4ar"),
    ],
)
def test_two_writings_of_a_mailbox_are_one(one: str, other: str) -> None:
    assert fold_address(one) == fold_address(other)
    assert parse_address(one.strip()).folded == parse_address(other).folded == fold_address(one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ſara@client.example", "sara@client.example"),
        ("a@groß.example", "a@gross.example"),
        ("straße@x.example", "strasse@x.example"),
        ("\ufb01n@x.example", "fin@x.example"),
        ("\uff53ara@x.example", "sara@x.example"),
    ],
)
def test_what_only_looks_like_another_mailbox_is_none_of_its_person(one: str, other: str) -> None:
    assert fold_address(one) != fold_address(other)
    assert parse_address(one).folded == fold_address(one)
    token = read_reply_token((b"k",), make_reply_token(b"k", 1, other))
    assert token is not None
    assert not token.bound_to(b"k", one)


def test_no_letter_becomes_an_ascii_one() -> None:
    letters = (chr(code) for code in range(128, sys.maxunicode + 1))
    assert not [one for one in letters if fold_address(f"a{one}b@x").isascii()]
    with pytest.raises(AddressRefused):
        parse_address("\u212aim@x.example")


@pytest.mark.parametrize("odd", ["", "@", "nobody", "x@\ud800", "a@..ß", "a@" + "ß" * 9000])
def test_what_is_no_address_folds_too(odd: str) -> None:
    assert isinstance(fold_address(odd), str)
