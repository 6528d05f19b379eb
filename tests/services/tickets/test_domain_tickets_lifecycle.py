"""The life of a ticket as a table, and the reopen rule at its edges."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tickets.domain.lifecycle import (
    LIVE,
    MOVES,
    TERMINAL,
    close_key,
    customer_was_answered,
    due_to_close,
    legal_now,
    legal_verbs,
    returned,
    takes_in,
    target,
)
from services.tickets.domain.reopening import (
    Effect,
    effect_of_mail,
    inside_window,
    is_automatic,
    moved_window,
    window_end,
)
from services.tickets.domain.stories import tell
from services.tickets.domain.words import Action, Ticket, Verb, number_text, parse_number
from shared.vocabulary import Channel, Locale, MailClass, Priority, Status

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
DAY = timedelta(hours=24)
TICK = timedelta(microseconds=1)
NEW, OPEN, RESOLVED, CLOSED = Status.NEW, Status.OPEN, Status.RESOLVED, Status.CLOSED
WAITING, VENDOR = Status.WAITING_CUSTOMER, Status.WAITING_THIRD_PARTY
MERGED, SPAM = Status.MERGED, Status.SPAM

TICKET = Ticket(
    id=UUID(int=1),
    number=1042,
    organization_id=UUID(int=2),
    requester_id=UUID(int=3),
    department_id=UUID(int=4),
    status=RESOLVED,
    priority=Priority.P3,
    channel=Channel.EMAIL,
    locale=Locale.AR,
    created_at=NOW - DAY,
    version=3,
    resolved_at=NOW,
    reopen_until=NOW + DAY,
)
ENDS = {
    Action.RESPOND: {NEW: OPEN},
    Action.ANSWER: {WAITING: OPEN, VENDOR: OPEN},
    Action.WAIT_FOR_CUSTOMER: {OPEN: WAITING},
    Action.WAIT_FOR_THIRD_PARTY: {OPEN: VENDOR},
    Action.RESOLVE: dict.fromkeys((NEW, OPEN, WAITING, VENDOR), RESOLVED),
    Action.REOPEN: {RESOLVED: OPEN, CLOSED: OPEN},
    Action.CLOSE: dict.fromkeys((NEW, OPEN, WAITING, VENDOR, RESOLVED), CLOSED),
    Action.MERGE: dict.fromkeys((NEW, OPEN, WAITING, VENDOR, RESOLVED, CLOSED), MERGED),
    Action.SPAM: dict.fromkeys((NEW, OPEN, WAITING, VENDOR, RESOLVED, CLOSED), SPAM),
}


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("status", list(Status))
def test_each_action_leads_where_the_decisions_say(status: Status, action: Action) -> None:
    assert target(status, action) is ENDS.get(action, {}).get(status)


def test_the_only_way_out_of_merged_and_spam_is_to_undo_it() -> None:
    assert not any(status in TERMINAL for status, _ in MOVES)
    assert legal_verbs(MERGED) == (Verb.UNMERGE,)
    assert legal_verbs(SPAM) == (Verb.UNSPAM,)


@pytest.mark.parametrize(
    ("before", "answered", "expected"),
    [
        (None, True, OPEN),
        (NEW, False, NEW),
        (RESOLVED, False, RESOLVED),
        (WAITING, True, WAITING),
        (WAITING, False, OPEN),
        (VENDOR, False, VENDOR),
    ],
)
def test_a_ticket_comes_back_where_it_stood_but_into_no_wait_that_is_over(
    before: Status | None, answered: bool, expected: Status
) -> None:
    staff = NOW if answered else None
    ticket = replace(TICKET, status_before=before, last_staff_message_at=staff)
    assert returned(replace(ticket, last_customer_message_at=NOW - TICK)) is expected


@pytest.mark.parametrize("target_status", list(Status))
@pytest.mark.parametrize("source", list(Status))
def test_who_waits_is_merged_only_where_somebody_answers(
    source: Status, target_status: Status
) -> None:
    alive = target_status in LIVE
    solved_too = target_status is RESOLVED and source not in LIVE
    assert takes_in(source, target_status) is (alive or solved_too)


@pytest.mark.parametrize("status", sorted(LIVE))
def test_what_is_legal_names_every_move_and_no_other(status: Status) -> None:
    legal = legal_verbs(status)
    assert (Verb.WAIT in legal) is (status is OPEN)
    assert {Verb.RESOLVE, Verb.CLOSE, Verb.ESCALATE, Verb.ASSIGN, Verb.MERGE, Verb.LINK} <= {*legal}
    assert Verb.REOPEN not in legal


@pytest.mark.parametrize("until", [None, NOW, NOW + DAY])
@pytest.mark.parametrize("status", list(Status))
def test_by_hand_the_solved_is_reopened_and_the_closed_inside_its_window(
    status: Status, until: datetime | None
) -> None:
    ticket = replace(TICKET, status=status, reopen_until=until)
    in_time = until == NOW + DAY
    legal = legal_now(ticket, NOW + TICK)
    assert (Verb.REOPEN in legal) is (status is RESOLVED or (status is CLOSED and in_time))
    assert {*legal} - {Verb.REOPEN} == {*legal_verbs(status)} - {Verb.REOPEN}


@pytest.mark.parametrize(
    ("staff", "customer", "answered"),
    [(None, NOW, False), (NOW, None, True), (NOW, NOW, False), (NOW + TICK, NOW, True)],
)
def test_the_customer_was_answered_by_a_later_public_message(
    staff: datetime | None,
    customer: datetime | None,
    answered: bool,
) -> None:
    ticket = replace(TICKET, last_staff_message_at=staff, last_customer_message_at=customer)
    assert customer_was_answered(ticket) is answered


def test_the_last_instant_of_the_window_counts_and_the_next_does_not() -> None:
    assert inside_window(TICKET, NOW + DAY)
    assert not inside_window(TICKET, NOW + DAY + TICK)
    assert not inside_window(replace(TICKET, reopen_until=None), NOW)


def mail(ticket: Ticket, at: datetime, **more: bool) -> Effect:
    flags = {"automatic": False, "may_reopen": True, **more}
    return effect_of_mail(ticket, at, NOW + 2 * DAY, **flags)


@pytest.mark.parametrize("status", [RESOLVED, CLOSED])
def test_a_reply_is_judged_by_its_arrival_even_when_the_timer_came_first(status: Status) -> None:
    ticket = replace(TICKET, status=status)
    assert mail(ticket, NOW + DAY) is Effect.REOPEN
    assert mail(ticket, NOW + DAY + TICK) is Effect.FOLLOW_UP


def test_a_live_ticket_is_answered_and_spam_only_collects() -> None:
    assert mail(replace(TICKET, status=OPEN), NOW) is Effect.ANSWER
    assert mail(replace(TICKET, status=SPAM), NOW) is Effect.APPEND


def test_automatic_and_barred_mails_move_nothing() -> None:
    assert mail(TICKET, NOW, automatic=True) is Effect.APPEND
    assert mail(TICKET, NOW, may_reopen=False) is Effect.APPEND


def test_the_fourth_reopening_of_a_day_only_joins() -> None:
    now = NOW + 2 * DAY
    three = tuple(now - timedelta(hours=hours) for hours in (1, 2, 23))
    assert mail(replace(TICKET, mail_reopens=three), NOW) is Effect.APPEND
    two = (*three[:2], now - timedelta(hours=24))
    assert mail(replace(TICKET, mail_reopens=two), NOW) is Effect.REOPEN


@pytest.mark.parametrize("kind", list(MailClass))
def test_people_and_lists_answer_and_machines_do_not(kind: MailClass) -> None:
    assert is_automatic(kind) is (kind not in {MailClass.HUMAN, MailClass.LIST})


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=30)), st.booleans())
def test_the_window_only_ever_moves_later(window: timedelta, counted: bool) -> None:
    ticket = replace(
        TICKET, reopen_window=window, reopen_until=window_end(NOW, window), reopen_count=2
    )
    moved = moved_window(ticket, 2 if counted else None, NOW - TICK)
    assert moved == ticket.reopen_until
    later = moved_window(ticket, None, NOW + DAY)
    assert later == NOW + DAY + window


def test_a_window_that_was_told_does_not_shrink_when_the_terms_are_known() -> None:
    told = replace(TICKET, reopen_until=NOW + DAY, reopen_window=timedelta(minutes=1))
    assert moved_window(told, None, NOW + TICK) == NOW + DAY


def test_the_window_moves_once_and_for_its_own_resolution() -> None:
    assert moved_window(replace(TICKET, reopen_moved=True), 0, NOW) is None
    assert moved_window(TICKET, 1, NOW) is None
    assert moved_window(replace(TICKET, status=OPEN), 0, NOW) is None


@given(st.integers(0, 3), st.integers(0, 3), st.integers(-2, 2), st.sampled_from(list(Status)))
def test_a_timer_closes_its_own_resolution_when_the_time_has_come(
    armed: int, count: int, shift: int, status: Status
) -> None:
    ticket = replace(TICKET, status=status, reopen_count=count)
    closes = due_to_close(ticket, armed, NOW + DAY + shift * TICK)
    assert closes is (status is RESOLVED and armed == count and shift >= 0)


def test_the_timer_is_named_for_ticket_and_resolution() -> None:
    assert close_key(replace(TICKET, reopen_count=2)) == f"close:{TICKET.id}:2"


def test_numbers_and_codes_are_fenced_in_arabic_stories_alone() -> None:
    data = {"number": "SND-7"}
    assert tell("merged", data, Locale.AR).endswith(" \u2068SND-7\u2069")
    assert tell("merged", data, Locale.EN) == "Merged into SND-7"


@given(st.integers(0, 10**17))
def test_numbers_are_read_as_they_are_written(number: int) -> None:
    assert parse_number(number_text(number)) == number
    assert parse_number(f" snd-{number} ") == number
    for digits in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"):
        other = number_text(number).translate(str.maketrans("0123456789", digits))
        assert parse_number(other) == number


@pytest.mark.parametrize("text", ["", "SND-", "SND-1x", "१०४२", "١٠٫٤", "-1", "1" * 19, "SND--1"])
def test_anything_else_is_no_number(text: str) -> None:
    assert parse_number(text) is None
