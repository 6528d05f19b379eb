"""Ids that a provider gives our mail instead of ours, as its answer to the mail tells them."""

import re
from typing import Final

from services.notify.domain.headers import message_ids

_IN_BRACKETS: Final = re.compile(r"<[^<>\s]{3,200}>")
_AMAZON: Final = re.compile(r"email-smtp\.([a-z0-9-]+)\.amazonaws\.com")
_AMAZON_ID: Final = re.compile(r"(?:^|\s)Ok\s+([0-9a-f-]{20,100})\s*$")
_FIRST_REGION: Final = "us-east-1"


def provider_id(answer: str, host: str, raw: bytes) -> str | None:
    """The Message-ID under which recipients get the mail, when it is not the one in `raw`.

    Amazon tells the left half only; the right one is the region's.
    """
    for one in message_ids(_IN_BRACKETS.findall(answer[:1000])):
        if f"Message-ID: {one}\r\n".encode() not in raw:
            return one
    region, told = _AMAZON.fullmatch(host.lower()), _AMAZON_ID.search(answer[:1000])
    if region is None or told is None:
        return None
    place = "email" if region[1] == _FIRST_REGION else region[1]
    return f"<{told[1]}@{place}.amazonses.com>"
