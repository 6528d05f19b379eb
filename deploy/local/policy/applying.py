"""Carrying out a plan through the desk's own doors, and writing what came of it into the file."""

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.policy.house import House, Row
from deploy.local.policy.planning import PLACES, Plan, Step, changed, resolved, version_body
from deploy.local.policy.wanted import stand_in
from deploy.local.policy.yamlfile import Source


@dataclass(frozen=True)
class Done:
    """What one step became."""

    step: Step
    id: str
    version: int
    moved: int | None = None


def apply(
    plan: Plan, house: House, *, open_tickets: bool, tell: Callable[[Done], None]
) -> list[Done]:
    """Each step asks for the version that was planned on, so that nobody's work is overwritten."""
    ids = dict(plan.ids)
    done: list[Done] = []
    for step in plan.changes:
        row = _carry_out(step, house, ids)
        ids[stand_in(f"{step.entry.kind}/{step.entry.key}")] = row["id"]
        moved = None
        if open_tickets and step.entry.kind == "policies" and not step.is_new:
            moved = house.post(f"{PLACES['policies']}/{row['id']}/apply", {})["tickets"]
        done.append(Done(step, row["id"], row["version"], moved))
        tell(done[-1])
    return done


def _carry_out(step: Step, house: House, ids: Mapping[str, str]) -> Row:
    place = PLACES[step.entry.kind]
    if step.running is None:
        return house.post(place, resolved(step.fields, ids))
    version, target = step.running["version"], f"{place}/{step.running['id']}"
    if step.entry.kind == "calendars":
        return house.post(f"{target}/versions", version_body(step), version)
    return house.patch(target, resolved(changed(step), ids), version)


def stamp(source: Source, done: list[Done]) -> str:
    """The file's text with the new ids and versions; comments and order stay."""
    lines = source.text.splitlines(keepends=True)
    edits = [edit for one in done for edit in _edits(source, one)]
    for number, column, name, value, is_new in sorted(edits, reverse=True):
        text = f"{' ' * column}{name}: {value}\n"
        if is_new:
            lines.insert(number, text)
        else:
            lines[number] = text
    return "".join(lines)


def _edits(source: Source, one: Done) -> list[tuple[int, int, str, object, bool]]:
    """`(line, column, key, value, whether it is a new line)`, lines counted from 0."""
    path = one.step.entry.path
    children = [place for place in source.columns if place[:-1] == path]
    head = source.lines[path]
    if not children or any(source.lines[place] == head for place in children):
        return []  # written in one line: left as it is
    column = source.columns[children[0]]
    edits: list[tuple[int, int, str, object, bool]] = []
    for name, value in (("version", one.version), ("id", one.id)):
        line = source.lines.get((*path, name))
        if line is None and (name == "id" or one.step.is_new):
            edits.append((head, column, name, value, True))
        elif line is not None:
            edits.append((line - 1, source.columns[(*path, name)], name, value, False))
    return edits


def save(path: Path, text: str) -> None:
    """Whole or not at all."""
    descriptor, fresh = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    Path(fresh).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
    Path(fresh).replace(path)
