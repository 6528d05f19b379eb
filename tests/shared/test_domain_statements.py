"""Gathered writes: few statements, and each subject's own order."""

from hypothesis import given
from hypothesis import strategies as st

from shared.kit.statements import Writes

PUT, CHANGE, DROP = "put", "change", "drop"
STEPS = st.lists(st.tuples(st.sampled_from([PUT, CHANGE, DROP]), st.integers(0, 4)), max_size=40)


def test_rows_of_one_statement_go_together() -> None:
    writes = Writes()
    for subject in range(3):
        writes.add(PUT, {"id": subject}, subject)
        writes.add(CHANGE, {"id": subject}, subject)
    taken = list(writes.take())
    assert [(statement, len(rows)) for statement, rows in taken] == [(PUT, 3), (CHANGE, 3)]
    assert not writes


def test_a_subject_that_comes_back_to_a_statement_keeps_its_order() -> None:
    writes = Writes()
    for statement in (PUT, DROP, PUT):
        writes.add(statement, {"id": 1}, 1)
    assert [statement for statement, _ in writes.take()] == [PUT, DROP, PUT]


@given(STEPS)
def test_each_subject_sees_its_statements_in_the_order_in_which_they_were_made(
    steps: list[tuple[str, int]],
) -> None:
    writes = Writes()
    for number, (statement, subject) in enumerate(steps):
        writes.add(statement, {"number": number, "subject": subject}, subject)
    sent = [(statement, row) for statement, rows in writes.take() for row in rows]
    for subject in range(5):
        mine = [(row["number"], s) for s, row in sent if row["subject"] == subject]
        assert mine == [(n, s) for n, (s, who) in enumerate(steps) if who == subject]


@given(STEPS, STEPS)
def test_what_was_gathered_apart_follows_in_each_subjects_order(
    first: list[tuple[str, int]], second: list[tuple[str, int]]
) -> None:
    writes, apart = Writes(), Writes()
    for number, (statement, subject) in enumerate(first):
        writes.add(statement, {"number": number, "subject": subject}, subject)
    for number, (statement, subject) in enumerate(second, len(first)):
        apart.add(statement, {"number": number, "subject": subject}, subject)
    writes.join(apart)
    sent = [(statement, row) for statement, rows in writes.take() for row in rows]
    for subject in range(5):
        mine = [(row["number"], s) for s, row in sent if row["subject"] == subject]
        steps = enumerate([*first, *second])
        assert mine == [(n, s) for n, (s, who) in steps if who == subject]
