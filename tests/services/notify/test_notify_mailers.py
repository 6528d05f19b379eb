"""Both ways out for mail keep the same promises; SMTP has refusals and retries of its own."""

import asyncio
import contextlib
import os
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.notify.adapters.mailers import (
    SIDE_BY_SIDE,
    Away,
    MaildirMailer,
    Mailer,
    Never,
    NotNow,
    SmtpMailer,
    mailer_for,
)
from services.notify.domain.letters import Parcel
from tests.contexts import Travel
from tests.fakes.mailbox import Letter, Maildir, SmtpSink
from tests.services.notify.desk import Desk

RAW = (
    b"From: a@desk.example\r\nTo: sara@customer.example\r\nMessage-ID: <s.x@desk.example>\r\n"
    b"Subject: =?utf-8?b?2YXYsdit2KjYpw==?=\r\n\r\nline\r\n.\r\n.dots\r\n"
)
PARCEL = Parcel("01890a5d", "support+bx@desk.example", "sara@customer.example", RAW)
Letters = Callable[[], list[Letter]]


@pytest.fixture(params=["maildir", "smtp"])
async def door(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[tuple[Mailer, Letters]]:
    async with contextlib.AsyncExitStack() as stack:
        mailer: Mailer
        if request.param == "maildir":
            mailer, box = MaildirMailer(tmp_path), Maildir(tmp_path)
            letters: Letters = box.letters
        else:
            sink = await stack.enter_async_context(SmtpSink())
            mailer, letters = SmtpMailer(sink.url), sink.letters
        yield mailer, letters
        await mailer.close()


async def test_bytes_and_envelope_arrive_as_they_were(door: tuple[Mailer, Letters]) -> None:
    mailer, letters = door
    await mailer.send(PARCEL)
    (letter,) = letters()
    assert (letter.sender, letter.recipient) == (PARCEL.sender, PARCEL.recipient)
    assert letter.raw == RAW
    assert str(letter.message["Subject"]) == "مرحبا"


async def test_many_at_once_all_arrive(door: tuple[Mailer, Letters]) -> None:
    mailer, letters = door
    parcels = [replace(PARCEL, name=f"{n:04x}") for n in range(30)]
    await asyncio.gather(*(mailer.send(one) for one in parcels))
    assert len(letters()) == 30


async def test_addresses_in_arabic_letters_are_written_to(door: tuple[Mailer, Letters]) -> None:
    mailer, letters = door
    raw = RAW.replace(b"sara@", "سارة@".encode())
    await mailer.send(replace(PARCEL, recipient="سارة@customer.example", raw=raw))
    (letter,) = letters()
    assert letter.recipient == "سارة@customer.example"
    assert letter.raw == raw


async def test_the_same_mail_again_is_the_same_mail(door: tuple[Mailer, Letters]) -> None:
    mailer, letters = door
    await mailer.send(PARCEL)
    await mailer.send(PARCEL)
    assert len({letter.message["Message-ID"] for letter in letters()}) == 1


async def test_the_maildir_holds_one_file_for_a_repeated_mail(tmp_path: Path) -> None:
    mailer = MaildirMailer(tmp_path)
    await mailer.send(PARCEL)
    await mailer.send(PARCEL)
    assert len(Maildir(tmp_path).letters()) == 1
    assert list((tmp_path / "tmp").iterdir()) == []


async def test_a_maildir_that_cannot_be_written_is_for_later(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(NotNow):
        await MaildirMailer(blocked).send(PARCEL)


async def test_mails_of_one_moment_are_safe_side_by_side_before_any_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = threading.Barrier(SIDE_BY_SIDE, timeout=20)
    steps: list[tuple[str, int]] = []
    sync = os.fsync

    def watched(handle: int) -> None:
        place = Path(f"/proc/self/fd/{handle}").readlink()
        if place.parent.name == "tmp":
            together.wait()  # one after another would never meet
        sync(handle)
        steps.append((place.parent.name, len(Maildir(tmp_path).letters())))

    monkeypatch.setattr(os, "fsync", watched)
    mailer = MaildirMailer(tmp_path)
    parcels = [replace(PARCEL, name=f"{n:04x}") for n in range(SIDE_BY_SIDE)]
    await asyncio.gather(*(mailer.send(one) for one in parcels))
    folder = (tmp_path.name, SIDE_BY_SIDE)
    assert steps == [*[("tmp", 0)] * SIDE_BY_SIDE, folder], "drafts, then all names in one go"


async def test_a_mail_that_the_disk_refuses_takes_no_other_with_it(tmp_path: Path) -> None:
    mailer = MaildirMailer(tmp_path)
    (tmp_path / "tmp" / "0003").mkdir(parents=True)
    parcels = [replace(PARCEL, name=f"{n:04x}") for n in range(20)]
    sent = await asyncio.gather(*(mailer.send(one) for one in parcels), return_exceptions=True)
    assert [type(one) for one in sent if one is not None] == [Away]
    assert isinstance(sent[3], Away)
    assert len(Maildir(tmp_path).letters()) == 19


@pytest.mark.parametrize(
    ("reply", "failure"),
    [("550 5.1.1 no such user", Never), ("452 4.2.2 full", NotNow), ("421 4.3.0 busy", NotNow)],
)
async def test_refusals_for_good_and_for_now_are_told_apart(
    reply: str, failure: type[Exception]
) -> None:
    async with SmtpSink(lambda address: reply if address.startswith("bad") else None) as sink:
        mailer = SmtpMailer(sink.url)
        with pytest.raises(failure):
            await mailer.send(replace(PARCEL, recipient="bad@customer.example"))
        await mailer.send(PARCEL)
        assert len(sink.letters()) == 1
        await mailer.close()


async def test_connections_are_kept_for_the_next_mail() -> None:
    async with SmtpSink() as sink:
        mailer = SmtpMailer(sink.url)
        for _ in range(5):
            await mailer.send(PARCEL)
        await mailer.close()
        assert sink.sessions == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of `localhost`, signed by nobody but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    places = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(places), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    private = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    path.write_bytes(private + made.public_bytes(form.Encoding.PEM))
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


async def test_a_server_that_offers_tls_gets_mails_through_it_and_the_line_is_kept(
    tls: ssl.SSLContext, certificate: Path
) -> None:
    async with SmtpSink(tls=tls) as sink:
        mailer = SmtpMailer(f"{sink.url}?ca={certificate}")
        for _ in range(3):
            await mailer.send(PARCEL)
        await mailer.close()
        assert (len(sink.letters()), sink.secured) == (3, 3)
        assert sink.sessions == 2, "one greeting before TLS, one within"


async def test_a_certificate_that_nobody_vouches_for_keeps_the_mail_here(
    tls: ssl.SSLContext,
) -> None:
    async with SmtpSink(tls=tls) as sink:
        mailer = SmtpMailer(sink.url)
        with pytest.raises(NotNow):
            await mailer.send(PARCEL)
        assert sink.letters() == []


async def test_where_tls_is_required_nothing_goes_in_the_clear() -> None:
    async with SmtpSink() as sink:
        mailer = SmtpMailer(f"{sink.url}?starttls=required")
        with pytest.raises(NotNow):
            await mailer.send(PARCEL)
        assert sink.letters() == []


@pytest.mark.parametrize(
    ("url", "start"),
    [
        ("smtp://relay.example", None),
        ("smtp://relay.example?starttls=required", True),
        ("smtp://relay.example?starttls=never", False),
        ("smtp://u:p@relay.example", True),
        ("smtp://u:p@localhost:25", None),
        ("smtps://u:p@relay.example", False),
    ],
)
def test_a_password_never_travels_in_the_clear(url: str, start: bool | None) -> None:
    assert SmtpMailer(url)._options["start_tls"] is start


async def test_a_server_that_hangs_up_is_called_again_for_the_next_mail() -> None:
    async with SmtpSink() as sink:
        mailer = SmtpMailer(sink.url)
        await mailer.send(PARCEL)
        mailer._idle[0].close()
        await mailer.send(PARCEL)
        await mailer.close()
        assert len(sink.letters()) == 2


async def test_a_server_that_takes_the_mail_and_then_says_no_is_believed(desk: Desk) -> None:
    async with SmtpSink(answer="554 5.7.1 looks like spam") as sink:
        mailer = SmtpMailer(sink.url)
        with pytest.raises(Never, match="554"):
            await mailer.send(PARCEL)
        sink.answer = "451 4.3.0 later"
        with pytest.raises(NotNow, match="451"):
            await mailer.send(PARCEL)
        await mailer.close()


async def test_a_thread_leads_on_from_the_id_that_the_provider_gave(desk: Desk) -> None:
    theirs = "<AM0PR@eur.prod.outlook.example>"
    async with SmtpSink(answer=f"250 2.6.0 {theirs} [InternalId=42] Queued") as sink:
        desk.mailer = SmtpMailer(sink.url)
        sara = await desk.person("sara@customer.example")
        ticket = desk.colleagues.add_ticket(sara)
        for words in ("مرحبا", "تم"):
            await desk.hear(desk.spoken(ticket, desk.colleagues.add_message(words)))
            await desk.work()
        await desk.mailer.close()
        first, second = sink.letters()
    assert second.message["References"] == second.message["In-Reply-To"] == theirs
    rows = await desk.deliveries(ticket)
    assert rows[0]["message_id"] == first.message["Message-ID"]
    assert [row["provider_message_id"] for row in rows] == [theirs, theirs]
    told = [one for one in await desk.stated("notify.sent") if one["ticket_id"] == str(ticket)]
    assert [one["provider_message_id"] for one in told] == [theirs, theirs]
    assert [one["inside"] for one in told] == [False, False]


async def test_nobody_listening_is_for_later() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(NotNow):
            await SmtpMailer(f"smtp://127.0.0.1:{port}").send(PARCEL)


def test_without_an_address_mail_lands_in_the_home(tmp_path: Path) -> None:
    assert isinstance(mailer_for("", tmp_path), MaildirMailer)
    assert isinstance(mailer_for("smtps://u:p%40@mail.example:465", tmp_path), SmtpMailer)


async def test_a_mail_keeps_its_id_over_retries(desk: Desk, travel: Travel) -> None:
    answers = iter(["451 4.7.1 greylisted", "451 4.7.1 greylisted", None])
    async with SmtpSink(lambda _: next(answers)) as sink:
        desk.mailer = SmtpMailer(sink.url)
        sara = await desk.person("sara@customer.example")
        ticket = desk.colleagues.add_ticket(sara)
        await desk.hear(desk.spoken(ticket, desk.colleagues.add_message("مرحبا")))
        ids, row = set(), {}
        for moment in (0, 5, 20):
            travel(moment)
            await desk.work()
            (row,) = await desk.deliveries(ticket)
            ids.add(row["message_id"])
        travel(0)
        await desk.mailer.close()
        (letter,) = sink.letters()
    assert {letter.message["Message-ID"]} == ids
    assert (row["state"], row["attempts"]) == ("sent", 3)


async def test_a_refused_mail_is_given_up_and_said_so(desk: Desk) -> None:
    async with SmtpSink(lambda _: "550 5.1.1 no such user") as sink:
        desk.mailer = SmtpMailer(sink.url)
        sara = await desk.person("sara@customer.example")
        ticket = desk.colleagues.add_ticket(sara)
        await desk.hear(desk.spoken(ticket, desk.colleagues.add_message("مرحبا")))
        await desk.work()
        await desk.mailer.close()
    (row,) = await desk.deliveries(ticket)
    assert row["state"] == "failed"
    failed = [one for one in await desk.stated("notify.failed") if one["ticket_id"] == str(ticket)]
    assert [one["attempts"] for one in failed] == [1]


async def test_a_sender_that_died_leaves_its_mail_to_the_next(desk: Desk, travel: Travel) -> None:
    from services.notify import usecases

    sara = await desk.person("sara@customer.example")
    ticket = desk.colleagues.add_ticket(sara)
    await desk.hear(desk.spoken(ticket, desk.colleagues.add_message("مرحبا")))
    assert len(await usecases.mail_turn(desk.context, [], 10)) == 1
    assert await usecases.mail_turn(desk.context, [], 10) == []
    travel(100)
    assert len(await desk.letters("sara@customer.example")) == 1
    travel(0)
