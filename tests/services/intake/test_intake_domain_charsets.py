"""The ladder from bytes to letters: every label, every lie, every place a text may stand in."""

import base64
import quopri
from itertools import product
from urllib.parse import quote

import pytest

from services.intake.adapters.child import TOOLS
from services.intake.adapters.pages import read_page
from services.intake.domain.body import File
from services.intake.domain.charset import decode
from services.intake.domain.mail import Envelope, Mail, Parsed, Reading, read_mail

WORDS = "السلام عليكم الطابعة لا تعمل منذ الصباح"
CODECS = {
    "windows-1256": "cp1256",
    "Windows-1256": "cp1256",
    "CP1256": "cp1256",
    "x-cp1256": "cp1256",
    "iso-8859-6": "iso8859-6",
    "ISO-8859-6-I": "iso8859-6",
    "iso-8859-6-e": "iso8859-6",
    "ISO_8859-6": "iso8859-6",
    "ASMO-708": "iso8859-6",
    "arabic": "iso8859-6",
    "DOS-720": "cp720",
    "cp864": "cp864",
    "x-mac-arabic": "mac_arabic",
    "utf-8": "utf-8",
    "UTF8": "utf-8",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "UTF-16BE": "utf-16-be",
    "utf-7": "utf-7",
    "utf-32": "utf-32",
}
LIES = [
    *product(("us-ascii", "iso-8859-1", "utf-8", "windows-1252"), ("cp1256", "iso8859-6")),
    *product(("windows-1256", "us-ascii", "iso-8859-1", "iso-8859-6", "koi8-r"), ("utf-8",)),
    *product(("unknown-8bit", "x-unknown", "no-such-thing", "8bit", ""), ("cp1256", "utf-8")),
]
WRAPPED = {
    "8bit": lambda data: data,
    "base64": base64.encodebytes,
    "quoted-printable": quopri.encodestring,
}


def read(raw: bytes) -> Parsed:
    return read_mail(raw, Envelope("a@b.example"), Reading(), read_page, tools=TOOLS)


def letter(label: str, data: bytes, encoding: str = "base64", kind: str = "plain") -> Mail:
    head = f"From: a@b.example\r\nContent-Type: text/{kind}; charset={label}\r\n"
    wrapped = WRAPPED[encoding](data)
    head += f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
    return read(head.encode() + wrapped).mail


@pytest.mark.parametrize("kind", ["plain", "html"])
@pytest.mark.parametrize("encoding", WRAPPED)
@pytest.mark.parametrize("label", CODECS)
def test_a_true_label_is_believed(label: str, encoding: str, kind: str) -> None:
    codec = CODECS[label]
    words = WORDS.replace(" ", "_") if codec in {"mac_arabic", "cp864"} else WORDS
    if codec == "cp864":  # knows shapes of letters, no letters
        words = "ﻻﺎ"
    if encoding == "8bit" and codec.startswith(("utf-16", "utf-32")):
        pytest.skip("no mail can carry it so")
    mail = letter(label, words.encode(codec), encoding, kind)
    assert mail.body_text.replace("\u200f", "").strip() == words
    assert "charset_guessed" not in mail.flags


@pytest.mark.parametrize(("label", "codec"), LIES)
def test_a_lie_is_seen_and_said(label: str, codec: str) -> None:
    mail = letter(label, WORDS.encode(codec))
    assert mail.body_text == WORDS
    assert ("charset_guessed" in mail.flags) or (label in {"", "8bit"} and codec == "utf-8")


@pytest.mark.parametrize(
    ("words", "codec"),
    [
        ("Привет, как дела? Принтер не работает", "cp1251"),
        ("Привет, как дела? Принтер не работает", "koi8-r"),
        ("שלום עולם מה שלומך היום", "cp1255"),
        ("Η εκτύπωση δεν λειτουργεί σήμερα", "cp1253"),
        ("打印机不能工作了请帮忙", "gb18030"),
        ("เครื่องพิมพ์ไม่ทำงาน", "cp874"),
        ("Yazıcı çalışmıyor, lütfen yardım edin", "cp1254"),
        ("Tiskárna nefunguje, prosím pomozte mi s ní", "cp1252"),
    ],
)
def test_bytes_that_are_not_arabic_are_put_to_the_vote(words: str, codec: str) -> None:
    raw = words.encode(codec, "ignore")
    assert letter("unknown-8bit", raw).body_text == raw.decode(codec)


@pytest.mark.parametrize(
    "words",
    [
        "ملخص",
        "شكرا",
        "رد تلقائي",
        "مُحَمَّد",
        "خطأ في صفحة ضبط",
        "چاپگر کار نمی کند لطفا",
        "آپ کا پرنٹر",
    ],
)
def test_short_and_rare_words_are_still_arabic(words: str) -> None:
    raw = words.encode("cp1256", "ignore")
    assert letter("us-ascii", raw).body_text == raw.decode("cp1256")


@pytest.mark.parametrize("damage", [b"\xff", b"\xd8", b"\x00\xc0"])
def test_utf8_with_a_bad_byte_stays_utf8(damage: bytes) -> None:
    raw = WORDS.encode() + damage + WORDS.encode()
    told = letter("utf-8", raw).body_text
    assert told.startswith(WORDS)
    assert told.endswith(WORDS)


def test_persian_urdu_kurdish_and_shaped_letters_are_kept_as_they_are() -> None:
    for words in ("پژوهشگاه گچ", "ٹھیک ہے", "کوردستان ڕێگا ۆ", "ﻣﺮﺣﺒﺎ ﻻ", "مـــرحبا"):
        assert letter("utf-8", words.encode()).body_text == words


def subject(value: bytes, head: bytes = b"") -> str:
    return read(b"From: a@b.example\r\nSubject: " + value + b"\r\n" + head + b"\r\nx").mail.subject


@pytest.mark.parametrize(
    "label", ["windows-1256", "ISO-8859-6-I", "utf-8", "utf-16le", "x-unknown"]
)
@pytest.mark.parametrize("kind", ["B", "Q"])
def test_an_encoded_word_in_every_charset(label: str, kind: str) -> None:
    codec = CODECS.get(label) or "cp1256"
    data = WORDS.encode(codec)
    payload = base64.b64encode(data) if kind == "B" else b"".join(b"=%02X" % b for b in data)
    assert subject(b"=?%s?%s?%s?=" % (label.encode(), kind.encode(), payload)) == WORDS


@pytest.mark.parametrize("codec", ["cp1256", "iso8859-6", "utf-8"])
@pytest.mark.parametrize("hint", [b"", b"Content-Type: text/plain; charset=windows-1256\r\n"])
def test_raw_letters_in_a_subject(codec: str, hint: bytes) -> None:
    assert subject(WORDS.encode(codec), hint) == WORDS


def test_a_name_in_raw_letters_is_read() -> None:
    for codec in ("cp1256", "utf-8"):
        raw = b'From: "' + "سارة العتيبي".encode(codec) + b'" <s@x.example>\r\n\r\nx'
        assert read(raw).mail.sender_name == "سارة العتيبي"


def test_a_right_to_left_mark_at_the_end_neither_shows_nor_hides_the_tag() -> None:
    raw = b"From: a@b.example\r\nSubject: Re: down [SND-1042]\xfe\r\n"
    raw += b"Content-Type: text/plain; charset=windows-1256\r\n\r\nx"
    mail = read(raw).mail
    assert (mail.subject, mail.tag) == ("Re: down [SND-1042]", 1042)


def test_letters_that_turn_the_text_around_are_taken_out() -> None:
    assert subject("Invoice \u202efdp.exe\u202c".encode()) == "Invoice fdp.exe"
    raw = 'From: "a\u202emoc.knab" <e@x.example>\r\n\r\nx'.encode()
    assert "\u202e" not in read(raw).mail.sender_name


def named(disposition: bytes) -> File:
    raw = b"From: a@b.example\r\nContent-Type: image/png\r\nContent-Disposition: attachment; "
    (file,) = read(raw + disposition + b"\r\n\r\n\x89PNG\r\n\x1a\n").files
    return file


NAME = "لقطة الشاشة.png"
ENCODED = quote(NAME)
OLD = quote(NAME.encode("cp1256"))
HEAD, TAIL = ENCODED[:21], ENCODED[21:]
NAMES = {
    "RFC 2231 in windows-1256": f"filename*=windows-1256'ar'{OLD}".encode(),
    "RFC 2231 in ISO-8859-6": f"filename*=ISO-8859-6''{quote(NAME.encode('iso8859-6'))}".encode(),
    "RFC 2231 without charset": f"filename*=''{OLD}".encode(),
    "RFC 2231 of an unknown charset": f"filename*=x-unknown''{ENCODED}".encode(),
    "continued": f"filename*0*=utf-8''{HEAD}; filename*1*={TAIL}".encode(),
    "continued out of order": f"filename*1*={TAIL}; filename*0*=utf-8''{HEAD}".encode(),
    "both spellings": f"filename=x.png; filename*=utf-8''{ENCODED}".encode(),
    "encoded word": b'filename="=?utf-8?B?' + base64.b64encode(NAME.encode()) + b'?="',
    "two words": b'filename="=?utf-8?B?' + base64.b64encode(NAME.encode()[:9])
    + b"?= =?utf-8?B?" + base64.b64encode(NAME.encode()[9:]) + b'?="',
    "raw windows-1256": b'filename="' + NAME.encode("cp1256") + b'"',
    "raw utf-8": b'filename="' + NAME.encode() + b'"',
    "raw without quotes": b"filename=" + NAME.replace(" ", "\u00a0").encode(),
}  # fmt: skip


@pytest.mark.parametrize("spelling", NAMES)
def test_a_file_name_in_every_charset(spelling: str) -> None:
    assert named(NAMES[spelling]).name.replace("\u00a0", " ") == NAME


def test_names_are_composed_and_show_what_they_are() -> None:
    decomposed = "ا\u0654مر.png"
    assert named(f"filename*=utf-8''{quote(decomposed)}".encode()).name == "أمر.png"
    turned = named('filename="صورة\u202egnp.exe"'.encode())
    assert (turned.name, turned.original_name) == ("صورةgnp.exe", "صورة\u202egnp.exe")


def test_an_english_house_asks_the_vote_first() -> None:
    raw = "Привет, как дела? Принтер не работает".encode("koi8-r")
    assert decode(raw, None, arabic=False, vote=TOOLS.vote).text.startswith("Привет")
