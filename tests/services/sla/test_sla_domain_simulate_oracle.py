"""Any calendar, any script: the simulation agrees with the stopwatches of the oracle.

`SANAD_ORACLE_EXAMPLES=20000` walks longer than the stories of every run.
"""

import os
from datetime import datetime
from typing import Any

from hypothesis import HealthCheck, given, settings

from services.sla.schemas.simulation import SimulationIn, SimulationOut
from services.sla.usecases.simulating import simulate
from shared.vocabulary import Locale
from tests.services.sla.oracle import Beyond, Desk, Story, Watch, stamp
from tests.services.sla.scripts import simulations

Data = dict[str, Any]
EXAMPLES = int(os.environ.get("SANAD_ORACLE_EXAMPLES", "150"))

thoroughly = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example],
)


def asked(body: Data) -> Data:
    """As the door does it: the body checked, the answer as JSON."""
    read = SimulationIn.model_validate(body)
    policy = read.policy.model_dump() if read.policy else None
    story = (policy, [event.model_dump() for event in read.events], read.as_of)
    answer = simulate(Locale.EN, read.calendar, [q.model_dump() for q in read.queries], story)
    return SimulationOut.model_validate(answer).model_dump(mode="json", exclude_unset=True)


def seconds(moment: Any) -> int | None:
    return None if moment is None else stamp(str(moment))


def expected(desk: Desk, query: Data) -> Data:
    start = stamp(query["start"])
    if query["kind"] == "elapsed":
        end = stamp(query["end"])
        return {"seconds": desk.elapsed(start, end) if end > start else 0}
    if "business_days" in query:
        return {"due": desk.business_days(start, query["business_days"])}
    count = desk.before if query.get("direction") == "before" else desk.after
    return {"due": count(start, query["duration_seconds"])}


@given(simulations())
@thoroughly
def test_every_answer_is_right_to_the_second(case: tuple[Data, int]) -> None:
    body, origin = case
    desk = Desk(body["calendar"], origin)
    for query, answer in zip(body["queries"], asked(body)["answers"], strict=True):
        try:
            wanted = expected(desk, query)
        except Beyond:
            assert _is_far(desk, answer), (query, answer)
        else:
            if "due" in answer:
                answer["due"] = seconds(answer["due"])
            assert answer == wanted, query


def _is_far(desk: Desk, answer: Data) -> bool:
    due = seconds(answer.get("due"))
    if due is None:
        return answer == {"error": "no_business_hours"}
    return not desk.first <= due < desk.last


@given(simulations())
@thoroughly
def test_every_clock_is_right_to_the_second(case: tuple[Data, int]) -> None:
    body, origin = case
    desk = Desk(body["calendar"], origin)
    story = Story(desk, body["policy"], body["events"], stamp(body["as_of"]))
    answer = asked(body)
    for metric, wanted in story.answer().items():
        clock = answer["clocks"][metric]
        shown = {
            "due": seconds(clock["due"]),
            "at": seconds(clock["at"]),
            "elapsed": clock["elapsed_seconds"],
            "running": clock["running"],
            "breached": clock["breached"],
        }
        if metric == "next_response":
            shown["worst"] = clock["worst_seconds"]
        if wanted["due"] == "beyond":
            assert shown["due"] is None or shown["due"] >= desk.last
            shown["due"] = wanted["due"]
        assert shown == wanted, metric
    for metric, watch in (("first_response", story.first), ("resolution", story.resolution)):
        _explains(answer["ledger"][metric], watch, stamp(body["as_of"]))


def _explains(lines: list[Data], watch: Watch | None, as_of: int) -> None:
    """The ledger covers the clock's life without a gap, and every state has its seconds."""
    if watch is None or watch.start == as_of:
        assert not lines
        return
    edges = [watch.start, *(stamp(line["to"]) for line in lines)]
    assert [stamp(line["from"]) for line in lines] == edges[:-1]
    assert edges[-1] == as_of
    sums = dict.fromkeys(watch.states, 0)
    for line in lines:
        assert line["seconds"] == (stamp(line["to"]) - stamp(line["from"]))
        assert line["counted"] == (line["state"] == "counted")
        sums[line["state"]] = sums.get(line["state"], 0) + line["seconds"]
    assert {k: v for k, v in sums.items() if v} == {k: v for k, v in watch.states.items() if v}


def test_the_oracle_itself_knows_a_day_that_is_too_short() -> None:
    """Cairo, 24 April 2026: 00:00 never comes, a night of two hours counts one."""
    data = {"timezone": "Africa/Cairo", "weekly": {"thu": [["23:00", "02:00"]]}}
    desk = Desk(data, stamp("2026-04-24T00:00:00Z"))
    start = int(datetime.fromisoformat("2026-04-23T12:00:00+02:00").timestamp())
    assert desk.elapsed(start, start + 86_400) == 2 * 3600


def test_a_pause_on_the_due_second_breaks_nothing_when_another_priority_promises_the_same() -> None:
    """Used up exactly, and at rest: late is only who runs on (sla.md 5.7, 5.8)."""
    events = [
        {"at": "2026-03-02T08:00:00Z", "type": "created", "priority": "P2", "status": "open"},
        {"at": "2026-03-02T09:00:00Z", "type": "status", "to": "parked"},
        {"at": "2026-03-02T10:00:00Z", "type": "priority", "to": "P1"},
    ]
    body: Data = {
        "calendar": {"timezone": "UTC", "always_open": True},
        "policy": {
            "targets": {"P2": {"resolution": 7200}, "P1": {"resolution": 3600}},
            "pause_statuses": ["parked"],
            "pause_metrics": ["resolution"],
        },
        "events": events,
        "as_of": "2026-03-02T11:00:00Z",
    }
    at_rest = asked(body)["clocks"]["resolution"]
    assert (at_rest["due"], at_rest["breached"]) == ("2026-03-02T09:00:00Z", False)
    body["events"] = [*events, {"at": "2026-03-02T10:30:00Z", "type": "customer_reply"}]
    running = asked(body)["clocks"]["resolution"]
    assert (running["due"], running["breached"]) == ("2026-03-02T09:00:00Z", True)
