"""What a file is where its first bytes say nothing to our own rule: a larger book of signatures."""

import re
from typing import Final

from services.tickets.domain.kinds import HEAD, UNKNOWN, Finding, inspect, sniff

_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,100}")


def find(head: bytes, tail: bytes, name: str, declared: str) -> Finding:
    """The type and the cautions; what was declared is compared, never believed."""
    return inspect(sniff(head) or _looked_up(head), head, tail, name, declared)


def _looked_up(head: bytes) -> str:
    import puremagic  # noqa: PLC0415 - its book is large and most files do without

    try:
        found = str(puremagic.from_string(head[:HEAD], mime=True)).lower()
    except (puremagic.PureError, ValueError):
        return UNKNOWN
    # A binary file that the book takes for a text would be shown as one.
    sound = _TYPE.fullmatch(found) and not found.startswith(("text/", "image/svg"))
    return found if sound else UNKNOWN
