"""Rules of custom fields and tags: what a value may be, who may write it, what is one tag."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tickets.domain.faults import Refused
from services.tickets.domain.fielddefs import revised, sound
from services.tickets.domain.fieldfilters import parsed
from services.tickets.domain.fieldrules import Place, changes, emptied, lacking, merged, shown
from services.tickets.domain.fields import (
    Customers,
    Definition,
    Field,
    FieldType,
    Need,
    Option,
)
from services.tickets.domain.fieldvalues import ValueRefused, canonical, fits
from services.tickets.domain.tags import distinct, has, key_of, retagged
from shared.vocabulary import Localized

HERE, THERE = UUID(int=1), UUID(int=2)
TEXTS = Localized(ar="حقل", en="Field")
OPTIONS = (
    Option("a", {"ar": "أ", "en": "A"}),
    Option("b", {"ar": "ب", "en": "B"}),
    Option("old", {"ar": "قديم", "en": "Old"}, retired=True),
)
AT = datetime(2026, 1, 1, tzinfo=UTC)

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.text("0123456789٠١٢٣۴۵٫٬.,-+ \u200f", max_size=20)
    | st.dates().map(str)
    | st.sampled_from(["a", "b", "old", "https://example.com", "http://x/\u202e", "ftp://x"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


def definition(kind: FieldType = FieldType.TEXT, **more: Any) -> Definition:
    options = OPTIONS if kind in {FieldType.CHOICE, FieldType.CHOICES} else ()
    return Definition("key", TEXTS, kind, **{"options": options, **more})


def field(key: str, kind: FieldType = FieldType.TEXT, **more: Any) -> Field:
    made = Definition(key, TEXTS, kind, **more)
    return Field(UUID(int=hash(key) & 0xFFFF), made, 1, AT, AT)


GOOD: list[tuple[FieldType, Any, Any]] = [
    (FieldType.TEXT, "  نص ", "نص"),
    (FieldType.TEXT, "a\r\nb", "a\nb"),
    (FieldType.TEXT, "  ", None),
    (FieldType.INTEGER, 7, 7),
    (FieldType.INTEGER, 7.0, 7),
    (FieldType.INTEGER, "٠٠٧", 7),
    (FieldType.INTEGER, "١٢٬٣٤٥", 12345),
    (FieldType.INTEGER, "\u200f-۱۲", -12),
    (FieldType.INTEGER, "−3", -3),
    (FieldType.INTEGER, "", None),
    (FieldType.DECIMAL, 7, 7.0),
    (FieldType.DECIMAL, 0.1, 0.1),
    (FieldType.DECIMAL, "٣٫١٤", 3.14),
    (FieldType.DECIMAL, "1٬234٫50", 1234.5),
    (FieldType.DATE, "2026-03-20", "2026-03-20"),
    (FieldType.DATE, "٢٠٢٦-٠٣-٢٠", "2026-03-20"),
    (FieldType.BOOLEAN, False, False),
    (FieldType.CHOICE, "a", "a"),
    (FieldType.CHOICES, ["b", "a", "b"], ["a", "b"]),
    (FieldType.CHOICES, [], None),
    (FieldType.URL, "https://example.com/x?y=z#w", "https://example.com/x?y=z#w"),
    (FieldType.URL, "http://مثال.شركة", "http://مثال.شركة"),
]
BAD: list[tuple[FieldType, Any, str]] = [
    (FieldType.TEXT, 5, "text_expected"),
    (FieldType.TEXT, "x" * 4001, "too_long"),
    (FieldType.INTEGER, True, "integer_expected"),
    (FieldType.INTEGER, 1.5, "integer_expected"),
    (FieldType.INTEGER, "1.0", "integer_expected"),
    (FieldType.INTEGER, "1,000", "integer_expected"),
    (FieldType.INTEGER, float("nan"), "integer_expected"),
    (FieldType.INTEGER, float("inf"), "integer_expected"),
    (FieldType.INTEGER, 2**53, "number_too_large"),
    (FieldType.INTEGER, "9" * 17, "integer_expected"),
    (FieldType.DECIMAL, float("nan"), "number_too_large"),
    (FieldType.DECIMAL, float("inf"), "number_too_large"),
    (FieldType.DECIMAL, "NaN", "number_expected"),
    (FieldType.DECIMAL, "1e5", "number_expected"),
    (FieldType.DECIMAL, "1,5", "number_expected"),
    (FieldType.DECIMAL, "1.2345678901234567", "number_expected"),
    (FieldType.DECIMAL, "1234567890.1234567", "number_too_large"),
    (FieldType.DECIMAL, True, "number_expected"),
    (FieldType.DATE, "20-03-2026", "date_expected"),
    (FieldType.DATE, "2026-02-30", "date_expected"),
    (FieldType.DATE, "1899-12-31", "date_expected"),
    (FieldType.DATE, "2026-03-20T00:00:00Z", "date_expected"),
    (FieldType.BOOLEAN, "true", "boolean_expected"),
    (FieldType.BOOLEAN, 1, "boolean_expected"),
    (FieldType.CHOICE, "c", "unknown_option"),
    (FieldType.CHOICE, "old", "retired_option"),
    (FieldType.CHOICE, ["a"], "option_expected"),
    (FieldType.CHOICES, "a", "options_expected"),
    (FieldType.CHOICES, ["a", 1], "options_expected"),
    (FieldType.CHOICES, ["a", "c"], "unknown_option"),
    (FieldType.CHOICES, ["a", "b", "c", "d"], "too_many_options"),
    (FieldType.URL, "javascript:alert(1)", "url_expected"),
    (FieldType.URL, "data:text/html,x", "url_expected"),
    (FieldType.URL, "//example.com", "url_expected"),
    (FieldType.URL, "https://", "url_expected"),
    (FieldType.URL, "https://me:pass@example.com", "url_expected"),
    (FieldType.URL, "https://example.com/<x>", "url_expected"),
    (FieldType.URL, "https://[::1", "url_expected"),
    (FieldType.URL, "https://x:99999", "url_expected"),
    (FieldType.URL, "https://" + "x" * 2000, "too_long"),
]


@pytest.mark.parametrize(("kind", "sent", "kept"), GOOD)
def test_values_are_kept_in_one_form(kind: FieldType, sent: Any, kept: Any) -> None:
    found = canonical(definition(kind), sent)
    assert (found, type(found)) == (kept, type(kept))


@pytest.mark.parametrize(("kind", "sent", "code"), BAD)
def test_what_is_no_value_is_refused(kind: FieldType, sent: Any, code: str) -> None:
    with pytest.raises(ValueRefused) as refusal:
        canonical(definition(kind), sent)
    assert refusal.value.code == code


@given(kind=st.sampled_from(FieldType), value=VALUES)
def test_a_kept_value_is_json_and_is_kept_again_as_it_is(kind: FieldType, value: Any) -> None:
    one = definition(kind)
    try:
        kept = canonical(one, value)
    except ValueRefused:
        return
    assert json.loads(json.dumps(kept, allow_nan=False)) == kept
    assert canonical(one, kept) == kept
    assert kept is None or fits(one, kept)


@given(
    st.integers(-50, 50), st.integers(-50, 50), st.integers(-60, 60), st.sampled_from(["٠", "۰"])
)
def test_numbers_lie_inside_their_limits_in_whatever_digits(
    low: int, high: int, value: int, zero: str
) -> None:
    one = definition(FieldType.INTEGER, minimum=low, maximum=high)
    written = "".join(chr(ord(zero) + int(char)) if char.isdigit() else char for char in str(value))
    if low <= value <= high:
        assert canonical(one, written) == value
        return
    with pytest.raises(ValueRefused, match="too_small" if value < low else "too_great"):
        canonical(one, written)


@given(
    wish=st.dictionaries(st.sampled_from(["hidden", "read", "write", "free"]), VALUES, max_size=4),
    before=st.dictionaries(st.sampled_from(["hidden", "read", "write", "free"]), st.text()),
    staff=st.booleans(),
)
def test_nobody_changes_what_is_not_theirs_to_write(
    wish: dict[str, Any], before: dict[str, Any], staff: bool
) -> None:
    fields = {one: field(one, customers=Customers(one)) for one in ("hidden", "read", "write")}
    try:
        after = merged(before, changes(fields, Place(HERE, staff=staff), before, wish))
    except Refused:
        return
    untouched = before.keys() - wish.keys()
    assert {key: after.get(key) for key in untouched} == {key: before[key] for key in untouched}
    if not staff:
        for key in ("hidden", "read"):
            assert after.get(key) == before.get(key)
        assert "hidden" not in shown(fields, after, staff=False, free=True)
        assert shown(fields, after, staff=False, free=False).keys() <= {"read", "write"}
    assert shown(fields, after, staff=True, free=True) == after


def test_truth_is_no_number_also_for_free_keys() -> None:
    found = changes({}, Place(HERE, staff=True), {"n": 1}, {"n": True})
    assert merged({"n": 1}, found)["n"] is True


def test_strangers_say_nothing_beyond_the_form() -> None:
    with pytest.raises(Refused, match="unknown_field"):
        changes({}, Place(HERE, staff=False, free=False), {}, {"x": 1})


def test_emptying_all_leaves_what_is_not_theirs() -> None:
    fields = {one: field(one, customers=Customers(one)) for one in ("hidden", "read", "write")}
    before = dict.fromkeys([*fields, "free"], "x")
    assert emptied(fields, Place(HERE, staff=False), before) == {"write": None, "free": None}
    assert emptied(fields, Place(HERE, staff=True), before) == dict.fromkeys(before)


@pytest.mark.parametrize(
    ("custom", "place", "missing"),
    [
        ({}, Place(HERE, staff=True), ["all", "here"]),
        ({}, Place(THERE, staff=True), ["all"]),
        ({"here": "x"}, Place(HERE, staff=True), ["all"]),
        ({"all": False, "here": " "}, Place(HERE, staff=True), ["here"]),
        ({"all": "no truth"}, Place(THERE, staff=True), ["all"]),
        ({}, Place(HERE, staff=False), ["here"]),
    ],
)
def test_what_is_lacking(custom: dict[str, Any], place: Place, missing: list[str]) -> None:
    need = (Need.RESOLVE,)
    fields = {
        "all": field("all", FieldType.BOOLEAN, required=need),
        "here": field("here", department_id=HERE, required=need, customers=Customers.WRITE),
        "off": field("off", required=need, active=False),
        "free": field("free"),
    }
    found = lacking(fields, place, custom, Need.RESOLVE)
    assert [one.pointer for one in found] == [f"/custom/{key}" for key in missing]


def test_a_used_type_stays_and_options_are_never_lost() -> None:
    before = Field(HERE, definition(FieldType.CHOICE), 1, AT, AT, used=True)
    with pytest.raises(Refused, match="type_in_use"):
        revised(before, definition(FieldType.CHOICES))
    after = revised(before, definition(FieldType.CHOICE, options=OPTIONS[:1]))
    assert [(one.value, one.retired) for one in after.options] == [
        ("a", False),
        ("b", True),
        ("old", True),
    ]


def test_limits_are_kept_in_the_form_of_the_values() -> None:
    wish = definition(FieldType.DATE, minimum="٢٠٢٦-٠١-٠١", maximum="2026-12-31")
    assert sound(wish).minimum == "2026-01-01"


ASKED = {
    "n": field("n", FieldType.INTEGER, filterable=True, maximum=9),
    "t": field("t", filterable=True),
    "h": field("h", filterable=True, customers=Customers.HIDDEN),
    "plain": field("plain", customers=Customers.READ),
}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["n", "t", "h", "plain", "x", ""]).flatmap(
                lambda key: st.sampled_from(["", ".from", ".to", ".", ".from.to"]).map(
                    lambda end: f"{key}{end}"
                )
            ),
            st.text(max_size=10) | st.integers(-20, 20).map(str),
        ),
        max_size=6,
    )
)
def test_any_address_is_a_condition_or_refused(asked: list[tuple[str, str]]) -> None:
    try:
        found = parsed(ASKED, tuple(asked), staff=False)
    except Refused:
        return
    assert {one.field_id for one in found} <= {ASKED["n"].id, ASKED["t"].id} - {ASKED["h"].id}


def test_a_question_may_lie_beyond_the_limits_of_values() -> None:
    assert parsed(ASKED, (("n.to", "100"),), staff=True)[0].high == 100


TAGS = st.text(st.characters(blacklist_categories=("Cs",)), max_size=12)


@given(st.lists(TAGS, max_size=8))
def test_no_tag_stands_twice(tags: list[str]) -> None:
    found = distinct(tags)
    keys = [key_of(one) for one in found]
    assert len(set(keys)) == len(keys)
    assert all(keys)
    assert {key_of(one) for one in tags} - {""} == set(keys)
    assert distinct(found) == found


@given(st.lists(TAGS, max_size=5), st.lists(TAGS, max_size=5), st.lists(TAGS, max_size=5))
def test_single_tags_come_and_go_and_the_others_stay(
    before: list[str], add: list[str], remove: list[str]
) -> None:
    after = retagged(distinct(before), add, remove)
    for tag in before:
        if key_of(tag) and not has(remove, tag):
            assert has(after, tag)
    for tag in remove:
        assert not has(after, tag) or has(add, tag)
    assert all(has(after, tag) for tag in add if key_of(tag))


@pytest.mark.parametrize(
    ("one", "other"),
    [("إدارة", "اداره"), ("VIP", "vip"), ("  a   b ", "a b"), ("\u200fطباعة", "طباعه"), ("٣", "3")],
)
def test_two_writings_are_one_tag(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)
