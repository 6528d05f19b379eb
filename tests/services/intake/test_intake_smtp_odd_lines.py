"""Odd MAIL FROM, RCPT TO and other lines over a real connection: refused in words, never by 451."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services.intake.adapters.smtp import Connection
from services.intake.timers.smtp import Reception
from tests.services.intake.conftest import Office
from tests.services.intake.test_intake_smtp import Talk, run

PIECES = (
    *(b"<", b">", b"@", b"a", b".", b",", b":", b";", b'"', b"\\", b"(", b")", b"[", b"]", b" "),
    *(
        b"=?utf-8?q?",
        b"?=",
        b"=?",
        b"support@localhost",
        b"\xd8\xb3",
        b"\xff",
        b"\x00",
        b"\t",
        b"+",
    ),
    *(
        b" SIZE=",
        "²".encode(),
        b"99",
        b" BODY=8BITMIME",
        b" SMTPUTF8",
        b"[127.0.0.1]",
        b"@x:",
        b"\r",
    ),
)
TAILS = st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join)
VERBS = st.sampled_from((b"MAIL FROM:", b"MAIL FROM: <a", b"RCPT TO:", b"RCPT TO:<", b"VRFY "))
KNOWN = ("2", "500", "501", "502", "503", "550", "552", "553", "555")


@pytest.fixture
def troubles(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """What the door could not explain to its client."""
    found: list[Exception] = []
    monkeypatch.setattr(Reception, "failed", lambda _, error: found.append(error))
    return found


def _heard(talk: Talk, line: bytes) -> str:
    talk.say(line + b"\r\n")
    return talk.hear()


def _greeted(port: int) -> Talk:
    talk = Talk(port)
    talk.hear()
    assert _heard(talk, b"EHLO cli\xffent").startswith("250")
    return talk


async def test_odd_lines_are_refused_in_words(office: Office, troubles: list[Exception]) -> None:
    def fuzz() -> None:
        talk = _greeted(office.port)

        @settings(
            max_examples=150,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow],
        )
        @given(VERBS, TAILS)
        @example(b"MAIL FROM:", b"<a@")
        @example(b"MAIL FROM:", b"<")
        @example(b"MAIL FROM:", b"<a@b> SIZE=\xc2\xb2")
        @example(b"MAIL FROM:", b"<" + b"(" * 1900)
        @example(b"RCPT TO:", b"<=?utf-8?q?a@")
        @example(b"VRFY ", b"\xff")
        def say(verb: bytes, tail: bytes) -> None:
            asked = b"MAIL FROM:<a@b.example>"
            for line in (b"RSET", *([] if verb[:4] == b"MAIL" else [asked]), verb + tail):
                said = _heard(talk, line)
            assert said.startswith(KNOWN), (verb + tail, said)

        say()
        assert _heard(talk, b"NOOP").startswith("250")
        talk.close()

    await run(fuzz)
    assert troubles == []


async def test_a_mail_is_still_taken_after_nonsense(office: Office) -> None:
    def talk() -> str:
        talk = _greeted(office.port)
        assert _heard(talk, b"MAIL FROM:<a@").startswith(("501", "553"))
        assert _heard(talk, b"MAIL FROM:<a@b.example>").startswith("250")
        assert _heard(talk, b"RCPT TO:<support@").startswith(("501", "553"))
        assert _heard(talk, b"RCPT TO:<support@localhost>").startswith("250")
        assert _heard(talk, b"DATA").startswith("354")
        return _heard(talk, b"From: a@b.example\r\nSubject: After nonsense\r\n\r\nHi\r\n.")

    taken = await run(talk)
    assert taken.startswith("250 2.0.0 accepted ")
    seen = await office.settled(taken.rpartition(" ")[2])
    assert seen["state"] == "routed"


def test_no_path_makes_the_reading_fail() -> None:
    quick = Connection.__new__(Connection)

    @settings(max_examples=500, deadline=None, database=None)
    @given(TAILS)
    def read(tail: bytes) -> None:
        quick._getaddr(tail.decode("utf-8", "surrogateescape"))

    read()
