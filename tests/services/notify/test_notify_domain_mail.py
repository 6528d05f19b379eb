"""Header lines, letters, bounce addresses, caps and plurals: the pure rules of mail."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any
from uuid import UUID, uuid4

import pytest
from babel import Locale as BabelLocale
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.bounces import bounce_address, message_id
from services.notify.domain.caps import Limits, Sent, answers_nobody, silence
from services.notify.domain.headers import (
    ALLOWED,
    clean,
    mailbox_value,
    message_ids,
    plain_address,
    text_value,
)
from services.notify.domain.letters import Letter, UnsafeLetter, serialise
from services.notify.domain.plurals import category, duration
from services.notify.domain.retries import MAIL_WAITS, mail_retry
from services.notify.domain.words import Silence
from shared.tokens import fold_address, inbox_of, read_bounce_token
from shared.vocabulary import Channel, Locale

NOW = datetime(2026, 3, 1, 7, tzinfo=UTC)
KEY = b"k" * 32

LETTER = Letter(
    sender_name="سند للدعم الفني",
    sender="support@desk.example",
    recipient="sara@customer.example",
    reply_to="support+rabc@desk.example",
    subject="[SND-1042] استلمنا طلبك",
    text="مرحباً\n",
    html='<html dir="rtl"><p>مرحباً</p></html>\n',
    locale=Locale.AR,
    message_id="<s.token.id@desk.example>",
    references=("<first@customer.example>", "<second@customer.example>"),
    date=NOW,
    submitted="auto-replied",
    loop_mark="ab12",
)

HOSTILE = [
    "hello\r\nBcc: victim@example.com",
    "hello\nBcc: victim@example.com",
    "hello\rBcc: victim@example.com",
    "\U0001f600=?utf-8?q?=0D=0ABcc=3A_victim=40example.com?=",
    "=?utf-8?b?aGkNCkJjYzogdmljdGltQGV4YW1wbGUuY29t?=",
    "=?utf-8?q?=3D=3Futf-8=3Fq=3F=0D=0ABcc=3A_x=40y.z=3F=3D?=",
    "=?utf-8?q?a?=\u2028Bcc: victim@example.com",
    "a\x00b\x0bBcc: x@y.z\x0c",
    "a\x85Bcc: x@y.z",
    "=?iso-2022-jp?b?GyRCGyhCDQpCY2M6IHhAeS56?=",
    "=?utf-7?q?+AA0ACg-Bcc:_x=40y.z?=",
    "=?nonsense?q?=0D=0ABcc:_x=40y.z?=",
    "=?utf-8?b?!!!?=\r\nBcc: x@y.z",
    "=?=?utf-8?q?x?=utf-8?q?=0D=0ABcc=3A_x=40y.z?=",
    "\u202eBcc: x@y.z\u202c\u2066\u2069\u200f",
    "x" * 5000 + "\r\nBcc: victim@example.com",
    "السلام\r\nBcc: victim@example.com",
    "Subject\r\n\r\n<html>body</html>",
    "\ud800broken",
]


@pytest.mark.parametrize("subject", HOSTILE, ids=lambda text: ascii(text[:40]))
def test_a_hostile_subject_stays_one_header_line(subject: str) -> None:
    raw = serialise(replace(LETTER, subject=f"[SND-1042] Re: {subject}"))
    head = raw.partition(b"\r\n\r\n")[0].decode()
    names = [line.partition(":")[0] for line in head.split("\r\n") if not line.startswith(" ")]
    assert set(names) <= ALLOWED
    assert "Bcc" not in names
    parsed = message_from_bytes(raw, policy=policy.default)
    assert parsed["Bcc"] is None
    assert parsed["To"] == "sara@customer.example"
    assert len(str(parsed["Subject"])) <= 200


FRAGMENTS = st.lists(
    st.sampled_from(["=?", "?=", "utf-8", "?q?", "?b?", "=0D=0A", "Bcc:", "a", " "])
)


@pytest.mark.parametrize("text", [*HOSTILE, "a =? b ?= c", "=?=??=?=", "==??==", "=?x"], ids=ascii)
def test_nothing_that_a_reader_could_decode_is_left(text: str) -> None:
    assert "=?" not in clean(text)
    assert "?=" not in clean(text)


@given(FRAGMENTS.map("".join))
def test_no_arrangement_of_encoded_words_survives(text: str) -> None:
    assert "=?" not in clean(text)
    serialise(replace(LETTER, subject=text))


@given(st.text(max_size=400))
def test_any_text_makes_one_sound_line(text: str) -> None:
    line = clean(text)
    assert len(line) <= 200
    assert not any(one in line for one in "\r\n\x00\u2028\u202e")
    assert "=?" not in line
    serialise(replace(LETTER, subject=text, sender_name=text))


def test_arabic_and_joiners_and_emoji_survive_cleaning() -> None:
    text = "می\u200cخواهم 👩\u200d💻 الطابعة معطّلة"
    assert clean(text) == text
    parsed = message_from_bytes(serialise(replace(LETTER, subject=text)), policy=policy.default)
    assert str(parsed["Subject"]) == text


def test_a_letter_reads_back_as_it_was_meant() -> None:
    raw = serialise(LETTER)
    parsed = message_from_bytes(raw, policy=policy.default)
    assert str(parsed["Subject"]) == "[SND-1042] استلمنا طلبك"
    assert parsed["From"].addresses[0].display_name == "سند للدعم الفني"
    assert parsed["From"].addresses[0].addr_spec == "support@desk.example"
    assert parsed["In-Reply-To"] == "<second@customer.example>"
    assert parsed["References"] == "<first@customer.example> <second@customer.example>"
    assert parsed["Auto-Submitted"] == "auto-replied"
    assert parsed["X-Auto-Response-Suppress"] == "All"
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_long_ids_are_never_folded() -> None:
    ids = tuple(f"<{'a' * 60}{n}@mail.example.com>" for n in range(9))
    raw = serialise(replace(LETTER, references=ids))
    lines = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    (references,) = [line for line in lines if line.startswith(b"References:")]
    assert references.decode() == "References: " + " ".join(ids)


@pytest.mark.parametrize(
    "change",
    [
        {"recipient": "a@b.example\r\nBcc: x@y.z"},
        {"message_id": "<x@y>\r\nBcc: a@b.example"},
        {"references": ("<a@b>\r\nX-Evil: 1",)},
        {"references": ("<=?utf-8?q?=0D=0AX-Evil5:1?=@b>",)},
        {"loop_mark": "a\r\nBcc: x@y.z"},
        {"references": tuple(f"<{'a' * 200}{n}@x.example>" for n in range(9))},
        {"reply_to": "a@b.example\nBcc: x@y.z"},
    ],
    ids=str,
)
def test_a_letter_that_would_say_more_than_was_meant_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(UnsafeLetter):
        serialise(replace(LETTER, **change))


def test_quotes_cannot_end_a_display_name() -> None:
    parsed = message_from_bytes(
        serialise(replace(LETTER, sender_name='A" <evil@example.com>, "B')), policy=policy.default
    )
    assert [one.addr_spec for one in parsed["From"].addresses] == ["support@desk.example"]


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("sara@customer.example", "sara@customer.example"),
        ("سارة@customer.example", "سارة@customer.example"),
        ("sara@مثال.example", "sara@xn--mgbh0fb.example"),
        ("a@b\r\nBcc: x@y.z", None),
        ("a b@c.example", None),
        ("<a@b.example>", None),
        ("a@b@c.example", None),
        ("@c.example", None),
        ("a@", None),
        ("a@-bad", None),
        ("x" * 65 + "@c.example", None),
        ("a,b@c.example", None),
    ],
)
def test_only_plain_addresses_are_written_to(address: str, plain: str | None) -> None:
    assert plain_address(address) == plain


def test_foreign_message_ids_are_kept_only_when_well_formed() -> None:
    known = [
        "first@x.example",
        "<ok@x.example>",
        "<bad id@x>",
        "<inj@x>\r\nBcc: a@b",
        "<ok@x.example>",
        "",
    ]
    assert message_ids(known) == ["<first@x.example>", "<ok@x.example>"]


@pytest.mark.parametrize(
    "odd",
    [
        "<=?utf-8?q?=0D=0AX-Evil5:1?=@b>",
        "<a@=?utf-8?q?=0D=0AX-Evil5:1?=>",
        "<a?b@x.example>",
        "<no-domain>",
        "<two@at@x.example>",
        "<a;b@x.example>",
        "<عنوان@x.example>",
        f"<{'a' * 190}@x.example>",
        "<a@[x]y]>",
    ],
)
def test_ids_that_could_be_read_as_something_else_are_dropped(odd: str) -> None:
    assert message_ids(["<first@x.example>", odd]) == ["<first@x.example>"]


@pytest.mark.parametrize(
    "common",
    [
        "<DM6PR04MB1234.namprd04=x$y@DM6PR04MB1234.namprd04.prod.outlook.com>",
        "<CAF+abc_d=E-f@mail.gmail.com>",
        "<20261122.1!#%&'*/^{|}~@[127.0.0.1]>",
    ],
)
def test_ids_of_common_programs_are_kept(common: str) -> None:
    assert message_ids([common]) == [common]


def test_a_long_thread_keeps_its_first_and_its_newest_ids() -> None:
    kept = message_ids([f"<{n}@x.example>" for n in range(50)])
    assert kept[0] == "<0@x.example>"
    assert kept[-1] == "<49@x.example>"
    assert len(kept) <= 20
    long = message_ids([f"<{'a' * 180}{n}@x.example>" for n in range(30)])
    assert len(" ".join(long)) < 998
    assert long[-1].endswith("29@x.example>")


def test_ascii_texts_stay_readable_and_others_are_encoded_words() -> None:
    assert text_value("Hello") == "Hello"
    assert mailbox_value("Sanad Support", "a@b.example") == '"Sanad Support" <a@b.example>'
    folded = text_value("النظام متوقف في جميع الفروع منذ الصباح الباكر " * 3)
    assert all(len(line) <= 78 for line in folded.split("\r\n"))


@given(st.uuids())
def test_a_bounce_leads_back_to_its_mail(delivery: UUID) -> None:
    address = bounce_address(KEY, "support@desk.example", delivery)
    local = address.partition("@")[0]
    assert len(local) <= 64
    token = local.rpartition("+b")[2]
    assert read_bounce_token(KEY, token) == delivery
    assert read_bounce_token(KEY, token.upper()) == delivery
    assert read_bounce_token(b"x" * 32, token) is None


@pytest.mark.parametrize("token", ["", "b", "a" * 42, "a" * 41, "1" * 42, "ſ" * 42])
def test_other_bounce_tokens_lead_nowhere(token: str) -> None:
    assert read_bounce_token(KEY, token) is None


def test_message_ids_carry_token_and_delivery() -> None:
    delivery = uuid4()
    assert message_id("t" * 32, delivery, "support@desk.example") == (
        f"<s.{'t' * 32}.{delivery}@desk.example>"
    )


def sent(minutes: float, *, same: bool = False, form: bool = False) -> Sent:
    return Sent(NOW - timedelta(minutes=minutes), same, form)


@pytest.mark.parametrize(
    ("history", "channel", "domain", "expected"),
    [
        ([], Channel.EMAIL, 0, None),
        ([sent(9, same=True)], Channel.EMAIL, 0, Silence.REPEATED),
        ([sent(11, same=True)], Channel.EMAIL, 0, None),
        ([sent(n) for n in range(9)], Channel.EMAIL, 0, None),
        ([sent(n) for n in range(10)], Channel.EMAIL, 0, Silence.TOO_MANY),
        ([sent(181 + n) for n in range(10)], Channel.EMAIL, 0, None),
        ([sent(200 + n) for n in range(40)], Channel.EMAIL, 0, Silence.TOO_MANY),
        ([sent(200, form=True)] * 2, Channel.FORM, 0, None),
        ([sent(200, form=True)] * 3, Channel.FORM, 0, Silence.TOO_MANY),
        ([sent(200)] * 3, Channel.FORM, 0, None),
        ([sent(24 * 60 + 1, form=True)] * 9, Channel.FORM, 0, None),
        ([], Channel.FORM, 60, Silence.DOMAIN),
        ([], Channel.EMAIL, 60, None),
    ],
)
def test_caps_of_acknowledgements(
    history: list[Sent], channel: Channel, domain: int, expected: Silence | None
) -> None:
    assert silence(history, channel, domain, NOW, Limits()) is expected


def test_a_robot_that_writes_a_thousand_times_gets_ten_answers_in_three_hours() -> None:
    history: list[Sent] = []
    for second in range(1000):
        now = NOW + timedelta(seconds=10 * second)
        if silence(history, Channel.EMAIL, 0, now, Limits()) is None:
            history.append(Sent(now, same_subject=False, by_form=False))
    assert len(history) == 10


@pytest.mark.parametrize(
    ("address", "inbox"),
    [
        ("Victim@Inbox.example", "victim@inbox.example"),
        (" victim+sale@inbox.example", "victim@inbox.example"),
        ("victim+a+b@inbox.example", "victim@inbox.example"),
        ("+sale@inbox.example", "+sale@inbox.example"),
        ("victim@plus+host.example", "victim@plus+host.example"),
        ("سارة+عرض@inbox.example", "سارة@inbox.example"),
        ("Vic.Tim+sale@gmail.com", "victim@gmail.com"),
        ("v.i.c.t.i.m@GoogleMail.com", "victim@gmail.com"),
        ("victim@gmail.com.", "victim@gmail.com"),
        ("...@gmail.com", "...@gmail.com"),
        ("vic.tim@gmail.com.example", "vic.tim@gmail.com.example"),
        ("vic.tim@notgmail.com", "vic.tim@notgmail.com"),
        ("vic.tim@inbox.example", "vic.tim@inbox.example"),
    ],
)
def test_an_inbox_has_one_cap_by_whatever_name_it_is_written_to(address: str, inbox: str) -> None:
    assert inbox_of(address) == inbox


def test_a_dot_or_a_plus_makes_nobody_another_person() -> None:
    names = ("victim@gmail.com", "vic.tim@gmail.com", "victim+a@gmail.com", "victim@googlemail.com")
    assert len({fold_address(one) for one in names}) == len(names)
    assert len({inbox_of(one) for one in names}) == 1


@pytest.mark.parametrize(
    "address", ["noreply@x.example", "no-reply@x", "DoNotReply@x", "MAILER-DAEMON@x", "bounces+1@x"]
)
def test_names_behind_which_nobody_reads_are_not_answered(address: str) -> None:
    assert answers_nobody(address)
    assert not answers_nobody("sara@x.example")
    assert not answers_nobody("norepl@x.example")


@given(st.integers(min_value=0, max_value=10_000), st.sampled_from(list(Locale)))
def test_plural_categories_are_those_of_cldr(count: int, locale: Locale) -> None:
    assert category(count, locale) == BabelLocale(locale.value).plural_form(count)


@pytest.mark.parametrize(
    ("seconds", "arabic", "english"),
    [
        (86400, "24 ساعةً", "24 hours"),
        (3600, "ساعة واحدة", "1 hour"),
        (7200, "ساعتين", "2 hours"),
        (10800, "3 ساعات", "3 hours"),
        (5400, "90 دقيقةً", "90 minutes"),
        (4, "4 ثوانٍ", "4 seconds"),
        (0, "0 ثانية", "0 seconds"),
    ],
)
def test_windows_in_words(seconds: int, arabic: str, english: str) -> None:
    span = timedelta(seconds=seconds)
    assert (duration(span, Locale.AR), duration(span, Locale.EN)) == (arabic, english)


def test_mail_is_tried_for_two_days_and_then_given_up() -> None:
    waits = [mail_retry(attempt, NOW) for attempt in range(1, len(MAIL_WAITS) + 1)]
    assert all(one is not None for one in waits)
    assert mail_retry(len(MAIL_WAITS) + 1, NOW) is None
    assert timedelta(days=2) < sum(MAIL_WAITS, timedelta()) < timedelta(days=3)
