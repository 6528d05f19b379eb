"""Every limit of a mail: one step below it all is read, one above it the rest is cut and said."""

from collections.abc import Callable

import pytest

from services.intake.adapters.child import TOOLS
from services.intake.adapters.pages import read_page
from services.intake.domain import limits
from services.intake.domain.mail import Envelope, Parsed, Reading, read_mail
from services.intake.domain.words import Flag

TOP = b"From: sara@client.example\r\n"


def read(raw: bytes) -> Parsed:
    return read_mail(raw, Envelope("a@b.example"), Reading(), read_page, tools=TOOLS)


def header(name: bytes, value: bytes) -> bytes:
    return TOP + name + b": " + value + b"\r\n\r\nwords\r\n"


def block(size: int) -> bytes:
    """A header block of exactly so many bytes."""
    lines = b"X-Fill: " + b"a" * 990 + b"\r\n"
    count = (size - len(TOP)) // len(lines)
    rest = size - len(TOP) - count * len(lines) - len(b"X: ")
    return TOP + lines * count + b"X: " + b"a" * rest + b"\r\n\r\nwords\r\n"


def depth(count: int) -> bytes:
    opening = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(count)
    )
    return TOP + opening + b"\r\nwords\r\n"


def parts(count: int) -> bytes:
    """A root and so many parts less one."""
    head = TOP + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    return head + b"--b\r\n\r\nwords\r\n" * (count - 1) + b"--b--\r\n"


def files(count: int) -> bytes:
    head = TOP + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nwords\r\n"
    one = b"--b\r\nContent-Type: text/csv; name=%d.csv\r\n\r\n1,2\r\n"
    return head + b"".join(one % n for n in range(count)) + b"--b--\r\n"


def file(size: int) -> bytes:
    return files(0).replace(
        b"--b--", b"--b\r\nContent-Type: application/zip\r\n\r\n" + b"x" * size + b"\r\n--b--"
    )


def text(kind: bytes, size: int) -> bytes:
    return TOP + b"Content-Type: text/" + kind + b"\r\n\r\nwords " + b"x" * (size - 6)


Case = tuple[Callable[[int], bytes], int, Flag]
CASES: dict[str, Case] = {
    "header block": (block, limits.HEADER_BLOCK, Flag.HEADERS_CUT),
    "one header": (lambda n: header(b"X-Long", b"a" * (n - 1)), limits.HEADER, Flag.HEADERS_CUT),
    "encoded words": (
        lambda n: header(b"Subject", b" ".join([b"=?utf-8?q?a?="] * n)),
        limits.ENCODED_WORDS,
        Flag.WORDS_CUT,
    ),
    "addresses": (
        lambda n: header(b"To", b", ".join(b"u%d@x.example" % i for i in range(n))),
        limits.ADDRESSES,
        Flag.ADDRESSES_CUT,
    ),
    "references": (
        lambda n: header(b"References", b" ".join(b"<%d@x>" % i for i in range(n))),
        limits.REFERENCES,
        Flag.REFERENCES_CUT,
    ),
    "subject": (lambda n: header(b"Subject", b"a" * n), limits.SUBJECT, Flag.SUBJECT_CUT),
    "depth": (depth, limits.DEPTH, Flag.DEPTH_CUT),
    "parts": (parts, limits.PARTS, Flag.PARTS_CUT),
    "files": (files, limits.FILES, Flag.FILES_CUT),
    "one file": (file, limits.FILE, Flag.FILES_CUT),
    "text": (lambda n: text(b"plain", n), limits.TEXT, Flag.TEXT_CUT),
    "HTML": (lambda n: text(b"html", n), limits.HTML, Flag.HTML_CUT),
}


@pytest.mark.parametrize("name", CASES)
def test_a_limit_is_reached_without_loss(name: str) -> None:
    build, limit, flag = CASES[name]
    parsed = read(build(limit))
    assert flag not in parsed.mail.flags
    assert parsed.mail.body_text.startswith("words")


@pytest.mark.parametrize("name", CASES)
def test_beyond_a_limit_the_rest_is_cut_and_said(name: str) -> None:
    build, limit, flag = CASES[name]
    parsed = read(build(limit + 1))
    assert flag in parsed.mail.flags
    assert parsed.mail.sender == "sara@client.example"
    assert len(parsed.mail.body_text) <= limits.TEXT
    if name not in {"depth", "parts"}:
        assert parsed.mail.body_text.startswith("words")


def test_the_last_references_count() -> None:
    mail = read(header(b"References", b" ".join(b"<%d@x>" % i for i in range(80)))).mail
    assert (len(mail.references), mail.references[-1]) == (50, "<79@x>")


def test_a_text_cut_within_a_letter_is_still_arabic() -> None:
    words = "السلام عليكم ورحمة الله. " * 30_000
    raw = TOP + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + words.encode()
    for shift in (b"", b"x", b"xx"):
        told = read(raw.replace(b"\r\n\r\n", b"\r\n\r\n" + shift, 1)).mail.body_text
        assert told.removeprefix(shift.decode()).startswith("السلام عليكم")
        assert Flag.TEXT_CUT in read(raw).mail.flags


def test_names_of_files_are_cut_and_kept_whole_beside() -> None:
    name = "تقرير" * 60 + ".pdf"
    raw = TOP + f'Content-Type: application/pdf; name="{name}"\r\n\r\n%PDF'.encode()
    (one,) = read(raw).files
    assert (len(one.name), one.name[-4:], one.original_name) == (limits.FILE_NAME, ".pdf", name)
