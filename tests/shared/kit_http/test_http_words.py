"""What the kit says to people and to operators: languages, log lines, health, documents."""

import json
import sys
import time
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest

from shared.kit import logging, problems, trace
from shared.kit.health import Check, _answer
from shared.kit.locale import digits, format_instant, isolate, negotiate, pick
from shared.kit.problem import Problem
from shared.kit.workers import SOUND_AFTER, Condition, Stop, Worker, Workers
from shared.vocabulary import Locale, Localized
from tests.contexts import MakeContext, MakeSettings
from tests.engines import eventually
from tests.shared.kit_http.conftest import Desk, client
from tests.shared.kit_http.desk import make_service

EVERY_PROBLEM = [
    kind for kind in vars(problems).values() if isinstance(kind, type) and issubclass(kind, Problem)
]


@pytest.mark.parametrize("kind", EVERY_PROBLEM)
def test_every_problem_speaks_arabic_and_english(kind: type[Problem]) -> None:
    for texts in (kind.title, kind.detail):
        assert any("\u0600" <= letter <= "\u06ff" for letter in texts["ar"])
        assert texts["en"].isascii()


def test_no_two_problems_share_a_code() -> None:
    codes = [kind.code for kind in EVERY_PROBLEM if kind is not Problem]
    assert len(codes) == len(set(codes)) or codes.count("internal_error") == 1


def test_numbers_and_instants_read_well_in_both_languages() -> None:
    moment = datetime(2026, 11, 22, 19, 5, tzinfo=UTC)
    assert format_instant(moment, Locale.AR, "Asia/Riyadh") == "الأحد 22 نوفمبر 2026، 22:05"
    assert format_instant(moment, Locale.EN, "Asia/Riyadh") == "Sunday 22 November 2026, 22:05"
    assert digits("SND-1042", Locale.AR) == "SND-١٠٤٢"
    assert isolate("SND-1042") == "\u2068SND-1042\u2069"
    assert pick(Localized(ar="نعم", en="yes"), Locale.AR) == "نعم"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("ar", "ar"),
        ("en-US,en;q=0.5", "en"),
        ("AR-sa", "ar"),
        ("de", None),
        ("*", None),
        ("ar;q=0", None),
        ("en;q=9", "en"),
        ("", None),
    ],
)
def test_accept_language_is_weighed(header: str, language: str | None) -> None:
    assert negotiate(header) == language


def logged(monkeypatch: pytest.MonkeyPatch, *calls: Any) -> list[dict[str, Any]]:
    stream = BytesIO()

    class Stdout:
        buffer = stream

    monkeypatch.setattr(sys, "stderr", Stdout)
    for call in calls:
        call(logging.get_logger("test"))
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def break_down() -> None:
    try:
        int("CANARY in a cause")
    except ValueError as cause:
        raise RuntimeError("CANARY in a message") from cause


def test_log_lines_hold_no_personal_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(log: Any) -> None:
        try:
            break_down()
        except RuntimeError:
            log.exception("broke", email="CANARY", data={"subject": "CANARY", "n": 1})

    token = trace.enter(trace.follow("00-" + "a" * 32 + "-" + "b" * 16 + "-01", "request-1"))
    try:
        (line,) = logged(monkeypatch, fail)
    finally:
        trace.leave(token)
    assert "CANARY" not in json.dumps(line)
    assert line["failure"] == ["RuntimeError", "ValueError"]
    assert line["frames"][-1].endswith("break_down")
    assert line["data"] == {"subject": logging.REDACTED, "n": 1}
    assert (line["trace_id"], line["request_id"]) == ("a" * 32, "request-1")
    assert {"ts", "level", "event", "service"} <= line.keys()


async def test_a_failing_worker_is_restarted_and_told(make_context: MakeContext) -> None:
    context, runs = make_context("sla"), []

    async def fail(*_: object) -> None:
        runs.append("fail")
        raise ValueError("CANARY")

    async def wait(_context: object, stop: Stop) -> None:
        runs.append("wait")
        await stop.wait()

    workers = Workers(context, [Worker("fail", fail), Worker("wait", wait)])
    workers.start()
    await eventually(lambda: workers.conditions["fail"].worrying, within=10)
    await workers.stop()
    assert runs.count("wait") == 1
    assert workers.conditions["fail"].error == "ValueError"
    assert not workers.conditions["wait"].worrying


async def test_a_worker_that_does_not_listen_is_cancelled(make_context: MakeContext) -> None:
    context = make_context("sla")
    ended: list[bool] = []

    async def deaf(_context: object, _stop: Stop) -> None:
        try:
            await context.wait("never", 3600)
            await context.wait("never", 3600)
        finally:
            ended.append(True)

    workers = Workers(context, [Worker("deaf", deaf)])
    workers.start()
    await eventually(lambda: "never" in context._wakes)
    await workers.stop()
    assert ended == [True]


@pytest.mark.parametrize(
    ("checks", "stopping", "status", "word"),
    [
        ({"a": Check("pass")}, False, 200, "pass"),
        ({"a": Check("warn")}, False, 200, "warn"),
        ({"a": Check("fail", cause="gone")}, False, 503, "fail"),
        ({"a": Check("fail", blocks=False)}, False, 200, "warn"),
        ({"a": Check("pass")}, True, 503, "fail"),
    ],
)
def test_health_says_what_is_wrong(
    checks: dict[str, Check],
    stopping: bool,
    status: int,
    word: str,
) -> None:
    answer = _answer(checks, stopping=stopping)
    body = json.loads(bytes(answer.body))
    assert (answer.status_code, body["status"]) == (status, word)
    assert answer.headers["content-type"] == "application/health+json"
    assert body["checks"]["a"][0]["status"] == checks["a"].status


async def test_a_service_adds_findings_of_its_own(make_settings: MakeSettings) -> None:
    async def late(_context: object) -> Check:
        return Check("fail", 901, "s", blocks=False)

    async def broken(_context: object) -> Check:
        raise ValueError("CANARY")

    service = make_service(checks={"mail": late, "other": broken})
    async with service.running(make_settings("sla"), bus=False), client(service.ops) as ops:
        answer = await ops.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "warn"
    assert answer.json()["checks"]["mail"][0]["observedValue"] == 901
    assert answer.json()["checks"]["other"][0]["output"] == "ValueError"


def test_the_document_tells_rights_failures_and_headers(desk: Desk) -> None:
    made = desk.service.app.openapi()
    write = made["paths"]["/v1/notes"]["post"]
    assert write["operationId"] == "notes_write"
    assert write["security"] == [{"bearer": ["notes:write"]}]
    assert {"401", "403", "422", "429", "503"} <= write["responses"].keys()
    refusal = write["responses"]["422"]["content"]
    assert list(refusal) == ["application/problem+json"]
    assert refusal["application/problem+json"]["schema"]["$ref"].endswith("ProblemOut")
    assert "RateLimit" in write["responses"]["201"]["headers"]
    assert any(one["name"] == "Idempotency-Key" for one in write["parameters"])
    assert "security" not in made["paths"]["/v1/notes/form"]["post"]
    own = made["paths"]["/v1/notes/own"]["post"]
    assert not any(one["name"] == "Idempotency-Key" for one in own.get("parameters", []))
    assert "HTTPValidationError" not in json.dumps(made)


def test_a_worker_that_runs_soundly_again_worries_nobody() -> None:
    now = time.monotonic()
    assert Condition(failures=3, began=None).worrying, "waits for its next try"
    assert Condition(failures=3, began=now).worrying, "has only just begun again"
    assert not Condition(failures=9, began=now - SOUND_AFTER - 1).worrying
    assert not Condition(failures=2, began=None).worrying
