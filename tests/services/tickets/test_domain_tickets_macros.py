"""Rules of macros: gaps are filled once and as plain text, circles are named, rows stay short."""

import itertools
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tickets.domain import macrostories, placeholders, steps
from services.tickets.domain.fieldstories import as_written
from services.tickets.domain.placeholders import fill, gaps, plain, unknown
from services.tickets.domain.steps import Recipe, Resolve, Run, find_loop, unfold
from services.tickets.domain.written import WORDS, steps_of
from shared.vocabulary import Locale

NAME = {"ar": "إجراء", "en": "macro"}
TEXT = {"ar": "نص", "en": "text"}
KNOWN = st.sampled_from([*placeholders.STANDS_FOR, "custom.floor", "custom.بلد"])
LETTERS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=30)


def recipe(number: int, *runs: int, text: bool = True) -> Recipe:
    inner = tuple(Run(UUID(int=one)) for one in runs)
    return Recipe(UUID(int=number), NAME, TEXT if text else None, True, inner)


def book(*recipes: Recipe) -> dict[UUID, Recipe]:
    return {one.id: one for one in recipes if one.id is not None}


@pytest.mark.parametrize(
    ("text", "names", "strange"),
    [
        ("no gap", (), ()),
        ("{{ticket.number}} {{ ticket.number }}", ("ticket.number",), ()),
        ("{{requester.name}}{{custom.floor}}", ("requester.name", "custom.floor"), ()),
        ("{{ticket.body}}", ("ticket.body",), ("ticket.body",)),
        ("{{}}", ("",), ("",)),
        ("{{custom.}}", ("custom.",), ("custom.",)),
        ("{{custom.a b}}", ("custom.a b",), ("custom.a b",)),
        ("{{ticket.__class__}}", ("ticket.__class__",), ("ticket.__class__",)),
        ("{{requester.name|upper}}", ("requester.name|upper",), ("requester.name|upper",)),
        ("{ticket.number} }} {{ {%x%}", (), ()),
        ("{{{ticket.number}}}", ("ticket.number",), ()),
        ("{{ticket.number", (), ("{{ticket.number",)),
        ("{{ custom.floor }", (), ("{{ custom.floor",)),
        ("{{\nticket.number\n}}", ("ticket.number",), ()),
    ],
)
def test_gaps_are_what_stands_between_two_braces(
    text: str, names: tuple[str, ...], strange: tuple[str, ...]
) -> None:
    assert gaps(text) == names
    assert unknown(text) == strange


@given(st.lists(st.tuples(LETTERS, KNOWN), max_size=8), LETTERS)
def test_a_value_is_never_looked_at_again(parts: list[tuple[str, str]], value: str) -> None:
    """Whatever a customer calls themselves: the text around it stays, and it opens no gap."""
    before = [text.replace("{", "(").replace("}", ")") for text, _ in parts]
    text = "".join(f"{one}{{{{{name}}}}}" for one, (_, name) in zip(before, parts, strict=True))
    evil = "{{agent.name}}" + value + "{{ticket.number}}"
    values = dict.fromkeys(gaps(text), evil)
    assert fill(text, values) == "".join(f"{one}{evil}" for one in before)


@given(st.text(max_size=60).map(lambda text: text * 20))
def test_a_value_becomes_one_harmless_line(value: str) -> None:
    line = plain(value)
    assert len(line) <= 1000
    assert not set(line) & set("\n\r\t\x00\u202e\u2066\u2067\u2068\u2069\u200f\u2028")
    assert plain(line) == line


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (None, ""),
        ("a\n\u202eb", "a b"),
        (" علي\u2069 ", "علي"),
    ],
)
def test_texts_become_one_line(value: str | None, line: str) -> None:
    assert plain(value) == line


@pytest.mark.parametrize(
    ("value", "arabic", "english"),
    [
        (None, "", ""),
        (0, "0", "0"),
        (2.0, "2", "2"),
        (0.00001, "0.00001", "0.00001"),
        (1e15, "1000000000000000", "1000000000000000"),
        (-0.5, "-0.5", "-0.5"),
        (True, "نعم", "yes"),
        (False, "لا", "no"),
        (["a", 2, True], "a، 2، نعم", "a, 2, yes"),
        ({"k": [None, {"n": 1.5}]}, "k: ، n: 1.5", "k: , n: 1.5"),
    ],
)
def test_values_of_every_kind_are_written_as_people_do(
    value: Any, arabic: str, english: str
) -> None:
    assert (as_written(value, Locale.AR), as_written(value, Locale.EN)) == (arabic, english)


def test_a_text_with_endless_braces_is_read_in_no_time() -> None:
    assert gaps("{{" * 25_000 + "x" * 10 + "}}") == ("x" * 10,)
    assert placeholders.crowded("{{ticket.number}}" * 101)


@pytest.mark.parametrize(
    ("recipes", "loop"),
    [
        ([recipe(1)], None),
        ([recipe(1, 1)], (1, 1)),
        ([recipe(1, 2), recipe(2, 1)], (1, 2, 1)),
        ([recipe(1, 2), recipe(2, 3), recipe(3, 2)], (2, 3, 2)),
        ([recipe(1, 2, 3), recipe(2, 4), recipe(3, 4), recipe(4)], None),
        ([recipe(1, *[2] * 20), recipe(2, *[3] * 20), recipe(3, *[4] * 20), recipe(4)], None),
        ([recipe(1, 9)], None),
    ],
)
def test_a_circle_is_found_and_named(recipes: list[Recipe], loop: tuple[int, ...] | None) -> None:
    found = find_loop(recipes[0], book(*recipes))
    assert found == (loop and tuple(UUID(int=one) for one in loop))


def test_a_long_circle_is_a_circle_and_not_merely_deep() -> None:
    ring = [recipe(one, one % 500 + 1) for one in range(1, 501)]
    with pytest.raises(steps.Loop) as refused:
        unfold(ring[0], book(*ring))
    assert len(refused.value.path) == 501
    assert refused.value.path[0] == refused.value.path[-1]


@given(st.dictionaries(st.integers(1, 7), st.lists(st.integers(1, 7), max_size=4), min_size=1))
def test_what_has_no_circle_unfolds_and_what_has_one_never_does(
    graph: dict[int, list[int]],
) -> None:
    recipes = book(*(recipe(one, *runs) for one, runs in graph.items()))
    root = recipes[UUID(int=min(graph))]

    def reaches(start: int, goal: int) -> bool:
        seen: set[int] = set()
        queue = list(graph.get(start, ()))
        while queue:
            here = queue.pop()
            if here not in seen:
                seen.add(here)
                queue += graph.get(here, ())
        return goal in seen

    first = min(graph)
    circular = any(reaches(one, one) for one in graph if one == first or reaches(first, one))
    loop = find_loop(root, recipes)
    assert (loop is not None) == circular
    if loop is not None:
        assert loop[0] == loop[-1]
        pairs = itertools.pairwise(loop)
        assert all(after in recipes[before].runs for before, after in pairs)
        with pytest.raises(steps.Loop):
            unfold(root, recipes)


def test_steps_of_inner_macros_stand_in_their_places() -> None:
    inner = Recipe(UUID(int=2), NAME, TEXT, False, (Resolve(),))
    outer = Recipe(UUID(int=1), NAME, None, True, (steps.AddTags(("a",)), Run(UUID(int=2))))
    row = unfold(outer, book(outer, inner))
    assert [(one.pointer, one.macro_id) for one in row] == [
        ("/actions/0", UUID(int=1)),
        ("/body", UUID(int=2)),
        ("/actions/0", UUID(int=2)),
    ]
    assert row[1].step == steps.Say(TEXT, public=False)


def test_depth_and_length_are_bounded_and_a_missing_macro_is_named() -> None:
    chain = [recipe(one, one + 1) for one in range(1, 6)]
    with pytest.raises(steps.TooDeep):
        unfold(chain[0], book(*chain, recipe(6)))
    assert len(unfold(chain[1], book(*chain, recipe(6)))) == 5
    wide = [recipe(1, *[2] * 20), recipe(2, *[3] * 20), recipe(3, *[4] * 20), recipe(4)]
    with pytest.raises(steps.TooLong):
        unfold(wide[0], book(*wide))
    with pytest.raises(steps.Missing) as refused:
        unfold(recipe(1, 7), {})
    assert (refused.value.pointer, refused.value.macro_id) == ("/actions/0/macro_id", UUID(int=7))


def test_every_action_that_can_be_written_is_read_and_has_its_sentence() -> None:
    some = UUID(int=3)
    written = [
        {"do": "priority", "priority": "P1", "reason": "x"},
        {"do": "assign", "to": "me"},
        {"do": "assign", "to": "nobody"},
        {"do": "assign", "to": str(some)},
        {"do": "department", "department_id": str(some)},
        {"do": "add_tags", "tags": ["a"]},
        {"do": "remove_tags", "tags": ["a"]},
        {"do": "custom", "values": {"a": None}},
        {"do": "wait", "for": "customer"},
        {"do": "wait", "for": "third_party", "reason": "x"},
        {"do": "resolve"},
        {"do": "close"},
        {"do": "spam"},
        {"do": "note", "body": "x"},
        {"do": "note", "body": TEXT},
        {"do": "run", "macro_id": str(some)},
    ]
    assert {one["do"] for one in written} == WORDS
    for one, step in zip(written, steps_of(written), strict=True):
        assert macrostories.word_of(step) == one["do"]
        if not isinstance(step, Run):
            assert macrostories.effect_of(step, changes=True) in macrostories.EFFECTS.values()
    assert steps_of(written)[3] == steps.Assign(some)
