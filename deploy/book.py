"""`python -m deploy.book`: writes docs/events.md from the event book and the code that uses it."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

from shared.events.catalogue import BOOK, Entry

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "events.md"

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


def _places(
    services: tuple[str, ...], fact: str, uses: Callable[[ast.Module, str], bool]
) -> list[str]:
    found = []
    for service in services:
        files = sorted({path for path, tree in _files(service) if uses(tree, fact)})
        links = ", ".join(f"[{Path(path).stem}](../{path})" for path in files)
        found.append(f"**{service}**" + (f" ({links})" if links else ""))
    return found


def _files(service: str) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "services" / service).rglob("*.py")):
        if "migrations" not in path.parts:
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _emits(tree: ast.Module, fact: str) -> bool:
    return any(_name(call.func) == fact for call in _calls(tree))


def _handles(tree: ast.Module, fact: str) -> bool:
    return any(
        _name(call.func) == "on" and any(_name(arg) == fact for arg in call.args)
        for call in _calls(tree)
    )


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
