"""Keeps out of a service's memory what libraries import only because it happens to be installed."""

import importlib
import sys
from typing import Final

_UNUSED: Final = (
    ("structlog", "rich"),  # colours for a terminal: 7 MB
    ("nats.aio.client", "aiohttp"),  # NATS over websockets: 4 MB
    ("uvicorn", "watchfiles"),  # reloading while one develops: 1 MB
    ("httpx", "pygments"),  # a command line with colours: 2 MB
    ("fastapi", "email_validator"),  # only for a type that our bodies do not use
)


def preload() -> None:
    """Import each library while its optional companion seems absent, then let that one be."""
    for library, companion in _UNUSED:
        if companion in sys.modules:
            continue
        sys.modules[companion] = None  # type: ignore[assignment]  # how imports are told to fail
        try:
            importlib.import_module(library)
        finally:
            del sys.modules[companion]
