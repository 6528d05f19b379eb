"""The door: one transaction a request, headers, languages, tags, pages, limits."""

import re
from uuid import uuid4

import pytest

from shared.kit.auth import PolicyMissing
from shared.kit.http import InTx, decode_place, encode_cursor, public, require, router
from shared.kit.problems import ValidationFailed
from shared.kit.visit import LIST
from tests.contexts import MakeContext, MakeSettings
from tests.shared.kit_http.conftest import Desk, client
from tests.shared.kit_http.desk import Person, make_service


async def test_a_sound_request_is_answered_and_its_effect_committed(desk: Desk) -> None:
    title = str(uuid4())
    answer = await desk.http.post("/v1/notes", json={"title": title}, headers=Person().headers())
    assert answer.status_code == 201, answer.text
    assert answer.json()["title"] == title
    assert answer.headers["etag"] == '"1.0.0"'
    assert answer.headers["cache-control"] == "private, no-store"
    assert await desk.count(title) == 1


@pytest.mark.parametrize(("kind", "status"), [("illegal", 409), ("broken", 500), ("refused", 409)])
async def test_a_failure_leaves_no_effect(desk: Desk, kind: str, status: int) -> None:
    answer = await desk.http.post(f"/v1/notes/moves/{kind}", headers=Person().headers())
    assert answer.status_code == status
    assert await desk.count(f"move-{kind}") == 0


async def test_what_nobody_foresaw_says_nothing_about_itself(desk: Desk) -> None:
    answer = await desk.http.post("/v1/notes/moves/broken", headers=Person().headers())
    assert answer.json()["code"] == "internal_error"
    assert "secret" not in answer.text


async def test_an_illegal_move_says_what_is_legal_in_both_languages(desk: Desk) -> None:
    wanted = {"ar": "انتقال غير مسموح", "en": "Illegal transition"}
    for language, title in wanted.items():
        headers = Person().headers(accept_language=f"fr, {language};q=0.9")
        answer = await desk.http.post("/v1/notes/moves/illegal", headers=headers)
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["content-language"] == language
        assert problem["title"] == title
        assert problem["code"] == "illegal_transition"
        assert problem["legal"] == ["open", "close"]
        choices = {"ar": "\u2068open\u2069، \u2068close\u2069", "en": "open, close"}
        assert choices[language] in problem["detail"]
        assert problem["instance"] == "/v1/notes/moves/illegal"


@pytest.mark.parametrize(
    ("header", "spoken", "language"),
    [
        ("", "ar", "ar"),
        ("", "en", "en"),
        ("ar;q=0.2, en", "ar", "en"),
        ("en-GB;q=0.1, ar-SA;q=0.9", "en", "ar"),
        ("fr, de;q=0.5", "en", "en"),
        ("en;q=banana", "ar", "ar"),
        ("*" * 5000, "ar", "ar"),
    ],
)
async def test_the_language_is_asked_for_or_the_callers_own(
    desk: Desk, header: str, spoken: str, language: str
) -> None:
    headers = Person(locale=spoken, roles=["admin"]).headers()
    if header:
        headers["Accept-Language"] = header
    answer = await desk.http.patch(f"/v1/notes/{uuid4()}", headers=headers)
    assert answer.json() == {"language": language}
    assert answer.headers["vary"] == "Accept-Language"


async def test_unknown_addresses_and_methods_are_problems_too(desk: Desk) -> None:
    missing = await desk.http.get("/v1/nothing", headers={"Accept-Language": "en"})
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    wrong = await desk.http.delete("/v1/notes/fast")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert "POST" in wrong.headers["allow"]


async def test_request_and_trace_ids_are_honoured_and_returned(desk: Desk) -> None:
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = Person().headers(
        x_request_id="from-outside-1", traceparent=f"00-{trace_id}-00f067aa0ba902b7-01"
    )
    answer = await desk.http.get("/v1/notes", headers=headers)
    assert answer.headers["x-request-id"] == "from-outside-1"
    assert re.fullmatch(f"00-{trace_id}-[0-9a-f]{{16}}-01", answer.headers["traceparent"])
    assert answer.headers["traceparent"] != headers["traceparent"]


@pytest.mark.parametrize("bad", ["x" * 200, "two words", "a\x01b", ""])
async def test_a_harmful_request_id_is_replaced(desk: Desk, bad: str) -> None:
    answer = await desk.http.get(
        "/v1/notes", headers=Person().headers(x_request_id=bad, traceparent=bad)
    )
    assert answer.status_code == 200
    assert answer.headers["x-request-id"] != bad
    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-01", answer.headers["traceparent"])


@pytest.mark.parametrize(
    ("tag", "status"),
    [
        ('"3.1.0"', 200),
        ('"3"', 200),
        ('W/"3.9.9"', 200),
        ('"3.1.0-gzip"', 200),
        ("*", 200),
        ('"2.1.0"', 412),
        ('"3.1.0", "2.1.0"', 200),
        ('"2.1.0", "3.1.0"', 200),
        ('"2.1.0","4.1.0"', 412),
        ('"x"', 412),
        ("nonsense", 400),
        ("3", 400),
        ("", 400),
        ('"3.1.0', 400),
        ('3.1.0, "3.1.0"', 400),
        ('W/"2.1.0"', 412),
    ],
)
async def test_a_stale_if_match_is_refused(desk: Desk, tag: str, status: int) -> None:
    headers = Person(roles=["supervisor"]).headers(if_match=tag)
    answer = await desk.http.patch(f"/v1/notes/{uuid4()}", headers=headers)
    assert answer.status_code == status
    if status >= 400:
        code = "malformed_if_match" if status == 400 else "precondition_failed"
        assert answer.json()["code"] == code
    if status == 400:
        assert '"7.3.0"' in answer.json()["detail"]


async def test_an_unchanged_resource_is_not_sent_again(desk: Desk) -> None:
    path = f"/v1/notes/{uuid4()}/one"
    known = await desk.http.get(path, headers=Person().headers(if_none_match='"3.1.0"'))
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", '"3.1.0"')
    stale = await desk.http.get(path, headers=Person().headers(if_none_match='"2.1.0"'))
    assert stale.status_code == 200


async def test_pages_follow_one_another_by_a_signed_cursor(desk: Desk) -> None:
    reader = Person()
    first = await desk.http.get("/v1/notes", params={"limit": 2}, headers=reader.headers())
    assert first.json()["items"] == [0, 1]
    link = first.headers["link"]
    following = link[link.index("<") + 1 : link.index(">")]
    assert link.endswith('rel="next"')
    second = await desk.http.get(following, headers=reader.headers())
    assert second.json()["items"] == [2, 3]
    stolen = await desk.http.get(following, headers=Person().headers())
    assert stolen.status_code == 422


async def test_a_cursor_of_another_list_is_refused(make_context: MakeContext) -> None:
    context, place = make_context("sla"), uuid4()
    assert decode_place(context, encode_cursor(context, [place, 3])) == place
    for values in ([], ["2026-01-01T00:00:00Z", str(place)], [7]):
        with pytest.raises(ValidationFailed):
            decode_place(context, encode_cursor(context, values))


async def test_a_cursor_means_nothing_at_another_address(make_context: MakeContext) -> None:
    context, place = make_context("sla"), uuid4()
    for address in ("/v1/sla/policies", "/v1/sla/calendars"):
        here = LIST.set(address)
        cursor = encode_cursor(context, [place])
        assert decode_place(context, cursor) == place
        LIST.reset(here)
        with pytest.raises(ValidationFailed):
            decode_place(context, cursor)


@pytest.mark.parametrize("cursor", ["x", "é", "AAAA" * 10, "A" * 5000, "=", "%00"])
async def test_a_made_up_cursor_is_refused(desk: Desk, cursor: str) -> None:
    answer = await desk.http.get("/v1/notes", params={"cursor": cursor}, headers=Person().headers())
    assert answer.status_code == 422


async def test_a_body_beyond_the_limit_is_refused_however_it_comes(desk: Desk) -> None:
    async def pieces() -> object:
        for _ in range(20):
            yield b"[" * 100_000

    headers = Person().headers(content_type="application/json")
    declared = await desk.http.post("/v1/notes", content=b"[" * 1_100_000, headers=headers)
    # A list of pairs repeats a header, which a mapping could not.
    chunked = await desk.http.post("/v1/notes", content=pieces(), headers=headers)  # type: ignore[arg-type]
    for answer in (declared, chunked):
        assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")


async def test_the_form_needs_no_token_and_knows_where_it_comes_from(desk: Desk) -> None:
    answer = await desk.http.post("/v1/notes/form", headers={"X-Forwarded-For": "1.2.3.4, 5.6.7.8"})
    assert answer.json() == {"seat": "system", "address": "5.6.7.8"}


async def test_quotas_are_told_and_kept(make_settings: MakeSettings) -> None:
    service, person, other = make_service(), Person(), Person()
    settings = make_settings("sla", rate_limit=2)
    async with service.running(settings, bus=False), client(service.app) as http:
        answers = [await http.get("/v1/notes", headers=person.headers()) for _ in range(6)]
        foreign = await http.get("/v1/notes", headers=other.headers())
        strangers = [await http.post("/v1/notes/form") for _ in range(6)]
    refused = answers[-1]
    assert answers[0].headers["ratelimit-policy"] == '"default";q=4;w=2'
    assert answers[0].headers["ratelimit"] == '"default";r=3;t=1'
    assert (refused.status_code, refused.json()["code"]) == (429, "quota_exceeded")
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.headers["ratelimit"].startswith('"default";r=0')
    assert foreign.status_code == 200
    assert strangers[-1].status_code == 429


def test_a_route_without_a_policy_refuses_to_start() -> None:
    open_door = router("/v1/open")
    with pytest.raises(PolicyMissing, match="/v1/open"):

        @open_door.get("")
        async def everything(tx: InTx) -> object:
            return {}


def test_a_route_with_two_policies_refuses_to_start() -> None:
    unsure = router("/v1/unsure")
    with pytest.raises(PolicyMissing, match="2 policies"):

        @unsure.get("", dependencies=[require("notes:read"), public("or is it")])
        async def everything() -> object:
            return {}


def test_a_route_that_is_no_door_refuses_to_start() -> None:
    from fastapi import APIRouter

    plain = APIRouter()

    @plain.get("/v1/plain")
    async def everything() -> object:
        return {}

    with pytest.raises(PolicyMissing, match="/v1/plain"):
        make_service(routers=[plain])
