"""A colleague hands on what a customer wrote to them: whose mail it was (mail.md 9)."""

import re
from typing import Final

from services.intake.domain.addresses import Address, addresses, single
from services.intake.domain.folding import fold
from services.intake.domain.headers import Headers, split_headers
from services.intake.domain.mime import Part

_MARKS: Final = frozenset({"@customer", "@عميل", "@العميل"})
_SUBJECT: Final = re.compile(r"(?:fwd?|fw|اعادة توجيه|اعادة التوجيه|تحويل|تمرير)\s*:")
_LABEL: Final = re.compile(r"[>*\s]*(?:from|من|المرسل)\s*\*?\s*:\s*(.*)")
_LINES: Final = 200
_LINE: Final = 1000
NOBODY: Final = Address("")


def original_of(root: Part, text: str) -> Address:
    """The writer of the mail that was handed on; nobody unless its head asks for that."""
    if _SUBJECT.match(fold(root.headers.text("subject")[:200])) is None or not _asked(text):
        return NOBODY
    return _attached(root) or _quoted(text) or NOBODY


def _asked(text: str) -> bool:
    first = next((line for line in text[:_LINE].splitlines() if line.strip()), "")
    return fold(first).strip() in _MARKS


def _attached(root: Part) -> Address | None:
    for part in root.walk():
        if part.media_type == "message/rfc822" and part is not root:
            head = part.content()[:100_000].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
            named = addresses(split_headers(head), "from")
            return named[0] if len(named) == 1 else None
    return None


def _quoted(text: str) -> Address | None:
    """The first labelled line that names an address: `From: Sara <sara@client.example>`."""
    for line in text.splitlines()[:_LINES]:
        found = _LABEL.match(fold(line[:_LINE]))
        if found is not None and single(found[1]):
            said = line[:_LINE].partition(":")[2].strip().encode("utf-8", "replace")
            named = addresses(Headers(fields=[("from", said)]), "from")
            return named[0] if len(named) == 1 else Address(single(found[1]))
    return None
