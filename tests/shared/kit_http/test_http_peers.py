"""Asking peers: tokens that are kept, lines that break, answers that say no."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Request, Response

from shared.kit.clock import Clock
from shared.kit.peers import PeerRefused, Peers, PeerUnavailable
from shared.kit.settings import Settings
from tests.engines import eventually


class Town:
    """One address that plays the gateway's token office and a peer."""

    def __init__(self) -> None:
        self.app = FastAPI()
        self.issued = 0
        self.life = 600
        self.failures = 0
        self.refuse_token = ""
        self.heard: list[str] = []
        self.app.add_api_route("/internal/token", self.token, methods=["POST"])
        self.app.add_api_route("/internal/{what}", self.answer, methods=["GET", "POST"])

    async def token(self, request: Request) -> Any:
        form = await request.form()
        assert form["client_secret"] == "a-secret"
        self.issued += 1
        token = f"{form['client_id']}-{form['audience']}-{self.issued}"
        return {"access_token": token, "expires_in": self.life}

    async def answer(self, what: str, request: Request) -> Any:
        token = request.headers["authorization"].removeprefix("Bearer ")
        self.heard.append(token)
        if self.failures:
            self.failures -= 1
            return Response(status_code=503)
        if token == self.refuse_token:
            return Response(status_code=401)
        if what == "missing":
            return Response(b'{"code": "not_found"}', 404)
        if what == "moved":
            return Response(status_code=302, headers={"Location": "http://127.0.0.1:1/"})
        return {
            "what": what,
            "query": str(request.query_params),
            "trace": "traceparent" in request.headers,
        }


@pytest.fixture
async def town() -> AsyncIterator[tuple[Town, str]]:
    town = Town()
    server = uvicorn.Server(uvicorn.Config(town.app, port=0, log_config=None, lifespan="off"))
    # Signals belong to pytest here.
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    task = asyncio.ensure_future(server.serve())
    await eventually(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield town, f"http://127.0.0.1:{port}"
    server.should_exit = True
    await task


@pytest.fixture
async def peers(town: tuple[Town, str], tmp_path: Path) -> AsyncIterator[Peers]:
    secret = tmp_path / "keys" / "clients" / "sla"
    secret.parent.mkdir(parents=True)
    secret.write_text("a-secret\n")
    addresses = {"gateway": town[1], "tickets": town[1], "gone": "http://127.0.0.1:9"}
    made = Peers("sla", Settings(home=tmp_path, peers=addresses), Clock())
    yield made
    await made.close()


async def test_one_token_serves_many_questions(town: tuple[Town, str], peers: Peers) -> None:
    answers = await asyncio.gather(
        *(peers.get("tickets", f"/internal/{n}", params={"a": n}) for n in range(20))
    )
    assert answers[3] == {"what": "3", "query": "a=3", "trace": True}
    assert town[0].issued == 1
    assert set(town[0].heard) == {"sla-tickets-1"}


async def test_a_token_near_its_end_is_renewed(town: tuple[Town, str], peers: Peers) -> None:
    town[0].life = 59
    await peers.get("tickets", "/internal/a")
    await peers.get("tickets", "/internal/a")
    assert town[0].issued == 2


async def test_a_refused_token_is_replaced_once(town: tuple[Town, str], peers: Peers) -> None:
    town[0].refuse_token = "sla-tickets-1"
    assert (await peers.get("tickets", "/internal/a"))["what"] == "a"
    assert town[0].issued == 2


async def test_reading_is_tried_again_and_writing_is_not(
    town: tuple[Town, str], peers: Peers
) -> None:
    town[0].failures = 2
    assert (await peers.get("tickets", "/internal/a"))["what"] == "a"
    town[0].failures = 1
    with pytest.raises(PeerUnavailable):
        await peers.post("tickets", "/internal/a", json={})
    assert (await peers.post("tickets", "/internal/a", json={}))["what"] == "a"


async def test_a_no_is_told_apart_from_silence(town: tuple[Town, str], peers: Peers) -> None:
    with pytest.raises(PeerRefused) as refusal:
        await peers.get("tickets", "/internal/missing")
    assert (refusal.value.status, refusal.value.code) == (404, "not_found")
    with pytest.raises(PeerRefused):
        await peers.get("tickets", "/internal/moved")
    with pytest.raises(PeerUnavailable):
        await peers.public("gone", "/internal/a")
    with pytest.raises(PeerUnavailable):
        await peers.public("nobody", "/internal/a")


async def test_bytes_come_as_they_are(peers: Peers) -> None:
    assert b'"what":"file"' in b"".join(
        [one async for one in peers.pieces("tickets", "/internal/file")]
    )
