"""Policy files before any desk is asked: read strictly, compared by field, stamped in place."""

from pathlib import Path
from typing import Any

import pytest

from deploy.local.policy import applying, commands, wanted, words, yamlfile
from deploy.local.policy.differing import ABSENT, Difference, differences
from deploy.local.policy.planning import Moves, Plan, Step, resolved
from deploy.local.policy.wanted import Entry, stand_in
from deploy.local.policy.yamlfile import BadFile
from deploy.local.programs import CannotRunError

POLICY = """\
sanad: 1
calendars:
  night:
    # the night shift
    name: {ar: وردية الليل, en: Night shift}
    timezone: Asia/Riyadh
    weekly:
      sun: [[22:00, 06:00]]
    holidays: [2026-09-23]
policies:
  gold:
    name: Gold
    targets:
      P1:
        first_response: {target: PT1H, calendar: always_open}
        resolution: {target: PT4H, calendar: night}
    ladder:
      - {metric: resolution, after: breach, to: supervisor, action: [notify]}
"""


def source(text: str) -> yamlfile.Source:
    return yamlfile.read("rules.yaml", text.encode())


def test_times_and_dates_stay_texts() -> None:
    """YAML 1.1 would read 22:00 as 1320 and a date as an object."""
    found = source(POLICY).data["calendars"]["night"]
    assert found["weekly"] == {"sun": [["22:00", "06:00"]]}
    assert found["holidays"] == ["2026-09-23"]
    words_of = source("a: yes\nb: on\nc: true\nd: ~\ne: 0.75\nf: 12\ng: NO\nh: 0x10").data
    assert words_of == {
        "a": "yes",
        "b": "on",
        "c": True,
        "d": None,
        "e": 0.75,
        "f": 12,
        "g": "NO",
        "h": "0x10",
    }


def test_entries_refer_to_calendars_of_the_file_by_key() -> None:
    calendar, policy = wanted.wanted(source(POLICY))
    night = stand_in("calendars/night")
    assert policy.fields["targets"]["P1"]["resolution"]["calendar"] == night
    assert resolved(policy.fields, {night: "42"})["targets"]["P1"]["resolution"]["calendar"] == "42"
    assert calendar.fields["name"] == {"ar": "وردية الليل", "en": "Night shift"}
    assert calendar.label == "night (Night shift)"


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("sanad: 1\npolicies: [", "rules.yaml:3", ""),
        ("sanad: 1\n\tpolicies:\n", "rules.yaml:2", ""),
        ("policies: {}\n", "rules.yaml:1", "sanad: 1"),
        ("sanad: 2\n", "rules.yaml:1", "sanad: 1"),
        ("- sanad\n", "rules.yaml:1", "expected keys"),
        ("", "rules.yaml:1", "expected keys"),
        ("sanad: 1\nrules: {}\n", "rules.yaml:2", "unknown key 'rules'"),
        ("sanad: 1\nsanad: 1\n", "rules.yaml:2", "stands twice"),
        ("sanad: 1\n? [a]\n: 1\n", "rules.yaml:2", "plain text"),
        ("sanad: !!python/object:os.system x\n", "rules.yaml:1", "is not read here"),
        ("sanad: 1\ncalendars:\n  a: 7\n", "rules.yaml:3", "expected keys"),
        ("sanad: 1\ncalendars:\n  a:\n    id: 7\n", "rules.yaml:4", "not an id"),
        (POLICY.replace("PT4H", "4 hours"), "rules.yaml:16", "A duration such as PT4H"),
        (POLICY.replace("calendar: night}", "calendar: day}"), "rules.yaml:16", "'day'"),
        (POLICY.replace("to: supervisor", "to: nobody"), "rules.yaml:18", "ladder.0.to"),
        (POLICY.replace("    ladder:", "    laddder:"), "rules.yaml:17", "laddder"),
        (POLICY.replace("Asia/Riyadh", "Asia/Mecca"), "rules.yaml", "Asia/Mecca"),
        (POLICY.replace("06:00", "25:00"), "rules.yaml", "25:00"),
        (POLICY.replace("    timezone", "    time_zone"), "rules.yaml:6", "time_zone"),
        (POLICY + "    version: new\n", "rules.yaml:19", "whole number"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(text: str, place: str, says: str) -> None:
    with pytest.raises(BadFile) as refusal:
        wanted.wanted(source(text))
    assert str(refusal.value).startswith(place)
    assert says in str(refusal.value)


def test_one_id_stands_for_one_entry() -> None:
    entry = "id: 018f0000-0000-7000-8000-000000000001, name: x, timezone: UTC"
    with pytest.raises(BadFile, match="twice"):
        wanted.wanted(source(f"sanad: 1\ncalendars:\n  a: {{{entry}}}\n  b: {{{entry}}}\n"))


@pytest.mark.parametrize(
    "text",
    [
        "sanad: 1\nx: " + "[" * 1_000_000,
        "{a: " * 200_000,
        "- " * 500_000,
        "x: [" + "1," * 400_000 + "]",
        "a: &a\n- *a\n",
        "sanad: 1\nx: " + "[" * 40 + "]" * 40,
        "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
        + "".join(
            f"{b}: &{b} [{','.join(['*' + a] * 10)}]\n"
            for a, b in zip("abcde", "bcdef", strict=True)
        ),
        "x: " + "'" + "a" * yamlfile.LARGEST + "'",
    ],
)
def test_a_file_cannot_outgrow_its_bounds(text: str) -> None:
    with pytest.raises(BadFile):
        source(text)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="UTF-8"):
        yamlfile.read("rules.yaml", b"\xff\xfe\x00")
    with pytest.raises(CannotRunError, match="No such file"):
        commands.read(tmp_path / "none.yaml")


def test_what_is_written_is_read_back() -> None:
    data = {
        "weekly": {"sun": [["09:00", "24:00"], ["22:00", "06:00"]], "fri": []},
        "dates": ["2026-09-23"],
        "words": ["yes", "null", "12", "1e3", "~", "", "سند", "a: b", "- x"],
        "numbers": [1, 0.75, True, None],
    }
    assert source(yamlfile.write(data)).data == data


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, [Difference("a.b", 1, 2)]),
        ({"a": 1}, {}, [Difference("a", 1, ABSENT)]),
        ({}, {"a": 1}, [Difference("a", ABSENT, 1)]),
        (
            {"a": [1, 2]},
            {"a": [2, 3]},
            [Difference("a[]", 1, ABSENT), Difference("a[]", ABSENT, 3)],
        ),
        ({"a": [1, 2]}, {"a": [2, 1]}, [Difference("a", [1, 2], [2, 1])]),
        (
            {"a": [{"x": 1, "y": 2}]},
            {"a": [{"x": 1, "y": 3}]},
            [Difference("a[0].y", 2, 3)],
        ),
        ({"a": None}, {"a": False}, [Difference("a", None, False)]),
    ],
)
def test_documents_differ_field_by_field(old: Any, new: Any, expected: list[Difference]) -> None:
    assert list(differences(old, new)) == expected


def steps(text: str, **version: int) -> tuple[yamlfile.Source, list[applying.Done]]:
    read = source(text)
    done = [
        applying.Done(Step(entry, None, entry.fields, ()), f"id-{entry.key}", 7)
        for entry in wanted.wanted(read)
    ]
    return read, done


def test_new_ids_and_versions_are_written_between_the_lines() -> None:
    read, done = steps(POLICY)
    text = applying.stamp(read, done)
    assert "  night:\n    id: id-night\n    version: 7\n    # the night shift\n" in text
    assert "  gold:\n    id: id-gold\n    version: 7\n    name: Gold\n" in text
    rest = [line for line in text.splitlines() if "id-" not in line and "version: 7" not in line]
    assert rest == POLICY.splitlines()


def test_a_known_version_is_replaced_where_it_stands() -> None:
    text = POLICY.replace("    name: Gold\n", "    name: Gold\n    version: 3\n")
    read, done = steps(text)
    assert "    name: Gold\n    version: 7\n" in applying.stamp(read, done[1:])


ENTRY = Entry("policies", "gold", ("policies", "gold"), None, 2, {"name": "Gold"}, {})
CHANGED = Step(
    ENTRY,
    {"id": "1", "version": 3},
    {"name": "Gold"},
    (Difference("targets.P1.resolution.target", "PT4H", "PT2H"),),
    Moves(12, complete=True),
)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_plan_says_in_both_languages_what_changes(language: str) -> None:
    lines = words.plan_lines(Plan((CHANGED,)), language, {})
    assert "    ~ targets.P1.resolution.target: PT4H -> PT2H" in lines
    assert any("12" in line for line in lines)
    assert any(line.startswith("    ! ") for line in lines), "the file is older than the desk"
    assert words.plan_lines(Plan(()), language, {}) == [words.say("none", language)]


def test_a_file_is_stale_only_where_it_wants_a_change() -> None:
    assert CHANGED.stale
    same = Step(ENTRY, {"id": "1", "version": 3}, {"name": "Gold"}, ())
    assert not same.stale
    assert not same.changes
