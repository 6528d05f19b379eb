"""Who a mail is really from: alignment, SPF, DKIM and ARC, with a name server of our own."""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

import dkim
import pytest
from typing_extensions import override

from services.intake.adapters import signatures
from services.intake.adapters.zone import NoAnswer, Resolver
from services.intake.domain import spf
from services.intake.domain.admission import read_networks
from services.intake.domain.authenticity import Proofs, Trust, author_of
from services.intake.domain.headers import split_headers
from services.intake.domain.mail import Envelope, Reading
from services.intake.domain.suffixes import aligned
from services.intake.usecases import witness
from shared.vocabulary import SenderAuth
from tests.engines import free_port
from tests.services.intake.names import MAIL, NAME, PRIVATE, RECORD, signed


class Book:
    """A zone written down; a name in `away` cannot be asked for."""

    def __init__(self, records: dict[tuple[str, str], list[str]], *away: str) -> None:
        self.records = records
        self.away = away
        self.asked: list[str] = []

    async def look(self, name: str, kind: spf.Kind) -> Sequence[str]:
        self.asked.append(name)
        if name in self.away:
            raise NoAnswer
        return self.records.get((name, kind), [])


@pytest.mark.parametrize(
    ("claimed", "domain", "fits"),
    [
        ("client.example", "client.example", True),
        ("mail.client.example", "client.example", True),
        ("client.example", "news.client.example", True),
        ("bounce@mail.client.co.uk", "client.co.uk", True),
        ("other.co.uk", "client.co.uk", False),
        ("co.uk", "client.co.uk", False),
        ("com.sa", "client.com.sa", False),
        ("clientexample", "example", False),
        ("evilclient.example", "client.example", False),
        ("", "client.example", False),
        ("localhost", "localhost", True),
        ("..", "client.example", False),
        ("a..b.example", "client.example", False),
        ("\ud800x.example", "\u202e.example", False),
        ("مثال.السعودية", "www.مثال.السعودية", True),
    ],
)
def test_one_organization_speaks_for_its_own_names_only(
    claimed: str, domain: str, *, fits: bool
) -> None:
    assert aligned(claimed, domain) is fits


@pytest.mark.parametrize(
    ("peer", "verdict"),
    [
        ("192.0.2.9", "pass"),
        ("198.51.100.7", "pass"),
        ("203.0.113.5", "pass"),
        ("2001:db8::1", "pass"),
        ("192.0.3.9", "fail"),
    ],
)
async def test_spf_follows_includes_hosts_and_networks(peer: str, verdict: str) -> None:
    book = Book(
        {
            ("client.example", "TXT"): ["x", "v=spf1 ip4:192.0.2.0/24 include:_s.host mx -all"],
            ("_s.host", "TXT"): ["v=spf1 a:out.host ip6:2001:db8::/32 ?all"],
            ("out.host", "A"): ["198.51.100.7"],
            ("client.example", "MX"): ["mx.client.example"],
            ("mx.client.example", "A"): ["203.0.113.5"],
        }
    )
    assert await spf.judge(book, ip_address(peer), "client.example") == verdict


@pytest.mark.parametrize(
    "policy",
    [
        ["v=spf1 include:loop.example -all"],
        ["v=spf1 exists:%{i}.x.example -all"],
        ["v=spf1 ip4:nonsense +all"],
        ["v=spf1 +all", "v=spf1 +all"],
        ["v=spf1 what:ever +all"],
    ],
)
async def test_an_spf_policy_that_is_broken_or_endless_proves_nothing(policy: list[str]) -> None:
    book = Book({("loop.example", "TXT"): policy})
    assert await spf.judge(book, ip_address("192.0.2.9"), "loop.example") == "unknown"
    assert len(book.asked) <= 12


def test_a_signature_holds_for_what_was_signed_and_with_the_right_key() -> None:
    keys = {NAME: RECORD}
    raw = signed()
    assert signatures.signers(raw, keys) == ("client.example",)
    assert signatures.signers(raw.replace(b"down", b"well"), keys) == ()
    assert signatures.signers(b"From: eve@evil.example\r\n" + raw, keys) == ()
    assert signatures.signers(raw, {}) == ()
    assert signatures.signers(raw, {NAME: "v=DKIM1; p="}) == ()
    assert signatures.signers(raw, {NAME: "junk \x00"}) == ()
    assert signatures.signers(signed(length=True) + b"and my own words", keys) == ()


@pytest.mark.parametrize(
    "field",
    [
        b"",
        b"v=1",
        b"v=1; a=rsa-sha256; b=!!; d=client.example; s=s1; h=from; bh=x; l=-x",
        b"=" * 999,
    ],
)
def test_a_hostile_signature_is_none(field: bytes) -> None:
    raw = b"DKIM-Signature: " + field + b"\r\n" + MAIL
    assert signatures.signers(raw, {NAME: RECORD}) == ()
    assert signatures.sealer(b"ARC-Seal: i=1; " + field + b"\r\n" + MAIL, {NAME: RECORD}) == ""


async def _heard(raw: bytes, book: Book, peer: str = "", sender: str = "s@client.example") -> Any:
    reading = await witness.heard(book, raw, Envelope(sender, (), peer), Reading())
    proofs = reading.proofs(signatures.signers(raw, reading.keys), "")
    return author_of(split_headers(raw.partition(b"\r\n\r\n")[0]), sender, Trust(), proofs)


STRICT = {
    ("_dmarc.client.example", "TXT"): ["v=DMARC1; p=reject"],
    ("client.example", "TXT"): ["v=spf1 ip4:9.9.9.9 -all"],
}


@pytest.mark.parametrize(
    ("raw", "peer", "told"),
    [
        (signed(), "", ("pass", "dkim_aligned")),
        (signed(), "8.8.8.8", ("pass", "dkim_aligned")),
        (MAIL, "9.9.9.9", ("weak", "spf_aligned")),
        (MAIL, "8.8.8.8", ("fail", "dmarc_failed")),
        (MAIL, "10.0.0.7", ("none", "nothing_proven")),
        (MAIL, "", ("none", "nothing_proven")),
        (signed(domain=b"mailer.example"), "8.8.8.8", ("fail", "dmarc_failed")),
    ],
)
async def test_without_a_server_of_ours_we_look_ourselves(
    raw: bytes, peer: str, told: tuple[str, str]
) -> None:
    book = Book({(NAME, "TXT"): [RECORD], **STRICT})
    author = await _heard(raw, book, peer)
    assert (author.auth, author.because) == told


async def test_trouble_with_names_is_no_proof_and_no_accusation() -> None:
    away = Book(STRICT, NAME, "client.example", "_dmarc.client.example")
    for raw in (signed(), MAIL):
        assert (await _heard(raw, away, "8.8.8.8")).auth is SenderAuth.NONE
    half = Book({(NAME, "TXT"): [RECORD], **STRICT}, "client.example")
    assert (await _heard(signed(), half, "8.8.8.8")).auth is SenderAuth.PASS


RELAYS = read_networks("192.0.2.1, 8.8.8.0/24")


async def test_a_relay_of_our_own_is_no_sender_and_a_trusted_server_leaves_nothing_to_ask() -> None:
    book = Book(STRICT)
    envelope = Envelope("s@client.example", (), "8.8.8.8")
    assert (await witness.heard(book, MAIL, envelope, Reading(), RELAYS)).policy == ""
    assert await witness.heard(book, signed(), envelope, Reading("mx")) == Reading("mx")
    assert book.asked == []


FAILED = b"Authentication-Results: mx.us; dmarc=fail; arc=pass\r\n"
SEALED = (
    b"ARC-Seal: i=2; d=lists.example; s=s; cv=pass; b=x\r\n"
    b"ARC-Authentication-Results: i=2; lists.example; dkim=pass header.d=client.example\r\n"
    b"ARC-Seal: i=1; d=evil.example; s=s; cv=none; b=x\r\n"
    b"ARC-Authentication-Results: i=1; evil.example; dmarc=pass header.from=client.example\r\n"
)


@pytest.mark.parametrize(
    ("sealers", "head", "told"),
    [
        (("lists.example",), FAILED + SEALED, "weak"),
        (("evil.example",), FAILED + SEALED, "fail"),
        ((), FAILED + SEALED, "fail"),
        (("lists.example",), FAILED.replace(b"arc=pass", b"arc=fail") + SEALED, "fail"),
        (("lists.example",), FAILED + SEALED.replace(b"dkim=pass", b"dkim=fail"), "fail"),
        (("lists.example",), FAILED, "fail"),
        (("lists.example",), b"Authentication-Results: mx.us; arc=pass\r\n" + SEALED, "none"),
    ],
)
def test_a_listed_forwarder_lifts_a_failure_to_weak_and_never_further(
    sealers: tuple[str, ...], head: bytes, told: str
) -> None:
    headers = split_headers(head + MAIL.partition(b"\r\n\r\n")[0])
    assert author_of(headers, "", Trust("mx.us", sealers)).auth == told
    forged = Proofs(sealed="lists.example", judged=True, policy="reject")
    assert author_of(headers, "", Trust("mx.us", sealers), forged).auth == told


class _Seen:
    """What dkimpy wants of a library that only sealers need."""

    authserv_id, method = "lists.example", "dkim"
    core = AuthenticationResultsHeader = property(lambda self: self)
    SyntaxError = ValueError

    def parse(self, _text: str) -> "_Seen":
        return self

    @property
    def results(self) -> list["_Seen"]:
        return [self]

    @override
    def __str__(self) -> str:
        return "dkim=pass header.d=client.example"


def test_a_seal_that_we_verify_ourselves_counts_like_a_servers_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dkim, "authres", _Seen(), raising=False)
    raw = b"Authentication-Results: lists.example; dkim=pass\r\n" + MAIL
    seal = dkim.arc_sign(raw, b"s1", b"lists.example", PRIVATE, b"lists.example")
    whole = b"".join(seal) + MAIL
    keys = {"s1._domainkey.lists.example": RECORD}
    assert signatures.sealer(whole, keys) == "lists.example"
    assert signatures.sealer(whole.replace(b"down", b"up"), keys) == ""
    proofs = Proofs(sealed="lists.example", judged=True, policy="reject")
    headers = split_headers(whole.partition(b"\r\n\r\n")[0])
    assert author_of(headers, "", Trust("", ("lists.example",)), proofs).auth is SenderAuth.WEAK
    assert author_of(headers, "", Trust(), proofs).auth is SenderAuth.FAIL


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        (b"From: =?q?victim=40corp?= <eve@evil.example>", "eve@evil.example"),
        (b"From: =?utf-8?q?victim=40corp.example?= <eve@evil.example>", "eve@evil.example"),
        (b'From: "victim@corp.example" <eve@evil.example>', "eve@evil.example"),
        (b"From: =?utf-8?q?victim=40corp.example?=", "envelope@x.example"),
        (b"From: eve@evil.example\nReply-To: victim@corp.example", "eve@evil.example"),
    ],
)
def test_a_display_name_or_reply_address_is_never_an_identity(lines: bytes, shown: str) -> None:
    author = author_of(split_headers(lines), "envelope@x.example")
    assert author.address.email == shown


async def test_a_real_name_server_is_asked_and_a_dead_one_is_borne(nameserver: str) -> None:
    resolver = Resolver(nameserver)
    assert list(await resolver.look(NAME, "TXT")) == [RECORD]
    assert list(await resolver.look("nobody.example", "TXT")) == []
    with pytest.raises(NoAnswer):
        await Resolver(f"127.0.0.1:{free_port()}").look(NAME, "TXT")
