"""The judge can say no: each thing that may go wrong, done to a desk that kept its word."""

import copy
from collections.abc import Callable

import pytest

from tests.chaos.ledger import Evidence, Expected, Ledger, Line, judge

EXPECTED = Expected(metrics=("resolution",), rungs=(("resolution", 1),), letters_twice=1)


def ledger() -> Ledger:
    return Ledger(creates={"k1": {"t1"}}, mails={"m1"}, replies={"w1": "t1"})


def evidence() -> Evidence:
    found = Evidence(
        tickets={"t1": "k1", "t2": "m1", "t3": "never acknowledged"},
        lines=[Line("sanad/tickets", "t1", (1, 3, 2), {"sla": 3, "notify": 3})],
        deliveries={"<a@x>", "<b@x>"},
    )
    found.words["t1", "w1"] = 1
    for ticket in ("t1", "t2"):
        found.breaches[ticket, "resolution", 1] = 1
        found.raised[ticket, "resolution", 1, 1] = 1
    found.letters.update({"<a@x>": 2, "<b@x>": 1})
    return found


def test_a_desk_that_kept_its_word_is_not_blamed() -> None:
    assert judge(ledger(), evidence(), EXPECTED) == []


MUTANTS: dict[str, Callable[[Evidence], object]] = {
    "lost: ticket of key": lambda found: found.tickets.pop("t1"),
    "twice: key": lambda found: found.tickets.update(t9="k1"),
    "lost: mail": lambda found: found.tickets.pop("t2"),
    "twice: mail": lambda found: found.tickets.update(t9="m1"),
    "twice: never acknowledged": lambda found: found.tickets.update(t9="never acknowledged"),
    "lost: reply": lambda found: found.words.clear(),
    "twice: reply": lambda found: found.words.update([("t1", "w1")]),
    "twice: unacknowledged reply": lambda found: found.words.update({("t1", "w9"): 2}),
    "unsent": lambda found: setattr(found, "unsent", 1),
    "gap": lambda found: found.lines.append(Line("sanad/sla", "t1", (1, 3), {})),
    "gap: sanad/repeat": lambda found: found.lines.append(Line("sanad/repeat", "t", (1, 1), {})),
    "behind: sla": lambda found: found.lines.append(Line("sanad/x", "t", (1, 2), {"sla": 1})),
    "behind: notify": lambda found: found.lines.append(Line("sanad/x", "t", (1,), {"notify": 2})),
    "twice: breach": lambda found: found.breaches.update([("t1", "resolution", 1)]),
    "promise": lambda found: found.breaches.pop(("t1", "resolution", 1)),
    "promise: resolution of t2": lambda found: found.breaches.update([("t2", "resolution", 2)]),
    "twice: rung": lambda found: found.raised.update([("t1", "resolution", 1, 1)]),
    "ladder": lambda found: found.raised.pop(("t2", "resolution", 1, 1)),
    "letters: 2 went out again": lambda found: found.letters.update(["<b@x>"]),
    "letters: <z@x> is no delivery's": lambda found: found.letters.update(["<z@x>"]),
    "letters: <b@x> counts as sent": lambda found: found.letters.pop("<b@x>"),
    "dead letter": lambda found: found.dead.append("sla ticket.opened.v1"),
}


@pytest.mark.parametrize("complaint", MUTANTS)
def test_the_judge_sees(complaint: str) -> None:
    found = copy.deepcopy(evidence())
    MUTANTS[complaint](found)
    said = judge(ledger(), found, EXPECTED)
    assert any(one.startswith(complaint) for one in said), said


def test_a_second_answer_with_another_ticket_is_seen() -> None:
    kept = ledger()
    kept.created("k1", "t7")
    assert any(one.startswith("twice: key k1") for one in judge(kept, evidence(), EXPECTED))


def test_what_was_refused_or_never_answered_is_seen() -> None:
    kept = ledger()
    kept.refused.append("422 for a create")
    kept.unanswered.append("mail m2")
    assert judge(kept, evidence(), EXPECTED) == [
        "422 for a create",
        "never acknowledged: mail m2",
    ]
