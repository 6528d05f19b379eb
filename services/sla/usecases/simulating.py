"""Answering a simulation: pure, nothing is stored (contracts.md, decisions.md 23)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.sla.domain.ration import Rationed, TooMuchWork
from services.sla.domain.simulation import TargetTooFar, answer, imagine
from services.sla.problems import refused
from shared.vocabulary import Locale
from shared.worktime import InvalidCalendar, InvalidDuration, Timeline, read_calendar

Answer = dict[str, Any]
Event = Mapping[str, Any]


def simulate(
    locale: Locale,
    calendar: Any,
    queries: Sequence[Mapping[str, Any]],
    story: tuple[Mapping[str, Any] | None, Sequence[Event], datetime | None],
) -> Answer:
    """Answers, clocks and ledger; `story` is policy, events and as_of.

    A query that cannot be meant is answered by its code, anything else is refused by its field.
    """
    try:
        timeline = Rationed(read_calendar(calendar))
    except InvalidCalendar as error:
        if not queries:
            raise refused("#/calendar", error.code, locale) from error
        return {"answers": [{"error": error.code} for _ in queries], "error": error.code}
    try:
        answers = [answer(timeline, query) for query in queries]
        return {"answers": answers, **_told(locale, timeline, story)}
    except TooMuchWork:
        raise refused("#", "too_much_work", locale) from None


def _told(
    locale: Locale,
    timeline: Timeline,
    story: tuple[Mapping[str, Any] | None, Sequence[Event], datetime | None],
) -> Answer:
    policy, events, as_of = story
    until = as_of or max((event["at"] for event in events), default=None)
    if policy is None or until is None:
        return {}
    try:
        return imagine(timeline, policy, events, until)
    except TargetTooFar as error:
        raise refused("#/policy/targets", error.code, locale) from error
    except InvalidDuration as error:
        raise refused("#/as_of", error.code, locale) from error
