"""How files are handed out: as downloads, in spans, by links that run out, small, inside pages."""

import io
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from PIL import Image

from services.tickets.adapters.pictures import NoPicture, shrink
from services.tickets.usecases.previewing import preview_one
from tests.contexts import Travel
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_files import announce, send

TEXT = b"".join(b"line %06d\n" % number for number in range(20_000))


def picture(kind: str = "PNG", size: tuple[int, int] = (1200, 900), **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (10, 120, 200)).save(out, kind, **more)
    return out.getvalue()


async def attached(
    desk: Desk, person: Person, content: bytes, name: str = "سجل النظام.txt"
) -> dict[str, Any]:
    _, place = await announce(desk, person, len(content), name)
    if content:
        assert (await send(desk, person, place, 0, content)).status_code == 204
    made = await desk.open(person, upload_ids=[place.rpartition("/")[2]])
    path = f"/v1/tickets/{made['id']}/messages"
    [message] = (await desk.http.get(path, headers=person.headers())).json()["items"]
    file: dict[str, Any] = message["attachments"][0]
    return file


async def ask(desk: Desk, person: Person | None, url: str, **headers: str) -> httpx.Response:
    signed = person.headers() if person else {}
    return await desk.http.get(url, headers={**signed, **headers})


async def test_a_download_is_never_shown_and_keeps_its_name(desk: Desk) -> None:
    customer = desk.customer()
    file = await attached(desk, customer, TEXT)
    answer = await ask(desk, customer, file["content_url"])
    assert answer.content == TEXT
    told = answer.headers
    assert told["content-disposition"].startswith('attachment; filename="___ ______.txt"; ')
    assert "filename*=UTF-8''%D8%B3%D8%AC%D9%84%20" in told["content-disposition"]
    assert told["content-length"] == str(len(TEXT))
    assert "sandbox" in told["content-security-policy"]
    assert told["x-content-type-options"] == "nosniff"
    assert told["cache-control"] == "private, no-store"
    assert "set-cookie" not in told


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.html", b"<html><script>alert(1)</script>"),
        ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("picture.png", b"<html><script>alert(1)</script>"),
        ("x.gif", b"GIF89a\x01\x00\x01\x00\x00\x00<script>alert(1)</script>"),
    ],
)
async def test_what_could_run_is_a_download_of_mere_bytes(
    desk: Desk, name: str, content: bytes
) -> None:
    customer = desk.customer()
    file = await attached(desk, customer, content, name)
    answer = await ask(desk, customer, file["content_url"])
    assert answer.headers["content-type"] in {"application/octet-stream", "image/gif"}
    assert answer.headers["content-disposition"].startswith("attachment;")
    for way in (f"{file['content_url']}?inline", f"{file['content_url']}?inline=true"):
        refused = await ask(desk, customer, way)
        assert (refused.status_code, refused.json()["code"]) == (409, "not_inline")
    seen = await ask(desk, desk.agent(), file["content_url"].removesuffix("/content"))
    assert seen.json()["cautions"]
    told = await ask(desk, customer, file["content_url"].removesuffix("/content"))
    assert told.json()["cautions"] == []


async def test_a_clean_picture_is_shown_inside_a_page(desk: Desk) -> None:
    customer = desk.customer()
    file = await attached(desk, customer, picture(), "screen.png")
    answer = await ask(desk, customer, f"{file['content_url']}?inline=true")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"].startswith("inline;")


@pytest.mark.parametrize(
    "name", ['a"b\r\nSet-Cookie: x=1.txt', "%41\\..\\x;y.txt", "\u202etxt.exe"]
)
async def test_a_name_cannot_speak_in_headers(desk: Desk, name: str) -> None:
    customer = desk.customer()
    file = await attached(desk, customer, b"x", name)
    answer = await ask(desk, customer, file["content_url"])
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    plain = answer.headers["content-disposition"].split('"')
    assert len(plain) == 3
    assert not set(plain[1]) & set("\\%;\r\n")


async def test_spans_are_answered_as_spans(desk: Desk) -> None:
    customer = desk.customer()
    file = await attached(desk, customer, TEXT)
    size = len(TEXT)
    for asked, start, stop in (
        ("bytes=0-99", 0, 100),
        ("bytes=65530-65549", 65530, 65550),
        ("bytes=200000-", 200000, size),
        ("bytes=-7", size - 7, size),
    ):
        answer = await ask(desk, customer, file["content_url"], Range=asked)
        assert answer.status_code == 206
        assert answer.content == TEXT[start:stop]
        assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{size}"
        assert answer.headers["content-length"] == str(stop - start)
    beyond = await ask(desk, customer, file["content_url"], Range=f"bytes={size}-")
    assert (beyond.status_code, beyond.json()["code"]) == (416, "range_not_satisfiable")
    assert beyond.headers["content-range"] == f"bytes */{size}"
    tag = (
        beyond.headers.get("etag")
        or (await ask(desk, customer, file["content_url"])).headers["etag"]
    )
    resumed = {"Range": "bytes=5-9", "If-Range": tag}
    assert (await ask(desk, customer, file["content_url"], **resumed)).status_code == 206
    changed = {"Range": "bytes=5-9", "If-Range": '"another"'}
    assert (await ask(desk, customer, file["content_url"], **changed)).content == TEXT


async def test_an_empty_file_is_a_file(desk: Desk) -> None:
    customer = desk.customer()
    file = await attached(desk, customer, b"", "empty.log")
    assert (file["size"], file["media_type"]) == (0, "text/plain")
    answer = await ask(desk, customer, file["content_url"])
    assert (answer.status_code, answer.content) == (200, b"")


async def made_link(
    desk: Desk, person: Person, file: dict[str, Any], **body: Any
) -> httpx.Response:
    path = file["content_url"].removesuffix("/content") + "/link"
    return await desk.http.post(path, json=body or None, headers=person.headers())


async def test_a_link_needs_no_login_and_runs_out(desk: Desk, travel: Travel) -> None:
    customer = desk.customer()
    file = await attached(desk, customer, TEXT)
    answer = (await made_link(desk, customer, file)).json()
    place = urlsplit(answer["url"])
    assert place.path.startswith("/v1/files/")
    assert file["id"] not in answer["url"]
    got = await ask(desk, None, place.path)
    assert got.content == TEXT
    assert got.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in got.headers["content-security-policy"]
    assert (await ask(desk, None, place.path, Range="bytes=0-3")).content == TEXT[:4]
    left = datetime.fromisoformat(answer["expires_at"]) - desk.context.clock.now()
    assert 290 <= left.total_seconds() <= 300
    travel(301)
    late = await ask(desk, None, place.path)
    assert (late.status_code, late.json()["code"]) == (404, "link_invalid")
    travel(0)
    for forged in (
        place.path[:-1] + "!",
        place.path[:-2] + "AA",
        "/v1/files/x",
        "/v1/files/" + "A" * 72,
    ):
        assert (await ask(desk, None, forged)).json()["code"] == "link_invalid"


async def test_a_link_is_made_by_whoever_may_read_the_file(desk: Desk) -> None:
    customer = desk.customer()
    file = await attached(desk, customer, TEXT)
    for stranger in (desk.customer(), desk.customer(organization=uuid4())):
        assert (await made_link(desk, stranger, file)).status_code == 404
    path = file["content_url"].removesuffix("/content") + "/link"
    assert (await desk.http.post(path)).status_code == 401


async def test_a_link_carries_the_rights_of_its_maker_and_heeds_what_is_found(desk: Desk) -> None:
    customer, agent = desk.customer(), desk.agent()
    file = await attached(desk, customer, TEXT)
    ways = [
        urlsplit((await made_link(desk, person, file)).json()["url"]).path
        for person in (customer, agent)
    ]
    set_state = "update tickets.attachment set state = $2 where id = $1"
    await desk.look(set_state, file["id"], "unscannable")
    assert [(await ask(desk, None, way)).status_code for way in ways] == [409, 200]
    await desk.look(set_state, file["id"], "infected")
    assert [(await ask(desk, None, way)).status_code for way in ways] == [409, 409]
    assert (await made_link(desk, agent, file)).json()["code"] == "file_infected"


async def test_links_may_point_to_a_host_of_their_own(desk: Desk) -> None:
    customer = desk.customer()
    file = await attached(desk, customer, picture(), "screen.png")
    settings = desk.context.settings
    elsewhere = settings.model_copy(update={"tickets_download_url": "https://files.example/"})
    object.__setattr__(desk.context, "settings", elsewhere)
    try:
        url = (await made_link(desk, customer, file, inline=True)).json()["url"]
    finally:
        object.__setattr__(desk.context, "settings", settings)
    assert url.startswith("https://files.example/v1/files/")
    shown = await ask(desk, None, urlsplit(url).path)
    assert shown.headers["content-disposition"].startswith("inline;")


async def preview_of(desk: Desk, person: Person, file: dict[str, Any]) -> httpx.Response:
    return await ask(desk, person, file["content_url"].removesuffix("content") + "preview")


async def make_all(desk: Desk) -> None:
    while await preview_one(desk.context):
        pass


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
async def test_a_picture_is_made_small(desk: Desk, kind: str) -> None:
    customer = desk.customer()
    file = await attached(desk, customer, picture(kind), f"screen.{kind.lower()}")
    assert file["preview_url"] is None
    early = await preview_of(desk, customer, file)
    assert (early.status_code, early.json()["code"]) == (404, "preview_pending")
    await make_all(desk)
    answer = await preview_of(desk, customer, file)
    assert answer.headers["content-type"] == "image/webp"
    with Image.open(io.BytesIO(answer.content)) as small:
        assert small.size == (640, 480)
    assert (await preview_of(desk, desk.customer(), file)).status_code == 404


async def test_a_preview_tells_nothing_but_pixels(desk: Desk) -> None:
    exif = Image.Exif()
    exif[0x010F] = "camera of a stranger"
    exif[0x0112] = 6
    whole = picture("JPEG", (900, 300), exif=exif, comment=b"hidden words")
    customer = desk.customer()
    file = await attached(desk, customer, whole, "photo.jpg")
    await make_all(desk)
    small = (await preview_of(desk, customer, file)).content
    assert b"stranger" not in small
    assert b"hidden" not in small
    with Image.open(io.BytesIO(small)) as shown:
        assert shown.size == (213, 640), "upright"
        assert not shown.getexif()


def vast(size: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    Image.new("1", size).save(out, "PNG")
    return out.getvalue()


BAD = {
    "a bomb": lambda: vast((30_000, 30_000)),
    "a little more than forty megapixels": lambda: vast((8_000, 5_001)),
    "a lie about its type": lambda: b"\x89PNG\r\n\x1a\n\x00" + b"no picture at all" * 50,
    "cut off": lambda: picture("JPEG")[:200],
}


@pytest.mark.parametrize("how", BAD)
async def test_a_hostile_picture_costs_a_child_and_has_no_preview(desk: Desk, how: str) -> None:
    customer = desk.customer()
    content = BAD[how]()
    assert len(content) < 2_000_000
    file = await attached(desk, customer, content, "screen.png")
    await make_all(desk)
    answer = await preview_of(desk, customer, file)
    assert (answer.status_code, answer.json()["code"]) == (404, "preview_absent")
    shown = await ask(desk, customer, f"{file['content_url']}?inline=true")
    assert (shown.status_code, shown.json()["code"]) == (409, "not_inline")
    assert (await ask(desk, customer, file["content_url"])).content == content


async def test_what_is_no_raster_picture_has_no_preview(desk: Desk) -> None:
    customer = desk.customer()
    file = await attached(desk, customer, b"<svg width='9'/>", "x.svg")
    assert (await preview_of(desk, customer, file)).json()["code"] == "preview_absent"


async def test_forty_megapixels_in_full_colour_fit_the_childs_memory() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (8_000, 5_000), (1, 2, 3, 200)).save(out, "PNG", compress_level=1)

    async def pieces() -> Any:
        yield out.getvalue()

    assert (await shrink(pieces())).startswith(b"RIFF")


async def test_a_child_that_is_fed_nothing_makes_nothing() -> None:
    async def nothing() -> Any:
        return
        yield b""

    with pytest.raises(NoPicture):
        await shrink(nothing())
