"""The tables of the house: class, proof, signs, authority, routing."""

from email.message import EmailMessage

import pytest

from services.intake.domain import authority
from services.intake.domain.authenticity import Trust, author_of
from services.intake.domain.authority import Effect, judge
from services.intake.domain.classify import Origin, classify
from services.intake.domain.headers import split_headers
from services.intake.domain.routing import released, route
from services.intake.domain.threading import first_token, open_address, signed_delivery, signs_of
from services.intake.domain.words import Decision, Match, Sender
from shared.tokens import make_reply_token
from shared.vocabulary import MailClass, SenderAuth

KEY = b"k" * 32
TOKEN = make_reply_token(KEY, 1042, "sara@client.example")
PASS, WEAK, NONE, FAIL = SenderAuth.PASS, SenderAuth.WEAK, SenderAuth.NONE, SenderAuth.FAIL


@pytest.mark.parametrize("match", [Match.TOKEN, Match.SIGNED_ID])
@pytest.mark.parametrize(
    ("sender", "auths", "told"),
    [
        (Sender.MEMBER, (PASS, WEAK, NONE), (Effect.REPLY, True, False)),
        (Sender.MEMBER, (FAIL,), (Effect.HELD, False, False)),
        (Sender.COLLEAGUE, (PASS,), (Effect.REPLY, True, True)),
        (Sender.COLLEAGUE, (WEAK, NONE, FAIL), (Effect.HELD, False, False)),
        (Sender.STRANGER, (PASS, WEAK, NONE, FAIL), (Effect.HELD, False, False)),
    ],
)
def test_a_token_or_signed_id_gives(
    match: Match, sender: Sender, auths: tuple[SenderAuth, ...], told: tuple[Effect, bool, bool]
) -> None:
    for auth in auths:
        verdict = judge(match, sender, auth)
        assert (verdict.effect, verdict.may_reopen, verdict.joins) == told
        assert not verdict.acknowledge


@pytest.mark.parametrize("match", [Match.STORED_ID, Match.SUBJECT_TAG])
@pytest.mark.parametrize(
    ("sender", "auths", "told"),
    [
        (Sender.MEMBER, (PASS, WEAK), (Effect.REPLY, False)),
        (Sender.MEMBER, (NONE, FAIL), (Effect.HELD, False)),
        (Sender.COLLEAGUE, (PASS, WEAK, NONE, FAIL), (Effect.NEW, True)),
        (Sender.STRANGER, (PASS, WEAK, NONE, FAIL), (Effect.NEW, True)),
    ],
)
def test_a_known_id_or_number_gives(
    match: Match, sender: Sender, auths: tuple[SenderAuth, ...], told: tuple[Effect, bool]
) -> None:
    for auth in auths:
        verdict = judge(match, sender, auth)
        assert (verdict.effect, verdict.related) == told


@pytest.mark.parametrize("auth", list(SenderAuth))
def test_a_mail_that_names_no_ticket_opens_one_and_a_forged_one_is_not_answered(
    auth: SenderAuth,
) -> None:
    verdict = judge(Match.NONE, Sender.STRANGER, auth)
    assert (verdict.effect, verdict.acknowledge) == (Effect.NEW, auth is not FAIL)


def test_the_authority_table_has_a_row_for_everything() -> None:
    for match in Match:
        for sender in Sender:
            for auth in SenderAuth:
                assert isinstance(judge(match, sender, auth), authority.Verdict)


@pytest.mark.parametrize(
    ("lines", "mail_class"),
    [
        (b"", MailClass.HUMAN),
        (b"Auto-Submitted: auto-replied", MailClass.AUTO_REPLY),
        (b"Auto-Submitted: auto-replied; owner-email=x", MailClass.AUTO_REPLY),
        (b"Auto-Submitted: no", MailClass.HUMAN),
        (b"Auto-Submitted: auto-generated", MailClass.AUTO_GENERATED),
        (b"X-Autoreply: yes", MailClass.AUTO_REPLY),
        (b"Precedence: auto_reply", MailClass.AUTO_REPLY),
        (b"Precedence: bulk", MailClass.AUTO_GENERATED),
        (b"Precedence: bulk\nList-Id: <a.b>", MailClass.LIST),
        (b"List-Id: <a.b>", MailClass.LIST),
        (b"Precedence: list", MailClass.LIST),
        (b"X-Auto-Response-Suppress: All", MailClass.HUMAN),
        (b"Subject: Automatic reply: x", MailClass.HUMAN),
        (b"Subject: Automatic reply: x\nReferences: <a@b>", MailClass.AUTO_REPLY),
        ("Subject: \u200fرد تلقائي: x\nIn-Reply-To: <a@b>".encode(), MailClass.AUTO_REPLY),
    ],
)
def test_the_class_of_a_mail(lines: bytes, mail_class: MailClass) -> None:
    origin = Origin(ours=False, null_sender=False, reported=False, from_reporter=False)
    assert classify(split_headers(lines), origin).mail_class is mail_class


def test_a_loop_goes_before_a_bounce_and_a_bounce_before_everything_else() -> None:
    headers = split_headers(b"Auto-Submitted: auto-replied")
    ours = Origin(ours=True, null_sender=True, reported=True, from_reporter=True)
    report = Origin(ours=False, null_sender=True, reported=True, from_reporter=False)
    person = Origin(ours=False, null_sender=False, reported=True, from_reporter=False)
    assert classify(headers, ours).mail_class is MailClass.LOOP
    assert classify(headers, report).mail_class is MailClass.BOUNCE
    assert classify(split_headers(b""), person).mail_class is MailClass.HUMAN


@pytest.mark.parametrize(
    ("results", "auth"),
    [
        ([b"mx.us.example; dmarc=pass header.from=client.example"], PASS),
        ([b"mx.us.example; dkim=pass header.d=client.example"], PASS),
        ([b"mx.us.example; dkim=pass header.d=mailer.example"], NONE),
        ([b"mx.us.example; spf=pass smtp.mailfrom=bounce.client.example"], WEAK),
        ([b"mx.us.example; spf=pass smtp.mailfrom=client.example.evil"], NONE),
        ([b'mx.us.example; spf=fail smtp.mailfrom="x; dmarc=pass"@client.example'], NONE),
        ([b"mx.us.example; spf=none (said: ; dmarc=pass ); dkim=none"], NONE),
        ([b"mx.us.example; dkim=fail (dkim=pass header.d=client.example)"], NONE),
        ([b"mx.us.example 1; dkim=pass (2048-bit key) header.i=@client.example"], PASS),
        ([b"mx.us.example; dmarc=pass header.from=evil.example"], NONE),
        ([b"mx.us.example; dmarc=pass", b"mx.us.example; dmarc=none"], NONE),
        ([b"mx.us.example; dkim=pass header.d=client.example", b"mx.us.example; spf=none"], PASS),
        ([b"evil.example; x", b"mx.us.example; dmarc=pass", b"evil.example; dmarc=fail"], PASS),
        ([b'"mx.us.example"; dmarc=pass'], NONE),
        ([b"mx.us.example; spf=pass smtp.mailfrom=a@client.example"], WEAK),
        ([b"mx.us.example; dmarc=fail; dkim=pass header.d=client.example"], FAIL),
        ([b"evil.example; dmarc=pass"], NONE),
        ([b"mx.us.example.evil; dmarc=pass"], NONE),
        ([b"mx.us.example; none", b"mx.us.example; dmarc=fail"], FAIL),
        ([b"mx.us.example; dkim=pass header.d=example"], NONE),
        ([], NONE),
    ],
)
def test_only_our_own_servers_results_prove_a_sender(
    results: list[bytes], auth: SenderAuth
) -> None:
    lines = [b"From: Sara <sara@client.example>"]
    lines += [b"Authentication-Results: " + result for result in results]
    headers = split_headers(b"\n".join(lines))
    assert author_of(headers, "", Trust("mx.us.example")).auth is auth
    assert author_of(headers, "").auth is NONE


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        (b"From: a@x.example, b@x.example\nSender: c@x.example", "c@x.example"),
        (b"From: a@x.example\nFrom: b@x.example", "envelope@x.example"),
        (b"Subject: x", "envelope@x.example"),
    ],
)
def test_several_or_no_senders_prove_nothing(lines: bytes, address: str) -> None:
    proof = b"\nAuthentication-Results: mx.us.example; dmarc=pass"
    trust = Trust("mx.us.example")
    author = author_of(split_headers(lines + proof), "envelope@x.example", trust)
    assert (author.address.email, author.auth) == (address, NONE)


def test_signs_are_found_in_their_places_and_never_in_the_body() -> None:
    signed = f"<s.{TOKEN}.0190b3c0-0000-7000-8000-000000000000@desk.example>"
    raw = (
        f"Subject: \u200fرد: [SND-\u06611042] x\nIn-Reply-To: {signed}\n"
        f"References: <a@b> <c@d>\nTo: support+r{TOKEN.upper()}@localhost\n"
    )
    signs = signs_of(split_headers(raw.encode()), [])
    assert signs.tokens == (TOKEN,)
    assert signs.signed == (TOKEN,)
    assert signs.ids == (signed, "<c@d>", "<a@b>")
    assert signs.tag == 11042


def test_an_id_that_a_program_has_put_into_encoded_words_is_found() -> None:
    signed = f"<s.{TOKEN}.0190b3c0-0000-7000-8000-000000000000@desk.example.com>"
    mail = EmailMessage()
    mail["In-Reply-To"] = signed
    folded = mail.as_bytes()
    assert b"=?" in folded, "Python folds a long id so"
    assert signs_of(split_headers(folded), []).signed == (TOKEN,)


def test_only_our_own_keys_make_tokens_that_count() -> None:
    forged = make_reply_token(b"x" * 32, 1042, "sara@client.example")
    found = first_token((KEY,), (forged, "short", TOKEN))
    assert found is not None
    assert found.number == 1042
    assert found.bound_to(KEY, "Sara@Client.example")
    assert not found.bound_to(KEY, "eve@client.example")
    assert first_token((KEY,), (forged,)) is None
    assert signed_delivery((KEY,), f"<s.{forged}.x@y>") is None


def test_an_address_of_ours_is_taken_apart() -> None:
    assert open_address(f"Support+R{TOKEN}@Localhost").mailbox == "support@localhost"
    assert open_address(f"support+r{TOKEN[:-1]}@localhost").mailbox != "support@localhost"
    assert open_address("support+b" + "a" * 42 + "@localhost").bounce_token == "a" * 42


@pytest.mark.parametrize("mail_class", [MailClass.AUTO_REPLY, MailClass.AUTO_GENERATED])
@pytest.mark.parametrize("auth", list(SenderAuth))
def test_automatic_mail_never_reopens_and_is_never_answered(
    mail_class: MailClass, auth: SenderAuth
) -> None:
    for match in Match:
        for sender in Sender:
            routing = route(mail_class, judge(match, sender, auth), matched=match is not Match.NONE)
            assert not routing.may_reopen
            assert not routing.acknowledge
            assert routing.decision is not Decision.REPLY


@pytest.mark.parametrize(
    ("mail_class", "decision"),
    [
        (MailClass.HUMAN, Decision.NEW),
        (MailClass.LIST, Decision.NEW),
        (MailClass.AUTO_GENERATED, Decision.NEW),
        (MailClass.AUTO_REPLY, Decision.QUARANTINED),
        (MailClass.BOUNCE, Decision.QUARANTINED),
        (MailClass.LOOP, Decision.LOOP),
    ],
)
def test_a_class_without_a_ticket(mail_class: MailClass, decision: Decision) -> None:
    routing = route(mail_class, judge(Match.NONE, Sender.STRANGER, NONE), matched=False)
    assert routing.decision is decision
    assert routing.acknowledge is (mail_class is MailClass.HUMAN)


def test_a_person_may_let_a_held_mail_through() -> None:
    held = route(MailClass.HUMAN, judge(Match.TOKEN, Sender.STRANGER, NONE), matched=True)
    assert held.decision is Decision.HELD
    onto = released(held, MailClass.HUMAN, ticket=True)
    assert (onto.decision, onto.may_reopen) == (Decision.REPLY, True)
    assert onto.reasons == ("sender_not_on_ticket", "released")
    assert released(held, MailClass.HUMAN, ticket=False).decision is Decision.NEW
    robot = released(held, MailClass.AUTO_REPLY, ticket=True)
    assert (robot.decision, robot.may_reopen) == (Decision.NOTE, False)
