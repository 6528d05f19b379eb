"""Real mails of other projects: nothing raises, nothing is lost, counts are as stated."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.intake.adapters.pages import read_page
from services.intake.domain.mail import Envelope, Parsed, Reading, read_mail

DATA = Path(__file__).parents[4] / "shared" / "data" / "mails"
pytestmark = pytest.mark.skipif(
    not DATA.exists(), reason="../shared/data is not beside the repository"
)
KNOWN = {
    "resources__eml__malformed__001.eml": "an empty part is no file",
    "resources__eml__malformed__002.eml": "an empty part is no file",
    "resources__eml__malformed__003.eml": "a text without a name is words, not a file",
    "resources__eml__malformed__004.eml": "a text without a name is words, not a file",
    "resources__eml__malformed__006.eml": "a text without a name is words, not a file",
    "resources__eml__malformed__007.eml": "an empty part is no file",
    "resources__eml__malformed__008.eml": "a text without a name is words, not a file",
    "resources__eml__malformed__012.eml": "the same boundary twice: we count one more",
    "resources__eml__malformed__015.eml": "signatures are hidden",
    "resources__eml__malformed__016.eml": "a text without a name is words, not a file",
    "resources__eml__thirdparty__002.eml": "a text without a name is words, not a file",
}


def mails() -> list[Path]:
    return [path for path in sorted(DATA.glob("*/*")) if path.suffix in {".eml", ".raw", ".msg"}]


def read(raw: bytes) -> Parsed:
    return read_mail(raw, Envelope("envelope@x.example"), Reading(), read_page)


def test_every_real_mail_is_read_without_an_exception() -> None:
    paths = mails()
    assert len(paths) >= 300
    for path in paths:
        raw = path.read_bytes()
        for variant in (raw, raw.replace(b"\r\n", b"\n"), raw[: len(raw) // 2]):
            parsed = read(variant)
            assert parsed.mail.sender


def test_stated_subject_sender_and_files_are_met() -> None:
    stated = sorted((DATA / "stalwartlabs-mail-parser").glob("*.eml"))
    assert len(stated) >= 40
    for path in stated:
        wanted = json.loads(path.with_suffix(".json").read_text())
        parsed = read(path.read_bytes())
        assert parsed.mail.subject.split() == header(wanted, "subject", "Text").split(), path.name
        sender = address(wanted)
        assert sender in {"", parsed.mail.sender}, path.name
        same = len(parsed.files) == len(wanted["attachments"])
        assert same or path.name in KNOWN, path.name


def test_delivery_notices_of_many_servers_are_recognised() -> None:
    notices = sorted((DATA / "sisimai-set-of-emails").glob("*.eml"))
    classes = []
    for path in notices:
        parsed = read_mail(path.read_bytes(), Envelope("<>"), Reading(), read_page)
        classes.append(parsed.mail.mail_class)
    assert classes.count("bounce") / len(classes) >= 0.8


def header(wanted: dict[str, Any], name: str, kind: str) -> str:
    found = [one["value"] for one in wanted["parts"][0]["headers"] if one["name"] == name]
    return (found[-1].get(kind) or "") if found and isinstance(found[0], dict) else ""


def address(wanted: dict[str, Any]) -> str:
    """The sender as stated; empty where the statement names none with a domain."""
    for one in wanted["parts"][0]["headers"]:
        if one["name"] == "from" and isinstance(one["value"], dict):
            people = one["value"]["Address"].get("List") or []
            found = people[0].get("address") if people else None
            return found if found and "@" in found else ""
    return ""
