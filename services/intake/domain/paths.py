"""What an SMTP path may be: RFC 5321 limits it (4.5.3.1) and knows one address without a domain."""

import re
from typing import Final

POSTMASTER: Final = "postmaster"
_LOCAL: Final = 64
_WHOLE: Final = 254
"""A path is 256 octets with its brackets."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_HOMELESS: Final = re.compile(rf"(TO:\s*<{POSTMASTER})(>.*)", re.IGNORECASE | re.DOTALL)


def fits(address: str) -> bool:
    """Whether the address is short enough, counted in octets, and has letters that can be shown."""
    local = address.rpartition("@")[0]
    return (
        _octets(local) <= _LOCAL and _octets(address) <= _WHOLE and _CONTROL.search(address) is None
    )


def at_home(asked: str, hostname: str) -> str:
    """What follows RCPT, the postmaster without a domain being that of `hostname`."""
    found = _HOMELESS.fullmatch(asked.strip())
    return f"{found[1]}@{hostname}{found[2]}" if found else asked


def _octets(text: str) -> int:
    return len(text.encode("utf-8", "surrogateescape"))
