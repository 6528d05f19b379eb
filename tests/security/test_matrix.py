"""Every GET of the committed document, asked by every kind of caller (reliability.md F12)."""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.openapi import TARGET
from tests.security.town import SECRET, Town

pytestmark = pytest.mark.journey

QUERY = {"metric": "resolution", "from": "2026-01-01T00:00:00Z", "to": "2026-12-31T00:00:00Z"}
STREAM = "/v1/stream"
"""Never ends; what it lets through is held by the tests of notify's feed."""

OUTSIDERS = {"customer", "colleague", "customer_admin", "bound_client", "narrow_client"}
TICKET = {"ticket_id", "number", "attachment_id"}
ELSEWHERE = {"agent", "supervisor", "manager"}
NEVER: dict[str, tuple[set[str], set[str]]] = {
    **{
        name: ({"colleague", "stranger", "agent_elsewhere", "narrow_client"}, OUTSIDERS | ELSEWHERE)
        for name in TICKET
    },
    "upload_id": ({"colleague", "stranger", "agent_elsewhere", "agent"}, OUTSIDERS | ELSEWHERE),
    "user_id": ({"colleague", "stranger"}, OUTSIDERS),
    "organization_id": ({"stranger"}, OUTSIDERS - {"narrow_client"}),
    "contract_id": ({"stranger"}, OUTSIDERS),
    "endpoint_id": ({"stranger", "customer", "agent"}, OUTSIDERS | ELSEWHERE),
    "policy_id": ({"stranger", "customer"}, OUTSIDERS),
    "macro_id": (OUTSIDERS | {"agent_elsewhere", "supervisor", "manager"}, OUTSIDERS | ELSEWHERE),
}
"""Who must never see the own and the foreign thing that a path parameter names."""

SEES = {
    "ticket_id": {"customer", "customer_admin", "bound_client", "agent", "manager", "auditor"},
    "user_id": {"customer", "customer_admin", "agent"},
    "organization_id": {"customer", "auditor"},
    "contract_id": {"customer", "auditor"},
    "endpoint_id": {"bound_client"},
    "macro_id": {"agent"},
}
"""Who does see the own thing: without them the matrix could be true of a dead desk."""


@dataclass(frozen=True, slots=True)
class Call:
    """One readable path of the document."""

    verb: str
    path: str
    guarded: bool
    asks: frozenset[str] = frozenset()
    """What its address may ask: some doors refuse anything else."""

    @property
    def names(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.path)

    def at(self, ids: dict[str, str]) -> str:
        return self.path.format_map({name: ids.get(name, str(uuid4())) for name in self.names})


def calls() -> Iterator[Call]:
    for path, item in json.loads(TARGET.read_text("utf-8"))["paths"].items():
        for verb in item.keys() & {"get", "head"}:
            if path != STREAM:
                known = item[verb].get("parameters", [])
                asks = frozenset(one["name"] for one in known if one["in"] == "query")
                guarded = bool(item[verb].get("security"))
                yield Call(verb.upper(), path, guarded=guarded, asks=asks)


def ghosts() -> dict[str, str]:
    return {"number": "SND-999999999"}


async def ask(town: Town, call: Call, caller: str, ids: dict[str, str]) -> httpx.Response:
    token = town.callers.get(caller)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    query = {name: value for name, value in QUERY.items() if name in call.asks}
    return await town.desk.http.request(call.verb, call.at(ids), params=query, headers=headers)


def shape(answer: httpx.Response) -> tuple[int, Any]:
    """What an answer tells besides the ids that were asked for."""
    if not answer.content or "json" not in answer.headers["content-type"]:
        return answer.status_code, None
    body = answer.json()
    return answer.status_code, {
        key: value for key, value in body.items() if key not in {"instance", "request_id"}
    }


async def everything(town: Town, caller: str) -> dict[tuple[Call, str], httpx.Response]:
    """All answers to one caller, a few at a time."""
    turns = asyncio.Semaphore(6)
    found: dict[tuple[Call, str], httpx.Response] = {}

    async def one(call: Call, which: str, ids: dict[str, str]) -> None:
        async with turns:
            found[call, which] = await ask(town, call, caller, ids)

    async with asyncio.TaskGroup() as group:
        for call in calls():
            chosen = {"own": town.own, "foreign": town.foreign, "ghost": ghosts()}
            for which, ids in chosen.items() if call.names else [("own", {})]:
                group.create_task(one(call, which, ids))
    return found


CALLERS = (
    *("anonymous", "expired", "customer", "colleague", "customer_admin", "stranger", "agent"),
    *("agent_elsewhere", "supervisor", "manager", "auditor", "bound_client", "narrow_client"),
)


@pytest.mark.parametrize("caller", CALLERS)
async def test_nobody_learns_of_what_is_not_theirs(town: Town, caller: str) -> None:
    answers = await everything(town, caller)
    assert len(answers) > 80
    broken = [(c.path, w, a.status_code) for (c, w), a in answers.items() if a.is_server_error]
    assert broken == []
    if caller in {"anonymous", "expired"}:
        assert_closed(answers)
        return
    assert_hidden(answers, caller)
    if caller in OUTSIDERS:
        told = [c.path for (c, w), a in answers.items() if w != "foreign" and leaks(a, town)]
        assert told == []


def assert_closed(answers: dict[tuple[Call, str], httpx.Response]) -> None:
    guarded = {call: answer for (call, _), answer in answers.items() if call.guarded}
    assert len(guarded) > 30
    assert [call.path for call, answer in guarded.items() if answer.status_code != 401] == []


def assert_hidden(answers: dict[tuple[Call, str], httpx.Response], caller: str) -> None:
    wrong: list[tuple[Any, ...]] = []
    for (call, which), answer in answers.items():
        if which == "ghost" or not call.names:
            continue
        hidden = NEVER.get(call.names[0], (set(), set()))[which == "foreign"]
        ghost = answers[call, "ghost"]
        if caller in hidden and shape(answer) != shape(ghost):
            wrong.append((call.path, which, shape(answer), shape(ghost)))
        if which == "own" and caller in SEES.get(call.names[0], set()) and answer.is_error:
            wrong.append((call.path, "should be seen", answer.status_code, answer.text))
    assert wrong == []


def leaks(answer: httpx.Response, town: Town) -> bool:
    marks = [SECRET, *(town.foreign[name] for name in ("ticket_id", "user_id", "organization_id"))]
    return any(mark in answer.text for mark in marks)


async def test_a_foreign_organization_in_a_filter_finds_nothing(town: Town) -> None:
    paths = ("/v1/tickets", "/v1/users", "/v1/contracts", "/v1/webhooks", "/v1/organizations")
    for caller in sorted(OUTSIDERS):
        headers = {"Authorization": f"Bearer {town.callers[caller]}"}
        for path in paths:
            query = {"organization_id": town.foreign["organization_id"], "q": "ورقة"}
            answer = await town.desk.http.get(path, params=query, headers=headers)
            assert not answer.is_server_error, answer.text
            assert answer.is_error or not leaks(answer, town), (caller, path, answer.text)
