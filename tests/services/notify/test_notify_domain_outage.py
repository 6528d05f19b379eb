"""A server that is away is asked by one mail at a time, at least once a minute."""

from datetime import UTC, datetime, timedelta

import pytest

from services.notify.domain.outage import PAUSES, Fault, Outage, answered

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_the_pauses_grow_to_a_minute_and_stay_there() -> None:
    outage, now, pauses = Outage(), NOW, []
    for _ in range(len(PAUSES) + 3):
        outage.missed("timeout", now)
        assert outage.retry_at is not None
        pauses.append(outage.retry_at - now)
        now = outage.retry_at
    assert pauses == sorted(pauses)
    assert pauses[0] <= timedelta(seconds=2)
    assert pauses[-4:] == [timedelta(minutes=1)] * 4


def test_mails_that_fail_together_are_one_failure_and_one_piece_of_news() -> None:
    outage = Outage()
    assert [outage.missed("timeout", NOW) for _ in range(32)] == [True] + [False] * 31
    assert outage.retry_at == NOW + PAUSES[0]


def test_one_mail_finds_out_for_all() -> None:
    outage = Outage()
    assert outage.room(32, 5, NOW) == 32
    outage.missed("timeout", NOW)
    assert outage.room(32, 0, NOW) == 0
    assert outage.room(32, 0, NOW + PAUSES[0]) == 1
    assert outage.room(31, 1, NOW + PAUSES[0]) == 0, "it is under way"
    assert [outage.met(), outage.met()] == [True, False]
    assert outage.room(32, 0, NOW) == 32


@pytest.mark.parametrize(
    ("seconds", "status"), [(0, "pass"), (60, "pass"), (61, "warn"), (900, "warn"), (901, "fail")]
)
def test_lateness_counts_only_while_the_server_is_away(seconds: int, status: str) -> None:
    outage, waited = Outage(), timedelta(seconds=seconds)
    assert outage.verdict(waited) == "pass"
    outage.missed("timeout", NOW)
    assert outage.verdict(waited) == status


def test_only_the_servers_own_word_says_that_it_is_there() -> None:
    said = {fault for fault in (None, *Fault) if answered(fault)}
    assert said == {None, Fault.LATER, Fault.REFUSED}
