"""The support form as a visitor sees it: a real browser on the whole stack."""

import re
from pathlib import Path
from uuid import uuid4

import pytest

from tests.browser import CHROMIUM, Page, page
from tests.journeys.company import found
from tests.journeys.desk import Desk

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here"),
]


LOSING = """
const real = window.fetch;
window.fetch = async (path, ...more) => {
  const answer = await real(path, ...more);
  if (path !== "/v1/public/tickets") return answer;
  window.fetch = real;
  throw new TypeError("Failed to fetch");
};
0
"""
"""The first ticket's answer gets lost on its way."""


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
    assert said.json() == {"number": number, "answer": "confirmed", "others": []}
    ticket = await company.admin.get(f"/v1/tickets/by-number/{number}")
    assert ticket["requester_answer"] == "confirmed"
    full = await company.admin.get(f"/v1/tickets/{ticket['id']}", include="messages")
    [file] = full["messages"][0]["attachments"]
    assert (file["name"], file["size"]) == (shot.name, shot.stat().st_size)


async def test_the_desks_own_fields_are_asked_and_a_broken_line_is_waited_for(
    desk: Desk, tmp_path: Path
) -> None:
    admin = desk.admin()
    key = f"floor_{uuid4().hex[:6]}"
    field = {"key": key, "type": "integer", "customers": "write"}
    await admin.post("/v1/custom-fields", {**field, "label": {"ar": "الطابق", "en": "Floor"}})
    large = tmp_path / "سجل.log"
    large.write_bytes(bytes(9_000_000))
    async with page() as tab:
        await tab.call("Network.enable")
        await tab.open(f"{desk.endpoints['http']}/form?lang=ar")
        await tab.until(f"!!document.getElementById('custom-{key}')")
        await tab.run(f"document.getElementById('custom-{key}').value = '3'")
        speed = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": 3_000_000}
        await tab.call("Network.emulateNetworkConditions", offline=False, **speed)
        await tab.choose("#files", large)
        await tab.until("document.querySelector('#attached progress')?.value > 0")
        await tab.call("Network.emulateNetworkConditions", offline=True, **speed)
        await tab.until("!!document.querySelector('#attached small')")
        speed["uploadThroughput"] = -1
        await tab.call("Network.emulateNetworkConditions", offline=False, **speed)
        await tab.until("document.querySelector('#attached small')?.textContent.startsWith('✓')")
        await write(tab, email="floor@unknown.example", subject="سجل", body="مرفق")
        await tab.run("document.getElementById('send').click()")
        await tab.until("!document.getElementById('done').hidden")
        number = await tab.run("document.getElementById('number').textContent")
    ticket = await admin.get(f"/v1/tickets/by-number/{number}")
    assert ticket["custom"] == {key: 3}
    full = await admin.get(f"/v1/tickets/{ticket['id']}", include="messages")
    assert [one["size"] for one in full["messages"][0]["attachments"]] == [9_000_000]


async def test_the_page_turns_to_english_and_says_what_the_server_refuses(desk: Desk) -> None:
    async with page() as tab:
        await tab.open(f"{desk.endpoints['http']}/form?lang=ar")
        await tab.run("document.getElementById('language').click()")
        assert await tab.run("document.documentElement.dir") == "ltr"
        await write(tab, email="x@y.example", subject="Printer", body="It is \\u0000 broken")
        await write(tab, email="nobody@localhost.")
        await tab.run("document.getElementById('send').click()")
        told = await tab.until("document.getElementById('email-wrong').textContent")
        assert told.isascii(), told


async def test_an_answer_that_was_lost_is_asked_for_again_and_makes_no_second_ticket(
    desk: Desk,
) -> None:
    """The request arrived, its answer did not: the visitor presses once more."""
    subject, address = f"Lost {uuid4().hex[:8]}", "سارة@unknown.example"
    async with page() as tab:
        await tab.open(f"{desk.endpoints['http']}/form?lang=en")
        await tab.run(LOSING)
        await write(tab, email=address, subject=subject, body="It broke")
        await tab.run("document.getElementById('send').click()")
        await tab.until("document.getElementById('wrong').textContent")
        await tab.run("document.getElementById('send').click()")
        await tab.run("document.getElementById('send').click()")
        await tab.until("!document.getElementById('done').hidden")
        number = await tab.run("document.getElementById('number').textContent")
    found = (await desk.admin().get("/v1/tickets", limit=200))["items"]
    assert [one["number"] for one in found if one["subject"] == subject] == [number]


async def test_a_mended_field_loses_its_fault_and_a_files_name_stays_on_its_side(
    desk: Desk, tmp_path: Path
) -> None:
    shot = tmp_path / "screenshot.png"
    shot.write_bytes(b"\x89PNG\r\n\x1a\n")
    async with page() as tab:
        await tab.open(f"{desk.endpoints['http']}/form?lang=ar")
        await write(tab, email="nobody", subject="x", body="y")
        await tab.run("document.getElementById('send').click()")
        await tab.until("document.getElementById('email-wrong').textContent")
        typed = (
            "document.getElementById('email').dispatchEvent(new Event('input', {bubbles: true}))"
        )
        await tab.run(typed)
        assert await tab.run("document.getElementById('email').hasAttribute('aria-invalid')")
        await write(tab, email="visitor@unknown.example")
        await tab.run(typed)
        assert await tab.run("document.getElementById('email-wrong').textContent") == ""
        assert not await tab.run("document.getElementById('email').hasAttribute('aria-invalid')")
        await tab.choose("#files", shot)
        await tab.until("document.querySelectorAll('#attached small').length === 1")
        row = "document.querySelector('#attached li')"
        end = "getBoundingClientRect().right"
        gap = await tab.run(f"{row}.{end} - {row}.querySelector('bdi').{end}")
        assert abs(gap) < 3, "an English name begins where Arabic rows begin"


def test_both_languages_say_the_same_things() -> None:
    source = Path("services/tickets/form/texts.js").read_text()
    arabic, english = source.split("  en: {")
    keys = [re.findall(r"(\w+): \"", half) for half in (arabic, english)]
    assert keys[0] == keys[1]
    assert len(keys[0]) > 30
    gaps = [sorted(re.findall(r"\{(\w+)\}", half)) for half in (arabic, english)]
    assert gaps[0] == gaps[1]
