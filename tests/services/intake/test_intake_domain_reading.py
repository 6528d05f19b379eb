"""Header fields, addresses, parts and files: total functions over any bytes."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.adapters.pages import read_page
from services.intake.domain import limits
from services.intake.domain.addresses import addresses
from services.intake.domain.charset import codec, decode
from services.intake.domain.direction import locale_of
from services.intake.domain.files import media_type_of, safe_name
from services.intake.domain.headers import base64_bytes, parameters, split_headers
from services.intake.domain.mail import Envelope, Reading, read_mail, unreadable
from services.intake.domain.mime import read_tree
from services.intake.domain.transfer import unwrap
from services.intake.domain.words import Flag


def field(line: bytes, name: str = "subject") -> str:
    return split_headers(name.encode() + b": " + line).text(name)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b"=?utf-8?q?=D9=85=D8=B1?=\r\n =?utf-8?q?=D8=AD=D8=A8=D8=A7?=", "مرحبا"),
        (b"=?utf-8?b?2YXYsQ==?= and =?utf-8?b?2K3YqNin?=", "مر and حبا"),
        (b"=?UTF-8?Q?a_b=3Fc?=", "a b?c"),
        (b"=?windows-1256?B?4+HO1Q?=", "ملخص"),
        (b"=?no-such?Q?x?=", "x"),
        (b"=?utf-8?B?!!!?=", ""),
        (b"=?utf-8?B?2YX?=", "م"),
        (b"plain", "plain"),
        (b"=?utf-8?Q?broken", "=?utf-8?Q?broken"),
        (b"a\r\n b\r\n\tc", "a b c"),
        (b"nul\x00l", "null"),
    ],
)
def test_a_field_is_decoded(line: bytes, text: str) -> None:
    assert field(line) == text


@pytest.mark.parametrize(
    "label",
    ["punycode", "idna", "rot13", "hex", "zip", "unicode_escape", "\x00", "é", "", "undefined"],
)
def test_a_codec_that_is_no_charset_is_refused(label: str) -> None:
    assert codec(label) is None


@pytest.mark.parametrize(
    "text", ["été à Paris", "naïve café déjà vu", "Müller Straße", "señor niño"]
)
def test_western_text_is_not_taken_for_arabic(text: str) -> None:
    assert decode(text.encode("cp1252"), "iso-8859-1").text == text
    assert decode(text.encode("cp1252")).text == text


@given(st.binary(max_size=300), st.sampled_from([None, "utf-8", "utf-16", "cp1256", "x", "utf-7"]))
def test_decoding_never_fails(raw: bytes, declared: str | None) -> None:
    assert decode(raw, declared).text.encode() is not None


def test_half_a_character_is_never_read() -> None:
    assert "\ud800" not in decode(b"+2AA-", "utf-7").text


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b"Sara <s@x.example>", [("s@x.example", "Sara")]),
        (b"s@x.example (Sara)", [("s@x.example", "Sara")]),
        (b'"A, B" <a@x.example>, c@x.example', [("a@x.example", "A, B"), ("c@x.example", "")]),
        (b"Group: a@x.example, b@x.example;", [("a@x.example", ""), ("b@x.example", "")]),
        (b"=?utf-8?q?victim=40corp.example?=", []),
        (
            b"=?utf-8?q?victim=40corp.example?= <e@x.example>",
            [("e@x.example", "victim@corp.example")],
        ),
        (b'"boss@corp.example" <e@x.example>', [("e@x.example", "boss@corp.example")]),
        (b"<[", []),
        (b"(c):", []),
        (b'"', []),
        (b"<>", []),
        (b"", []),
    ],
)
def test_addresses_of_a_field(line: bytes, found: list[tuple[str, str]]) -> None:
    headers = split_headers(b"From: " + line)
    assert [(one.email, one.name) for one in addresses(headers, "from")] == found


@given(st.binary(max_size=400))
def test_any_bytes_are_some_addresses(raw: bytes) -> None:
    for one in addresses(split_headers(b"To: " + raw.replace(b"\n", b" ")), "to"):
        assert "@" in one.email


def test_more_addresses_than_anybody_writes_are_cut_and_flagged() -> None:
    headers = split_headers(b"To: " + b", ".join(b"u%d@x.example" % n for n in range(2000)))
    assert len(addresses(headers, "to")) == limits.ADDRESSES
    assert Flag.ADDRESSES_CUT in headers.flags


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (b"attachment; filename=a.txt", "a.txt"),
        (b'attachment; filename="a;b.txt"', "a;b.txt"),
        (b"attachment; filename*=UTF-8''%D9%85.txt", "م.txt"),
        (b"attachment; filename*0=one; filename*1=two.txt", "onetwo.txt"),
        (b"attachment; filename*1*=b.txt; filename*0*=UTF-8'ar'a", "ab.txt"),
        (b'attachment; filename="a\\"b.txt"', 'a"b.txt'),
        (b"attachment; name*", ""),
        (b"attachment; filename*", ""),
        (b"attachment", ""),
    ],
)
def test_a_file_name_in_every_spelling(line: bytes, name: str) -> None:
    assert parameters(split_headers(b"D: " + line), "d").get("filename") == name


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("a\x00b\r\nc.txt", "a_b_c.txt"),
        ("صورة\u202egnp.exe", "صورةgnp.exe"),
        ("تقرير\u0640.pdf", "تقريرـ.pdf"),
        ("con.txt", "_con.txt"),
        ("...", "file-3.png"),
        ("", "file-3.png"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("e\u0301.txt", "é.txt"),
    ],
)
def test_a_file_is_named_safely(given_name: str, shown: str) -> None:
    assert safe_name(given_name, "image/png", 3) == shown


@pytest.mark.parametrize(
    ("declared", "content", "kind"),
    [
        ("image/png", b"\x89PNG\r\n\x1a\n", "image/png"),
        ("image/png", b"<html>", "application/octet-stream"),
        ("text/plain", b"MZ\x90", "application/vnd.microsoft.portable-executable"),
        ("application/vnd.openxmlformats-officedocument.x", b"PK\x03\x04",
         "application/vnd.openxmlformats-officedocument.x"),
        ("x y", b"", "application/octet-stream"),
        ("text/plai\x05", b"", "application/octet-stream"),
        ("text/csv\r\nX-A: b", b"a,b", "application/octet-stream"),
        ("application/officedocument\n", b"PK\x03\x04", "application/zip"),
        ("text/csv", b"a,b", "text/csv"),
    ],
)  # fmt: skip
def test_a_type_is_what_the_bytes_prove(declared: str, content: bytes, kind: str) -> None:
    assert media_type_of(declared, content) == kind


@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from((b"", b"PK\x03\x04", b"BM")))
def test_a_type_can_stand_in_a_header(main: str, sub: str, content: bytes) -> None:
    """One that cannot would break the answer in which the file is handed to tickets, each time."""
    for declared in (
        f"{main}/{sub}",
        f"text/{sub}",
        f"application/zip{sub}",
        f"x/officedocument{sub}",
    ):
        kind = media_type_of(declared, content)
        assert re.fullmatch(r"[!-~]+/[!-~]+", kind)


@pytest.mark.parametrize(
    ("payload", "data"),
    [(b"YWI=", b"ab"), (b"YW I=\r\n", b"ab"), (b"YWI", b"ab"), (b"Y", b""), (b"YWI=YWI=", b"abab")],
)
def test_base64_is_forgiving(payload: bytes, data: bytes) -> None:
    assert base64_bytes(payload) == data


def test_uuencoded_text_is_read_and_an_unknown_encoding_is_said() -> None:
    assert unwrap(b"begin 644 a\r\n#86)C\r\n`\r\nend\r\n", "x-uuencode") == (b"abc", True)
    assert unwrap(b"abc", "x-strange") == (b"abc", False)


def test_parts_are_cut_at_their_boundaries_only() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n--b\r\n\r\none\r\n"
        b"--bb\r\nstill one\r\n--b \r\nContent-Type: text/html\r\n\r\n<p>two\r\n--b--\r\nepilogue"
    )
    root, flags = read_tree(raw)
    assert [part.body for part in root.parts] == [b"one\r\n--bb\r\nstill one", b"<p>two"]
    assert flags == set()


def test_an_attached_mail_keeps_its_bytes() -> None:
    inner = b"Subject: =?bad\nX: \xff\n\nbody \xfe"
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n"
        + inner
        + b"\n--b--\n"
    )
    (file,) = read_mail(raw, Envelope(), Reading(), read_page).files
    assert (file.media_type, file.content) == ("message/rfc822", inner)


def test_the_language_is_that_of_the_letters() -> None:
    assert locale_of("مرحبا help") == "ar"
    assert locale_of("hello يا") == "en"
    assert locale_of("123") == "ar"
    assert locale_of("") == "ar"
    assert locale_of("こんにちは、プリンター 123") == "en"
    assert locale_of("Принтер не работает") == "en"
    assert locale_of("こんにちは مرحبا") == "ar"


@settings(max_examples=300, deadline=2000)
@given(st.binary(max_size=600))
def test_any_bytes_are_some_mail(raw: bytes) -> None:
    for read in (
        read_mail(raw, Envelope("a@b.example"), Reading(), read_page),
        unreadable(raw, Envelope("a@b.example"), Reading()),
    ):
        assert read.mail.mail_class
        assert "\x00" not in read.mail.body_text + read.mail.subject
