"""Mailboxes as administrators set them up, and what their check says in two languages."""

import json
import socket
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.intake.store import mailboxes as directory
from shared.kit.ids import uuid7
from tests.engines import Database, eventually, free_port
from tests.fakes.dovecot import PASSWORD, Dovecot
from tests.services.intake.conftest import Office
from tests.services.intake.post import MAILBOXES, Post, dovecot, failed, problem

A_MAIL = {"Content-Type": "message/rfc822"}

__all__ = ["dovecot"]


@pytest.fixture
async def post(office: Office, dovecot: Dovecot) -> Any:
    made = Post(office, dovecot)
    yield made
    await made.clear()


async def test_secrets_go_in_and_never_come_out(post: Post, database: Database) -> None:
    secret = f"s-{uuid4().hex}"
    made = await post.add(post.account(), password=secret, enabled=False)
    changed = await post.office.http.patch(f"{MAILBOXES}/{made['id']}", json={"password": secret})
    shown = [made, changed.json(), await post.see(made)]
    shown.append((await post.office.http.get(MAILBOXES)).json())
    assert secret not in json.dumps(shown)
    connection = await asyncpg.connect(database.superuser_dsn)
    row = await connection.fetchrow(
        "select secrets, server from intake.server_mailbox where id = $1", made["id"]
    )
    await connection.close()
    assert secret.encode() not in row["secrets"]
    assert secret not in row["server"]


async def test_a_change_needs_the_version_that_it_saw_and_says_the_new_one(post: Post) -> None:
    made = await post.add(post.account(), enabled=False)
    url = f"{MAILBOXES}/{made['id']}"
    first = await post.office.http.get(url)
    assert first.headers["etag"] == '"1"'
    headers = {"If-Match": first.headers["etag"]}
    changed = await post.office.http.patch(url, json={"folder": "Support"}, headers=headers)
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    stale = await post.office.http.patch(url, json={"folder": "Sales"}, headers=headers)
    assert stale.status_code == 412
    same = await post.office.http.patch(url, json={"folder": "Support"})
    assert same.headers["etag"] == '"2"'
    assert (await post.see(made))["folder"] == "Support"


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({"host": "127.0.0.1"}, True),
        ({"port": 1}, True),
        ({"tls": "starttls"}, True),
        ({"username": "somebody-else"}, True),
        ({"host": "127.0.0.1", "client_secret": "not this one"}, True),
        ({"host": "127.0.0.1", "password": "told again"}, False),
        ({"folder": "Sales", "host": "localhost"}, False),
        ({"after": "nothing"}, False),
    ],
)
async def test_a_kept_password_is_shown_to_no_other_server(
    post: Post, more: dict[str, Any], refused: bool
) -> None:
    made = await post.add(post.account(), enabled=False, host="localhost")
    url = f"{MAILBOXES}/{made['id']}"
    for language in ("ar", "en"):
        answer = await post.office.http.patch(url, json=more, headers={"Accept-Language": language})
        if not refused:
            assert answer.status_code == 200, answer.text
            continue
        assert problem(answer) == (422, "validation_failed")
        (error,) = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == ("#/password", "secret_required")
        assert ("السر" in error["message"]) is (language == "ar")
        assert await post.see(made) == made


async def test_the_same_key_sets_up_one_mailbox(post: Post) -> None:
    wish, headers = post.wish(post.account(), enabled=False), {"Idempotency-Key": uuid4().hex}
    answers = [await post.office.http.post(MAILBOXES, json=wish, headers=headers) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    post.made.append(answers[0].json()["id"])
    again = await post.office.http.post(MAILBOXES, json=wish)
    assert problem(again) == (409, "mailbox_already_set_up")
    other = {**wish, "address": "else@localhost", "host": "127.0.0.1"}
    assert problem(await post.office.http.post(MAILBOXES, json=other)) == (
        409,
        "mailbox_already_set_up",
    )


async def test_lists_go_page_by_page_and_what_is_dropped_is_gone(post: Post) -> None:
    made = [await post.add(post.account(), enabled=False) for _ in range(3)]
    seen: list[str] = []
    cursor = ""
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await post.office.http.get(MAILBOXES, params=query)).json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"] or ""
        if not cursor:
            break
    assert [one["id"] for one in made] == [one for one in seen if one in {m["id"] for m in made}]
    url = f"{MAILBOXES}/{made[0]['id']}"
    assert (await post.office.http.delete(url)).status_code == 204
    assert (await post.office.http.delete(url)).status_code == 404
    assert (await post.office.http.get(url)).status_code == 404
    assert (await post.office.http.post(f"{url}/check")).status_code == 404


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"password": None}, 422, "mailbox_incomplete"),
        ({"host": None}, 422, "mailbox_incomplete"),
        ({"auth": "xoauth2"}, 422, "mailbox_incomplete"),
        ({"host": "imap.example.com"}, 422, "plain_connection_not_allowed"),
        ({"department_id": str(uuid4())}, 422, "unknown_department"),
        ({"address": "Sara <sara@localhost>"}, 422, "validation_failed"),
        ({"address": "desk+r" + "a" * 32 + "@localhost"}, 422, "validation_failed"),
        ({"host": "user@imap.example.com"}, 422, "validation_failed"),
        ({"port": 70_000}, 422, "validation_failed"),
        ({"token_url": "http://token.example.com/"}, 422, "validation_failed"),
        ({"certificate": "not a certificate"}, 422, "validation_failed"),
        ({"kind": "pop3"}, 422, "validation_failed"),
        ({"surprise": 1}, 422, "validation_failed"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    post: Post, more: dict[str, Any], status: int, code: str
) -> None:
    wish = {name: v for name, v in {**post.wish(post.account()), **more}.items() if v is not None}
    answer = await post.office.http.post(MAILBOXES, json=wish)
    assert problem(answer) == (status, code), answer.text


async def test_the_directory_decides_whose_an_address_is(post: Post) -> None:
    department, address = uuid7(), f"{post.account()}@localhost"
    async with post.office.context.tx() as tx:
        await directory.put(tx, department, address, is_default=False)
    user = address.partition("@")[0]
    wish = post.wish(user, department_id=str(uuid4()), enabled=False)
    answer = await post.office.http.post(MAILBOXES, json=wish)
    assert problem(answer) == (409, "mailbox_of_another_department")
    assert str(department) in answer.json()["detail"]
    made = await post.add(user, enabled=False)
    assert made["department_id"] == str(department)


async def test_a_sound_mailbox_passes_every_step(post: Post) -> None:
    made = await post.add(post.account())
    said = await post.check(made)
    assert said["ok"], said
    assert [one["step"] for one in said["steps"]] == [
        *("address", "name", "connection", "encryption", "login", "folder", "marking"),
    ]


@pytest.mark.parametrize("tls", ["tls", "starttls"])
async def test_encrypted_mailboxes_pass_and_an_unknown_certificate_does_not(
    post: Post, tls: str
) -> None:
    port = post.server.tls_port if tls == "tls" else post.server.port
    more = {"tls": tls, "host": "localhost", "port": port}
    trusted = await post.add(post.account(), certificate=post.server.certificate, **more)
    said = await post.check(trusted)
    assert said["ok"], said
    assert "TLSv1" in json.dumps(said)
    stranger = await post.add(post.account(), **more)
    assert failed(await post.check(stranger)) == ("encryption", "certificate")


def silent() -> socket.socket:
    made = socket.socket()
    made.bind(("127.0.0.1", 0))
    made.listen()
    return made


async def test_the_check_says_what_is_wrong(post: Post) -> None:
    wrong: list[tuple[dict[str, Any], tuple[str, str]]] = [
        ({"host": "no-such-host.invalid", "tls": "tls"}, ("name", "name_not_found")),
        ({"port": free_port()}, ("connection", "refused")),
        ({"port": post.office.port}, ("connection", "not_imap")),
        ({"port": post.server.port, "tls": "tls"}, ("encryption", "tls_failed")),
        ({"port": post.server.tls_port, "tls": "starttls"}, ("encryption", "speaks_tls")),
        ({"password": "wrong"}, ("login", "password_refused")),
        ({"folder": "Nowhere"}, ("folder", "no_such_folder")),
    ]
    for more, expected in wrong:
        made = await post.add(post.account(), enabled=False, **more)
        said = await post.check(made)
        assert not said["ok"]
        assert failed(said) == expected, said
        steps = [one["step"] for one in said["steps"]]
        place = steps.index(expected[0])
        assert {one["result"] for one in said["steps"][:place]} == {"pass"}
        assert {one["result"] for one in said["steps"][place + 1 :]} <= {"skipped"}
        assert PASSWORD not in json.dumps(said)


async def test_the_check_speaks_the_language_of_whoever_asks(post: Post) -> None:
    made = await post.add(post.account(), enabled=False, folder="Nowhere")
    english = (await post.check(made))["steps"][5]["message"]
    assert english == "There is no folder Nowhere. These are: INBOX."
    arabic = (await post.check(made, "ar"))["steps"][5]["message"]
    assert "لا يوجد مجلد باسم \u2068Nowhere\u2069" in arabic


async def test_a_server_that_says_nothing_is_not_waited_for_for_long(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    with silent() as listener:
        made = await post.add(post.account(), port=listener.getsockname()[1], enabled=False)
        settings = post.office.context.settings.model_copy(update={"imap_seconds": 0.3})
        monkeypatch.setitem(vars(post.office.context), "settings", settings)
        assert failed(await post.check(made)) == ("connection", "timeout")


async def test_an_smtp_mailbox_is_checked_at_our_own_door(post: Post) -> None:
    address = f"{post.account()}@localhost"
    wish = {"address": address, "kind": "smtp"}
    answer = await post.office.http.post(MAILBOXES, json=wish)
    assert answer.status_code == 201, answer.text
    post.made.append(answer.json()["id"])
    said = await post.check(answer.json())
    assert said["ok"], said
    assert [one["step"] for one in said["steps"]] == ["address", "listener"]
    url = f"{MAILBOXES}/{answer.json()['id']}"
    refused = await post.office.http.post(
        f"{url}/mails", content=b"Subject: x\r\n\r\nx", headers=A_MAIL
    )
    assert problem(refused) == (409, "not_an_imap_mailbox")
    await post.office.http.patch(url, json={"enabled": False})

    async def refuses() -> bool:
        steps = (await post.check(answer.json()))["steps"]
        return bool(steps[1]["code"] == "listener_refuses")

    await eventually(refuses)


async def test_a_mail_can_be_put_into_a_mailbox_on_its_server(post: Post) -> None:
    made = await post.add(post.account())
    raw = b"From: a@b.example\r\nSubject: put there\r\n\r\nx\r\n"
    url = f"{MAILBOXES}/{made['id']}/mails"
    answer = await post.office.http.post(url, content=raw, headers=A_MAIL)
    assert answer.status_code == 202, answer.text
    (row,) = await post.came(made, 1)
    assert (await post.office.see(row["id"]))["subject"] == "put there"
    empty = await post.office.http.post(url, content=b" ", headers=A_MAIL)
    assert problem(empty) == (422, "empty_mail")
    broken = await post.add(post.account(), enabled=False, password="wrong")
    url = f"{MAILBOXES}/{broken['id']}/mails"
    answer = await post.office.http.post(url, content=raw, headers=A_MAIL)
    assert problem(answer) == (502, "mailbox_unreachable")
