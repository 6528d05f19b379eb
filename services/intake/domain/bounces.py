"""Delivery reports (RFC 3464) and what they say about a mail of ours."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from services.intake.domain.headers import split_headers
from services.intake.domain.mime import Part

_STATUS: Final = re.compile(r"(?<![\d.])([245])\.\d{1,3}\.\d{1,3}(?![\d.])")
_OURS: Final = re.compile(rb"<s\.[a-z2-7]{32}\.[0-9a-f-]{36}@[^>\s]{1,255}>", re.IGNORECASE)
_REPORTERS: Final = ("mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon", "mdaemon")


@dataclass(frozen=True, slots=True)
class Report:
    """A delivery report; `original` is the Message-ID of our mail when it is quoted."""

    permanent: bool
    status: str = ""
    original: str = ""


Scan = Callable[[], bool | None]
"""Asks those who know reports in free text: failed for good, for now, or no report (None)."""


def no_report(_raw: bytes) -> bool | None:
    """Nobody is asked about reports in free text."""
    return None


def report_of(root: Part, *, suspected: bool, scan: Scan) -> Report | None:
    """The report that a mail is: by its structure, by quoting a mail of ours, or in free text.

    Nothing but structure is looked at unless the mail comes from nobody or from a mail server:
    a postmaster may write to us like anybody else.
    """
    parts = list(root.walk())
    fields = next((p for p in parts if p.media_type == "message/delivery-status"), None)
    declared = root.kind.get("report-type").lower() == "delivery-status"
    original = _original(parts)
    if fields is not None or declared:
        status, permanent = _verdict(fields)
        return Report(permanent, status, original)
    if not suspected:
        return None
    failed = True if _OURS.match(original.encode()) else scan()
    if failed is None:
        return None
    return Report(failed, _said(parts) if failed else "", original)


def _said(parts: list[Part]) -> str:
    """The first status code in the words of a report without fields."""
    for part in parts:
        if part.media_type.startswith("text/") and not part.parts:
            found = _STATUS.search(part.content()[:20_000].decode("ascii", "replace"))
            if found:
                return found[0]
    return ""


def is_reporter(address: str) -> bool:
    """Whether an address is one that mail servers report from."""
    return address.partition("@")[0].lower() in _REPORTERS


def _verdict(fields: Part | None) -> tuple[str, bool]:
    """The last recipient's status; a report without one is taken for final."""
    status, permanent = "", True
    if fields is None:
        return status, permanent
    for block in re.split(rb"\r?\n\r?\n", fields.content()[:100_000]):
        said = split_headers(block)
        found = _STATUS.search(said.text("status"))
        if found:
            status, permanent = found[0], found[1] == "5"
        if said.token("action") in {"delayed", "relayed", "delivered", "expanded"}:
            permanent = False
    return status, permanent


def _original(parts: list[Part]) -> str:
    for part in parts:
        if part.media_type in {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers"}:
            quoted = split_headers(part.content()[:100_000].partition(b"\r\n\r\n")[0])
            message_id = quoted.text("message-id")
            if message_id:
                return message_id[:998]
    for part in parts:
        found = _OURS.search(part.body[:200_000])
        if found:
            return found[0].decode("ascii", "replace")
    return ""
