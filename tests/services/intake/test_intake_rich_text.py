"""Mails whose only body is Outlook's compressed RTF: their words are read, in any code page."""

import struct
import time
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.adapters.tnef import unpack
from services.intake.domain import limits, lzfu, rtf
from tests.services.intake import outlook
from tests.services.intake.conftest import Office
from tests.services.intake.outlook import winmail

FONTS = rb"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset178 Arial;}{\f2\fcharset204 A;}}"
ARABIC = "السلام عليكم، الطابعة لا تعمل"


def hexed(text: str, codec: str = "cp1256") -> bytes:
    return b"".join(b"\\'%02x" % byte for byte in text.encode(codec))


def rich(body: bytes, page: int = 1252) -> bytes:
    return rb"{\rtf1\ansi\ansicpg%d\deff0" % page + FONTS + body + b"}"


SAID = {
    "an Arabic font": (rich(rb"\f1\rtlpar " + hexed(ARABIC)), ARABIC),
    "an Arabic document": (rich(hexed(ARABIC), page=1256), ARABIC),
    "the font of what runs from the right": (
        rich(rb"\f0\rtlch\af1 " + hexed("شكرا") + rb"\ltrch\f0 caf\'e9"),
        "شكراcafé",
    ),
    "letters by number": (rich(rb"\uc1\u1588?\u-329?\u-10179?\u-8704?ok"), "شﺷ😀ok"),
    "three stand-ins": (rich(rb"\uc3\u1588abcok"), "شok"),
    "a Russian font": (rich(rb"\f2 " + hexed("Привет", "cp1251")), "Привет"),
    "paragraphs": (rich(rb"one\par two\line three\tab four"), "one\ntwo\nthree\tfour"),
    "what nobody sees": (
        rich(rb"{\stylesheet{\s0 Normal;}}{\*\generator Riched20;}{\pict 0102}a{\*\x {b}}c"),
        "ac",
    ),
    "a page wrapped in it": (
        rich(rb"\fromhtml1{\*\htmltag64 <p>}Hello{\*\htmltag84 &nbsp;}\htmlrtf \'a0\htmlrtf0 you"),
        "Hello\xa0you",
    ),
    "signs": (rich(rb"\{a\}\\b\~c\emdash"), "{a}\\b\xa0c—"),
}


@pytest.mark.parametrize("name", SAID)
@pytest.mark.parametrize("packed", [True, False])
def test_the_words_of_a_body_in_outlooks_own_format(name: str, packed: bool) -> None:
    raw, said = SAID[name]
    packing = unpack(winmail(outlook.rich(raw, packed=packed), outlook.file(b"a.txt", b"x")))
    assert packing is not None
    assert (packing.text, packing.cut, len(packing.files)) == (said, False, 1)


def test_the_examples_of_the_specification_are_opened() -> None:
    one = (
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d"
        "0a800fa0"
    )
    two = "1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0"
    found = [lzfu.opened(bytes.fromhex(text), 1000) for text in (one, two)]
    assert found == [
        (b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n", False),
        (b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}", False),
    ]


def test_words_that_are_told_otherwise_are_not_told_twice() -> None:
    packing = unpack(winmail(outlook.body("plain"), outlook.rich(rich(b"rich"))))
    assert packing is not None
    assert packing.text.strip() == "plain"


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 2**32 - 1))
def test_nothing_makes_it_fail(data: bytes, size: int) -> None:
    for kind in (b"LZFu", b"MELA", b"????"):
        head = struct.pack("<II4sI", len(data), size, kind, 0)
        rich_text, _ = lzfu.opened(head + data, 5000)
        assert len(rich_text) <= 5000
        rtf.words_of(rich_text, 100)
    assert isinstance(rtf.words_of(b"{\\rtf1" + data, 100), str)


PIECES = (rb"\u1588?", b"{", rb"\rtlch\af1", rb"\'e1\f1\'e1\f2")


@pytest.mark.parametrize("piece", PIECES)
def test_a_bomb_costs_its_bound_and_no_files(piece: bytes) -> None:
    bomb = (b"{\\rtf1" + FONTS + piece * 400_000)[: 3 * 1024 * 1024]
    began = time.process_time()
    packing = unpack(winmail(outlook.rich(bomb, packed=False), outlook.file(b"a.txt", b"x")))
    assert time.process_time() - began < 4
    assert packing is not None
    assert len(packing.files) == 1
    assert len(packing.text) <= limits.TEXT + 1


async def test_such_a_mail_says_its_words_on_the_ticket(office: Office) -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "sara@client.example", "winmail"
    mail.set_content("")
    data = winmail(outlook.rich(rich(rb"\f1\rtlpar " + hexed(ARABIC) + rb"\par Sara")))
    mail.add_attachment(data, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    seen = await office.handle(mail.as_bytes())
    assert seen["state"] == "routed"
    assert seen["visible_text"].split("\n") == [ARABIC, "Sara"]
