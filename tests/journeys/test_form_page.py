"""The support form as a visitor sees it: a real browser on the whole stack."""

import re
from pathlib import Path

import pytest

from tests.browser import CHROMIUM, Page, page
from tests.journeys.company import found
from tests.journeys.desk import Desk

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here"),
]


async def write(tab: Page, **fields: str) -> None:
    for name, value in fields.items():
        await tab.run(f"document.getElementById({name!r}).value = {value!r}")


async def test_a_visitor_writes_attaches_a_file_and_gets_a_number(
    desk: Desk, tmp_path: Path
) -> None:
    company = await found(desk)
    shot = tmp_path / "لقطة الشاشة.png"
    shot.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100_000))
    async with page() as tab:
        await tab.open(f"{desk.endpoints['http']}/form?lang=ar")
        assert await tab.run("document.documentElement.dir") == "rtl"
        await tab.run("document.getElementById('send').click()")
        assert await tab.until("document.getElementById('email-wrong').textContent")
        address = "visitor@unknown.example"
        await write(tab, name="زائرة", email=address, subject="الطابعة", body="لا تطبع")
        await tab.run("document.getElementById('attach').click()")
        await tab.choose("#files", shot)
        await tab.until("document.querySelectorAll('#attached small').length === 1")
        await tab.run("document.getElementById('close').click()")
        await tab.run("document.getElementById('send').click()")
        await tab.until("!document.getElementById('done').hidden")
        number = await tab.run("document.getElementById('number').textContent")
        assert tab.complaints == []
    letter = await desk.letter(address, number)
    text = letter.get_body(("plain",)).get_content()
    [link] = re.findall(r"http\S+/v1/public/verify/\S+", text)
    assert "الطابعة" not in text
    said = await desk.http.post(link, json={"answer": "confirmed"})
    assert said.json() == {"number": number, "answer": "confirmed"}
    ticket = await company.admin.get(f"/v1/tickets/by-number/{number}")
    assert ticket["requester_answer"] == "confirmed"
    full = await company.admin.get(f"/v1/tickets/{ticket['id']}", include="messages")
    [file] = full["messages"][0]["attachments"]
    assert (file["name"], file["size"]) == (shot.name, shot.stat().st_size)


async def test_the_page_turns_to_english_and_says_what_the_server_refuses(desk: Desk) -> None:
    async with page() as tab:
        await tab.open(f"{desk.endpoints['http']}/form?lang=ar")
        await tab.run("document.getElementById('language').click()")
        assert await tab.run("document.documentElement.dir") == "ltr"
        await write(tab, email="x@y.example", subject="Printer", body="It is \\u0000 broken")
        await write(tab, email="nobody@localhost.")
        await tab.run("document.getElementById('send').click()")
        told = await tab.until(
            "[...document.querySelectorAll('.wrong')].map((one) => one.textContent).join('')"
        )
        assert told.isascii(), told


def test_both_languages_say_the_same_things() -> None:
    source = Path("services/tickets/form/texts.js").read_text()
    arabic, english = source.split("  en: {")
    keys = [re.findall(r"(\w+): \"", half) for half in (arabic, english)]
    assert keys[0] == keys[1]
    assert len(keys[0]) > 30
    gaps = [sorted(re.findall(r"\{(\w+)\}", half)) for half in (arabic, english)]
    assert gaps[0] == gaps[1]
