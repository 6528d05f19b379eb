"""Refresh chains, key rotation and the pace of failed logins, as pure rules."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.keys import (
    Create,
    Drop,
    KeyLife,
    KeyState,
    Promote,
    Rotation,
    next_steps,
)
from services.gateway.domain.sessions import Link, Rules, Verdict, expiry, judge
from services.gateway.domain.throttle import Allowance, place_of, wait

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RULES = Rules()
FRESH = Link(NOW + timedelta(days=1), None, NOW + timedelta(days=9), session_revoked=False)


@pytest.mark.parametrize(
    ("link", "verdict"),
    [
        (FRESH, Verdict.ROTATE),
        (replace(FRESH, used_at=NOW), Verdict.SAME_CHILD),
        (replace(FRESH, used_at=NOW - timedelta(seconds=10)), Verdict.SAME_CHILD),
        (replace(FRESH, used_at=NOW - timedelta(seconds=10.001)), Verdict.KILL),
        (replace(FRESH, expires_at=NOW), Verdict.REFUSE),
        (replace(FRESH, session_ends_at=NOW), Verdict.REFUSE),
        (replace(FRESH, session_revoked=True), Verdict.REFUSE),
        (replace(FRESH, session_revoked=True, used_at=NOW), Verdict.REFUSE),
    ],
)
def test_a_refresh_token_is_used_once_and_its_twin_only_at_once(
    link: Link, verdict: Verdict
) -> None:
    assert judge(link, NOW, RULES) is verdict


def test_no_refresh_token_outlives_its_session() -> None:
    ends = NOW + timedelta(days=3)
    assert expiry(NOW, ends, RULES) == ends
    assert expiry(NOW, NOW + timedelta(days=80), RULES) == NOW + RULES.idle


class House:
    """Keys as a table would hold them, and what a verifier saw of them."""

    def __init__(self, rules: Rotation) -> None:
        self.rules = rules
        self.keys: list[KeyLife] = []
        self.made = 0

    def turn(self, now: datetime) -> None:
        for step in next_steps(self.keys, now, self.rules):
            match step:
                case Create(state, not_before):
                    self.made += 1
                    self.keys.append(KeyLife(str(self.made), state, not_before))
                case Promote(kid, former):
                    self.keys = [self._promoted(key, kid, former, now) for key in self.keys]
                case Drop(kid):
                    self.keys = [key for key in self.keys if key.kid != kid]

    def active(self) -> str:
        (kid,) = [key.kid for key in self.keys if key.state is KeyState.ACTIVE]
        return kid

    def published(self) -> frozenset[str]:
        return frozenset(key.kid for key in self.keys)

    def _promoted(self, key: KeyLife, kid: str, former: str, now: datetime) -> KeyLife:
        if key.kid == kid:
            return replace(key, state=KeyState.ACTIVE)
        if key.kid == former:
            return replace(key, state=KeyState.RETIRED, retired_at=now)
        return key


@given(
    st.lists(st.integers(1, 40), min_size=10, max_size=120),
    st.integers(31, 300),
)
def test_a_verifier_always_knows_the_key_of_a_living_token(steps: list[int], period: int) -> None:
    """Even one that fetched the keys a whole token life before the token was signed."""
    rules = Rotation(period=timedelta(minutes=period))
    house, now = House(rules), NOW
    seen: list[tuple[datetime, frozenset[str]]] = []
    for minutes in steps:
        house.turn(now)
        kid = house.active()
        seen.append((now, house.published()))
        for at, kids in seen[1:]:
            assert now - at > rules.token_life or kid in kids
        now += timedelta(minutes=minutes)


def test_a_retired_key_is_dropped_once_its_last_token_is_dead() -> None:
    rules = Rotation()
    house = House(rules)
    house.turn(NOW)
    due = NOW + rules.period - rules.notice
    house.turn(due - timedelta(seconds=1))
    assert house.published() == {"1"}
    house.turn(due)
    assert house.published() == {"1", "2"}
    assert house.active() == "1"
    house.turn(due + rules.notice - timedelta(seconds=1))
    assert house.active() == "1"
    house.turn(due + rules.notice)
    assert house.published() == {"1", "2"}
    assert house.active() == "2"
    house.turn(due + 2 * rules.notice - timedelta(seconds=1))
    assert house.published() == {"1", "2"}
    house.turn(due + 2 * rules.notice)
    assert house.published() == {"2"}
    assert next_steps(house.keys, due + 2 * rules.notice, rules) == []


@given(st.integers(1, 50), st.integers(1, 100), st.integers(1, 300))
def test_a_bucket_lets_its_burst_through_and_then_one_each_interval(
    burst: int, seconds: int, tries: int
) -> None:
    allowance = Allowance(burst, timedelta(seconds=seconds))
    empty_at: datetime | None = None
    passed = 0
    for _ in range(tries):
        if not wait(empty_at, NOW, allowance):
            passed += 1
            empty_at = (empty_at or NOW) + allowance.interval
    assert passed == min(tries, burst)
    if tries >= burst:
        assert wait(empty_at, NOW, allowance) == allowance.interval
        assert not wait(empty_at, NOW + allowance.interval, allowance)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_a_place_is_what_one_customer_of_a_network_owns(address: str, place: str) -> None:
    assert place_of(address) == place
