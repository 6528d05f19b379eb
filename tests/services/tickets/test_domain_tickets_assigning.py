"""Whose turn it is: by table, and by many days of tickets, absences and resolutions."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tickets.domain.assigning import (
    Candidate,
    Reason,
    Skill,
    Span,
    Turn,
    choose,
    loaded,
    servable,
)
from shared.vocabulary import Locale

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
A, B, C = (UUID(int=n) for n in (1, 2, 3))
AR, EN = Locale.AR, Locale.EN
BOTH = frozenset(Locale)
AWAY = (Span(NOW - HOUR, NOW + HOUR),)


def agent(who: UUID, **more: object) -> Candidate:
    known = {"capacity": 5, "open": 0, "languages": BOTH}
    return Candidate(who, **{**known, **more})  # type: ignore[arg-type]  # a test's shorthand


def turn(last: UUID | None = None, locale: Locale = AR, skill: Skill = Skill.OFF) -> Turn:
    return Turn(locale, skill, last)


@pytest.mark.parametrize(
    ("people", "asked", "chosen"),
    [
        ([], turn(), Reason.NO_AGENTS),
        ([agent(B), agent(A)], turn(), A),
        ([agent(A), agent(B)], turn(A), B),
        ([agent(A), agent(B)], turn(B), A),
        ([agent(A), agent(C)], turn(B), C),
        ([agent(A), agent(B)], turn(UUID(int=99)), A),
        ([agent(A, paused=True), agent(B)], turn(B), B),
        ([agent(A, absences=AWAY), agent(B)], turn(B), B),
        ([agent(A, paused=True), agent(B, absences=AWAY)], turn(), Reason.ALL_AWAY),
        ([agent(A, absences=(Span(NOW - HOUR, NOW),))], turn(), A),
        ([agent(A, absences=(Span(NOW, NOW + HOUR),))], turn(), Reason.ALL_AWAY),
        ([agent(A, absences=(Span(NOW + HOUR, NOW + 2 * HOUR),))], turn(), A),
        ([agent(A, open=5), agent(B, open=4)], turn(B), B),
        ([agent(A, open=5), agent(B, open=7)], turn(), Reason.ALL_FULL),
        ([agent(A, capacity=0)], turn(), Reason.ALL_FULL),
        ([agent(A, languages={EN}), agent(B)], turn(B, AR, Skill.REQUIRE), B),
        ([agent(A, languages={EN})], turn(None, AR, Skill.REQUIRE), Reason.NO_LANGUAGE),
        ([agent(A, languages={EN}), agent(B, languages={AR})], turn(B, AR, Skill.PREFER), B),
        ([agent(A, languages={EN})], turn(None, AR, Skill.PREFER), A),
        ([agent(A, languages={EN}), agent(B, open=5)], turn(None, AR, Skill.PREFER), A),
        ([agent(A, languages={EN}), agent(B, open=5)], turn(None, AR, Skill.REQUIRE), "speakers"),
        (
            [agent(A, languages={EN}, open=5), agent(B, open=5)],
            turn(None, AR, Skill.REQUIRE),
            "full",
        ),
        (
            [agent(A, languages={EN}, open=5), agent(B, open=5)],
            turn(None, AR, Skill.PREFER),
            "full",
        ),
        (
            [agent(A, languages={EN}, paused=True), agent(B, open=5)],
            turn(skill=Skill.REQUIRE),
            "full",
        ),
        ([agent(A, languages={EN})], turn(None, AR, Skill.OFF), A),
        ([agent(A), agent(B)], replace(turn(), but=frozenset({A})), B),
        ([agent(A)], replace(turn(), but=frozenset({A})), Reason.NO_AGENTS),
    ],
)
def test_whose_turn_it_is(people: list[Candidate], asked: Turn, chosen: object) -> None:
    reasons = {"full": Reason.ALL_FULL, "speakers": Reason.SPEAKERS_FULL}
    wanted = reasons.get(chosen, chosen) if isinstance(chosen, str) else chosen
    assert choose(people, asked, NOW) == wanted


@given(st.integers(1, 8), st.integers(0, 60), st.none() | st.integers(0, 9))
def test_with_equal_capacities_nobody_has_two_more_than_another(
    people: int, tickets: int, last: int | None
) -> None:
    agents = [agent(UUID(int=n + 1), capacity=100) for n in range(people)]
    pointer = None if last is None else UUID(int=last)
    given_to: Counter[UUID] = Counter({one.id: 0 for one in agents})
    for _ in range(tickets):
        chosen = choose(agents, turn(pointer), NOW)
        assert isinstance(chosen, UUID)
        agents, pointer = loaded(agents, chosen), chosen
        given_to[chosen] += 1
    assert max(given_to.values()) - min(given_to.values()) <= 1


HAPPENINGS = st.lists(
    st.tuples(
        st.sampled_from(["ticket", "ticket", "ticket", "solved", "goes", "back", "pauses", "on"]),
        st.integers(0, 5),
        st.sampled_from(Locale),
    ),
    max_size=80,
)


@given(
    st.lists(st.tuples(st.integers(0, 4), st.sampled_from([{AR}, {EN}, {AR, EN}])), min_size=1),
    HAPPENINGS,
    st.sampled_from(Skill),
)
def test_never_to_who_is_away_full_or_does_not_speak_the_language(
    people: list[tuple[int, set[Locale]]],
    happenings: list[tuple[str, int, Locale]],
    skill: Skill,
) -> None:
    agents = [
        agent(UUID(int=n + 1), capacity=capacity, languages=frozenset(languages))
        for n, (capacity, languages) in enumerate(people)
    ]
    last: UUID | None = None
    for what, number, locale in happenings:
        index = number % len(agents)
        one = agents[index]
        match what:
            case "solved":
                agents[index] = replace(one, open=max(one.open - 1, 0))
            case "goes":
                agents[index] = replace(one, absences=AWAY)
            case "back":
                agents[index] = replace(one, absences=())
            case "pauses" | "on":
                agents[index] = replace(one, paused=what == "pauses")
            case _:
                chosen = choose(agents, Turn(locale, skill, last), NOW)
                able = [
                    some
                    for some in agents
                    if some.here(NOW)
                    and some.room
                    and (skill is not Skill.REQUIRE or locale in some.languages)
                ]
                assert isinstance(chosen, UUID) is bool(able)
                assert (locale in servable(agents, skill, NOW)) is bool(able)
                if isinstance(chosen, UUID):
                    assert chosen in {some.id for some in able}
                    speakers = {some.id for some in able if locale in some.languages}
                    assert skill is Skill.OFF or not speakers or chosen in speakers
                    agents, last = loaded(agents, chosen), chosen
    assert all(one.open <= max(one.capacity, one.open) for one in agents)


@given(st.integers(2, 6), st.lists(st.integers(0, 5), min_size=12, max_size=40))
def test_who_is_always_free_is_never_passed_over_twice(people: int, away: list[int]) -> None:
    """Between two tickets of one person everybody who was free all along got theirs."""
    agents = [agent(UUID(int=n + 1), capacity=1000) for n in range(people)]
    always = agents[-1].id
    last: UUID | None = None
    since: Counter[UUID] = Counter()
    for gone in away:
        here = [
            replace(one, absences=AWAY) if index == gone and one.id != always else one
            for index, one in enumerate(agents)
        ]
        chosen = choose(here, turn(last), NOW)
        assert isinstance(chosen, UUID)
        if chosen == always:
            since.clear()
        else:
            since[chosen] += 1
        assert all(count <= 2 for count in since.values())
        last = chosen
