"""Letters that cling to an Arabic word: in a text they are taken off, in a query with care."""

import itertools
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.tickets.domain.arabic import forms, without_article
from services.tickets.domain.clitics import sought
from services.tickets.domain.postings import Field
from services.tickets.domain.query import Unreadable, parse
from services.tickets.domain.terms import sequence
from services.tickets.problems.search import unreadable
from shared.vocabulary import Locale
from tests.services.tickets.asked import asked, finds

STRANGERS = [
    *("بريد فريد", "وليد بليد", "كلام سلام", "كيانات بيانات", "فصول وصول", "وادي فادي"),
    *("بسام وسام", "فنادق بنادق", "فستان بستان", "كتاب وتاب", "لواء سواء", "كبير خبير"),
    *("سلاح فلاح", "وزارة كزارة", "بلاغ فلاغ", "سماح وماح", "كرسي فرسي"),
]


@pytest.mark.parametrize(
    ("text", "query"), [pair for both in STRANGERS for pair in itertools.permutations(both.split())]
)
def test_words_that_differ_by_their_first_letter_do_not_meet(text: str, query: str) -> None:
    assert not finds(text, query)
    assert not finds(f"تذكرة فيها {text} وغيره", query)
    assert not finds([(Field.SUBJECT, text), (Field.NOTE, text)], query)


@pytest.mark.parametrize(
    ("text", "query"), [("سامي", "بسام"), ("سامي", "وسام"), ("وسائل", "وائل"), ("لام", "كلام")]
)
def test_a_rest_is_not_the_rest_of_another_word(text: str, query: str) -> None:
    assert not finds(text, query)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        *(("الطابعة معطلة", one) for one in ("بالطابعة", "للطابعة", "والطابعة", "بطابعة")),
        *(("طابعة معطلة", one) for one in ("بالطابعة", "للطابعة", "كالطابعة", "وبالطابعة")),
        *(("طابعة معطلة", one) for one in ("وطابعة", "بطابعة", "لطابعة", "وبطابعة", "فطابعة")),
        *(("الفاتورة", one) for one in ("والفاتورة", "وفاتورة", "بفاتورتنا")),
        *(("عطل في الشبكة", one) for one in ("بعطل", "بالعطل", "وعطل", "لعطل", "وبعطل")),
        *(("العطل", one) for one in ("بعطل", "وعطل")),
        *(("بعطل", one) for one in ("عطل", "بعطل", "العطل")),
        *(("رسالة بريد", one) for one in ("وبريد", "فبريد", "لبريد", "بالبريد", "ببريد")),
        *((one, "بريد") for one in ("وبريد", "فبريد", "لبريد", "ببريد", "والبريد", "وبريدنا")),
        *((one, "كيانات") for one in ("وكيانات", "وكيانين", "الكيان", "لكيان")),
        *((one, "سيرفر") for one in ("وسيرفر", "بسيرفر", "السيرفر", "فسيرفر")),
        ("يعمل", "سيعمل"),
        ("سيعمل", "يعمل"),
        ("وسيعمل", "سيعمل"),
        ("ومستخدم ثم بمستخدم ومستخدم", "فمستخدم"),
        # the word itself stands beside another that ends in it, once with its article
        ("فريد كسر الريد", "بريد"),
    ],
)
def test_what_clings_does_not_hide_a_word(text: str, query: str) -> None:
    assert finds(text, query)


def test_a_stranger_in_another_field_does_not_hide_a_word() -> None:
    assert finds([(Field.SUBJECT, "عطل"), (Field.BODY, "فعطل")], "بعطل")
    assert not finds("وصول", "-وصول")
    assert finds("وصول", "-فصول")


_WORD = st.text("ابتدرسعفقكلمنهوي", min_size=3, max_size=7)
_LETTER = st.sampled_from("وفبلكس")


@given(word=_WORD, clinging=_LETTER | st.sampled_from(["وب", "ول", "فل", "وال", "بال", "لل", "ال"]))
def test_a_text_is_found_without_what_clings_to_its_words(word: str, clinging: str) -> None:
    assume(without_article(word) == word)
    assert finds(clinging + word, word)
    assert finds(f"{clinging}{word} {word}", f'"{clinging}{word} {word}"')


@given(word=_WORD, clinging=st.sampled_from(["و", "ف", "ب", "ل", "وب", "ول", "وال", "بال", "لل"]))
def test_a_word_is_found_with_what_clings_in_the_query(word: str, clinging: str) -> None:
    assume(without_article(word) == word and (len(clinging) == 1 or word[0] not in "ال"))
    if len(clinging) == 2 and clinging != "لل":
        assume(without_article(clinging + word) == clinging + word)
    assert finds(word, clinging + word)


@given(rest=st.text("دذرزشصعغمنح", min_size=3, max_size=4), one=_LETTER, other=_LETTER)
def test_no_two_letters_before_one_rest_are_the_same_word(rest: str, one: str, other: str) -> None:
    assume(one != other)
    assert not finds(one + rest, other + rest)


@given(_WORD)
def test_a_query_asks_for_what_a_text_keeps_of_the_word_as_written(word: str) -> None:
    assert set(sought(word).own) & set(forms(word))
    assert set(forms(word)) <= set(sought(word).stems) or word[0] in "كس"


@given(st.text("ابوفلكسيت ن", max_size=40))
def test_every_phrase_of_a_text_is_offered(text: str) -> None:
    assume(sequence(text))
    assert finds(text, f'"{text}"')


def test_a_query_of_clinging_words_asks_for_few_tokens() -> None:
    assert len(asked(" ".join(["وبطاقة"] * 24)).tokens) < 50


FILES = [
    ("quarterly-report.pdf", "report.pdf"),
    ("quarterly report.pdf", "report.pdf"),
    ("Quarterly_Report_2026.PDF", "report.pdf"),
    ("تقرير-شهري.pdf", "شهري.pdf"),
    ("report.pdf", "report.pdf"),
]


@pytest.mark.parametrize(("name", "query"), FILES)
def test_a_file_is_found_by_parts_of_its_name_and_its_ending(name: str, query: str) -> None:
    for place in (Field.FILE, Field.NOTE_FILE):
        assert finds([(place, name)], query)
        assert finds([(place, name)], f"file:{query}")
    assert not finds([(Field.FILE, name)], f"body:{query}")


def test_a_files_parts_are_sought_in_names_of_files_alone() -> None:
    assert not finds("see quarterly-report.pdf", "report.pdf")
    assert not finds([(Field.FILE, "report.docx")], "report.pdf")
    assert not finds([(Field.FILE, "report"), (Field.NOTE_FILE, "x.pdf")], "report.pdf")
    two = [(Field.FILE, "report.docx"), (Field.FILE, "scan.pdf"), (Field.BODY, "printer")]
    assert finds(two, "printer -report.pdf")


@pytest.mark.parametrize("query", ["printer*", "طابع*", "-printer*", "subject:pri*", "file:rep**"])
def test_a_star_behind_a_word_is_answered(query: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse(query)
    for locale, told in ((Locale.AR, "من غير نجمة"), (Locale.EN, "without the star")):
        (error,) = unreadable(refused.value, locale).errors
        assert error.code == "query_word_beginning"
        assert told in error.message
        assert re.search(r"\d", error.message)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("ERR-1042", "ERR-104*"),
        ("10.0.12.7", "10.0.1*"),
        ("966501234567", "966501*"),
        ("sara@example.com", "sara@exa*"),
        ("very urgent", "*urgent*"),
        ("printer", '"printer*"'),
        ("C* and 5*", "5*"),
    ],
)
def test_a_star_behind_a_code_says_no_more_than_the_code(text: str, query: str) -> None:
    assert finds(text, query)
