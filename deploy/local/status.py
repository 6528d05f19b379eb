"""`sanad status`: how each part of a running installation is, in one table."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.layout import Home
from deploy.local.probes import Answer, ask

NOT_RUNNING = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One part, whether it is fit for work, and what it says of its troubles."""

    name: str
    good: bool
    pid: int | None
    place: str
    words: str


def endpoints(home: Home) -> dict[str, Any] | None:
    """What the runner wrote when it became ready; None when it is not up."""
    try:
        found: dict[str, Any] = json.loads(home.endpoints.read_text("utf-8"))
    except FileNotFoundError:
        return None
    return found


async def look(known: Mapping[str, Any]) -> list[Line]:
    places = {**{name: f"{url}/readyz" for name, url in known["ops"].items()}}
    places["edge"] = f"{known['http']}/v1/status"
    answers = await asyncio.gather(*(ask(url) for url in places.values()))
    pids = known["pids"]
    return [
        Line(name, answer.good, pids.get(name), url.rpartition("/")[0], _words(answer))
        for (name, url), answer in zip(places.items(), answers, strict=True)
    ]


def table(lines: list[Line]) -> Iterator[str]:
    yield f"{'':2}{'part':12}{'pid':>8}  {'where':34}{'what'}"
    for line in lines:
        mark = "✓" if line.good else "✗"
        pid = str(line.pid or "-")
        yield f"{mark} {line.name:12}{pid:>8}  {line.place:34}{line.words}"


def _words(answer: Answer) -> str:
    if not answer.status:
        return "no answer"
    document = answer.document()
    checks = document.get("checks")
    troubles = [*_troubles(checks)] if isinstance(checks, dict) else []
    state = str(document.get("status") or answer.status)
    return "; ".join([state, *troubles])


def _troubles(checks: Mapping[str, Any]) -> Iterator[str]:
    for name, found in checks.items():
        for item in found if isinstance(found, list) else [found]:
            if isinstance(item, dict) and item.get("status") not in {None, "pass"}:
                cause = item.get("output") or item.get("observedValue", "")
                yield f"{name} {item['status']} {cause}".strip()


def report(folder: Path) -> int:
    """Prints the table; 0 when all is well, 1 when something is not, 3 when nothing runs."""
    known = endpoints(Home(folder))
    if known is None:
        print(f"Nothing is ready on {folder}.")
        return NOT_RUNNING
    lines = asyncio.run(look(known))
    print("\n".join(table(lines)))
    print(f"http {known['http']}   smtp {known['smtp']}")
    return 0 if all(line.good for line in lines) else 1
