"""What a policy says under a kind of contract, and which policy serves a ticket, by table."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.sla.domain import defaults
from services.sla.domain.matching import Candidate, first_fit, reads
from services.sla.domain.policy import ALWAYS_OPEN_KEY, read_policy, under
from services.sla.domain.promises import Contract, serving, step_calendar
from services.sla.domain.words import ContractKind
from shared.vocabulary import Metric

EMERGENCY = ContractKind.EMERGENCY
SLOW = {
    **defaults.POLICY,
    "targets": {
        priority: {
            "first_response": {"target": "PT4H", "calendar": None},
            "resolution": {"target": {"business_days": 2}, "calendar": None},
        }
        for priority in ("P1", "P2")
    },
}


def calendars(document: dict[str, Any], kind: ContractKind | None) -> dict[str, Any]:
    targets = under(document, kind)["targets"]
    return {p: row["resolution"].get("calendar") for p, row in targets.items()}


@pytest.mark.parametrize(
    ("what", "document", "kind", "expected"),
    [
        ("standard: as written", SLOW, ContractKind.STANDARD, {"P1": None, "P2": None}),
        ("no contract: as written", SLOW, None, {"P1": None, "P2": None}),
        ("emergency: P1 round the clock", SLOW, EMERGENCY, {"P1": ALWAYS_OPEN_KEY, "P2": None}),
        (
            "a policy from before there were kinds",
            {name: value for name, value in SLOW.items() if name != "kinds"},
            EMERGENCY,
            {"P1": ALWAYS_OPEN_KEY, "P2": None},
        ),
        (
            "unless the policy says otherwise",
            {**SLOW, "kinds": {}},
            EMERGENCY,
            {"P1": None, "P2": None},
        ),
        (
            "or more",
            {**SLOW, "kinds": {"emergency": {"always_open": ["P1", "P2"]}}},
            EMERGENCY,
            {"P1": ALWAYS_OPEN_KEY, "P2": ALWAYS_OPEN_KEY},
        ),
    ],
)
def test_an_emergency_contract_counts_round_the_clock(
    what: str, document: dict[str, Any], kind: ContractKind | None, expected: dict[str, Any]
) -> None:
    assert calendars(document, kind) == expected, what


def test_its_ladder_waits_round_the_clock_too() -> None:
    """Requirements R7: under an emergency contract the steps of P1 run on the 24/7 calendar."""
    policy = read_policy(SLOW, EMERGENCY)
    assert step_calendar(policy, "P1", "company") == ALWAYS_OPEN_KEY
    assert step_calendar(policy, "P2", "company") == "company"
    assert step_calendar(read_policy(SLOW), "P1", "company") == "company"


def test_a_kind_replaces_promises_one_by_one_and_the_ladder_whole() -> None:
    rung = {"metric": "resolution", "after": "breach", "to": "executive", "action": ["notify"]}
    own = {
        "targets": {
            "P1": {"resolution": {"target": "PT2H", "calendar": ALWAYS_OPEN_KEY}},
            "P4": {"resolution": {"target": "PT9H"}},
        },
        "ladder": [rung],
        "always_open": [],
    }
    document = {**SLOW, "kinds": {"emergency": own, "post_launch": {"ladder": None}}}
    policy = read_policy(document, EMERGENCY)
    assert policy.targets["P1"][Metric.RESOLUTION].target.seconds == 7200
    assert policy.targets["P1"][Metric.FIRST_RESPONSE].target.seconds == 14400
    assert policy.targets["P4"][Metric.RESOLUTION].target.seconds == 9 * 3600
    assert [step.to for step in policy.ladder] == ["executive"]
    launch = read_policy(document, ContractKind.POST_LAUNCH)
    assert launch.ladder == read_policy(document).ladder
    assert "P4" not in launch.targets


def candidate(number: int, **conditions: Any) -> Candidate:
    return Candidate.read(UUID(int=number), 1, {"rank": number, **conditions})


TICKET = {
    "contract_kind": EMERGENCY,
    "department_id": UUID(int=7),
    "channel": "email",
    "priority": "P1",
}


@pytest.mark.parametrize(
    ("what", "candidates", "expected"),
    [
        ("nothing to choose from", [], None),
        ("no condition fits everything", [candidate(1)], 1),
        ("the first that fits", [candidate(1, priority=["P2"]), candidate(2), candidate(3)], 2),
        ("one of several words", [candidate(1, priority=["P2", "P1"])], 1),
        ("all conditions", [candidate(1, priority=["P1"], channel=["portal"])], None),
        ("a department", [candidate(1, department_id=[str(UUID(int=7))])], 1),
        ("another department", [candidate(1, department_id=[str(UUID(int=8))])], None),
        ("a kind of contract", [candidate(1, contract_kind=["emergency"])], 1),
        ("another kind", [candidate(1, contract_kind=["standard", "post_launch"])], None),
    ],
)
def test_the_first_policy_whose_conditions_hold_serves(
    what: str, candidates: list[Candidate], expected: int | None
) -> None:
    fit = first_fit(candidates, TICKET)
    assert (None if fit is None else fit.policy_id.int) == expected, what


def test_without_a_contract_no_kind_fits() -> None:
    assert first_fit([candidate(1, contract_kind=["standard"])], {"contract_kind": None}) is None


def test_only_fields_that_somebody_reads_are_matched_again() -> None:
    known = [candidate(1, priority=["P1"]), candidate(2)]
    assert reads(known, "priority")
    assert not reads(known, "department_id")
    assert not reads([], "priority")


def contract(number: int, starts: int, ends: int | None) -> Contract:
    day = date(2026, 3, 1)
    last = None if ends is None else day + timedelta(ends)
    first = day + timedelta(starts)
    kind = ContractKind.POST_LAUNCH if ends is not None else ContractKind.STANDARD
    return Contract(UUID(int=number), kind, UUID(int=number), None, first, last)


@pytest.mark.parametrize(
    ("what", "day", "expected"),
    [
        ("before any", -1, None),
        ("the only one", 0, 1),
        ("the one that began last", 5, 2),
        ("on its last day", 10, 2),
        ("after post-launch support the standing one serves again", 11, 1),
    ],
)
def test_post_launch_support_ends_by_its_date(what: str, day: int, expected: int | None) -> None:
    held = [contract(1, 0, None), contract(2, 5, 10)]
    found = serving(held, lambda _: date(2026, 3, 1) + timedelta(day))
    assert (None if found is None else found.id.int) == expected, what
