"""What counts as a text that somebody can see, over all that Unicode has."""

import sys
import unicodedata
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.kit.model import Line, Prose
from shared.seen import is_seen

NOTHING = ("C", "M", "Z")
FORMS_OF_TASHKEEL = {
    *range(0xFC5E, 0xFC64),
    *range(0xFCF2, 0xFCF5),
    *range(0xFE70, 0xFE80),
}
EMPTY = {
    "tatweel": "ـ",
    "tatweel with tashkeel": "ـَـُ",
    "tashkeel": "\u064e\u0651",
    "tashkeel in its own form": "\ufe70\ufe76\ufc60",
    "a combining accent": "\u0301",
    "a spacing mark": "\u093e",
    "an enclosing mark": "\u20dd",
    "braille blank": "\u2800",
    "hangul fillers": "\u115f\u1160\u3164\uffa0",
    "private use": "\ue000\U000f0000",
    "unassigned": "\u0378\uffff",
    "a note without a head": "\U0001d159",
    "the place of an object": "\ufffc",
    "joiners and turns": "\u200d\u200c\u202e\u2067",
    "variation selectors": "\ufe0f\U000e0101",
}


@pytest.mark.parametrize("text", EMPTY.values(), ids=EMPTY)
def test_nothing_is_seen_of_it_alone_or_between_spaces(text: str) -> None:
    assert not is_seen(text)
    assert not is_seen(f" {text}\u00a0{text}\n")
    assert is_seen(f"{text}ب")


@pytest.mark.parametrize("kind", [Line(50), Prose(50)], ids=["line", "prose"])
@pytest.mark.parametrize("text", EMPTY.values(), ids=EMPTY)
def test_a_demanded_text_is_refused_with_one_code(kind: Line | Prose, text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(_noted(kind)).validate_python(f"{text} {text}")
    assert refused.value.errors()[0]["type"] in {"blank", "string_too_short"}


@pytest.mark.parametrize(
    "text", ["مَسؤول", "ء", "٣", "?", "…", "é", "한", "#️⃣", "👩‍💻", "🇸🇦", "ـب", "क्षि", "€", "`"]
)
def test_letters_digits_signs_and_pictures_are_seen(text: str) -> None:
    assert is_seen(text)


def test_of_every_character_its_category_decides() -> None:
    """Letters, numbers, signs and symbols are seen but for the few that are named."""
    exceptions = {
        code
        for code in range(sys.maxunicode + 1)
        if is_seen(chr(code)) == unicodedata.category(chr(code)).startswith(NOTHING)
        and code not in range(0x1F000, 0x1FB00)
    }
    assert exceptions == {
        0x0640,
        0x07FA,
        0x115F,
        0x1160,
        0x2800,
        0x3164,
        0xFFA0,
        0xFFFC,
        0x1D159,
    } | {code for code in FORMS_OF_TASHKEEL if unicodedata.category(chr(code)) != "Cn"}


@given(st.text(alphabet=st.characters(categories=["C", "M", "Z"]), max_size=30))
def test_no_row_of_unseen_characters_is_a_text(text: str) -> None:
    assert not is_seen(text)


@given(
    st.text(alphabet=st.characters(categories=["C", "M", "Z"]), max_size=10),
    st.characters(categories=["Lu", "Ll", "Nd", "Po", "Sc"], exclude_characters="\ufffc"),
    st.text(max_size=10),
)
def test_one_seen_character_makes_a_text(before: str, seen: str, after: str) -> None:
    assert is_seen(before + seen + after)


def _noted(kind: Line | Prose) -> object:
    return Annotated[str, kind]


def test_a_pictograph_that_is_newer_than_our_unicode_is_seen() -> None:
    assert is_seen("\U0001fae8")
