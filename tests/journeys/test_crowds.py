"""Real clients at the same time: many threads, each with its own line to the edge of the desk."""

import asyncio
import http.client
import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from tests.journeys.company import Company, found
from tests.journeys.desk import Desk

pytestmark = pytest.mark.journey

THREADS = 60
STAFF = ("agent", "supervisor", "manager")


class Crowd:
    """Threads of one journey; nobody of them asks more than the desk lets a person ask."""

    def __init__(self, desk: Desk, company: Company) -> None:
        self._place = urlsplit(desk.endpoints["http"]).netloc
        self._company = company
        self._own = threading.local()

    async def ask(self, number: int, path: str, **asked: Any) -> Counter[int]:
        """The same call so many times, by all the staff; how often each status was answered."""
        for role in STAFF:
            await self._company.seats[role].sign_in()
        tokens = [self._company.seats[role].token for role in STAFF]

        def one(turn: int) -> int:
            return self._one(path, tokens[turn % len(tokens)], **asked)

        def all_at_once() -> Counter[int]:
            with ThreadPoolExecutor(THREADS) as threads:
                return Counter(threads.map(one, range(number)))

        return await asyncio.to_thread(all_at_once)

    def _one(
        self, path: str, token: str, body: Any, *, keyed: bool = False, if_match: str = ""
    ) -> int:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": uuid4().hex} if keyed else {}
        headers |= {"If-Match": if_match} if if_match else {}
        if not hasattr(self._own, "line"):
            self._own.line = http.client.HTTPConnection(self._place, timeout=40)
        self._own.line.request("POST", path, json.dumps(body), headers)
        answer = self._own.line.getresponse()
        answer.read()
        return int(answer.status)


async def opened(company: Company) -> dict[str, Any]:
    """A ticket in the department of these colleagues."""
    body = {"subject": "s", "body": "b"}
    made: dict[str, Any] = await company.seats["customer"].post("/v1/tickets", body)
    place = {"department_id": company.department["id"], "reason": "Theirs"}
    await company.admin.patch(f"/v1/tickets/{made['id']}", place)
    return made


async def test_of_two_hundred_real_clients_one_resolves_and_the_others_are_told(desk: Desk) -> None:
    company = await found(desk)
    crowd, agent = Crowd(desk, company), company.seats["agent"]
    for heeding, told in ((True, {412}), (False, {409})):
        made = await opened(company)
        path = f"/v1/tickets/{made['id']}"
        tag = (await agent.ask("GET", path)).headers["etag"] if heeding else ""
        counts = await crowd.ask(200, f"{path}/resolve", body={"message": "Done"}, if_match=tag)
        assert counts[200] == 1
        assert set(counts) == {200, *told}, counts
        timeline = (await agent.get(f"{path}/timeline", limit=200))["items"]
        solved = [one for one in timeline if one["data"].get("to_status") == "resolved"]
        assert len(solved) == 1


async def test_a_crowd_with_keys_and_questions_beside_its_transaction_is_served(desk: Desk) -> None:
    """Each holds a connection for its key and asks for a second one: more than the pool has."""
    company = await found(desk)
    made = await opened(company)
    path = f"/v1/tickets/{made['id']}/participants"
    body = {"email": f"colleague@{company.organization['domains'][0]}"}
    counts = await Crowd(desk, company).ask(60, path, body=body, keyed=True)
    assert counts == {200: 60}
