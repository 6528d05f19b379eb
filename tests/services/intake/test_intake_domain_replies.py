"""Own words and quoted words: other projects' samples, false alarms, hostile lines."""

import time
from pathlib import Path

import pytest

from services.intake.domain.replies import split_reply

DATA = Path(__file__).parents[4] / "shared" / "data" / "replies"
TRIMMER = DATA / "discourse-email_reply_trimmer" / "test"
UNQUOTE = DATA / "getfernand-unquotemail" / "tests"


@pytest.mark.parametrize(
    "text",
    [
        "كتب لي المدير في 3 رسائل:\nنعم\nلا",
        "من: المخزن\nنحتاج ثلاث قطع.",
        "On the other hand, he wrote:\nnothing",
        "From: Riyadh\nto Jeddah in one day",
        "- one\n- two\n-- three",
        "> only a quote",
        "في الموضوع: تفاصيل أكثر\nالتاريخ: غدا",
        "a" * 10_000,
    ],
)
def test_what_a_person_writes_is_not_folded(text: str) -> None:
    assert split_reply(text) == (text, "")


def test_folding_deletes_nothing() -> None:
    text = "نعم\n\nOn Sun, Nov 22, 2026 at 3:45 PM Desk <s@x> wrote:\n> سؤال\n> آخر\n\nشكرا"
    visible, quoted = split_reply(text)
    kept = sorted(line for line in (visible + "\n" + quoted).split("\n") if line)
    assert kept == sorted(line for line in text.split("\n") if line)


def test_answers_between_quotes_stay_in_their_order() -> None:
    text = "On 22 Nov 2026 Desk <s@x> wrote:\n> one?\nyes\n> two?\nno"
    assert split_reply(text).visible == "yes\nno"


@pytest.mark.parametrize(
    "line",
    [" " * 50_000, "On " * 20_000, "> " * 30_000, "\n" * 300_000, "From: a\n" * 50_000,
     "-- \n" * 50_000, "في كتب " * 20_000, "a@b 10:10\n" * 50_000, "كتب:\n" * 100_000],
    ids=lambda line: repr(line[:8]),
)  # fmt: skip
def test_hostile_lines_cost_little(line: str) -> None:
    began = time.process_time()  # the machine may be busy with other things
    split_reply(line)
    assert time.process_time() - began < 3


def samples(given: Path, wanted: Path) -> tuple[int, int]:
    right = total = 0
    for path in sorted(given.glob("*.txt")):
        expected = wanted / path.name
        if expected.exists():
            total += 1
            visible = split_reply(path.read_text(errors="replace").replace("\r\n", "\n")).visible
            right += visible.split() == expected.read_text(errors="replace").split()
    return right, total


@pytest.mark.skipif(not TRIMMER.exists(), reason="../shared/data is not beside the repository")
def test_more_samples_of_others_are_stripped_exactly_than_by_any_library_measured() -> None:
    right, total = samples(TRIMMER / "emails", TRIMMER / "trimmed")
    assert total == 64
    assert right >= 54
    right, total = samples(UNQUOTE / "samples", UNQUOTE / "expecteds")
    assert right / total >= 0.65
