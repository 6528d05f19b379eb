"""Reports of undelivered mail in free text, recognised by the detectors of flufl.bounce.

Runs in the parser's process: the standard parser beneath may be driven to its limits.
"""

from email import message_from_bytes
from email.policy import compat32
from importlib import import_module
from typing import Any, Final

_LARGEST: Final = 256 * 1024


def failed(raw: bytes) -> bool | None:
    """Whether delivery failed for good; None when this is no report that anybody knows."""
    if len(raw) > _LARGEST:
        return None
    scan: Any = import_module("flufl.bounce").all_failures
    try:
        temporary, permanent = scan(message_from_bytes(raw, policy=compat32))
    except Exception:  # noqa: BLE001 - a mail that breaks a detector is no report to it
        return None
    return bool(permanent) if temporary or permanent else None
