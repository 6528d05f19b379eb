"""The door: one transaction a request, headers, languages, tags, pages, limits."""

import asyncio
from uuid import uuid4

import pytest

from shared.kit.auth import PolicyMissing
from shared.kit.http import InTx, router
from tests.contexts import MakeSettings
from tests.shared.kit_http.conftest import Desk, client
from tests.shared.kit_http.desk import ORGANIZATION, Person, make_service


async def test_a_sound_request_is_answered_and_its_effect_committed(desk: Desk) -> None:
    title = str(uuid4())
    answer = await desk.http.post("/v1/notes", json={"title": title}, headers=Person().headers())
    assert answer.status_code == 201, answer.text
    assert answer.json()["title"] == title
    assert answer.headers["etag"] == '"1.0.0"'
    assert await desk.count(title) == 1
