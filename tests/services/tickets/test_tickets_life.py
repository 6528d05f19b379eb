"""Any verbs in any order: legal, or refused with exactly what is; each change is told."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.tickets.domain.lifecycle import MOVES, legal_verbs
from services.tickets.domain.words import Action, Verb
from shared.vocabulary import Status
from tests.services.tickets.conftest import Desk

BODIES: dict[Verb, Any] = {
    Verb.ASSIGN: {"assignee_id": None},
    Verb.WAIT: {"for": "third_party"},
    Verb.ESCALATE: {"reason": "urgent"},
}
ALONE = [verb for verb in Verb if verb not in {Verb.MERGE, Verb.LINK, Verb.SPLIT, Verb.UNMERGE}]
ENDS = {
    Verb.WAIT: Action.WAIT_FOR_THIRD_PARTY,
    Verb.RESOLVE: Action.RESOLVE,
    Verb.CLOSE: Action.CLOSE,
    Verb.SPAM: Action.SPAM,
}
INSIDE = {"escalation_requested", "spam", "unspam"}
deeds = st.lists(st.sampled_from([*ALONE, "reply", "note"]), min_size=1, max_size=10)


@given(deeds)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_any_verbs_in_any_order_are_legal_or_refused_with_what_is(
    desk: Desk, wishes: list[Verb | str]
) -> None:
    customer, agent = desk.customer(), desk.agent()
    made = await desk.open(customer)
    status, version, before, in_window = Status.NEW, 1, Status.NEW, False
    for wish in wishes:
        legal = [str(one) for one in legal_verbs(status, in_window=in_window)]
        if isinstance(wish, Verb):
            answer = await desk.do(agent, made["id"], wish, BODIES.get(wish))
            assert (answer.status_code == 200) is (str(wish) in legal), (status, wish)
        else:
            body = {"body": "Word", "public": wish == "reply"}
            answer = await desk.do(agent, made["id"], "messages", body)
            assert (answer.status_code == 201) is (status is not Status.SPAM)
        if answer.status_code == 409:
            assert (answer.json()["code"], answer.json()["legal"]) == ("illegal_transition", legal)
        elif wish == "reply":
            status = MOVES.get((status, Action.RESPOND), status)
        elif wish is Verb.UNSPAM:
            status = before
        elif wish is Verb.REOPEN:
            status = Status.OPEN
        elif wish in ENDS:
            before = status
            status = MOVES[status, ENDS[Verb(wish)]]
        if answer.status_code == 200 and wish in {Verb.RESOLVE, Verb.REOPEN}:
            in_window = wish is Verb.RESOLVE
        read = await desk.read(agent, made["id"])
        assert read["status"] == status
        assert read["version"] >= version, "a version never goes back"
        assert (read["version"] > version) is (answer.status_code < 400 and wish != Verb.ASSIGN)
        version = read["version"]
    await _told(desk, made, customer, agent, version)


async def _told(desk: Desk, made: Any, customer: Any, agent: Any, version: int) -> None:
    """A fact with its cause for each step, an entry in both languages for each change."""
    facts = [json.loads(_text(one["body"])) for one in await desk.facts(made["id"])]
    assert [one["sequence"] for one in facts] == list(range(1, version + 1))
    moves = [one["data"] for one in facts if one["type"] == "ticket.status_changed.v1"]
    assert all(one["cause"] in set(Action) for one in moves)
    path = f"/v1/tickets/{made['id']}/timeline?limit=200"
    stories = {}
    for language in ("ar", "en"):
        headers = agent.headers(accept_language=language)
        stories[language] = (await desk.http.get(path, headers=headers)).json()["items"]
    arabic, english = stories["ar"], stories["en"]
    assert [one["kind"] for one in english].count("status_changed") == len(moves)
    for one, other in zip(arabic, english, strict=True):
        assert one["kind"] == other["kind"]
        assert other["text"].isascii() or "“" in other["text"]
        assert any("\u0600" <= letter <= "\u06ff" for letter in one["text"])
    seen = (await desk.http.get(path, headers=customer.headers())).json()["items"]
    assert not INSIDE & {one["kind"] for one in seen}
    assert all("reason" not in one or one["reason"] is None for one in seen)
    assert "internal" not in {one["data"].get("direction") for one in seen}


def _text(body: Any) -> str:
    return body if isinstance(body, str) else json.dumps(body)
