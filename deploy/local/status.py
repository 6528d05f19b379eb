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
_ENGINES = (("postgres", "database", "postgres"), ("nats", "nats", "jetstream"))
"""Its row, its address in `endpoints.json`, and the check that tells of it."""
_NO_LAG = frozenset({"dead_letters"})
"""Measured, and no lag; told among the troubles when it is one."""


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
    found = {
        name: Line(name, answer.good, pids.get(name), url.rpartition("/")[0], _words(answer))
        for (name, url), answer in zip(places.items(), answers, strict=True)
    }
    engines = [_engine(known, answers, *one) for one in _ENGINES]
    return [*engines, found.pop("edge"), *found.values()]


def _engine(
    known: Mapping[str, Any], answers: list[Answer], name: str, key: str, check: str
) -> Line:
    """An engine is as its users find it: fit as soon as one of them reaches it."""
    seen = [one.document().get("checks") or {} for one in answers]
    entries = [entry for checks in seen for entry in checks.get(check) or ()]
    good = any(entry.get("status") == "pass" for entry in entries)
    slowest = max((_number(entry) for entry in entries), default=0.0)
    words = f"pass; {slowest:g} ms" if good and slowest else "pass" if good else "no answer"
    place = str(known.get(key, "")).rpartition("@")[2].rpartition("://")[2] or "-"
    return Line(name, good, known["pids"].get(name), place, words)


def _lags(checks: Mapping[str, Any]) -> Iterator[str]:
    """How far a service is behind: what waits to be told, to be heard, to be done."""
    for name, items in checks.items():
        entry = items[0] if isinstance(items, list) and items else {}
        unit = entry.get("observedUnit")
        if name not in _NO_LAG and unit in {"s", "facts"} and "observedValue" in entry:
            yield f"{name} {_number(entry):g} {unit}"


def _number(entry: Mapping[str, Any]) -> float:
    value = entry.get("observedValue")
    return float(value) if isinstance(value, (int, float)) else 0.0


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
    lags = [*_lags(checks)] if isinstance(checks, dict) else []
    return "; ".join([state, *lags, *troubles])


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
