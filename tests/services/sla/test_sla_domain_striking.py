"""A due instant struck by hand says what the fold would say."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from operator import attrgetter

from hypothesis import given, settings

from services.sla.domain.clock import Target
from services.sla.domain.fold import Happening, Rules, fold
from services.sla.domain.settle import Armed, Settlement, Stated, next_due, settle, to_arm
from services.sla.domain.striking import Due, State, due_of, strike
from services.sla.domain.words import Kind
from services.sla.usecases.stating import clock_states
from shared.vocabulary import Metric
from shared.worktime import ALWAYS_OPEN, SECOND, Compiled, Micros, instant, micros
from tests.services.sla.test_sla_domain_properties import START, rules, stories

TICK = timedelta(microseconds=1)


@dataclass
class Book:
    """One ticket told by the fold, and what was stated so far."""

    rules: Rules
    stated: Stated = field(default_factory=Stated)

    def look(self, known: list[Happening], at: Micros, dues: list[Due]) -> Settlement:
        self.readings = fold(self.rules, known, at)
        points = frozenset((d.metric, d.cycle, d.point) for d in dues if d.point is not None)
        result = settle(self.readings, self.stated, at, points)
        self.stated = result.stated
        self.clocks = clock_states(self.readings, result)
        return result


def struck(clocks: list[State], dues: list[Due], at: datetime) -> tuple[list[State], list[Due]]:
    """The clocks after several dues of one instant, and those that had something to say."""
    spoken = []
    for due in dues:
        after = strike(clocks, due, at)
        if after is not None:
            clocks = after
            spoken.append(due)
    return clocks, spoken


@given(rules(), stories())
@settings(deadline=None, max_examples=400)
def test_striking_says_what_the_fold_says(how: Rules, story: list[Happening]) -> None:
    book = Book(how)
    edges = [happening.at for happening in story] + [START + 9 * 86_400 * SECOND]
    for number, (start, until) in enumerate(pairwise(edges), start=1):
        if start == until:
            continue
        known = story[:number]
        book.look(known, start, [])
        armed = sorted(to_arm(book.readings, start, book.stated), key=attrgetter("at"))
        for moment, group in groupby(armed, key=attrgetter("at")):
            if moment < until:
                meet(book, known, instant(moment) + TICK, list(group))


def meet(book: Book, known: list[Happening], at: datetime, armed: list[Armed]) -> None:
    """Fold and strike the same instant and compare all that they say."""
    dues = [Due.of(one) for one in armed]
    assert [Due.read(one.key("t"), instant(one.at)) for one in armed] == dues
    before = next_due(book.readings)
    clocks, spoken = struck(book.clocks, dues, at)
    result = book.look(known, micros(at), dues)
    assert clocks == book.clocks
    assert next_due(book.readings) == before, "what is owed is owed before and after its breach"
    breaches = {(b.metric, b.cycle, instant(b.due), instant(b.at)) for b in result.breaches}
    struck_dues = [d for d in spoken if d.point is None and d.idle is None]
    assert breaches == {(d.metric, d.cycle, d.at, d.at) for d in struck_dues}
    assert set(result.idle) == {d.idle for d in spoken if d.idle is not None}
    warned = {(w.metric, w.cycle, w.point, instant(w.at)) for w in result.warned}
    assert warned == {(d.metric, d.cycle, d.point, d.at) for d in spoken if d.point is not None}
    for one in result.warned:
        assert instant(one.due) == due_of(clocks, one.metric)


def test_a_promise_that_is_met_is_not_struck() -> None:
    met = [{"metric": "resolution", "state": "met", "due_at": None}]
    assert strike(met, Due(Metric.RESOLUTION, 1, instant(START)), instant(START)) is None


def test_a_warning_that_comes_at_its_breach_is_dropped_by_both_ways() -> None:
    due = START + 3600 * SECOND
    promise = Target(Compiled(ALWAYS_OPEN), 3600)
    how = Rules({"P1": {Metric.RESOLUTION: promise}}, promise.timeline, marks=(0.75,))
    story = [Happening(START, Kind.CREATED, "P1", "new")]
    book = Book(how)
    book.look(story, START, [])
    warning = Due(Metric.RESOLUTION, 1, instant(due - 900 * SECOND), 0.75)
    assert strike(book.clocks, warning, instant(due)) is None
    assert strike(book.clocks, warning, instant(due - 1)) is not None
    assert not book.look(story, due, [warning]).warned


def test_a_point_that_was_said_is_not_armed_again_after_a_retarget() -> None:
    timeline = Compiled(ALWAYS_OPEN)
    how = Rules(
        {
            "P1": {Metric.RESOLUTION: Target(timeline, 3600)},
            "P2": {Metric.RESOLUTION: Target(timeline, 7200)},
        },
        timeline,
        marks=(0.75,),
    )
    story = [
        Happening(START, Kind.CREATED, "P1", "new"),
        Happening(START + 3000 * SECOND, Kind.PRIORITY, "P2"),
    ]
    said = Stated().with_warning((Metric.RESOLUTION, 1, 0.75), START + 2700 * SECOND)
    as_of = story[-1].at
    armed = to_arm(fold(how, story, as_of), as_of, said)
    assert [(one.kind, one.at) for one in armed] == [("breach", START + 7200 * SECOND)]
