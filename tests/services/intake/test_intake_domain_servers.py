"""Rules of mailboxes: when we worry, how long we wait, whose a mail is."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.owners import owners
from services.intake.domain.servers import (
    Condition,
    Provider,
    Worry,
    arrival,
    consent_end,
    is_loopback,
    pause_after,
    renew_at,
    return_path,
    source_key,
    source_of,
    worries,
)
from shared.vocabulary import DEFAULT_DEPARTMENT

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
AHEAD = timedelta(days=14)
ONE, TWO, THREE = uuid4(), uuid4(), uuid4()
OURS: dict[str, UUID] = {"one@desk.example": ONE, "two@desk.example": TWO, "also@desk.example": ONE}


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (Condition(NOW), []),
        (Condition(NOW - timedelta(minutes=5)), []),
        (Condition(NOW - timedelta(minutes=5, seconds=1)), [Worry.LATE]),
        (Condition(NOW - timedelta(minutes=15, seconds=1)), [Worry.SILENT]),
        (Condition(NOW, refresh_failed=True), [Worry.REFRESH_FAILED]),
        (Condition(NOW, consent_until=NOW + timedelta(days=15)), []),
        (Condition(NOW, consent_until=NOW + timedelta(days=13)), [Worry.CONSENT_ENDS]),
        (Condition(NOW, unfetchable=1), [Worry.UNFETCHABLE]),
    ],
)
def test_when_a_mailbox_worries(condition: Condition, found: list[Worry]) -> None:
    assert worries(condition, NOW, AHEAD) == found


@given(st.integers(0, 1000), st.floats(0.1, 1000))
def test_pauses_grow_and_stay_below_the_longest(failures: int, longest: float) -> None:
    assert 0 < pause_after(failures, longest) <= longest
    assert pause_after(failures, longest) <= pause_after(failures + 1, longest)


@given(st.integers(60, 100_000))
def test_a_token_is_renewed_before_it_ends_and_not_at_once(seconds: int) -> None:
    until = NOW + timedelta(seconds=seconds)
    assert NOW < renew_at(NOW, until) < until
    assert until - renew_at(NOW, until) <= timedelta(minutes=10)


def test_how_long_a_consent_lives() -> None:
    assert consent_end(Provider.GOOGLE, NOW, None) is None
    assert consent_end(Provider.MICROSOFT, NOW, None) == NOW + timedelta(days=90)
    assert consent_end(Provider.GOOGLE, NOW, 60) == NOW + timedelta(minutes=1)


def test_a_mail_arrives_when_its_server_took_it_and_never_in_the_future() -> None:
    assert arrival(NOW - timedelta(hours=3), NOW) == NOW - timedelta(hours=3)
    assert arrival(NOW + timedelta(hours=3), NOW) == NOW
    assert arrival(None, NOW) == NOW


@pytest.mark.parametrize(
    ("raw", "sender"),
    [
        (b"Return-Path: <sara@client.example>\r\nSubject: x\r\n\r\n", "sara@client.example"),
        (b"Return-Path: <>\r\nSubject: x\r\n\r\n", "<>"),
        (b"return-path:<a@b.example> \nSubject: x\n\n", "a@b.example"),
        (b"Subject: x\r\n\r\nReturn-Path: <inside@body.example>\r\n", ""),
        (b"Return-Path: nonsense\r\n\r\n", ""),
        (b"", ""),
    ],
)
def test_the_envelope_sender_is_what_the_last_server_wrote(raw: bytes, sender: str) -> None:
    assert return_path(raw) == sender


@given(st.uuids(), st.integers(0, 2**32 - 1), st.integers(1, 2**32 - 1))
def test_a_source_key_names_one_mail(mailbox: UUID, validity: int, uid: int) -> None:
    assert source_of(source_key(mailbox, validity, uid)) == (validity, uid)


@pytest.mark.parametrize(
    ("host", "here"),
    [
        *(("localhost", True), ("127.0.0.1", True), ("::1", True), ("[::1]", True)),
        *(("127.0.0.1.example.com", False), ("10.0.0.1", False), ("imap.example.com", False)),
    ],
)
def test_only_this_machine_is_loopback(host: str, here: bool) -> None:
    assert is_loopback(host) is here


@pytest.mark.parametrize(
    ("recipients", "listed", "owner", "watching"),
    [
        (["two@desk.example"], ["two@desk.example"], TWO, ()),
        (["two@desk.example"], ["one@desk.example", "two@desk.example"], ONE, (TWO,)),
        (["one@desk.example"], ["one@desk.example", "two@desk.example"], ONE, (TWO,)),
        (["two@desk.example", "one@desk.example"], ["one@desk.example"], ONE, (TWO,)),
        (["two@desk.example"], ["sara@client.example"], TWO, ()),
        (["two@desk.example"], ["one@desk.example"], TWO, (ONE,)),
        (["Two@Desk.example"], [], TWO, ()),
        ([f"one+r{'a' * 32}@desk.example"], ["two@desk.example"], ONE, (TWO,)),
        (["one@desk.example", "also@desk.example"], [], ONE, ()),
        ([], ["two@desk.example"], TWO, ()),
        ([], [], DEFAULT_DEPARTMENT, ()),
        (["nobody@else.example"], [], DEFAULT_DEPARTMENT, ()),
    ],
)
def test_the_first_listed_address_owns_a_mail_at_every_door(
    recipients: list[str], listed: list[str], owner: UUID, watching: tuple[UUID, ...]
) -> None:
    found = owners(OURS, recipients, listed)
    assert (found.owner, found.watching) == (owner, watching)
