"""`sanad status`: a row for every part, with how far each service is behind."""

import json
from typing import Any

import pytest

from deploy.local import status
from deploy.local.probes import Answer

KNOWN: dict[str, Any] = {
    "http": "http://127.0.0.1:8080",
    "database": "postgresql://root:secret@127.0.0.1:5432/sanad",
    "nats": "nats://127.0.0.1:4222",
    "ops": {"sla": "http://127.0.0.1:9001"},
    "pids": {"postgres": 11, "nats": 12, "edge": 13, "sla": 14},
}


def told(*, away: bool = False) -> Answer:
    if away:
        return Answer(0)
    checks = {
        "postgres": [{"status": "pass", "observedValue": 2.5, "observedUnit": "ms"}],
        "jetstream": [{"status": "pass"}],
        "outbox": [{"status": "pass", "observedValue": 0.25, "observedUnit": "s"}],
        "consumer": [{"status": "pass", "observedValue": 3, "observedUnit": "facts"}],
        "timers": [{"status": "fail", "observedValue": 9, "observedUnit": "s", "output": "late"}],
    }
    return Answer(200, json.dumps({"status": "warn", "checks": checks}).encode())


async def rows(monkeypatch: pytest.MonkeyPatch, *, away: bool) -> dict[str, status.Line]:
    async def ask(url: str) -> Answer:
        return Answer(200) if url.endswith("/v1/status") else told(away=away)

    monkeypatch.setattr(status, "ask", ask)
    return {line.name: line for line in await status.look(KNOWN)}


async def test_engines_and_edge_have_rows_and_services_say_their_lag(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = await rows(monkeypatch, away=False)
    assert list(found) == ["postgres", "nats", "edge", "sla"]
    assert (found["postgres"].pid, found["postgres"].good) == (11, True)
    assert found["postgres"].place == "127.0.0.1:5432/sanad", "no password is shown"
    for words in ("outbox 0.25 s", "consumer 3 facts", "timers 9 s", "timers fail late"):
        assert words in found["sla"].words


async def test_engines_that_nobody_reaches_are_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    found = await rows(monkeypatch, away=True)
    assert not any(found[name].good for name in ("postgres", "nats", "sla"))
    assert found["edge"].good
