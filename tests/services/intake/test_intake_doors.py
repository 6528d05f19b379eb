"""Intake over HTTP: who may look, what is answered, what other services get."""

from base64 import b64encode
from uuid import UUID, uuid4

import httpx
import pytest

from services.intake.main import service
from shared.kit.service import doors
from tests.services.intake.conftest import Office, serving

PICTURE = b"\x89PNG\r\n\x1a\n" + b"x" * 50


def letter(text: str = "") -> bytes:
    lines = [
        *("From: Sara <sara@client.example>", "Subject: picture", "MIME-Version: 1.0"),
        *("Content-Type: multipart/mixed; boundary=b", "", "--b", "", text or uuid4().hex, "--b"),
        *("Content-Type: image/png; name=a.png", "Content-Transfer-Encoding: base64", ""),
        *(b64encode(PICTURE).decode(), "--b--", ""),
    ]
    return "\r\n".join(lines).encode()


async def post(office: Office, raw: bytes, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await office.http.post(
        "/v1/intake/mails", content=raw, headers={"Content-Type": "message/rfc822", **named}
    )


async def test_a_mail_is_taken_over_http_and_shown_whole(office: Office) -> None:
    answer = await post(office, letter(), x_envelope_to="support@localhost")
    assert answer.status_code == 202, answer.text
    assert answer.json()["state"] == "accepted"
    seen = await office.settled(answer.json()["id"])
    assert (seen["state"], seen["class"], seen["sender_auth"]) == ("routed", "human", "none")
    (file,) = seen["attachments"]
    assert (file["name"], file["media_type"], file["size"]) == ("a.png", "image/png", len(PICTURE))
    raw = await office.http.get(f"/v1/intake/mails/{seen['id']}/raw")
    assert raw.headers["content-disposition"].startswith("attachment")


async def test_an_empty_or_too_big_body_is_refused(office: Office) -> None:
    assert (await post(office, b" \r\n")).json()["code"] == "empty_mail"
    assert (await post(office, b"x" * (36 * 1024 * 1024))).status_code == 413


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "application/octet-stream", "message/partial", ""]
)
@pytest.mark.parametrize("language", ["ar", "en"])
async def test_what_is_said_to_be_no_mail_is_not_kept_as_one(
    office: Office, kind: str, language: str
) -> None:
    headers = {"Content-Type": kind, "Accept-Language": language}
    before = (await office.http.get("/v1/intake/mails?limit=1")).json()["items"]
    paths = ("/v1/intake/mails", f"/v1/intake/mailboxes/{uuid4()}/mails")
    for path in paths:
        answer = await office.http.post(path, content=b'{"subject": "x"}', headers=headers)
        told = (answer.status_code, answer.json()["code"], answer.headers["accept-post"])
        assert told == (415, "unsupported_media_type", "message/global, message/rfc822")
        assert "message/rfc822" in answer.json()["detail"]
    assert (await office.http.get("/v1/intake/mails?limit=1")).json()["items"] == before


@pytest.mark.parametrize("kind", ["Message/RFC822; charset=utf-8", "message/global"])
async def test_a_mail_may_be_called_by_its_other_names(office: Office, kind: str) -> None:
    answer = await post(office, letter(), **{"Content-Type": kind})
    assert answer.status_code == 202, answer.text


async def test_the_list_is_a_keyset_newest_first(office: Office) -> None:
    for _ in range(5):
        await post(office, letter())
    seen: list[str] = []
    url: str | None = "/v1/intake/mails?limit=2"
    while url:
        answer = await office.http.get(url)
        assert answer.status_code == 200, answer.text
        seen += [one["id"] for one in answer.json()["items"]]
        url = answer.links["next"]["url"] if "next" in answer.links else None
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) >= 5
    bad = await office.http.get("/v1/intake/mails?cursor=nonsense")
    assert bad.status_code == 422
    assert (await office.http.get("/v1/intake/mails?state=lost")).status_code == 422
    routed = (await office.http.get("/v1/intake/mails?state=routed")).json()["items"]
    assert {one["state"] for one in routed} <= {"routed"}


@pytest.mark.parametrize("path", ["", "/raw", "/replay", "/release"])
async def test_a_mail_that_is_not_there_is_404(office: Office, path: str) -> None:
    method = "POST" if path in {"/replay", "/release"} else "GET"
    answer = await office.http.request(method, f"/v1/intake/mails/{uuid4()}{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_nothing_is_shown_without_a_token(office: Office) -> None:
    for route in doors(service.app):
        for method in route.methods or ():
            path = route.path.replace("{mail_id}", str(uuid4()))
            answer = await office.http.request(method, path, headers={"Authorization": ""})
            assert answer.status_code == 401, (method, path)


async def test_other_services_fetch_words_and_files(
    office: Office, directory: dict[str, str]
) -> None:
    mail_id = (await post(office, letter("first\n\n> quoted"))).json()["id"]
    await office.settled(mail_id)
    form = {
        "client_id": "tickets",
        "client_secret": office.context.settings.secret("clients/tickets"),
        "audience": "intake",
    }
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{directory['ops']}/internal/token", data=form)
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    transport = httpx.ASGITransport(service.ops)
    async with httpx.AsyncClient(transport=transport, base_url="http://ops") as ops:
        asked = {"mail_ids": [mail_id, str(uuid4())]}
        answer = await ops.post("/internal/mails/batch", json=asked, headers=headers)
        (mail,) = answer.json()["items"]
        assert mail["visible_text"] == mail["body_text"] == "first\n\n> quoted"
        path = f"/internal/mails/{mail_id}/attachments/{mail['attachments'][0]['id']}"
        assert (await ops.get(path, headers=headers)).content == PICTURE
        assert (await ops.get(path)).status_code == 401
    async with office.context.tx() as tx:
        await tx.execute(
            "update intake.mail_attachment set media_type = :odd where mail_id = :id",
            {"odd": "text/plai\x05", "id": UUID(mail_id)},
        )
    async with serving(service.ops) as at, httpx.AsyncClient(base_url=at) as client:
        answer = await client.get(path, headers=headers)  # a real server refuses an odd header
    assert answer.content == PICTURE
