"""`make where e=<event>`: who states an event and who hears it, with file and line."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from shared.events.base import Fact
from shared.events.catalogue import BOOK, Entry

_SERVICES = Path(__file__).resolve().parent.parent / "services"


def main(wanted: str) -> int:
    """Prints the chain of every event whose type begins with the word."""
    entries = [entry for entry in BOOK if entry.fact.TYPE.startswith(wanted)]
    if not entries:
        print(f"No event begins with {wanted!r}.", file=sys.stderr)
        return 1
    for entry in entries:
        print("\n".join(_chain(entry)))
    return 0


def _chain(entry: Entry) -> Iterator[str]:
    visible = ", partners see it" if entry.partner_visible else ""
    yield f"{entry.fact.TYPE}  ({entry.fact.nats_subject()}{visible})"
    for service in entry.publisher:
        yield from _lines("stated", service, (_stating(entry.fact),), "")
    for service, what in entry.listeners.items():
        patterns = (_hearing(entry.fact), _EVERY_VISIBLE)
        yield from _lines("heard", service, patterns, f"  {what}")


def _lines(verb: str, service: str, patterns: tuple[str, ...], what: str) -> Iterator[str]:
    found = (list(_places(service, re.compile(pattern))) for pattern in patterns)
    for place in next(filter(None, found), ["(nowhere)"]):
        yield f"  {verb:7}{service:11}{place}{what}"


_EVERY_VISIBLE = r"consumers\.on\(entry\.fact"
"""How a service listens to every fact that partners see."""


def _stating(fact: type[Fact]) -> str:
    asked = r"|\btimer\.ask_" if fact.__name__ == "TimerRequested" else ""
    return rf"\b{fact.__name__}\({asked}"


def _hearing(fact: type[Fact]) -> str:
    return rf"\.on\([^)]*\b{fact.__name__}\b"


def _places(service: str, pattern: re.Pattern[str]) -> Iterator[str]:
    for file in sorted((_SERVICES / service).rglob("*.py")):
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            if pattern.search(line):
                yield f"{file.relative_to(_SERVICES.parent)}:{number}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
