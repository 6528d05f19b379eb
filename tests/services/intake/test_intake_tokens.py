"""Mailboxes that are opened with access tokens: renewed, rotated, and told of when they fail."""

import asyncio
import contextlib
import json
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.intake.adapters import oauth
from services.intake.domain.findings import Trouble
from services.intake.domain.servers import Auth, Security, Server
from services.intake.main import service as intake
from services.intake.store import servers
from services.intake.timers import gauge
from services.intake.usecases import secrets, tokens
from tests.engines import eventually
from tests.fakes.dovecot import Dovecot, served
from tests.fakes.provider import Provider
from tests.services.intake.conftest import Office
from tests.services.intake.post import MAILBOXES, Post, failed, letter


@dataclass
class Cloud:
    """A provider with its mail server."""

    provider: Provider
    post: Post
    user: str

    async def add(self, **more: Any) -> dict[str, Any]:
        tokens = {
            "auth": "xoauth2",
            "password": None,
            "client_id": "an-application",
            "client_secret": "its-secret",
            "token_url": self.provider.token_url,
            "refresh_token": self.provider.refresh,
        }
        return await self.post.add(self.user, **{**tokens, **more})


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[tuple[Provider, Dovecot]]:
    root = Path(tempfile.mkdtemp(prefix="sanad-oauth-"))
    dovecot = None
    async with Provider() as provider:
        try:
            dovecot = served(root, provider.introspection)
            yield provider, dovecot
        finally:
            if dovecot is not None:
                dovecot.stop()
            shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
async def cloud(office: Office, server: tuple[Provider, Dovecot]) -> AsyncIterator[Cloud]:
    provider, dovecot = server
    post = Post(office, dovecot)
    provider.user = post.account()
    provider.seconds, provider.refuse, provider.refresh_seconds = 3600, "", None
    provider.asked.clear()
    yield Cloud(provider, post, provider.user)
    await post.clear()


async def test_mail_comes_in_with_an_access_token(cloud: Cloud) -> None:
    mailbox = await cloud.add()
    await cloud.post.put(cloud.user, letter("by token"))
    await cloud.post.came(mailbox, 1)
    (asked,) = cloud.provider.asked
    assert asked["grant_type"] == "refresh_token"
    assert (asked["client_id"], asked["client_secret"]) == ("an-application", "its-secret")
    seen = await cloud.post.see(mailbox)
    assert seen["access_token_expires_at"] is not None
    assert seen["state"] == "working"
    said = await cloud.post.check(mailbox)
    assert said["ok"], said
    assert "token" in [one["step"] for one in said["steps"]]
    assert len(cloud.provider.asked) == 1, "a token that is good is not renewed"


async def test_a_rotated_refresh_token_is_kept_and_used(cloud: Cloud) -> None:
    mailbox = await cloud.add()
    await cloud.post.polled(mailbox)
    async with cloud.post.office.context.tx() as tx:
        await _age(tx, cloud, mailbox)
    await cloud.post.office.http.patch(f"{MAILBOXES}/{mailbox['id']}", json={"folder": "inbox"})
    await cloud.post.polled(mailbox)
    assert len(cloud.provider.asked) == 2
    first, second = (one["refresh_token"] for one in cloud.provider.asked)
    assert first != second
    assert (await cloud.post.see(mailbox))["state"] == "working"


async def test_the_secrets_of_one_application_are_shown_to_no_other(cloud: Cloud) -> None:
    mailbox = await cloud.add(enabled=False)
    url, http = f"{MAILBOXES}/{mailbox['id']}", cloud.post.office.http
    moves = ({"token_url": "https://elsewhere.example/token"}, {"client_id": "another"})
    for move in (*moves, {"host": "127.0.0.9"}):
        answer = await http.patch(url, json={**move, "client_secret": "new"})
        assert answer.status_code == 422, answer.text
        (error,) = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == ("#/refresh_token", "secret_required")
    assert cloud.provider.asked == []
    moved = await http.patch(url, json={**moves[1], "refresh_token": cloud.provider.refresh})
    assert moved.status_code == 200, moved.text
    await cloud.post.check(mailbox)
    assert "client_secret" not in cloud.provider.asked[-1], "it was told to the former application"


@pytest.mark.parametrize("size", [1_000, 100_000])
async def test_an_endpoint_that_never_stops_talking_is_left(size: int) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = b'{"access_token":"' + b"a" * size + b'"}'
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        with contextlib.suppress(OSError):
            await writer.drain()
        writer.close()

    listener = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    place = Server("h", 1, Security.TLS, "u", Auth.XOAUTH2, token_url=f"http://127.0.0.1:{port}/")
    async with listener:
        asked = oauth.renew(place, oauth.Application("r"), datetime.now(UTC), 10)
        if size < 65_536:
            assert len((await asked).access) == size
            return
        with pytest.raises(Trouble) as seen:
            await asked
    assert seen.value.code == "token_server_away"


async def _age(tx: Any, cloud: Cloud, mailbox: dict[str, Any]) -> None:
    """As if the access token were about to end."""
    found = await servers.find(tx, mailbox["id"])
    assert found is not None
    box = await secrets.box_of(tx.context)
    held = tokens.unseal(box, found)
    given, until = tx.now - timedelta(hours=1), tx.now + timedelta(minutes=2)
    aged = replace(held, given=given.isoformat(), until=until.isoformat())
    fields = {"access_until": found.access_until, "consent_until": found.consent_until}
    sealed = tokens.seal(box, found.id, aged)
    assert await servers.keep_secrets(tx, found, {"secrets": sealed, **fields})


async def test_a_consent_that_was_withdrawn_raises_the_alarm(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud.provider.refuse = "invalid_grant"
    mailbox = await cloud.add()

    async def failing() -> bool:
        return (await cloud.post.see(mailbox))["state"] == "failing"

    await eventually(failing)
    seen = await cloud.post.see(mailbox)
    assert seen["failure"]["code"] == "grant_refused"
    assert "Consent again" in seen["failure"]["message"] or "امنح" in seen["failure"]["message"]
    assert failed(await cloud.post.check(mailbox)) == ("token", "grant_refused")
    found = await gauge.mailboxes(cloud.post.office.context)
    assert found.status == "fail"
    assert f"{mailbox['id']} refresh_failed" in found.cause
    assert intake.health is not None
    told = capsys.readouterr()
    lines = [json.loads(one) for one in (told.out + told.err).splitlines() if one[:1] == "{"]
    assert any(one["event"] == "token_not_renewed" for one in lines)
    assert cloud.provider.refresh not in told.out + told.err

    cloud.provider.refuse = ""
    wish = {"refresh_token": cloud.provider.refresh}
    await cloud.post.office.http.patch(f"{MAILBOXES}/{mailbox['id']}", json=wish)
    await cloud.post.polled(mailbox)
    assert (await gauge.mailboxes(cloud.post.office.context)).status == "pass"


async def test_the_alarm_sounds_before_a_consent_ends(cloud: Cloud) -> None:
    cloud.provider.refresh_seconds = 13 * 86400
    mailbox = await cloud.add()
    await cloud.post.polled(mailbox)
    found = await gauge.mailboxes(cloud.post.office.context)
    assert (found.status, found.cause) == ("warn", f"{mailbox['id']} consent_ends")
    assert (await cloud.post.see(mailbox))["consent_expires_at"] is not None


async def test_a_token_that_still_works_is_used_while_its_endpoint_fails(cloud: Cloud) -> None:
    mailbox = await cloud.add()
    await cloud.post.polled(mailbox)
    async with cloud.post.office.context.tx() as tx:
        await _age(tx, cloud, mailbox)
    cloud.provider.refuse = "temporarily_unavailable"
    await cloud.post.office.http.patch(f"{MAILBOXES}/{mailbox['id']}", json={"folder": "inbox"})
    await cloud.post.put(cloud.user, letter("all the same"))
    await cloud.post.came(mailbox, 1)
    found = await gauge.mailboxes(cloud.post.office.context)
    assert f"{mailbox['id']} refresh_failed" in found.cause


async def test_a_server_that_refuses_the_token_is_told_apart_from_the_provider(
    cloud: Cloud,
) -> None:
    mailbox = await cloud.add(username="somebody-else", enabled=False)
    assert failed(await cloud.post.check(mailbox)) == ("login", "token_refused")
    wrong = await cloud.add(
        address="x@localhost",
        username="x",
        enabled=False,
        token_url="http://127.0.0.1:1/token",
        host="127.0.0.1",
    )
    assert failed(await cloud.post.check(wrong)) == ("token", "token_server_away")
