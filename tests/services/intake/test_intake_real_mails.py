"""Real mails of other projects: nothing raises, nothing is lost, counts are as stated.

Two witnesses: what the authors of a parser state about their own mails (`.json` beside `.eml`), and
what Python's own parser finds in all of them. Each difference stands in a table with its reason.
"""

import email
import json
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from services.intake.adapters.child import TOOLS
from services.intake.adapters.pages import read_page
from services.intake.domain.mail import Envelope, Parsed, Reading, read_mail
from tests.services.intake.corpus import DATA, mails, real_mails

pytestmark = real_mails
LEAST = 0.98
SIGNATURES = {
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
}

STATED_MISSES = {
    "malformed__012 files": "boundaries 1 and 2 are both used twice: we find a third mail in there",
    "malformed__015 files": "the signature of multipart/signed is hidden (mail.md 11)",
}
PYTHON_MISSES = {
    "enmime/mail__multipart-wo-boundary files": "no boundary at all: its text is words to us",
    "mail/plain_emails__mix_caps_content_type sender": "'Big Bug bb@bug.com': we take the address",
    "mail/plain_emails__raw_email_incorrect_header subject": "a head with a stray line: we go on",
    "mail/rfc2822__example13 subject": "a head after a stray line: we go on",
    "mail/rfc2822__example14 subject": "we keep the space between plain text and a word",
    "mailparser/decoderended files": "the attached mail is empty and has no name",
    "mailparser/nodemailer subject": "we keep the space between a word and plain text",
    "sisimai/lhost-apachejames-01 files": "boundary on an unfolded line: we find it in the body",
    "sisimai/lhost-office365-12 files": "boundary on an unfolded line: we find it in the body",
    "sisimai/lhost-googleworkspace-01 files": "the delivery status is empty and has no name",
    "parser/malformed__002 files": "multipart/mixed without parts is words to us",
    "parser/malformed__004 files": "multipart/mixed without parts is words to us",
    "parser/thirdparty__012 files": "an end mark that is none: we find the mail behind it",
    "imap/issue-40 subject": "a head with a stray line: we go on",
    "imap/issue-462 sender": "a name and an address in angles: we take the address",
}


class Told(NamedTuple):
    """What a witness says of one mail; None where it cannot tell."""

    subject: str | None
    sender: str | None
    files: int | None


def read(raw: bytes) -> Parsed:
    return read_mail(raw, Envelope("envelope@x.example"), Reading(), read_page, tools=TOOLS)


@lru_cache(maxsize=1)
def everything() -> dict[str, Parsed]:
    return {name: read(raw) for name, raw in mails().items()}


def test_every_real_mail_is_read_without_an_exception() -> None:
    found = mails()
    assert len(found) >= 300
    for name, raw in found.items():
        for variant in (raw, raw.replace(b"\r\n", b"\n"), raw[: len(raw) // 2]):
            assert read(variant).mail.sender, name


def compare(name: str, told: Told, parsed: Parsed) -> Iterator[tuple[str, bool]]:
    """Each thing told, and whether we read the same."""
    if told.subject is not None:
        yield f"{name} subject", told.subject.split() == parsed.mail.subject.split()
    if told.sender is not None:
        yield f"{name} sender", told.sender == parsed.mail.sender
    if told.files is not None:
        yield f"{name} files", told.files == len(parsed.files)


def judged(checks: list[tuple[str, bool]], explained: dict[str, str]) -> None:
    """At least 98 of 100 are equal, and every other one is explained."""
    missed = {name for name, same in checks if not same}
    share = 1 - len(missed) / len(checks)
    print(f"{len(checks)} checks, {len(missed)} differ: {share:.1%} equal")
    assert missed == explained.keys()
    assert share >= LEAST


def test_what_a_parsers_authors_state_is_met() -> None:
    checks: list[tuple[str, bool]] = []
    for path in sorted((DATA / "stalwartlabs-mail-parser").glob("*.eml")):
        raw = path.read_bytes()
        short = path.stem.removeprefix("resources__eml__")
        checks += compare(short, stated(path.with_suffix(".json")), read(raw))
        crlf = path.with_name(f"{path.stem}.crlf.json")
        if crlf.exists():
            lines = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            checks += [(name, same) for name, same in compare(short, stated(crlf), read(lines))]
    assert len(checks) >= 200
    judged(checks, STATED_MISSES)


def test_no_stated_text_is_lost() -> None:
    for path in sorted((DATA / "stalwartlabs-mail-parser").glob("*.eml")):
        wanted = json.loads(path.with_suffix(".json").read_text())
        ours = squeezed(read(path.read_bytes()).mail.body_text)
        for number in wanted["text_body"]:
            text = wanted["parts"][number]["body"]
            if isinstance(text, dict) and "Text" in text and text["Text"].isascii():
                assert squeezed(text["Text"]).replace("\0", "") in ours, path.name


def test_what_pythons_own_parser_finds_is_found() -> None:
    checks: list[tuple[str, bool]] = []
    for name, parsed in everything().items():
        told = witness(email.message_from_bytes(mails()[name]))
        checks += compare(brief(name), told, parsed)
    assert len(checks) >= 800
    judged(checks, PYTHON_MISSES)


def test_delivery_notices_of_many_servers_are_recognised() -> None:
    notices = [raw for name, raw in mails().items() if name.startswith("sisimai")]
    classes = [
        read_mail(raw, Envelope("<>"), Reading(), read_page, tools=TOOLS).mail.mail_class
        for raw in notices
    ]
    assert classes.count("bounce") / len(classes) >= 0.8


def squeezed(text: str) -> str:
    return "".join(text.split())


def brief(name: str) -> str:
    folder, _, file = name.partition("/")
    place = file.rpartition(".")[0]
    for start in ("testdata__", "spec__fixtures__emails__", "test__fixtures__", "tests__messages__",
                  "maildir__bsd__", "resources__eml__"):  # fmt: skip
        place = place.removeprefix(start)
    return f"{folder.rpartition('-')[2] if 'sisimai' not in folder else 'sisimai'}/{place}"


def stated(path: Path) -> Told:
    wanted = json.loads(path.read_text())
    files = sum(is_file(wanted["parts"][number]) for number in wanted["attachments"])
    sender = stated_sender(wanted)
    return Told(stated_header(wanted, "subject"), sender or None, files)


def is_file(part: dict[str, Any]) -> bool:
    """What has a name, or is no plain text or page; what is neither is words of the mail."""
    values = [one["value"] for one in part["headers"] if isinstance(one["value"], dict)]
    fields = [value["ContentType"] for value in values if "ContentType" in value]
    attributes = [one for field in fields for one in field["attributes"] or ()]
    named = any(one["name"] in {"name", "filename"} for one in attributes)
    kinds = {(field["c_type"], field["c_subtype"]) for field in fields}
    words = kinds <= {("text", "plain"), ("text", "html"), ("inline", None), ("multipart", "mixed")}
    return named or not words or not {"Text", "Html"} & part["body"].keys()


def stated_header(wanted: dict[str, Any], name: str) -> str:
    found = [one["value"] for one in wanted["parts"][0]["headers"] if one["name"] == name]
    return (found[-1].get("Text") or "") if found and isinstance(found[0], dict) else ""


def stated_sender(wanted: dict[str, Any]) -> str:
    """The sender as stated; empty where the statement names none with a domain."""
    for one in wanted["parts"][0]["headers"]:
        if one["name"] == "from" and isinstance(one["value"], dict):
            people = one["value"]["Address"].get("List") or []
            found = people[0].get("address") if people else None
            return found if found and "@" in found else ""
    return ""


def witness(message: Message) -> Told:
    return Told(python_subject(message), python_sender(message), sum(python_files(message)))


def python_subject(message: Message) -> str | None:
    """None where Python gives up or puts marks in the place of letters."""
    try:
        pieces = decode_header(message["subject"] or "")
        words = [w if isinstance(w, str) else w.decode(c or "ascii") for w, c in pieces]
    except (HeaderParseError, ValueError, LookupError, TypeError, AttributeError):
        return None
    text = "".join(words)
    return None if "\ufffd" in text else text


def python_sender(message: Message) -> str | None:
    """The one address of the one From; None where there is not exactly one with a domain."""
    fields = [str(value) for value in message.get_all("from", [])]
    found = [address for _, address in getaddresses(fields)]
    return found[0] if len(found) == 1 and "@" in found[0] and "\ufffd" not in found[0] else None


def python_files(message: Message) -> Iterator[bool]:
    if message.get_content_maintype() == "message":
        yield True
    elif message.is_multipart():
        for part in message.get_payload():
            assert isinstance(part, Message)
            yield from python_files(part)
    else:
        yield is_python_file(message)


def is_python_file(part: Message) -> bool:
    kind, name = part.get_content_type(), part.get_filename()
    if kind in SIGNATURES:
        return False
    words = kind in {"text/plain", "text/html"} and part.get_content_disposition() != "attachment"
    return bool(name) or (not words and bool(str(part.get_payload()).strip()))
