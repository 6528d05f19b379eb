"""Files through the whole house, kept in a bucket and scanned: cut lines, kills, malware, links."""

import asyncio
import base64
import io
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image

from tests.fakes.bucket import bucket
from tests.fakes.clamd import EICAR, FakeClamd, clamd
from tests.journeys.company import Company, found
from tests.journeys.desk import Desk, words

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

BYTES = "application/offset+octet-stream"
MEBIBYTE = 1024 * 1024


@pytest.fixture(scope="module")
async def house() -> AsyncIterator[Desk]:
    with tempfile.TemporaryDirectory(prefix="sanad-files-") as folder, bucket() as url:
        base = Path(folder)
        base.chmod(0o711)
        async with clamd(FakeClamd()) as scanner:
            desk = Desk(base / "home", {"SANAD_FILES_URL": url, "SANAD_TICKETS_CLAMD": scanner})
            await desk.start()
            yield desk
            await desk.stop()


@pytest.fixture(scope="module")
async def company(house: Desk) -> Company:
    return await found(house)


def picture() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((800, 600), 60).convert("RGB").save(out, "PNG")
    return out.getvalue()


async def announce(company: Company, content: bytes, name: str) -> str:
    named = base64.b64encode(name.encode()).decode()
    headers = {"Upload-Length": str(len(content)), "Upload-Metadata": f"filename {named}"}
    answer = await company.seats["customer"].ask("POST", "/v1/uploads", headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


async def send(company: Company, place: str, start: int, content: Any) -> httpx.Response:
    headers = {"Upload-Offset": str(start), "Content-Type": BYTES}
    return await company.seats["customer"].ask("PATCH", place, content=content, headers=headers)


async def reached(company: Company, place: str) -> int:
    """As soon as somebody is there to say it."""

    async def look() -> int | None:
        head = await company.seats["customer"].ask("HEAD", place)
        return int(head.headers["upload-offset"]) + 1 if head.status_code == 200 else None

    return (await company.desk.eventually(look, within=30) or 1) - 1


async def opened(company: Company, *places: str) -> dict[str, Any]:
    ids = [place.rpartition("/")[2] for place in places]
    body = {"subject": "ملفات", "body": "انظر المرفقات", "upload_ids": ids}
    ticket: dict[str, Any] = await company.seats["customer"].post("/v1/tickets", body)
    return ticket


async def files_of(company: Company, ticket_id: str, who: str = "customer") -> list[dict[str, Any]]:
    page = await company.seats[who].get(f"/v1/tickets/{ticket_id}/messages")
    found_files: list[dict[str, Any]] = page["items"][0]["attachments"]
    return found_files


async def clean(company: Company, ticket_id: str) -> list[dict[str, Any]]:
    """The files once the scanner has seen them all."""

    async def look() -> list[dict[str, Any]]:
        files = await files_of(company, ticket_id)
        return files if all(file["state"] != "pending" for file in files) else []

    return await company.desk.eventually(look, within=30)


async def test_an_upload_survives_kills_in_its_middle_and_comes_back_whole(
    house: Desk, company: Company
) -> None:
    content = os.urandom(9 * MEBIBYTE + 12_345)
    place = await announce(company, content, "سجل.bin")
    start = 0
    for _ in range(3):
        await asyncio.gather(
            send(company, place, start, trickle(content[start:], house)), return_exceptions=True
        )
        last, start = start, await reached(company, place)
        assert start >= last
        if start == len(content):
            break
    assert start > 0
    if start < len(content):
        assert (await send(company, place, start, content[start:])).status_code == 204
    ticket = await opened(company, place)
    [file] = await clean(company, ticket["id"])
    got = await company.seats["customer"].ask("GET", file["content_url"])
    assert got.content == content


async def trickle(content: bytes, house: Desk) -> AsyncIterator[bytes]:
    """Some bytes, then the death of the service, then more bytes for nobody."""
    for index, start in enumerate(range(0, len(content), 512 * 1024)):
        if index == 6:
            house.kill("tickets")
        yield content[start : start + 512 * 1024]
        await asyncio.sleep(0.02)  # the line's own pace


TUS = Path(sys.prefix) / "node" / "node_modules" / "tus-js-client"
"""Put there by `make ci-tools`."""


@pytest.mark.skipif(
    not (TUS.exists() and shutil.which("node")), reason="node or tus-js-client is not there"
)
@pytest.mark.parametrize(("parts", "kills"), [(1, 0), (1, 1), (3, 0)])
async def test_a_foreign_client_of_the_protocol_brings_its_file(
    house: Desk, company: Company, tmp_path: Path, parts: int, kills: int
) -> None:
    """tus-js-client, the one that browsers use: in chunks, through a kill, in parallel parts."""
    content = os.urandom(6 * MEBIBYTE + 7)
    (tmp_path / "file").write_bytes(content)
    customer = company.seats["customer"]
    await customer.get("/v1/me")
    told = (house.endpoints["http"] + "/v1/uploads", customer.token, str(tmp_path / "file"))
    script = str(Path(__file__).with_name("upload.cjs"))
    process = await asyncio.create_subprocess_exec(
        *("node", script, str(TUS), *told, str(parts), str(MEBIBYTE)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    for _ in range(kills):
        await process.stderr.readline()
        house.kill("tickets")
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, err.decode()[-500:]
    ticket = await opened(company, urlsplit(out.decode().strip()).path)
    [file] = await clean(company, ticket["id"])
    assert (file["name"], file["size"]) == ("لقطة الشاشة.bin", len(content))
    assert (await customer.ask("GET", file["content_url"])).content == content


async def test_a_mail_brings_a_picture_a_virus_and_a_large_log(
    house: Desk, company: Company
) -> None:
    """Each is judged by its bytes; the large one passes with little memory on the tickets side."""
    large = b"".join(b"%08d the printer is on fire\n" % number for number in range(650_000))
    mail = EmailMessage()
    sara = company.address("customer")
    mail["From"], mail["To"], mail["Subject"] = sara, company.mailbox, "مرفقات"
    mail["Message-ID"] = "<files@customer.example>"
    mail.set_content("انظر المرفقات")
    mail.add_alternative('<p dir="rtl">انظر <img src="cid:shot@here"></p>', subtype="html")
    mail.add_attachment(
        picture(), maintype="image", subtype="png", filename="لقطة.png", cid="<shot@here>"
    )
    mail.add_attachment(EICAR, maintype="text", subtype="plain", filename="readme.txt")
    mail.add_attachment(large, maintype="text", subtype="plain", filename="printer.log")
    before = {name: peak(house.pids()[name]) for name in ("tickets", "intake")}
    await house.send(mail.as_bytes(), sara, company.mailbox)

    async def by_mail() -> dict[str, Any]:
        newest = await company.find_ticket()
        return newest if newest.get("channel") == "email" else {}

    ticket = await house.eventually(by_mail, within=60)
    files = {file["name"]: file for file in await clean(company, ticket["id"])}
    grown = {name: (peak(house.pids()[name]) - then) / MEBIBYTE for name, then in before.items()}
    print(f"{len(large) / MEBIBYTE:.0f} MiB of log, peaks grown by MiB: {grown}")
    assert grown["tickets"] < 25
    states = {name: file["state"] for name, file in files.items()}
    assert states == {"لقطة.png": "clean", "readme.txt": "infected", "printer.log": "clean"}
    agent = company.seats["agent"]
    refused = await agent.ask("GET", files["readme.txt"]["content_url"])
    assert refused.json()["code"] == "file_infected"
    message = (await agent.get(f"/v1/tickets/{ticket['id']}/messages"))["items"][0]
    assert f"{files['لقطة.png']['content_url']}?inline=true" in message["body_html"]
    shown = await agent.ask("GET", files["لقطة.png"]["content_url"] + "?inline=true")
    assert shown.headers["content-type"] == "image/png"
    await links_and_previews(house, company, files)


async def test_a_file_of_the_desk_reaches_a_customer_who_only_mails(
    house: Desk, company: Company
) -> None:
    """The mail's link is enough: no portal, no login."""
    content = os.urandom(70_000)
    ticket = await company.seats["customer"].post(
        "/v1/tickets", {"subject": "تعريف", "body": "أرسلوا التعريف"}
    )
    agent = company.admin
    named = base64.b64encode("تعريف الطابعة.bin".encode()).decode()
    headers = {
        "Upload-Length": str(len(content)),
        "Upload-Metadata": f"filename {named}",
        "Content-Type": BYTES,
    }
    place = await agent.ask("POST", "/v1/uploads", content=content, headers=headers)
    upload_id = place.headers["location"].rpartition("/")[2]
    body = {"body": "التعريف مرفق", "upload_ids": [upload_id]}
    await agent.post(f"/v1/tickets/{ticket['id']}/messages", body)
    mail = await house.letter(company.address("customer"), "التعريف مرفق")
    lines = words(mail).splitlines()
    [at] = [at for at, line in enumerate(lines) if line == "- تعريف الطابعة.bin (68 كيلوبايت)"]
    assert lines[at + 1].startswith(house.endpoints["http"] + "/v1/files/")
    async with httpx.AsyncClient() as nobody:
        got = await nobody.get(lines[at + 1])
    assert (got.status_code, got.content) == (200, content)


async def links_and_previews(
    house: Desk, company: Company, files: dict[str, dict[str, Any]]
) -> None:
    customer = company.seats["customer"]
    log = files["printer.log"]
    made = await customer.post(f"/v1/attachments/{log['id']}/link")
    url = urlsplit(made["url"])
    assert f"{url.scheme}://{url.netloc}" == house.endpoints["http"]
    async with httpx.AsyncClient(base_url=house.endpoints["http"]) as nobody:
        part = await nobody.get(url.path, headers={"Range": "bytes=9000000-9000035"})
        assert part.status_code == 206
        assert len(part.content) == 36
        whole = await nobody.get(url.path)
        assert len(whole.content) == log["size"]
        assert whole.headers["content-disposition"].startswith("attachment;")
        assert "sandbox" in whole.headers["content-security-policy"]
        assert whole.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in whole.headers

    async def preview() -> bytes | None:
        path = f"/v1/attachments/{files['لقطة.png']['id']}/preview"
        answer = await customer.ask("GET", path)
        return answer.content if answer.status_code == 200 else None

    small = await house.eventually(preview, within=30)
    assert small is not None
    assert small.startswith(b"RIFF")


def peak(pid: int) -> int:
    """The most memory that a process has held so far."""
    status = Path(f"/proc/{pid}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024
