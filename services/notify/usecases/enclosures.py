"""The files of a message in the mail about it: named, sized, each with a link of its own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from services.notify.domain.headers import clean
from services.notify.domain.plurals import counted
from services.notify.domain.sizes import file_size
from services.notify.usecases.rendering import Reader

_PATIENT: Final = 3
"""So many attempts a mail waits for its files' check: with the waits between them, 72 seconds."""


class StillChecked(Exception):
    """A file of the message is on its way through the scanner; the mail had better wait."""


def wait_for_check(message: dict[str, Any] | None, attempts: int) -> None:
    """Raises while waiting is worth it; after that the mail says what is still checked."""
    files = (message or {}).get("files") or ()
    if attempts <= _PATIENT and any(one["state"] == "pending" for one in files):
        raise StillChecked("files_are_checked")


def enclosures(files: Sequence[dict[str, Any]], reader: Reader) -> dict[str, Any] | None:
    """What a template says of files; None without any."""
    if not files:
        return None
    until = next((one["expires_at"] for one in files if one["url"]), None)
    return {
        "summary": reader.numbers(counted("files", len(files), reader.locale)),
        "until": reader.instant(datetime.fromisoformat(until)) if until else "",
        "each": [
            {
                "name": clean(one["name"]),
                "size": reader.numbers(file_size(one["size"], reader.locale)),
                "url": one["url"] or "",
                "checked": one["state"] == "pending",
            }
            for one in files
        ],
    }
