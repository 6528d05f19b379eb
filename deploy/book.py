"""`python -m deploy.book`: writes docs/events.md from the event book and the code that uses it."""

import ast
from collections.abc import Callable
from functools import cache
from pathlib import Path

from shared.events.catalogue import BOOK, Entry

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "events.md"

Uses = Callable[[Path], frozenset[str]]

_HEAD = """# The event book

Generated from `shared/events/catalogue.py` by `make docs`; do not edit. Envelopes are CloudEvents
1.0 in structured JSON on the NATS subject `sanad.<type without version>`; `sequence` counts 1..n
for each source and subject. Facts carry ids, states and times only.
"""


def render() -> str:
    """The whole page."""
    return _HEAD + "".join(f"\n{_section(entry)}" for entry in BOOK)


def _section(entry: Entry) -> str:
    name = entry.fact.__name__
    lines = [f"## {entry.fact.TYPE}", "", (entry.fact.__doc__ or "").strip().splitlines()[0], ""]
    lines.append(f"- stated by: {', '.join(_places(entry.publisher, name, _emits))}")
    for service, effect in entry.listeners.items():
        lines.append(f"- {_places((service,), name, _handles)[0]} {effect}")
    if entry.unheard:
        lines.append(f"- no listener: {entry.unheard}")
    if entry.partner_visible:
        lines.append("- partners see it as a webhook and in the feed")
    fields = ", ".join(f"`{field}`" for field in entry.fact.model_fields)
    return "\n".join([*lines, f"- data: {fields}", ""])


def _places(services: tuple[str, ...], fact: str, uses: Uses) -> list[str]:
    found = []
    for service in services:
        files = [path for path in _files(service) if fact in uses(path)]
        links = ", ".join(f"[{path.stem}](../{path.relative_to(ROOT)})" for path in files)
        found.append(f"**{service}**" + (f" ({links})" if links else ""))
    return found


def _files(service: str) -> list[Path]:
    files = sorted((ROOT / "services" / service).rglob("*.py"), key=str)
    return [path for path in files if "migrations" not in path.parts]


@cache
def _calls(path: Path) -> tuple[ast.Call, ...]:
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return tuple(node for node in nodes if isinstance(node, ast.Call))


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


_ASKED = {"ask_at": "TimerRequested", "ask_after": "TimerRequested"}
"""Facts that services state through a client of the kit, by the client's verb."""


@cache
def _emits(path: Path) -> frozenset[str]:
    names = (_name(call.func) for call in _calls(path))
    return frozenset(_ASKED.get(name, name) for name in names)


@cache
def _handles(path: Path) -> frozenset[str]:
    """What the file's `on(...)` calls name, keyword arguments left out."""
    named = (call.args for call in _calls(path) if _name(call.func) == "on")
    return frozenset(_name(argument) for arguments in named for argument in arguments)


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
