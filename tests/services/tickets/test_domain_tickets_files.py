"""What files are, what scanners say, which links hold, and what a range of bytes is."""

import io
import struct
import zipfile
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tickets.adapters.kinds import find
from services.tickets.domain.downloads import Grant, Unsatisfiable, make_token, read_token, span
from services.tickets.domain.kinds import Caution, shown_type
from services.tickets.domain.naming import file_name
from services.tickets.domain.scanning import State, pause, previewable, settled, verdict

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
GIF = b"GIF89a\x01\x00\x01\x00\x00\x00"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"


def zipped(name: str = "a.txt", *, locked: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as box:
        box.writestr(name, "content")
    form = bytearray(out.getvalue())
    if locked:
        form[form.index(b"PK\x01\x02") + 8] |= 1
    return bytes(form)


def bomb() -> bytes:
    """Ten MiB of zeros in ten KiB; nothing of ours ever unpacks it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("zeros", bytes(10 * 1024 * 1024))
    return out.getvalue()


KINDS = [
    # bytes, name, declared -> type, cautions
    (PNG, "a.png", "image/png", "image/png", ()),
    (PNG, "a.txt", "text/plain", "image/png", (Caution.MISMATCH,)),
    (JPEG, "a.jpg", "", "image/jpeg", ()),
    (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "a.webp", "", "image/webp", ()),
    (b"plain words", "a.log", "image/png", "text/plain", (Caution.MISMATCH,)),
    ("سجلّ الأخطاء".encode("cp1256"), "سجل.txt", "", "text/plain", ()),
    ("سجلّ الأخطاء".encode("utf-16"), "سجل.txt", "", "text/plain", ()),
    (b"12:01 GET <html> 500", "server.log", "", "text/plain", ()),
    (b"", "empty.txt", "", "text/plain", ()),
    (b"<!DOCTYPE html><p>", "a.png", "image/png", "text/html", (Caution.ACTIVE, Caution.MISMATCH)),
    (b" \n<script>alert(1)</script>", "a", "text/plain", "text/html", (Caution.ACTIVE,)),
    (
        b'<?xml version="1.0"?>\n<svg onload="x()"/>',
        "a.svg",
        "",
        "image/svg+xml",
        (Caution.ACTIVE,),
    ),
    (b"alert(1)", "page.html", "", "text/plain", (Caution.ACTIVE,)),
    (GIF + b"<script>alert(1)</script>", "a.gif", "", "image/gif", (Caution.TWO_IN_ONE,)),
    (PNG + zipped(), "a.png", "", "image/png", (Caution.TWO_IN_ONE,)),
    (JPEG + b"%PDF-1.7", "a.jpg", "", "image/jpeg", (Caution.TWO_IN_ONE,)),
    (b"%PDF-1.7\n1 0 obj", "a.pdf", "", "application/pdf", ()),
    (b"%PDF-1.7\ntrailer << /Encrypt 5 0 R >>", "a.pdf", "", "application/pdf", (Caution.LOCKED,)),
    (
        b"MZ\x90\x00\x03\x00",
        "invoice.pdf.exe",
        "application/pdf",
        "application/x-executable",
        (Caution.PROGRAM, Caution.DISGUISED),
    ),
    (b"\x7fELF\x02\x01", "tool", "", "application/x-executable", (Caution.PROGRAM,)),
    (b"#!/bin/sh\nrm -r x", "setup", "", "text/plain", (Caution.PROGRAM,)),
    (b"@echo off", "setup.bat", "", "text/plain", (Caution.PROGRAM,)),
    (b"harmless", "picture\u202egnp.exe", "", "text/plain", (Caution.PROGRAM, Caution.DISGUISED)),
    (zipped(), "logs.zip", "", "application/zip", (Caution.ARCHIVE,)),
    (zipped(locked=True), "logs.zip", "", "application/zip", (Caution.LOCKED, Caution.ARCHIVE)),
    (bomb(), "logs.zip", "", "application/zip", (Caution.ARCHIVE,)),
    (b"From: a@b.example\r\nSubject: x\r\n\r\nHi", "m.eml", "", "message/rfc822", ()),
    (b"BEGIN:VCALENDAR\r\n", "invite.ics", "", "text/calendar", ()),
    (b"\x00\x01\x02\x03\x04nothing known", "x.bin", "", "application/octet-stream", ()),
    (b"\x00\x01GIF89a", "x.png", "image/png", "application/octet-stream", (Caution.MISMATCH,)),
]


@pytest.mark.parametrize(("content", "name", "declared", "kind", "cautions"), KINDS)
def test_the_bytes_say_what_a_file_is(
    content: bytes, name: str, declared: str, kind: str, cautions: tuple[Caution, ...]
) -> None:
    found = find(content[:8192], content[-65536:], name, declared)
    assert (found.media_type, set(found.cautions)) == (kind, set(cautions))


@given(st.binary(max_size=400), st.text(max_size=30), st.text(max_size=30))
def test_any_bytes_have_a_type_and_the_declared_one_never_decides(
    content: bytes, name: str, declared: str
) -> None:
    found = find(content, content, name, declared)
    assert found.media_type == find(content, content, "x", "image/svg+xml").media_type
    assert "\n" not in found.media_type


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("image/png", "image/png"),
        ("text/plain", "text/plain"),
        ("text/html", "application/octet-stream"),
        ("image/svg+xml", "application/octet-stream"),
        ("text/javascript", "application/octet-stream"),
        ("application/x-executable", "application/octet-stream"),
    ],
)
def test_what_a_browser_would_run_is_handed_out_as_bytes(kind: str, shown: str) -> None:
    assert shown_type(kind) == shown


NAMES = [
    ("../../etc/passwd", "_.._etc_passwd"),
    ("C:\\Windows\\cmd.exe", "C__Windows_cmd.exe"),
    ("a\r\nSet-Cookie: x=1.txt", "a__Set-Cookie_ x=1.txt"),
    ("cafe\u0301.txt", "caf\u00e9.txt"),
    ("picture\u202egnp.exe", "picture_gnp.exe"),
    ("\u2066تقرير\u2069.pdf", "_تقرير_.pdf"),
    ("", "file"),
    ("...", "file"),
    ("ن" * 300 + ".png", "ن" * 116 + ".png"),
    ("\ud800bad.txt", "_bad.txt"),
    ("a\u2028b\u2029c.txt", "a_b_c.txt"),
]


@pytest.mark.parametrize(("given_name", "kept"), NAMES)
def test_names_are_made_fit_to_store_and_to_show(given_name: str, kept: str) -> None:
    assert file_name(given_name) == kept


@given(st.text(max_size=400))
def test_any_name_becomes_one_that_is_safe(name: str) -> None:
    kept = file_name(name)
    assert 0 < len(kept) <= 120
    assert not set(kept) & set('/\\:*?"<>|\r\n\x00\u202e\u2066')
    assert kept.encode()
    assert kept.strip(". ") == kept


ANSWERS = [
    (b"stream: OK\x00", State.CLEAN),
    (b"stream: OK\n", State.CLEAN),
    (b"stream: Win.Test.EICAR_HDB-1 FOUND\x00", State.INFECTED),
    (b"INSTREAM: Eicar-Test-Signature FOUND\x00", State.INFECTED),
    (b"INSTREAM size limit exceeded. ERROR\x00", State.UNSCANNABLE),
    (b"stream: Heuristics.Encrypted.Zip FOUND\x00", State.UNSCANNABLE),
    (b"stream: Heuristics.Limits.Exceeded.MaxScanSize FOUND\x00", State.UNSCANNABLE),
    (b"stream: Can't allocate memory ERROR\x00", None),
    (b"", None),
    (b"OK", None),
]


@pytest.mark.parametrize(("answer", "state"), ANSWERS)
def test_a_scanners_answer_has_one_meaning(answer: bytes, state: State | None) -> None:
    assert verdict(answer) is state


def test_what_is_locked_is_never_clean() -> None:
    assert settled(State.CLEAN, [Caution.LOCKED]) is State.UNSCANNABLE
    assert settled(State.CLEAN, [Caution.ARCHIVE]) is State.CLEAN
    assert settled(State.INFECTED, [Caution.LOCKED]) is State.INFECTED


def test_waiting_grows_to_a_minute() -> None:
    assert [pause(n).total_seconds() for n in (1, 2, 5, 6, 50)] == [2, 4, 32, 60, 60]


def test_only_raster_pictures_are_made_small() -> None:
    assert previewable("image/png", 10)
    assert not previewable("image/svg+xml", 10)
    assert not previewable("image/png", 0)
    assert not previewable("image/png", 26 * 1024 * 1024)


NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = b"k" * 32
GRANT = Grant(uuid4(), uuid4(), int(NOW.timestamp()) + 300, staff=False, inline=True)


def test_a_link_holds_for_five_minutes_and_not_a_second_longer() -> None:
    token = make_token(KEY, GRANT)
    assert token.isascii()
    assert read_token(KEY, token, NOW) == GRANT
    assert read_token(KEY, token, NOW + timedelta(seconds=300)) == GRANT
    assert read_token(KEY, token, NOW + timedelta(seconds=301)) is None
    assert read_token(b"x" * 32, token, NOW) is None


@given(place=st.integers(0, 71), letter=st.sampled_from("ABab01-_"))
def test_no_letter_of_a_link_can_be_changed(place: int, letter: str) -> None:
    token = make_token(KEY, GRANT)
    forged = token[:place] + letter + token[place + 1 :]
    assert (read_token(KEY, forged, NOW) is None) is (forged != token)


@given(st.text(max_size=90))
def test_other_texts_are_no_links(text: str) -> None:
    assert read_token(KEY, text, NOW) is None


RANGES = [
    (None, None),
    ("bytes=0-9", (0, 10)),
    ("bytes=90-", (90, 100)),
    ("bytes=-10", (90, 100)),
    ("bytes=-1000", (0, 100)),
    ("bytes=95-1000", (95, 100)),
    ("bytes=0-0", (0, 1)),
    ("bytes=5-2", None),
    ("bytes=0-1,5-6", None),
    ("bytes=-", None),
    ("lines=0-1", None),
    ("bytes=a-b", None),
    ("bytes=" + "9" * 40 + "-", None),
]


@pytest.mark.parametrize(("asked", "found"), RANGES)
def test_a_range_is_one_span_or_all(asked: str | None, found: tuple[int, int] | None) -> None:
    assert span(asked, 100) == found


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=200-300", "bytes=-0"])
def test_a_range_outside_the_file_is_refused(asked: str) -> None:
    with pytest.raises(Unsatisfiable):
        span(asked, 100)


def test_the_key_of_a_link_is_bound_to_its_file() -> None:
    other = Grant(UUID(int=1), GRANT.person_id, GRANT.until, staff=False, inline=True)
    spliced = make_token(KEY, other)[:20] + make_token(KEY, GRANT)[20:]
    assert read_token(KEY, spliced, NOW) is None
    assert struct.calcsize(">16s16s5sB16s") == 54
