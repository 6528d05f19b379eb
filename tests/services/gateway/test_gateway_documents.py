"""The interface described, and the state of the house."""

import pytest

from services.gateway import problems
from shared.kit.problems import Problem
from tests.services.gateway.conftest import Door


async def test_the_document_names_every_path_of_the_contract(door: Door) -> None:
    document = (await door.http.get("/v1/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    assert {
        "/v1/auth/token",
        "/v1/auth/logout",
        "/.well-known/jwks.json",
        "/v1/me",
        "/v1/organizations",
        "/v1/users",
        "/v1/users/{user_id}",
        "/v1/api-clients",
        "/v1/departments",
        "/v1/departments/{department_id}/positions",
        "/v1/positions",
        "/v1/status",
    } <= set(document["paths"])


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("en", "ltr")])
async def test_pages_need_no_other_host(door: Door, language: str, direction: str) -> None:
    for path in ("/docs", "/docs/problems"):
        page = await door.http.get(path, headers={"accept-language": language})
        assert page.status_code == 200
        assert f'lang="{language}" dir="{direction}"' in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "<script" not in page.text
    listed = (await door.http.get("/docs/problems")).text
    assert '<tr id="invalid_grant">' in listed


async def test_the_public_state_has_words_and_no_detail(door: Door) -> None:
    body = (await door.http.get("/v1/status", headers={"accept-language": "en"})).json()
    assert (body["status"], body["text"]) == ("operational", "Operational")
    assert "checks" not in body
    assert (await door.http.get("/v1/status/detail")).status_code == 401
    assert "checks" in await door.admin("GET", "/v1/status/detail")


def test_every_problem_speaks_both_languages() -> None:
    own = [
        one
        for one in vars(problems).values()
        if isinstance(one, type)
        and issubclass(one, Problem)
        and one.__module__ == problems.__name__
    ]
    assert len({one.code for one in own}) > 15
    for one in own:
        for texts in (one.title, one.detail):
            assert texts["ar"] != texts["en"]
            assert texts["ar"].strip()
            assert texts["en"].strip()
