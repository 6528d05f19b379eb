"""Promises in words: counts agree with their nouns, and the sentence says what happened."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from services.sla.domain import wording
from services.sla.domain.causes import Change, changes, steps
from services.sla.domain.clock import Target
from services.sla.domain.daybook import kinds
from services.sla.domain.fold import Happening, Rules, fold
from services.sla.domain.ledger import ledger
from services.sla.domain.settle import state_word
from services.sla.domain.verdicts import verdict
from services.sla.domain.wording import Promise, Zone
from services.sla.domain.words import Kind
from shared.vocabulary import Localized, Metric
from shared.worktime import SECOND, Compiled, Micros, Wall, instant, micros, read_calendar
from shared.worktime.spans import business_days, span
from tests.services.sla.story import WEEK

RIYADH = Zone(Wall("Asia/Riyadh"), Localized(ar="الرياض", en="Riyadh"))
DESK = Compiled(read_calendar({"timezone": "Asia/Riyadh", "weekly": WEEK}))
RULES = Rules(
    {
        "P2": {metric: Target(DESK, 4 * 3600) for metric in Metric},
        "P1": {Metric.RESOLUTION: Target(DESK, 2 * 3600)},
        "P4": {Metric.RESOLUTION: Target(DESK, days=2)},
    },
    DESK,
    frozenset({"waiting_customer"}),
    frozenset({"resolution"}),
    frozenset({"resolved", "closed"}),
)


@pytest.mark.parametrize(
    ("seconds", "ar", "en"),
    [
        (0, "0 ثانية", "0 s"),
        (1, "ثانية واحدة", "1 s"),
        (3600, "ساعة واحدة", "1 h"),
        (7200 + 120, "ساعتان ودقيقتان", "2 h 2 min"),
        (3 * 3600 + 20 * 60, "3 ساعات و20 دقيقةً", "3 h 20 min"),
        (10 * 60 + 10, "10 دقائق و10 ثوانٍ", "10 min 10 s"),
        (11 * 3600, "11 ساعةً", "11 h"),
        (100 * 3600, "100 ساعة", "100 h"),
        (102 * 3600, "102 ساعة", "102 h"),
        (103 * 3600, "103 ساعات", "103 h"),
        (111 * 3600, "111 ساعةً", "111 h"),
    ],
)
def test_counts_agree_with_their_nouns(seconds: int, ar: str, en: str) -> None:
    assert span(seconds) == {"ar": ar, "en": en}


def test_after_a_preposition_the_dual_bends() -> None:
    assert span(2 * 3662, after=True)["ar"] == "ساعتين ودقيقتين و4 ثوانٍ"
    assert [business_days(n)["ar"] for n in (1, 2, 3, 11)] == [
        "يوم عمل واحد",
        "يومي عمل",
        "3 أيام عمل",
        "11 يوم عمل",
    ]
    assert business_days(1)["en"] == "1 business day"


def at(text: str) -> Micros:
    """An instant by Riyadh's wall clock."""
    return micros(datetime.fromisoformat(f"{text}+03:00").astimezone(UTC))


def opened(text: str, priority: str = "P2") -> Happening:
    return Happening(at(text), Kind.CREATED, priority, "new")


def moved(text: str, status: str) -> Happening:
    return Happening(at(text), Kind.STATUS, status)


def told(story: list[Happening], as_of: str, *facts: str, promise: Promise | None = None) -> Any:
    reading = fold(RULES, story, at(as_of))[Metric.RESOLUTION]
    seconds = (reading.amount or 0) // SECOND
    given = promise or (Promise(seconds) if seconds else None)
    spent = wording.parts(kinds(ledger(reading, at(as_of))), lambda *_: None)
    return wording.summary(Metric.RESOLUTION, given, verdict(reading, facts), spent, RIYADH)


PAUSED = [
    opened("2026-03-08T15:00"),
    moved("2026-03-08T16:00", "waiting_customer"),
    Happening(at("2026-03-09T10:00"), Kind.CUSTOMER_REPLY),
]


def test_the_sentence_says_promise_due_count_rest_and_outcome() -> None:
    assert told(PAUSED, "2026-03-09T13:35") == {
        "ar": "الحل: الوعد خلال 4 ساعات من ساعات العمل، وموعده"
        " \u2068الاثنين 9 مارس 2026 (20 رمضان 1447 هـ) 13:00 بتوقيت الرياض\u2069."
        " المحتسب 4 ساعات و35 دقيقةً، والتوقف بانتظار العميل ساعتان، وخارج ساعات العمل 16 ساعةً."
        " وفات الموعد بمقدار 35 دقيقةً من الوقت المحتسب.",
        "en": "Resolution: promised within 4 h of working hours, due"
        " Monday 9 March 2026 (20 Ramadan 1447 AH), 13:00 Riyadh time."
        " 4 h 35 min counted, 2 h paused while waiting for the customer,"
        " 16 h outside working hours. Missed by 35 min of counted time.",
    }


@pytest.mark.parametrize(
    ("as_of", "facts", "ending"),
    [
        ("2026-03-08T15:30", (), "30 min counted. 3 h 30 min left."),
        ("2026-03-08T16:30", (), "for the customer. The clock is paused with 3 h left."),
        (
            "2026-03-09T13:00",
            ("breached",),
            "Missed: the promised time was used up at this very moment.",
        ),
        ("2026-03-09T13:00", (), "hours. 0 s left."),
        ("2026-03-09T13:35", ("breached", "excused"), "counted time. The miss was excused."),
        (
            "2026-03-09T12:00",
            ("breached", "voided"),
            "1 h left. A missed due time had been stated and was called off.",
        ),
    ],
)
def test_the_outcome_is_said_last(as_of: str, facts: tuple[str, ...], ending: str) -> None:
    assert told(PAUSED, as_of, *facts)["en"].endswith(ending)


def test_a_promise_that_was_kept_has_time_to_spare() -> None:
    said = told(
        [opened("2026-03-08T09:00"), moved("2026-03-08T12:00", "resolved")], "2026-03-08T14:00"
    )
    assert said["en"].endswith(
        "3 h counted, 2 h stopped after the resolution. Kept with 1 h to spare."
    )
    assert said["ar"].endswith("وبعد الحل ساعتان. أُوفي بالوعد، وبقي من المهلة ساعة واحدة.")


def test_a_question_that_a_resolution_left_open_is_not_called_kept() -> None:
    story = [
        opened("2026-03-08T09:00"),
        Happening(at("2026-03-08T09:30"), Kind.AGENT_REPLY),
        Happening(at("2026-03-08T10:00"), Kind.CUSTOMER_REPLY),
        moved("2026-03-08T11:00", "resolved"),
    ]
    reading = fold(RULES, story, at("2026-03-08T14:00"))[Metric.NEXT_RESPONSE]
    assert state_word(reading) == "stopped"
    (said,) = wording._outcome(verdict(reading, ()))
    assert said["en"] == ("The ticket ended without it: the clock stands still with 3 h left.")
    assert said["ar"] == ("وانتهت التذكرة دون ذلك فتوقّف الاحتساب، والباقي من المهلة 3 ساعات.")


def test_business_days_are_said_as_they_were_promised() -> None:
    promise = Promise(16 * 3600, days=2)
    said = told([opened("2026-03-08T09:00", "P4")], "2026-03-08T10:00", promise=promise)
    assert "promised within 2 business days (16 h), due" in said["en"]
    assert "خلال يومي عمل (16 ساعةً)" in said["ar"]


def test_without_a_target_nothing_is_promised() -> None:
    said = told([opened("2026-03-08T09:00", "P3")], "2026-03-08T10:00")
    assert said["en"] == "Resolution: no time was promised. 1 h counted."


def why(story: list[Happening], metric: Metric = Metric.RESOLUTION) -> list[Change]:
    return list(changes(steps(RULES, story, at("2026-03-20T00:00")), metric))


def brief(found: list[Change]) -> list[tuple[str, str | None, str | None]]:
    def local(one: Micros | None) -> str | None:
        return None if one is None else f"{instant(one + 3 * 3600 * SECOND):%d %H:%M}"

    return [(one.cause, local(one.before), local(one.after)) for one in found]


def test_every_change_of_the_due_instant_has_its_cause() -> None:
    story = [
        *PAUSED,
        Happening(at("2026-03-09T10:30"), Kind.PRIORITY, "P1"),
        moved("2026-03-09T10:45", "resolved"),
        moved("2026-03-09T11:45", "open"),
    ]
    assert brief(why(story)) == [
        ("pause", "09 11:00", None),
        ("resume", None, "09 13:00"),
        ("retarget", "09 13:00", "09 11:00"),
        ("stop", "09 11:00", None),
        ("reopen", None, "09 12:00"),
    ]


def test_what_moves_no_due_instant_is_no_cause() -> None:
    story = [opened("2026-03-08T15:00"), moved("2026-03-08T15:10", "open"), *PAUSED[1:]]
    assert [one.cause for one in why(story, Metric.FIRST_RESPONSE)] == []


def test_each_exchange_is_asked_and_answered() -> None:
    reply = Kind.AGENT_REPLY
    story = [
        opened("2026-03-08T09:00"),
        Happening(at("2026-03-08T09:30"), reply),
        Happening(at("2026-03-08T10:00"), Kind.CUSTOMER_REPLY),
        Happening(at("2026-03-08T11:00"), reply),
        Happening(at("2026-03-08T12:00"), Kind.CUSTOMER_REPLY),
    ]
    assert [one.cause for one in why(story, Metric.NEXT_RESPONSE)] == ["answered", "asked"]
    assert [one.cause for one in why(story, Metric.FIRST_RESPONSE)] == ["answered"]


def test_words_for_states_exist_in_both_languages() -> None:
    texts: Mapping[Any, Localized] = wording._PLAIN
    assert all(one["ar"] and one["en"] for one in texts.values())
    assert {state for state, reason in texts if not reason} == {"paused", "stopped", "closed"}
