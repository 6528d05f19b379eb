"""The written demonstration hangs together, and a running desk takes it once."""

import asyncio
import os
import subprocess
import sys
import tempfile
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from deploy.local.demo.content import Script, load
from deploy.local.demo.tickets import letter
from tests.journeys.desk import PASSWORD, ROOT, Desk

CONTENT = load()
VERBS = {"assign", "reply", "note", "customer", "priority", "wait", "resolve", "feedback"}
VERBS |= {"close", "reopen", "escalate", "merge"}


def test_there_is_something_to_see_of_everything() -> None:
    assert len(CONTENT.scripts) >= 60
    assert {one.via for one in CONTENT.scripts} == {
        *("mail", "mail-1256", "api", "portal", "form", "phone")
    }
    assert {step[0] for one in CONTENT.scripts for step in one.steps} == VERBS
    zones = {one["timezone"] for one in CONTENT.organizations}
    assert zones == {"Asia/Riyadh", "Asia/Dubai", "Africa/Cairo", "Europe/London"}


def test_subjects_tell_tickets_apart() -> None:
    subjects = [one.subject for one in CONTENT.scripts]
    assert len(subjects) == len(set(subjects))


@pytest.mark.parametrize("script", CONTENT.scripts, ids=lambda one: one.name)
def test_everybody_named_exists(script: Script) -> None:
    people = {one["key"]: one for one in CONTENT.people}
    assert people[script.who]["organization"] == script.organization
    assert script.to in {one["key"] for one in CONTENT.departments}
    assert {step[1] for step in script.steps} <= people.keys()
    assert script.via != "phone" or script.by in people


def test_old_mail_programs_are_played_truly() -> None:
    for script in CONTENT.scripts:
        if script.via == "mail-1256":
            who = {"name": "سارة العتيبي", "email": "sara@waha.example"}
            raw = letter(script, who, "systems@localhost", "windows-1256")
            mail = message_from_bytes(raw, policy=default)
            assert mail["Subject"] == script.subject
            assert mail["From"].addresses[0].display_name == "سارة العتيبي"
            assert script.body.split("\n")[0].encode("windows-1256") in raw


@pytest.mark.journey
@pytest.mark.timeout(400)
async def test_a_second_run_adds_nothing() -> None:
    with tempfile.TemporaryDirectory(prefix="sanad-demo-") as folder:
        base = Path(folder)
        base.chmod(0o711)
        desk = Desk(base / "home")
        await desk.start()
        try:
            first = await asyncio.to_thread(demo, desk.home, "en")
            assert "played 60 of 60 tickets" in first
            second = await asyncio.to_thread(demo, desk.home, "ar")
            assert "لم يُضف شيء" in second
            items = (await desk.admin().get("/v1/tickets", limit=200))["items"]
            assert len(items) == 60
            statuses = {item["status"] for item in items}
            assert {"new", "open", "resolved", "closed", "merged"} <= statuses
        finally:
            await desk.stop()


def demo(home: Path, language: str) -> str:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SANAD_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "deploy.local.cli", "demo", "--lang", language],
        env=environment | {"SANAD_ADMIN_PASSWORD": PASSWORD},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
