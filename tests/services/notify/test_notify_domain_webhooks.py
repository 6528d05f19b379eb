"""Egress, signatures, schedule and subscriptions: the pure rules of webhooks."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from services.notify.domain.egress import EgressDenied, check_answers, check_url, denied
from services.notify.domain.literals import numeric_host
from services.notify.domain.outside import inside_only
from services.notify.domain.retries import (
    WEBHOOK_WAITS,
    Answer,
    Outcome,
    exhausted_patience,
    judge,
)
from services.notify.domain.signing import new_secret, sign, signed_headers
from services.notify.domain.subscriptions import known_pattern, matches, wanted

NOW = datetime(2026, 3, 1, 7, tzinfo=UTC)
NOTHING: frozenset[tuple[str, int]] = frozenset()

DENIED_ADDRESSES = [
    "0.0.0.0",  # noqa: S104 - an address to deny, not to listen on
    *("0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200"),
    *("127.0.0.1", "127.255.255.254", "169.254.169.254", "169.254.0.1", "172.16.0.1"),
    *("172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1"),
    *("198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.1.1.1"),
    *("240.0.0.1", "255.255.255.255", "168.63.129.16"),
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:100.64.0.1", "::127.0.0.1"),
    *("64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:7f00:1::", "2001:20::1"),
    *("2001:db8::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "3ffe::1", "3fff::1", "5f00::1"),
    *("fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "4000::1"),
]
PUBLIC_ADDRESSES = [
    *("8.8.8.8", "1.1.1.1", "93.184.216.34", "100.63.255.255", "100.128.0.1", "172.15.0.1"),
    *("172.32.0.1", "192.0.1.1", "198.17.0.1", "223.255.255.255", "2606:4700::1111"),
    *("2a00:1450:4001::1", "2001:4860:4860::8888", "2400:cb00::1"),
]


@pytest.mark.parametrize("address", DENIED_ADDRESSES)
def test_inside_addresses_are_denied(address: str) -> None:
    assert denied(ip_address(address))
    with pytest.raises(EgressDenied):
        check_answers([address], private_allowed=False)


@pytest.mark.parametrize("address", PUBLIC_ADDRESSES)
def test_public_addresses_are_visited(address: str) -> None:
    assert not denied(ip_address(address))


def test_one_bad_answer_among_good_ones_spoils_all() -> None:
    with pytest.raises(EgressDenied):
        check_answers(["8.8.8.8", "10.0.0.1"], private_allowed=False)
    with pytest.raises(EgressDenied):
        check_answers([], private_allowed=False)


@given(st.ip_addresses(v=6))
def test_only_the_global_block_of_ipv6_is_visited(address: object) -> None:
    found = ip_address(str(address))
    if not denied(found):
        assert found.packed[0] >> 5 == 0b001


REFUSED_URLS = [
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://0x7f.1/",
    "https://0/",
    "https://0x0/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[2002:7f00:1::]/",
    "https://[fe80::1%25eth0]/",
    "https://169.254.169.254/latest/meta-data/",
    "https://0xa9fea9fe/",
    "https://2852039166/",
    "https://10.0.0.1/",
    "https://192.168.0.1/",
    "https://100.100.100.200/",
    "https://192.0.0.192/",
    "https://8.8.2056/",
    "https://010.8.8.8/",
    "https://999.1.1.1/",
    "https://1.2.3.4.5/",
    "https://localhost/",
    "https://LOCALHOST./",
    "https://app.localhost/",
    "https://printer.local/",
    "https://db.internal/",
    "https://router.lan/",
    "https://1.0.0.127.in-addr.arpa/",
    "https://intranet/",
    "http://hooks.example.com/",
    "ftp://hooks.example.com/",
    "file:///etc/passwd",
    "gopher://hooks.example.com/",
    "//hooks.example.com/",
    "https:///nohost",
    "https://hooks.example.com:8443/",
    "https://hooks.example.com:22/",
    "https://hooks.example.com:0/",
    "https://hooks.example.com:99999/",
    "https://user:pass@hooks.example.com/",
    "https://hooks.example.com@127.0.0.1/",
    "https://@hooks.example.com/",
    "https://hooks.example.com\\@127.0.0.1/",
    "https://hooks.example.com/\r\nHost: x",
    "https://hooks.example.com/ x",
    "https://１２７.0.0.1/",
    "https://ⓔxample.com/",
    "https://127。0。0。1/",
    "https://%31%32%37.0.0.1/",
    "https://hooks.example.com/#frag",
    "https://-bad.example.com/",
    "https://" + "a" * 64 + ".example.com/",
    "https://hooks.example.com/" + "a" * 2000,
    "https://[::1",
    "javascript:alert(1)",
    "",
]


@pytest.mark.parametrize("url", REFUSED_URLS, ids=lambda url: ascii(url[:40]))
def test_tricks_are_refused_when_an_endpoint_is_made(url: str) -> None:
    with pytest.raises(EgressDenied):
        check_url(url, NOTHING)


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com/sanad?x=1",
        "https://hooks.example.com:443/",
        "https://xn--mgbh0fb.example/",
        "https://8.8.8.8/hook",
        "https://[2606:4700::1111]/hook",
        "https://hooks_1.example.com/",
    ],
)
def test_plain_public_addresses_are_accepted(url: str) -> None:
    assert check_url(url, NOTHING).port == 443


def test_listed_hosts_may_be_private_and_plain_on_loopback_only() -> None:
    allowed = frozenset({("127.0.0.1", 9000), ("10.0.0.5", 9000), ("localhost", 9000)})
    assert check_url("http://127.0.0.1:9000/x", allowed).private_allowed
    assert check_url("http://localhost:9000/x", allowed).private_allowed
    assert check_url("https://10.0.0.5:9000/x", allowed).private_allowed
    for url in ("http://10.0.0.5:9000/", "http://127.0.0.1:9001/", "ftp://127.0.0.1:9000/"):
        with pytest.raises(EgressDenied):
            check_url(url, allowed)


@given(st.ip_addresses(v=4))
def test_every_spelling_of_an_address_is_understood(address: object) -> None:
    value = int(ip_address(str(address)))
    octets = [value >> shift & 255 for shift in (24, 16, 8, 0)]
    spellings = [
        str(value),
        hex(value),
        ".".join(hex(one) for one in octets),
        ".".join(f"0{one:o}" for one in octets),
        f"{octets[0]}.{value & 0xFFFFFF}",
        f"{octets[0]}.{octets[1]}.{value & 0xFFFF}",
    ]
    for spelling in spellings:
        found = numeric_host(spelling)
        assert found is not None
        assert int(found.address) == value


def test_signatures_are_what_partners_libraries_expect() -> None:
    secret = new_secret(bytes(range(32)))
    body = '{"type":"ticket.opened.v1","data":{"name":"سارة"}}'.encode()
    now = datetime.now(UTC)
    headers = signed_headers([secret], "msg_1", now, body)
    assert Webhook(secret).verify(body, headers)["type"] == "ticket.opened.v1"
    with pytest.raises(Exception, match=r"[Nn]o matching"):
        Webhook(secret).verify(body + b" ", headers)


def test_the_reference_vector_of_the_standard_holds() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    signed = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_both_secrets_sign_during_a_rotation() -> None:
    old, new = new_secret(b"o" * 24), new_secret(b"n" * 64)
    now = datetime.now(UTC)
    headers = signed_headers([new, old], "msg_1", now, b"{}")
    assert Webhook(old).verify(b"{}", headers) == Webhook(new).verify(b"{}", headers) == {}
    with pytest.raises(ValueError, match="24"):
        new_secret(b"short")


def test_the_whole_schedule_on_a_fake_clock() -> None:
    now, attempts, gaps = NOW, 0, []
    while True:
        attempts += 1
        verdict = judge(Answer(500), attempts, now, jitter=0)
        if verdict.next_at is None:
            break
        gaps.append(verdict.next_at - now)
        now = verdict.next_at
    assert verdict.outcome is Outcome.FAILED
    assert attempts == 10
    hours = timedelta(hours=1)
    expected = [timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30)]
    expected += [n * hours for n in (2, 5, 10, 14, 20, 24)]
    assert gaps == expected
    assert timedelta(hours=75) < now - NOW < timedelta(hours=76)


@given(st.integers(1, 9), st.floats(0, 0.999))
def test_jitter_only_lengthens_a_wait_and_by_a_tenth_at_most(attempt: int, jitter: float) -> None:
    verdict = judge(Answer(500), attempt, NOW, jitter)
    assert verdict.next_at is not None
    wait = WEBHOOK_WAITS[attempt - 1]
    assert wait <= verdict.next_at - NOW <= wait * 1.1


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(200), Outcome.DELIVERED),
        (Answer(204), Outcome.DELIVERED),
        (Answer(301), Outcome.RETRY),
        (Answer(302), Outcome.RETRY),
        (Answer(400), Outcome.RETRY),
        (Answer(410), Outcome.GONE),
        (Answer(429), Outcome.RETRY),
        (Answer(500), Outcome.RETRY),
        (Answer(None, "timeout"), Outcome.RETRY),
        (Answer(None, "denied_private_address"), Outcome.RETRY),
    ],
)
def test_what_an_answer_means(answer: Answer, outcome: Outcome) -> None:
    assert judge(answer, 1, NOW, 0).outcome is outcome


def test_retry_after_is_honoured_within_a_day() -> None:
    asked = judge(Answer(429, retry_after=3600), 1, NOW, 0)
    assert asked.next_at == asked.throttled_until == NOW + timedelta(hours=1)
    greedy = judge(Answer(503, retry_after=10**8), 1, NOW, 0)
    assert greedy.next_at == NOW + timedelta(hours=24)
    small = judge(Answer(429, retry_after=1), 3, NOW, 0)
    assert small.next_at == NOW + timedelta(minutes=30)
    assert judge(Answer(500), 1, NOW, 0).throttled_until is None


def test_five_days_of_failure_are_enough() -> None:
    assert not exhausted_patience(None, NOW)
    assert not exhausted_patience(NOW - timedelta(days=4, hours=23), NOW)
    assert exhausted_patience(NOW - timedelta(days=5), NOW)


@pytest.mark.parametrize(
    ("pattern", "kind", "fits"),
    [
        ("*", "ticket.opened.v1", True),
        ("ticket.*", "ticket.opened.v1", True),
        ("ticket.*", "tickets.opened.v1", False),
        ("ticket.opened", "ticket.opened.v1", True),
        ("ticket.opened.v1", "ticket.opened.v1", True),
        ("ticket.opened.v2", "ticket.opened.v1", False),
        ("ticket.open", "ticket.opened.v1", False),
    ],
)
def test_patterns_of_event_types(pattern: str, kind: str, fits: bool) -> None:
    assert matches(pattern, kind) is fits


def test_no_pattern_means_every_type_and_unknown_ones_are_noticed() -> None:
    types = {"ticket.opened.v1", "sla.met.v1"}
    assert wanted([], "sla.met.v1")
    assert not wanted(["ticket.*"], "sla.met.v1")
    assert known_pattern("sla.*", types)
    for stranger in ("mail.*", "ticket.open", "ticket", "", "ticket.*.v1", "TICKET.*"):
        assert not known_pattern(stranger, types)


def test_internal_notes_are_inside_work() -> None:
    assert inside_only("ticket.message_added.v1", {"public": False})
    assert not inside_only("ticket.message_added.v1", {"public": True})
    assert not inside_only("ticket.opened.v1", {})
