"""Files and pictures of a mail: packed, nested, opaque, shown, empty."""

import base64
from uuid import UUID, uuid4

import pytest

from services.intake.adapters.child import TOOLS
from services.intake.adapters.pages import read_page
from services.intake.adapters.tnef import unpack
from services.intake.domain.body import File
from services.intake.domain.files import file_id
from services.intake.domain.mail import Envelope, Parsed, Reading, read_mail
from tests.journeys.letters import png
from tests.services.intake import outlook
from tests.services.intake.outlook import winmail

MAIL = UUID("0192f0c1-2222-7333-8444-555566667777")
ARABIC = "تقرير الأعطال.pdf"


def read(raw: bytes) -> Parsed:
    return read_mail(raw, Envelope("a@b.example"), Reading(mail=MAIL), read_page, tools=TOOLS)


def part(head: str, body: bytes = b"") -> bytes:
    return head.encode().replace(b"\n", b"\r\n") + b"\r\n\r\n" + body


def encoded(head: str, body: bytes) -> bytes:
    return part(head + "\nContent-Transfer-Encoding: base64", base64.encodebytes(body))


def multi(kind: str, *parts: bytes) -> bytes:
    edge = uuid4().hex
    head = f"From: a@b.example\nSubject: x\nContent-Type: multipart/{kind}; boundary={edge}"
    between = f"\r\n--{edge}".encode()
    return part(head) + b"".join(between + b"\r\n" + one for one in parts) + between + b"--\r\n"


def names(files: list[File]) -> list[str]:
    return [file.name for file in files]


TEXT = part("Content-Type: text/plain", b"see the file")


def packed(data: bytes, kind: str = "application/ms-tnef; name=winmail.dat") -> Parsed:
    return read(multi("mixed", TEXT, encoded(f"Content-Type: {kind}", data)))


@pytest.mark.parametrize(
    "kind",
    [
        "application/ms-tnef; name=winmail.dat",
        "application/vnd.ms-tnef; name=winmail.dat",
        "application/octet-stream; name=winmail.dat",
    ],
)
def test_winmail_is_opened_and_stays_beside(kind: str) -> None:
    data = winmail(
        outlook.file(ARABIC.encode("cp1256"), b"%PDF-1.7"),
        outlook.file(
            b"SHORT~1.PNG", png(), outlook.properties([outlook.unicode(0x3707, "لقطة.png")])
        ),
    )
    files = packed(data, kind).files
    assert names(files) == ["winmail.dat", ARABIC, "لقطة.png"]
    assert [file.media_type for file in files] == [
        "application/ms-tnef",
        "application/pdf",
        "image/png",
    ]
    assert files[0].content == data
    assert files[2].content == png()


def test_a_letter_within_winmail_gives_its_words_and_files() -> None:
    inner = winmail(outlook.body("نص داخلي"), outlook.file(b"in.txt", b"inner"))
    data = winmail(outlook.file(b"letter", b"", outlook.embedded(inner)))
    files = packed(data).files
    assert names(files) == ["winmail.dat", "file-2.txt", "in.txt"]
    assert files[1].content.decode() == "نص داخلي"


def test_words_of_winmail_count_where_the_mail_has_no_others() -> None:
    data = winmail(outlook.body("الطابعة متوقفة"))
    alone = encoded("From: a@b.example\nContent-Type: application/ms-tnef; name=winmail.dat", data)
    assert read(alone).mail.body_text == "الطابعة متوقفة"
    assert packed(data).mail.body_text == "see the file"


BOMBS = {
    "not one at all": b"\x78\x9f\x3e\x22garbage" * 100,
    "cut": winmail(outlook.file(b"a.txt", b"x" * 5000))[:200],
    "four thousand million properties": winmail(
        outlook.file(b"a.txt", b"x", outlook.properties([], claimed=0xFFFFFFFF))
    ),
    "many tiny attributes": winmail(outlook.attribute(1, outlook.BODY, b"x") * 200_000),
    "letters in letters": b"",
}


def matryoshka(depth: int) -> bytes:
    data = winmail(outlook.body("innermost"))
    for _ in range(depth):
        data = winmail(outlook.file(b"m", b"", outlook.embedded(data)))
    return data


COSTLY = {"many tiny attributes", "four thousand million properties", "letters in letters"}


@pytest.mark.parametrize("name", BOMBS)
def test_a_winmail_that_is_a_trap_stays_a_file(name: str) -> None:
    data = BOMBS[name] or matryoshka(500)
    parsed = packed(data)
    assert parsed.files[0].content == data
    assert parsed.mail.body_text == "see the file"
    assert ("winmail_not_opened" in parsed.mail.flags) == (name in COSTLY)


def test_more_files_in_winmail_than_a_mail_may_have_are_cut_and_flagged() -> None:
    data = winmail(*(outlook.file(b"%d.txt" % n, b"x") for n in range(150)))
    parsed = packed(data)
    assert len(parsed.files) == 100
    assert "files_cut" in parsed.mail.flags


def test_unpacking_leaves_no_clock_behind() -> None:
    import signal

    assert unpack(BOMBS["four thousand million properties"]) is None
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGVTALRM) is signal.SIG_DFL


PICTURE = "Content-Type: image/png\nContent-ID: <Logo@x>\nContent-Disposition: inline"


def page(html: str) -> bytes:
    return part("Content-Type: text/html; charset=utf-8", html.encode())


@pytest.mark.parametrize(
    "source", ["cid:Logo@x", "CID:logo@x", "cid:Logo%40x", " cid:Logo@x", "cid:&#76;ogo@x"]
)
def test_a_picture_in_the_page_points_to_our_file(source: str) -> None:
    parsed = read(multi("related", page(f'<p>a<img src="{source}">'), encoded(PICTURE, png())))
    ours = str(file_id(MAIL, 1))
    assert f'<img src="cid:{ours}">' in (parsed.mail.body_html or "")
    (file,) = parsed.files
    assert (file.content_id, file.inline) == (ours, True)


def test_a_picture_by_its_location_is_ours_too() -> None:
    picture = encoded("Content-Type: image/png\nContent-Location: image001.png", png())
    parsed = read(multi("related", page('<img src="image001.png">'), picture))
    assert f"cid:{file_id(MAIL, 1)}" in (parsed.mail.body_html or "")


def test_a_picture_that_no_page_shows_is_an_attachment() -> None:
    parsed = read(multi("related", page("<p>no picture"), encoded(PICTURE, png())))
    assert [(file.content_id, file.inline) for file in parsed.files] == [("", False)]


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://tracker.example/x.gif">',
        '<img src="cid:unknown">',
        '<img src="//tracker.example/x.gif">',
        '<img src="data:image/png;base64,AAAA">',
        '<a href="cid:Logo@x">x</a>',
        '<div style="background:url(https://tracker.example/x)">x</div>',
        '<table background="https://tracker.example/x"><tr><td>x</table>',
        '<img srcset="https://tracker.example/x 2x">',
        '<link rel=stylesheet href="https://tracker.example/x">',
        '<style>@import "https://tracker.example/x"</style>',
        '<video poster="https://tracker.example/x"></video>',
        '<svg><image href="https://tracker.example/x"/></svg>',
    ],
)
def test_nothing_is_fetched_from_elsewhere(html: str) -> None:
    safe = read(page(html)).mail.body_html or ""
    assert not any(word in safe for word in ("tracker", "cid:", "data:", "url("))


@pytest.mark.parametrize("link", ["/v1/auth/logout", "close", "//v1.example/x", "#top", "?a=1"])
def test_a_link_without_a_place_of_its_own_leads_nowhere_of_ours(link: str) -> None:
    there = "https://elsewhere.example/page"
    safe = read(page(f'<a href="{link}">x</a> <a href="{there}">y</a>')).mail.body_html or ""
    assert link not in safe
    assert f'href="{there}"' in safe


def test_a_page_keeps_the_direction_its_writer_set() -> None:
    for html in (
        '<html dir="rtl"><body><p>hello</p>',
        '<body dir="RTL"><p>hello</p>',
        '<body style="margin:0; direction: rtl"><p>hello</p>',
    ):
        assert '<div dir="rtl">' in (read(page(html)).mail.body_html or ""), html
    kept = read(page('<p dir="rtl" lang="ar">hello</p>')).mail.body_html or ""
    assert 'dir="rtl"' in kept
    assert 'lang="ar"' in kept


def test_a_page_without_directions_gets_them_from_its_letters() -> None:
    html = "<p>10.0.0.1 الخادم متوقف</p><p>[SND-1042] down</p><ul><li>نعم</li></ul>"
    safe = read(page(html)).mail.body_html or ""
    assert '<p dir="rtl">10' in safe
    assert '<p dir="ltr">[SND' in safe
    assert '<ul dir="rtl"><li dir="rtl">' in safe


def test_a_text_has_one_direction_for_each_paragraph() -> None:
    text = "10.0.0.1 الخادم\nserver متوقف\n\nC:\\temp is full\n \n12345\n\n\n\nنعم"
    mail = read(part("Content-Type: text/plain; charset=utf-8", text.encode())).mail
    assert mail.directions == ("rtl", "ltr", "ltr", "rtl")
    figures = read(part("Content-Type: text/plain", b"12345")).mail
    assert figures.directions == ("rtl",)


SIGNED = [
    ("signed", "application/pgp-signature; name=signature.asc"),
    ("signed", "application/pkcs7-signature; name=smime.p7s"),
    ("signed", "application/x-pkcs7-signature; name=smime.p7s"),
]


@pytest.mark.parametrize(("kind", "signature"), SIGNED)
def test_a_signature_is_not_shown_as_a_file(kind: str, signature: str) -> None:
    parsed = read(multi(kind, TEXT, encoded(f"Content-Type: {signature}", b"sig")))
    assert (parsed.files, parsed.mail.body_text) == ([], "see the file")


def test_what_is_encrypted_is_kept_closed_and_said() -> None:
    smime = encoded(
        "From: a@b.example\nContent-Type: application/pkcs7-mime; name=smime.p7m", b"\x30\x80"
    )
    pgp = multi(
        "encrypted",
        part("Content-Type: application/pgp-encrypted", b"Version: 1"),
        part("Content-Type: application/octet-stream; name=encrypted.asc", b"-----BEGIN PGP"),
    )
    inline = part("From: a@b.example", b"-----BEGIN PGP MESSAGE-----\r\nx")
    for raw, files in (
        (smime, ["smime.p7m"]),
        (pgp, ["file-1.asc", "encrypted.asc"]),
        (inline, []),
    ):
        parsed = read(raw)
        assert names(parsed.files) == files
        assert "smime_or_pgp_not_opened" in parsed.mail.flags


def test_an_attached_mail_is_one_file_whatever_lies_in_it() -> None:
    inner = multi("mixed", TEXT, encoded("Content-Type: image/png; name=a.png", png()))
    parsed = read(multi("mixed", TEXT, part("Content-Type: message/rfc822", inner)))
    assert names(parsed.files) == ["file-1.eml"]
    assert parsed.files[0].content == inner


def test_an_empty_file_keeps_its_name() -> None:
    empty = part('Content-Type: text/csv\nContent-Disposition: attachment; filename="فارغ.csv"')
    (file,) = read(multi("mixed", TEXT, empty)).files
    assert (file.name, file.content) == ("فارغ.csv", b"")


def test_ids_of_files_follow_from_their_mail() -> None:
    assert file_id(MAIL, 1) == file_id(MAIL, 1)
    assert len({file_id(MAIL, 1), file_id(MAIL, 2), file_id(uuid4(), 1)}) == 3
