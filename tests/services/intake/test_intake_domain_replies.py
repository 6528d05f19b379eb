"""Own words and quoted words: samples of other projects, false alarms, order, completeness."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.adapters.pages import read_page
from services.intake.domain.body import Block, Content
from services.intake.domain.folding import fold
from services.intake.domain.own import words_of
from services.intake.domain.replies import split_reply
from shared.vocabulary import REPLY_MARKER
from tests.mails.arabic.answers import BLOCKS, MARKED, QUOTE, SAID

DATA = Path(__file__).parents[4] / "shared" / "data" / "replies"
TRIMMER = DATA / "discourse-email_reply_trimmer" / "test"
UNQUOTE = DATA / "getfernand-unquotemail" / "tests"

SHARE = "under one fiftieth of the text is own, so all is shown (mail.md 11)"
MISSED = {
    "email_headers_4": SHARE,
    "embedded_email_10": SHARE,
    "embedded_email_german_2": SHARE,
    "embedded_email_russian_2": SHARE,
    "embedded_email_11": "a date and a name alone: a line of a log looks the same",
    "embedded_email_12": "blank lines inside the announcement: own sentences would be joined to it",
    "embedded_email_17": "answers without marks below an announcement: nothing says what is own",
    "embedded_email_18": "the same, and nothing above: all is shown",
    "embedded_email_7": "they keep a quote above an answer; quotes marked `C>` are not known",
    "forwarded_message": "only a forwarded mail: who wrote it matters, so its head is shown too",
    "signatures": "`Someone from mobile` could be a person's words",
    "spam_1": "only quotes: all is shown, they show nothing",
}
"""Why a sample of email_reply_trimmer is not split as that project does."""


@pytest.mark.parametrize(
    "text",
    [
        "كتب لي المدير في 3 رسائل:\nنعم\nلا",
        "السلام عليكم\nكتب لي الموظف في 22/11/2026 10:30:\nلا يمكن\nفما العمل؟",
        "On the other hand, he wrote:\nnothing",
        "Hello\nIn 2024 he wrote:\nnothing",
        "From: Riyadh\nto Jeddah in one day",
        "- one\n- two\n-- three",
        "first matter\n--\nsecond matter, which " + "goes on and " * 8,
        "> only a quote",
        "> a quote of mine\n\nand my words",
        "في الموضوع: تفاصيل أكثر\nالتاريخ: غدا",
        "أرسلت من الفرع ثلاث رسائل ولم يصل رد.",
        "Sent from Riyadh to Jeddah, never arrived.",
        "The line 'Write your reply above this line' is odd.\nPlease explain.",
        "2026-11-22 09:15 GMT+03:00 disk full\n2026-11-22 09:16 GMT+03:00 disk full",
        "a" * 10_000,
        " " * 5000 + "far to the right",
    ],
)
def test_what_a_person_writes_is_not_folded(text: str) -> None:
    assert split_reply(text) == (text, "")


def test_folding_deletes_nothing() -> None:
    text = "نعم\n\nOn Sun, Nov 22, 2026 at 3:45 PM Desk <s@x> wrote:\n> سؤال\n> آخر\n\nشكرا"
    visible, quoted = split_reply(text)
    assert visible == "نعم\n\nشكرا"
    assert quoted.split("\n")[-2:] == ["> سؤال", "> آخر"]


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        ("On 22 Nov 2026 Desk <s@x> wrote:\n> one?\nyes\n> two?\nno", "yes\nno"),
        ("On 22 Nov 2026 Desk <s@x> wrote:\n> one?\n\nyes\n\n> two?\n\nno", "yes\n\nno"),
        ("yes\n\nOn 22 Nov 2026 10:30, Desk wrote:\n> one?\n\nno\n\n> end", "yes\n\nno"),
        ("yes\n\n-- \nSara\n\nOn 22 Nov 2026 10:30, Desk wrote:\n> one?\n\nno", "yes\n\nno"),
        (f"yes\n\n{REPLY_MARKER}\nall below\nis ours", "yes"),
        (f"> {REPLY_MARKER}\n> one?\n\nyes", "yes"),
    ],
)
def test_answers_stay_in_their_order(text: str, visible: str) -> None:
    assert split_reply(text).visible == visible


def test_hardly_any_own_word_shows_everything_unless_our_own_line_made_the_cut() -> None:
    quote = "> " + "word " * 200
    head = "On 22 Nov 2026 10:30, Desk <s@x> wrote:"
    assert split_reply(f"ok\n\n{head}\n{quote}").quoted == ""
    assert split_reply(f"ok\n\n{head}\n> {REPLY_MARKER}\n{quote}").visible == "ok"
    assert split_reply(f"{head}\n{quote}\n\n...").quoted == ""


def samples(given_in: Path, wanted_in: Path) -> tuple[list[str], int]:
    """Names of the samples that are split otherwise, and how many there are."""
    missed, total = [], 0
    for path in sorted(given_in.glob("*.txt")):
        wanted = wanted_in / path.name
        if wanted.exists():
            total += 1
            texts = (one.read_bytes().decode("utf-8", "replace") for one in (path, wanted))
            text, right = (one.replace("\r\n", "\n") for one in texts)
            if split_reply(text).visible.strip() != right.strip():
                missed.append(path.stem)
    return missed, total


@pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not beside the repository")
def test_each_sample_of_others_that_is_split_otherwise_has_its_reason() -> None:
    missed, total = samples(TRIMMER / "emails", TRIMMER / "trimmed")
    print(f"email_reply_trimmer: {total - len(missed)} of {total} exact")
    assert total == 64
    assert set(missed) == set(MISSED)
    assert total - len(missed) >= 50


@pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not beside the repository")
def test_samples_that_keep_signatures_are_split_alike_for_the_most_part() -> None:
    """Unquotemail leaves signatures and footers of phones where they are; mail.md folds them."""
    missed, total = samples(UNQUOTE / "samples", UNQUOTE / "expecteds")
    print(f"unquotemail, texts: {total - len(missed)} of {total} exact")
    assert (total - len(missed)) / total >= 0.75


@pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not beside the repository")
def test_pages_of_others_are_split_alike_for_the_most_part() -> None:
    right = total = 0
    for path in sorted((UNQUOTE / "samples").rglob("*.html")):
        wanted = UNQUOTE / "expecteds" / path.name
        if wanted.exists():
            total += 1
            page, kept = (read_page(one.read_text(errors="replace")) for one in (path, wanted))
            read = words_of(Content(blocks=[Block(page=page)]))
            right += read.visible.split() == kept.text.split()
    print(f"unquotemail, pages: {right} of {total} exact")
    assert right / total >= 0.85


LANDMARKS = (
    *("", " ", "-- ", "---", "____", ">", "> سؤال", "> > deep", "> ## Reply above this line"),
    *("On 22 Nov 2026 at 10:30, Desk <s@x.example> wrote:", "On 22 Nov 2026 at 10:30"),
    *("Desk <s@x.example> wrote:", "كتب الدعم:", "2026-11-22 10:10 A <a@b.c>:", "note:"),
    *("من: الدعم", "إلى: سارة", "الموضوع: x", "From: a", "Sent: today", "Subject: x"),
    *("Sent from my iPhone", "أُرسلت من الـ iPhone", "-----Original Message-----", REPLY_MARKER),
    *("شكرا لكم", "Thanks", "ﻓﻲ ٢٢ ﻧﻮﻓﻤﺒﺮ", "\u200fنعم\u200e", "كَتَبَ", *MARKED.values()),
)
LINES = st.one_of(st.sampled_from(LANDMARKS), st.text(max_size=6))
TEXTS = st.lists(LINES, max_size=25).map("\n".join)
OWN = st.lists(
    st.text(
        st.sampled_from("ابتثجحخدذرزسشصضطظعغفقكلمنهوي abcdef."), min_size=12, max_size=40
    ).filter(lambda line: len(line.strip()) > 10),
    min_size=1,
    max_size=4,
).map("\n".join)


def filled(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_every_line_is_shown_or_quoted_as_it_was_written(text: str) -> None:
    visible, quoted = split_reply(text)
    assert sorted(filled(visible) + filled(quoted)) == sorted(filled(text))
    rest = iter(filled(text))
    assert all(line in rest for line in filled(visible)), "out of order"


@settings(max_examples=300, deadline=None, derandomize=True)
@given(TEXTS)
def test_own_words_are_own_words_when_they_are_read_again(text: str) -> None:
    visible = split_reply(text).visible
    assert split_reply(visible) == (visible, "")


@settings(max_examples=300, deadline=None)
@given(OWN, st.sampled_from([*MARKED.values()]), st.booleans())
def test_own_words_stand_above_and_below_every_programs_quote(
    own: str, announced: str, below: bool
) -> None:
    quote = f"{announced}\n{QUOTE}"
    text = f"{quote}\n\n{own}" if below else f"{own}\n\n{quote}"
    assert split_reply(text).visible.strip() == own.strip()


@settings(max_examples=200, deadline=None)
@given(OWN, st.sampled_from([*BLOCKS.values()]))
def test_own_words_stand_above_every_programs_unmarked_quote(own: str, block: str) -> None:
    visible = split_reply(f"{own}\n\n{block}\n{SAID}").visible
    assert visible.strip() == own.strip()


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_text_can_be_split_and_folded(text: str) -> None:
    split_reply(text)
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("\u202bكَتَبَ\u202c  الدعــم\u200f:", "كتب الدعم:"),
        ("أُرسلت من الـ iPhone", "ارسلت من ال iphone"),
        ("إلى آخر الأمر", "الى اخر الامر"),
        ("٢٢/١١/٢٠٢٦، ۰۹:۱۵", "22/11/2026, 09:15"),
        ("ﻓﻲ اﻷﺣﺪ", "في الاحد"),
        ("\u2067الرسالة الأصليَّة\u2069", "الرسالة الاصلية"),
    ],
)
def test_differently_written_lines_are_one_line_to_the_reader(line: str, key: str) -> None:
    assert fold(line) == key
