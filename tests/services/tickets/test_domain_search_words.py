"""What finds what: written text on one side, the word of a query on the other, no database."""

import contextlib
import re
import string
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.tickets.adapters import stems
from services.tickets.domain.customwords import called
from services.tickets.domain.fields import Definition, FieldType, Option
from services.tickets.domain.fields import Field as Custom
from services.tickets.domain.folding import is_arabic
from services.tickets.domain.postings import (
    SIZE,
    Field,
    bit_of,
    decode,
    encode,
    numbers,
    slice_of,
)
from services.tickets.domain.query import Unreadable, parse
from services.tickets.domain.queryfields import FIELDS, shown
from services.tickets.domain.queryplaces import Named, meant
from services.tickets.domain.querywords import covering, period
from services.tickets.problems.search import unreadable
from shared.vocabulary import Locale
from tests.services.tickets.asked import CUSTOMER, KEY, NOW, NUMBER, asked, finds

FOUND = [
    # letters and marks
    ("تعطلت إدارة النظام", "اداره"),
    ("اداره الأنظمة", "إدارة"),
    ("الإدارة", "اداره"),
    ("الطَّابِعَةُ لا تعمل", "الطابعة"),
    ("كـــتـــاب التعليمات", "كتاب"),
    ("مستشفى الملك", "مستشفي"),
    ("مستشفي الملك", "مستشفى"),
    ("رد الآن", "الان"),
    ("سؤال مهم", "سوال"),
    ("مسئول الشبكة", "مسيول"),
    ("هذا شيء غريب", "شئ"),
    ("قراءة العداد", "قراه"),
    ("گرافيک و کتاب", "كتاب"),
    ("برنامج فارسی", "فارسي"),
    ("ﻻ ﺗﻌﻤﻞ ﺍﻟﻄﺎﺑﻌﺔ", "الطابعة"),
    ("مکتبہ", "مكتبه"),
    # the hamza's seat
    ("مسؤول الشبكة", "مسئول"),
    ("مسئول الشبكة", "مسؤول"),
    ("مسيول الشبكة", "مسؤول"),
    ("مسوول الشبكة", "مسئول"),
    ("المسؤولين عن الشبكة", "مسئول"),
    ("والمسئول غائب", "المسؤول"),
    ("ومسئول آخر", "مسؤول"),
    *(
        (f"{written} الشبكة", asked)
        for written in ("مسؤول", "مسئول", "مسؤل", "مسوول", "مسيول", "مسول")
        for asked in ("مسؤول", "مسئول", "مسؤل", "مسوول", "المسؤلين", "مسيول", "مسول")
    ),
    ("شؤون الموظفين", "شئون"),
    ("شئون الموظفين", "الشؤون"),
    ("سوال مهم", "سؤال"),
    ("السؤال", "سوال"),
    ("شئ غريب", "شيء"),
    ("شي غريب", "شيء"),
    ("شيء غريب", "شي"),
    ("لم أجد شيئًا", "شيء"),
    ("عملاؤنا في جدة", "عملاء"),
    ("عملائنا في جدة", "عملاؤنا"),
    ("عملاؤه", "عملائي"),
    ("من العملاء", "عملائكم"),
    ("زملائك", "زملاؤك"),
    ("قرائة العداد", "قراءة"),
    # a verb's feminine ending
    ("تعطلت الطابعة", "تعطل"),
    ("تعطل الجهاز", "تعطلت"),
    ("وتعطلت", "تعطل"),
    ("توقفت الخدمة", "توقف"),
    ("وصلت الرسالة", "وصل"),
    ("وصل الطلب", "وصلت"),
    ("انقطعت الشبكة", "انقطع"),
    ("انتهت المهلة", "انتهى"),
    ("انتهى الاشتراك", "انتهت"),
    ("اشتريت جهازا", "اشترى"),
    ("اشترت الشركة", "اشترى"),
    ("بقيت المشكلة", "بقي"),
    ("واجهت مشكلة", "واجه"),
    ("التحقت بالدورة", "التحق"),
    ("ظهرت الرسالة", "ظهر"),
    ("تعاونت معنا", "تعاون"),
    # what clings in front
    ("لا تعمل الطابعة", "طابعة"),
    ("طابعة جديدة", "بالطابعات"),
    ("بالطابعات الجديدة", "طابعة"),
    ("والطابعة الجديدة", "طابعة"),
    ("فالطابعة الجديدة", "طابعه"),
    ("للطابعات", "الطابعة"),
    ("كالطابعة", "طابعات"),
    ("وبالشبكة", "شبكة"),
    ("للشبكة", "الشبكات"),
    ("وفاتورة", "فاتورة"),
    ("بفاتورة", "الفاتورة"),
    ("لفاتورة", "الفاتورة"),
    ("ولحساب", "حساب"),
    ("سيعمل", "يعمل"),
    # endings
    ("طابعات المكتب", "طابعة"),
    ("مستخدمون كثيرون", "مستخدم"),
    ("المستخدمين", "مستخدم"),
    ("مستخدمان", "المستخدمون"),
    ("مشكلتي مع النظام", "مشكلة"),
    ("مشكلتنا", "المشكلة"),
    ("فاتورتكم", "فاتورة"),
    ("حسابك", "حساب"),
    ("حسابي معطل", "الحساب"),
    ("حساباتهم", "حساب"),
    ("خدماتكم", "خدمة"),
    ("اشتراكه", "اشتراك"),
    ("اشتراكات", "الاشتراك"),
    ("شبكتها", "شبكة"),
    # digits
    ("رقم ١٢٣", "123"),
    ("رقم 123", "١٢٣"),
    ("رقم ۱۲۳", "123"),
    ("رقم 123", "۱۲۳"),
    ("المبلغ 1,250 ريال", "1250"),
    ("المبلغ ١٬٢٥٠ ريال", "1250"),
    ("النسبة ٣٫٥", "3.5"),
    # English
    ("The printers are offline", "printer"),
    ("my printer", "printers"),
    ("It prints nothing", "printing"),
    ("The office's router", "office"),
    ("Rebooted twice", "reboot"),
    ("Batteries", "battery"),
    ("Café", "cafe"),
    ("RÉSUMÉ", "resume"),
    ("Ｐrinter", "printer"),
    ("a follow-up call", "follow up"),
    ("a follow up call", "follow-up"),
    ("الـVPN لا يعمل", "vpn"),
    ("STRASSE", "straße"),
    # codes, versions, addresses
    ("fails with ERR-1042 again", "ERR-1042"),
    ("fails with ERR-1042 again", "err_1042"),
    ("fails with ERR-1042 again", "ERR1042"),
    ("fails with ERR1042 again", "ERR-1042"),
    ("fails with ERR-1042 again", "1042"),
    ("fails with ERR-1042 again", "err"),
    ("fails with ERR-1042 again", "ERR-104"),
    ("fails with ERR-1042 again", "104"),
    ("الخطأ ERR-١٠٤٢", "ERR-1042"),
    ("since v2.3.1 was installed", "v2.3.1"),
    ("since v2.3.1 was installed", "V2.3"),
    ("since v2.3.1 was installed", "2.3.1"),
    ("since v2.3.1 was installed", "2.3"),
    ("since version 2.3.1 was installed", "v2.3.1"),
    ("since v2.3.1-beta was installed", "2.3.1"),
    ("الإصدار ٢٫٣٫١", "v2.3.1"),
    ("host 10.0.12.1 is down", "10.0.12.1"),
    ("host 10.0.12.1 is down", "10.0.12"),
    ("host 10.0.12.7:8080 is down", "10.0.1"),
    ("host 10.0.12.7:8080 is down", "10.0.12.7"),
    ("host 10.0.12.7:8080 is down", "8080"),
    ("host 10.0.12.7:8080 is down", "10.0.12.7:808"),
    ("host ١٠.٠.١٢.٧:٨٠٨٠", "10.0.12.7:8080"),
    ("http://10.0.12.7:8080/status", "10.0.12.7:8080"),
    ("http://10.0.12.7:8080/status", "10.0.12.7:80"),
    ("https://db1.example.com:5432/x", "db1.example.com:5432"),
    ("host SRV-WEB-012 is down", "SRV-WEB-0"),
    ("invoice INV/2026/00042", "INV-2026-00042"),
    ("invoice INV/2026/00042", "00042"),
    ("see SND-1042", "SND-1042"),
    ("serial 5CG1234XYZ", "5cg1234xyz"),
    ("call 966501234567", "966501"),
    ("write to sara.ali@acme-corp.com please", "sara.ali@acme-corp.com"),
    ("write to sara.ali@acme-corp.com please", "SARA.ALI@ACME-CORP.COM"),
    ("write to sara.ali@acme-corp.com please", "sara.ali"),
    ("write to sara.ali@acme-corp.com please", "acme-corp.com"),
    ("write to sara.ali@acme-corp.com please", "sara.ali@acme"),
    ("write to sara.ali@acme-corp.com please", "sar"),
    ("write to sara.ali@acme-corp.com please", "acm"),
    ("open https://status.acme.com/login now", "status.acme.com"),
    ("open https://status.acme.com/login now", "acme.com"),
    ("open https://status.acme.com/login now", "login"),
    ("file report_final.pdf", "report_final.pdf"),
    ("file report_final.pdf", "final"),
    (r"see C:\x\report.pdf please", "report.pdf"),
    (r"see C:\x\report.pdf please", r"x\report.pdf"),
    (r"see \\server\share\2026\report.pdf", r"2026\report.pdf"),
    ("see /var/log/report.pdf", "report.pdf"),
    ("see /var/log/report.pdf", "log/report.pdf"),
    ("see /var/log/report.pdf", "/var/log/report.pdf"),
    ("see /var/log/report.pdf", "report"),
    ("file:///srv/a/b/c/Report_v2.PDF", "report_v2.pdf"),
    ("https://files.acme.com/2026/offer.docx", "offer.docx"),
    ("نسخته في D:\\تقارير\\تقرير.pdf", "تقرير.pdf"),
    ("/srv/app-2.3.1/main.py:42", "main.py"),
    ("invoice INV/2026/00042", "2026/00042"),
    ("windows 11 و win10", "win10"),
]
NOT_FOUND = [
    # what ends in ت of its own
    ("نبأ عاجل", "نبات"),
    ("نبات الزينة", "نبأ"),
    ("بناء المبنى", "بنات"),
    ("شتاء بارد", "شتات"),
    ("أسماء", "سمات"),
    ("سماء صافية", "سمات"),
    ("بيروت", "بيرو"),
    ("أمر ملفت للنظر", "ملف"),
    ("ملف مرفق", "الملفت"),
    ("السبت القادم", "السب"),
    ("كبريت", "كبرى"),
    ("تحت المكتب", "تح"),
    ("وقت الدوام", "وق"),
    ("البيت", "البي"),
    ("انتهت المهلة", "أنت"),
    ("إنترنت", "انتر"),
    # and where no hamza moves
    ("يوم الأحد", "ووم"),
    ("سائل", "سؤال"),
    ("رأيهم", "روهم"),
    ("report.pdf.zip", "report.zip"),
    ("/var/log/report.pdf", "var/report.pdf"),
    ("/var/log/report.pdf", "port.pdf"),
    ("v2.3.1", "3.1"),
    ("v12.3.1", "2.3.1"),
    ("تعطلت الطابعة", "طباخة"),
    ("تعطلت الشبكة", "شباك"),
    ("إدارة النظام", "دراسة"),
    ("طلب جديد", "كلب"),
    ("حساب مغلق", "حاسب"),
    ("مستخدم جديد", "خدمة"),
    ("كتاب", "كاتب"),
    ("ولد", "والد"),
    ("رقم ١٢٣", "124"),
    ("رقم ١٢٣٤", "12"),
    ("رقم ١٢٣٤", "234"),
    ("the printer", "print-out"),
    ("universal", "universe nothing"),
    ("a router", "route66"),
    ("ERR-1042", "ERR-1043"),
    ("ERR-1042", "WARN-1042"),
    ("ERR-1042 and WARN-7", "WARN-1042"),
    ("v2.3.1", "v2.31"),
    ("v2.3.1", "v2.3.2"),
    ("10.0.12.1", "10.0.1.21"),
    ("10.0.12.1", "10.0.13"),
    ("sara.ali@acme.com", "sara.omar"),
    ("sara.ali@acme.com", "sara.ali@beta.com"),
    ("sara.ali@acme.com", "ara"),
    ("acme.com", "acme.org"),
    ("printer", "pri"),
    ("الطابعة", "طاب"),
    ("SND-1042", "SND-2042"),
    ("sara@example.com", "sara@x"),
    ("sara@example.com", "sara@exb"),
    ("sara@example.com", "sara@example.org"),
    ("sara@example.com", "omar@exa"),
    ("sara met omar@example.com", "sara@exa"),
    ("10.0.12.7", "10.0.2"),
    ("10.0.12.7", "0.12"),
    ("10.0.12.7:8080 and 10.0.12.7:443", "10.0.12.7:8443"),
    ("10.0.12.7:8080", "10.0.12.8:808"),
    ("http://10.0.12.7:8080/status", "10.0.12.7:8081"),
    ("db.example.com:5432", "db.example.org:5432"),
    ("10.0.12.7", "10.0.12.8"),
    ("SRV-WEB-012", "SRV-WEB-1"),
]


@pytest.mark.parametrize(("text", "query"), FOUND)
def test_is_found(text: str, query: str) -> None:
    assert finds(text, query)


@pytest.mark.parametrize(("text", "query"), NOT_FOUND)
def test_is_not_found(text: str, query: str) -> None:
    assert not finds(text, query)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "sara@example.com",
            "sara.ali+vip@mail2.acme-corp.com.sa",
            "10.0.12.7",
            "192.168.100.200",
        ),
        *("v12.30.45", "ERR-1042", "10.0.12.7:8080"),
    ],
)
def test_who_types_letter_by_letter_sees_results_stay(text: str) -> None:
    local = text.partition("@")[0] if "@" in text else text[:3]
    typed = [text[:end] for end in range(min(len(local), 10), len(text) + 1)]
    lost = [one for one in typed if not finds(f"see {text} please", one)]
    assert lost == []


def test_a_machine_and_its_port_are_sought_inside_one_field() -> None:
    apart = [(Field.SUBJECT, "10.0.12.7 is down"), (Field.BODY, "8080 is not")]
    assert not finds(apart, "10.0.12.7:8080")
    assert finds(apart, "10.0.12.7 8080")


@pytest.mark.parametrize(
    "query",
    [
        *("org:acme", "Org:acme", "-org:acme", "organization:7", "channel:email", "colour:red"),
        *('org:"acme inc"', "updated:>2026-01-01", "sla_state:breached", "العميل:سارة", "لون:أحمر"),
        "owner:0190f5a2-7b1c-7d3e-8f40-1234567890ab",
    ],
)
def test_a_field_that_nobody_knows_is_no_word(query: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse(f"printer {query}")
    assert refused.value.code == "unknown_field"
    assert refused.value.position == 8 + query.startswith("-")


def test_every_field_is_named_in_both_languages() -> None:
    told = shown()
    assert told.pop("custom.<key>") == "حقل.<key>"
    assert {*FIELDS.values()} == {*told}
    for english, arabic in told.items():
        assert (FIELDS[english], FIELDS[arabic]) == (english, english)
        assert not arabic.isascii()


def test_an_unfinished_address_is_sought_inside_one_field() -> None:
    apart = [(Field.SUBJECT, "sara@beta.org"), (Field.BODY, "omar@example.com")]
    assert not finds(apart, "sara@exa")
    assert finds(apart, "sara@b")
    assert not finds(apart, "from:sara@b")


_ARABIC_WORD = st.text("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", min_size=3, max_size=9)
_ENGLISH_WORD = st.text(string.ascii_lowercase, min_size=2, max_size=10)
_CODE = st.from_regex(r"[A-Z]{2,4}-[0-9]{3,6}", fullmatch=True)
_ADDRESS = st.from_regex(r"[a-z]{3,8}\.[a-z]{3,8}@[a-z]{3,8}\.(com|sa|example)", fullmatch=True)
_WRITTEN = st.lists(
    st.one_of(_ARABIC_WORD, _ENGLISH_WORD, _CODE, _ADDRESS), min_size=1, max_size=12
)
_VARIANTS = {
    "ا": ["ا", "أ", "إ", "آ", "ٱ"],
    "ي": ["ي", "ى", "ی", "ئ"],
    "ه": ["ه", "ة", "ہ"],
    "ك": ["ك", "ک"],
    "و": ["و", "ؤ"],
    **{str(n): [str(n), "٠١٢٣٤٥٦٧٨٩"[n], "۰۱۲۳۴۵۶۷۸۹"[n]] for n in range(10)},
}


@given(data=st.data())
def test_every_word_is_found_in_every_spelling(data: st.DataObject) -> None:
    written = data.draw(_WRITTEN)
    word = data.draw(st.sampled_from(written))
    spelt = "".join(
        data.draw(st.sampled_from(_VARIANTS.get(letter, [letter])))
        + ("\u0650\u0640" if "\u0627" <= letter <= "\u064a" and data.draw(st.booleans()) else "")
        for letter in data.draw(st.sampled_from([word, word.upper()]))
    )
    clinging = data.draw(st.sampled_from(["", "ال", "و", "وال", "بال"])) if is_arabic(word) else ""
    strangers = [one for one in written if one != word]  # test_domain_search_clitics.py
    assume(clinging != "و" or not any({*pairwise(word)} & {*pairwise(one)} for one in strangers))
    assert finds("، ".join(written), clinging + spelt), (written, clinging + spelt)


@given(st.text(max_size=200))
def test_no_text_breaks_a_reading(text: str) -> None:
    with contextlib.suppress(Unreadable):
        asked(text)
    stems.ticket_tokens(KEY, [(Field.BODY, text)])


@given(st.sets(st.integers(0, SIZE - 1), max_size=600))
def test_a_slice_is_read_as_it_was_written(chosen: set[int]) -> None:
    bits = sum(1 << one for one in chosen)
    count, data = encode(bits)
    assert count == len(chosen)
    assert decode(count, data) == bits
    assert len(data) <= SIZE // 8
    assert list(numbers(3, bits)) == [3 * SIZE + one for one in sorted(chosen, reverse=True)]


def test_half_of_everything_takes_a_kibibyte() -> None:
    assert len(encode(sum(1 << one for one in range(0, SIZE, 2)))[1]) == SIZE // 8


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("a b", [(False, [(None, "a", False)]), (False, [(None, "b", False)])]),
        ('"a b" -c', [(False, [(None, "a b", True)]), (True, [(None, "c", False)])]),
        ("subject:a", [(False, [("subject", "a", False)])]),
        ("subject: a", [(False, [("subject", "a", False)])]),
        ("موضوع:أ", [(False, [("subject", "أ", False)])]),
        ('-body:"x y"', [(True, [("body", "x y", True)])]),
        (
            "a OR b c",
            [(False, [(None, "a", False), (None, "b", False)]), (False, [(None, "c", False)])],
        ),
        ("custom.Asset_No:7", [(False, [("custom.asset_no", "7", False)])]),
        ("http://x.y", [(False, [(None, "http://x.y", False)])]),
        ("error:timeout", [(False, [(None, "error:timeout", False)])]),
        ("subject:", [(False, [(None, "subject:", False)])]),
        ('"left open', [(False, [(None, "left open", True)])]),
        (
            "طابعة أو printer",
            [(False, [(None, "طابعة", False), (None, "printer", False)])],
        ),
        ('"أو" كذا', [(False, [(None, "أو", True)]), (False, [(None, "كذا", False)])]),
        ("أو كذا", [(False, [(None, "كذا", False)])]),
        ("a OR", [(False, [(None, "a", False)])]),
        ("OR a", [(False, [(None, "a", False)])]),
        *((f"{one} a", [(False, [(None, "a", False)])]) for one in ("-", "&&", "AND", "؟", "*")),
        ("a و b", [(False, [(None, one, False)]) for one in "ab"]),
        ('"و" a', [(False, [(None, "و", True)]), (False, [(None, "a", False)])]),
        *(
            (one, [(False, [(None, "a", False), (None, "b", False)])])
            for one in ("a || b", "a | b", "a||b", "a|b", "a OR || b", "|| a || & b ||")
        ),
        ("Error: disk", [(False, [(None, one, False)]) for one in ("Error:", "disk")]),
        *(
            (one, [(False, [(None, one, False)])])
            for one in (
                *("12:30", "localhost:8080", "srv1:up", "db-1:up", "C:\\logs", "D:x", "ERR:disk"),
                *("std::vector", "TypeError:x", "java.io.IOException:x", "mailto:a@b.example"),
                *("https://a.example:8443/x", "خطأ:القرص", "ticket:1042"),
            )
        ),
        ("a، b؛ c", [(False, [(None, one, False)]) for one in "abc"]),
    ],
)
def test_queries_are_read(query: str, wanted: list[object]) -> None:
    read = [
        (clause.negated, [(wish.field, wish.text, wish.phrase) for wish in clause.wishes])
        for clause in parse(query)
    ]
    assert read == wanted


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("2026-01-31", "2026-01-30T21:00", "2026-01-31T21:00"),
        ("٢٠٢٦-٠١-٣١", "2026-01-30T21:00", "2026-01-31T21:00"),
        ("2026-02", "2026-01-31T21:00", "2026-02-28T21:00"),
        ("2026", "2025-12-31T21:00", "2026-12-31T21:00"),
        (">2026-01-31", "2026-01-31T21:00", "9999-12-31T00:00"),
        (">=2026-01-31", "2026-01-30T21:00", "9999-12-31T00:00"),
        ("<2026-01-31", "1970-01-01T00:00", "2026-01-30T21:00"),
        ("<=2026-01-31", "1970-01-01T00:00", "2026-01-31T21:00"),
        ("2026-01-01..2026-01-31", "2025-12-31T21:00", "2026-01-31T21:00"),
        ("today", "2026-11-27T21:00", "2026-11-28T21:00"),
        ("أمس", "2026-11-26T21:00", "2026-11-27T21:00"),
        ("7d", "2026-11-20T21:00", "2026-11-28T21:00"),
    ],
)
def test_times_are_read_in_the_zone_of_the_desk(text: str, begin: str, end: str) -> None:
    found = period(text, NOW, "Asia/Riyadh")
    assert found is not None
    assert [one.strftime("%Y-%m-%dT%H:%M") for one in found] == [begin, end]


@given(st.integers(0, 90_000_000), st.integers(0, 400), st.data())
def test_facts_of_a_period_hold_for_its_instants(
    seconds: int, days: int, data: st.DataObject
) -> None:
    begin = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    end = begin + timedelta(days=days)
    facts = covering(begin, end)
    assert facts is not None
    at = begin + (end - begin) * data.draw(st.floats(0, 1, exclude_max=True))
    assert {f"month:{at:%Y-%m}", f"day:{at:%Y-%m-%d}"} & set(facts)
    outside = end + timedelta(days=1, seconds=1)
    assert not {f"month:{outside:%Y-%m}", f"day:{outside:%Y-%m-%d}"} & set(facts)


def test_fields_and_states_are_told_apart() -> None:
    texts = [(Field.SUBJECT, "printer"), (Field.NOTE, "secret"), (Field.QUOTED, "older")]
    facts = ["status:open", "priority:P1"]
    assert finds(texts, "subject:printer status:open priority:urgent", facts=facts)
    assert finds(texts, "حالة:حية أولوية:عاجلة", facts=facts)
    assert not finds(texts, "body:printer", facts=facts)
    assert not finds(texts, "status:closed", facts=facts)
    assert finds(texts, "body:older")
    assert finds(texts, "body:secret")
    assert not finds(texts, "secret", CUSTOMER)
    assert finds(texts, "printer -secret", CUSTOMER), "an exclusion must not tell of notes"


PLACES = [
    Named(UUID(int=one), ar, en)
    for one, (ar, en) in enumerate(
        [
            ("قسم الأنظمة والشبكات", "Systems Department"),
            ("الدعم الفني", "Support"),
            ("الدعم المتقدم", "Support Tier 2"),
            ("قسم المالية", "Finance"),
            ("إدارة الموارد البشرية", "Human Resources"),
            ("الفروع", "Net branches"),
            ("البنية", "Network"),
        ]
    )
]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Systems Department", [0]),
        ("systems", [0]),
        ("Systems", [0]),
        ("sys", [0]),
        ("الأنظمة", [0]),
        ("انظمه", [0]),
        ("أنظم", [0]),
        ("الشبكات", [0]),
        ("شبكة", [0]),
        ("قسم الأنظمة والشبكات", [0]),
        ("support", [1]),
        ("الدعم", [1, 2]),
        ("دعم", [1, 2]),
        ("المتقدم", [2]),
        ("tier", [2]),
        ("Support tier", [2]),
        ("مالية", [3]),
        ("للمالية", [3]),
        ("human", [4]),
        ("net", [5]),
        ("netw", [6]),
        ("الموارد", [4]),
        ("موارد بشرية", [4]),
        ("Department", [0]),
        ("قسم", [0, 3]),
        ("s", [0, 1, 2]),
        ("sales", []),
        ("مبيعات", []),
        ("...", []),
    ],
)
def test_a_department_goes_by_any_word_of_its_names(text: str, places: list[int]) -> None:
    assert [one.id.int for one in meant(text, PLACES)] == places


def test_a_department_of_a_query_is_one_or_refused_with_choices() -> None:
    facts = [f"department:{UUID(int=0)}"]
    assert finds("x", "department:systems x", facts=facts, departments=PLACES)
    assert finds("x", "قسم:الأنظمة x", facts=facts, departments=PLACES)
    assert finds("x", f"department:{UUID(int=0)} x", facts=facts, departments=PLACES)
    for wanted, named, text in (
        ("x قسم:الدعم", ["الدعم الفني", "الدعم المتقدم"], "أكثر من قسم"),
        ("x department:sales", [one.ar for one in PLACES], "لا يوجد قسم"),
    ):
        with pytest.raises(Unreadable) as refused:
            finds("x", wanted, departments=PLACES)
        (arabic,) = unreadable(refused.value, Locale.AR).errors
        (english,) = unreadable(refused.value, Locale.EN).errors
        assert text in arabic.message
        for one in PLACES:
            assert (one.ar in arabic.message) is (one.ar in named)
            assert (one.en in english.message.split("Departments:")[1]) is (one.ar in named)


@pytest.mark.parametrize(
    ("field", "words", "fact"),
    [
        ("priority", "P1 p1 1 urgent URGENT critical عاجل عاجلة العاجلة حرجة طارئة", "P1"),
        ("priority", "P2 high عالية مرتفعة", "P2"),
        ("priority", "P3 medium normal متوسطة عادية", "P3"),
        ("priority", "P4 low منخفضة المنخفضة", "P4"),
        ("status", "open Open مفتوحة مفتوح المفتوحة", "open"),
        ("status", "new جديدة جديد live حية", "new"),
        ("status", "resolved solved محلولة محلول", "resolved"),
        ("status", "closed مغلقة مغلق المغلقة مقفلة", "closed"),
        ("status", "waiting pending معلقة بانتظار", "waiting_customer"),
        ("status", '"waiting for the customer" "بانتظار العميل"', "waiting_customer"),
        ("status", "spam junk مزعج", "spam"),
        ("status", "merged مدمجة", "merged"),
    ],
)
def test_states_and_priorities_go_by_words_of_both_languages(
    field: str, words: str, fact: str
) -> None:
    for one in re.findall(r'"[^"]+"|\S+', words):
        assert finds("x", f"x {field}:{one}", facts=[f"{field}:{fact}"]), one
        assert not finds("x", f"x {field}:{one}", facts=[f"{field}:other"]), one


def test_a_wrong_priority_is_answered_with_values_and_what_they_mean() -> None:
    with pytest.raises(Unreadable) as refused:
        asked("priority:P9")
    (english,) = unreadable(refused.value, Locale.EN).errors
    assert "P1 (urgent), P2 (high), P3 (medium), P4 (low)" in english.message
    (arabic,) = unreadable(refused.value, Locale.AR).errors
    assert "\u2068P1\u2069 (عاجلة)" in arabic.message
    with pytest.raises(Unreadable) as refused:
        asked("حالة:موز")
    (arabic,) = unreadable(refused.value, Locale.AR).errors
    assert "\u2068open\u2069 (مفتوحة)" in arabic.message


@pytest.mark.parametrize(
    "query", ["\u202e", "\u200b\u200b", "\u3164", "\u2800 \u3164", "\ufe0f\u00ad"]
)
def test_what_cannot_be_seen_cannot_be_sought(query: str) -> None:
    with pytest.raises(Unreadable) as refused:
        asked(query)
    for locale in Locale:
        (error,) = unreadable(refused.value, locale).errors
        assert error.code == "query_nothing_seen"


def test_unseen_letters_inside_a_word_do_not_hide_it() -> None:
    assert finds("pass\u200bword\u3164 reset", "password")
    assert finds("password", "pass\ufe0fword\u3164")


def test_words_of_a_choice_are_its_value_and_its_labels() -> None:
    label = {"ar": "عطل في الطابعة", "en": "Printer fault"}
    options = (Option("hw_printer", label), Option("sw", {"ar": "برنامج", "en": "Software"}))
    both = Definition("kind", {"ar": "النوع", "en": "Kind"}, FieldType.CHOICES, options=options)
    field = Custom(UUID(int=1), both, 1, NOW, NOW)
    assert called(field, ["hw_printer", "sw"])[0] == "hw_printer sw"
    told = " ".join(called(field, ["hw_printer"]))
    for word in ("hw_printer", "عطل في الطابعة", "Printer fault"):
        assert word in told
    assert "Software" not in told
    assert called(None, "hw_printer") == ("hw_printer",)


def test_customs_are_found_by_their_field() -> None:
    marks = {(Field.CUSTOM, one) for one in stems.text_tokens(KEY, "Blue-77", "kcolour:")}
    node = asked("custom.colour:blue-77").node
    found = {token: {field: bit_of(NUMBER)} for field, token in marks}
    assert node.bits(slice_of(NUMBER), found) & bit_of(NUMBER)
    assert not asked("custom.shape:blue-77").node.bits(slice_of(NUMBER), found)
