"""A hostile text costs its reader little, and twice as much of it twice as little."""

import time
from collections.abc import Callable

import pytest

from services.intake.domain import limits
from services.intake.domain.replies import split_reply
from shared.vocabulary import REPLY_MARKER

MIB = 1024 * 1024


def cost(text: str, runs: int = 3) -> float:
    """Seconds of the processor for one reading; the least of some, others use it too."""
    spent = []
    for _ in range(runs):
        began = time.process_time()
        split_reply(text)
        spent.append(time.process_time() - began)
    return min(spent)


LINE: dict[str, Callable[[int], str]] = {
    "one letter": lambda n: "a" * n,
    "spaces": lambda n: " " * n,
    "On On On": lambda n: "On " * (n // 3),
    "في كتب": lambda n: "في كتب " * (n // 12),
    "one quote mark after another": lambda n: ">" * n,
    "marks and spaces": lambda n: "> " * (n // 2),
    "addresses": lambda n: "<a@b " * (n // 5) + ":",
    "times": lambda n: "10:10 " * (n // 6) + "wrote:",
    "days": lambda n: "1 ab " * (n // 5) + ":",
    "presentation forms": lambda n: "\ufefb" * (n // 3),
    "marks over one letter": lambda n: "a" + "\u064b" * (n // 2),
    "colons": lambda n: ":" * n,
    "dashes": lambda n: "-" * n,
}
MANY: dict[str, Callable[[int], str]] = {
    "words": lambda n: "abc def\n" * n,
    "nothing": lambda n: "\n" * n,
    "nested quotes": lambda n: "\n".join(">" * min(k, 100) + " x" for k in range(n)),
    "announcements": lambda n: "On 1/2/26 10:10 a@b wrote:\n" * n,
    "announcements in quotes": lambda n: "> On a@b 10:10 wrote:\n> x\n" * (n // 2),
    "verbs": lambda n: "كتب:\n" * n,
    "senders": lambda n: "From: a\n" * n,
    "two fields": lambda n: "From: a\nTo: b\n" * (n // 2),
    "signatures": lambda n: "-- \n" * n,
    "signatures and quotes": lambda n: "-- \n> x\n" * (n // 2),
    "footers": lambda n: "Sent from my phone\n" * n,
    "markers": lambda n: f"> {REPLY_MARKER}\nabc:\n\n" * (n // 3),
    "times with colons": lambda n: "a@b 10:10:\n" * n,
}


@pytest.mark.parametrize("line", LINE.values(), ids=LINE)
def test_one_line_of_a_mebibyte_costs_less_than_50_ms(line: Callable[[int], str]) -> None:
    assert cost(line(MIB)) < 0.05
    assert cost(line(50_000)) < 0.05


@pytest.mark.parametrize("many", MANY.values(), ids=MANY)
def test_a_hundred_thousand_lines_cost_less_than_half_a_second(many: Callable[[int], str]) -> None:
    assert cost(many(100_000)) < 0.5


def test_quotes_nested_ten_thousand_deep_cost_less_than_50_ms() -> None:
    assert cost(">" * 10_000 + " On 22 Nov 2026 10:30 a <a@b.c> wrote:\n" + ">" * 10_001) < 0.05


@pytest.mark.parametrize("many", MANY.values(), ids=MANY)
def test_four_times_the_lines_cost_nowhere_near_sixteen_times_as_much(
    many: Callable[[int], str],
) -> None:
    """Four in theory; caches and neighbours on the machine take their share."""
    part, whole = many(limits.SCANNED_LINES // 4), many(limits.SCANNED_LINES)
    assert cost(whole, 7) <= 8 * cost(part, 7) + 0.002
