"""Reading YAML with its line numbers: one meaning for every text, nothing hidden, nothing huge.

Times and dates stay texts (YAML 1.1 would read 17:00 as the number 1020), `yes` is a word, a key
stands once, an alias may not grow the file beyond its bounds, and no tag makes an object.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from deploy.local.programs import CannotRunError

LARGEST: Final = 1024 * 1024
MOST_NODES: Final = 100_000
DEEPEST: Final = 30
Path = tuple[str | int, ...]

_SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PREFIX: Final = "tag:yaml.org,2002:"


class BadFile(CannotRunError):
    """The file cannot be meant; says where."""


class _Loader(_SAFE):  # type: ignore[misc]  # it ships no types
    """YAML 1.2's core words only."""

    yaml_implicit_resolvers: Final[dict[str, Any]] = {}


for _tag, _pattern, _first in (
    ("null", r"~|null|", ["~", "n", ""]),
    ("bool", r"true|false", ["t", "f"]),
    ("int", r"-?[0-9]{1,18}", list("-0123456789")),
    ("float", r"-?[0-9]{1,18}\.[0-9]{1,18}", list("-0123456789")),
):
    _Loader.add_implicit_resolver(_PREFIX + _tag, re.compile(f"(?:{_pattern})$"), _first)


@dataclass
class Source:
    """What a file says, and the line on which it says it (from 1)."""

    name: str
    text: str
    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    columns: dict[Path, int] = field(default_factory=dict)

    def at(self, path: Path) -> str:
        """`file.yaml:12`, of the nearest thing that has a line."""
        while path and path not in self.lines:
            path = path[:-1]
        return f"{self.name}:{self.lines.get(path, 1)}"


def read(name: str, raw: bytes) -> Source:
    """The file, or where it is wrong."""
    if len(raw) > LARGEST:
        raise BadFile(f"{name}: larger than {LARGEST} bytes")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile(f"{name}: not UTF-8 (byte {error.start})") from None
    source = Source(name, text)
    try:
        _measure(name, text)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise BadFile(f"{name}:{line}: {error.problem or error.context}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise BadFile(f"{name}: {str(error)[:200] or 'nested too deeply'}") from None
    source.data = None if node is None else _Reader(source).read(node, ())
    return source


def _measure(name: str, text: str) -> None:
    """Composing follows every bracket down, in C: a deep file must be refused before."""
    depth = 0
    for number, event in enumerate(yaml.parse(text, Loader=_Loader)):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if number > 2 * MOST_NODES or depth > DEEPEST:
            line = event.start_mark.line + 1
            raise BadFile(f"{name}:{line}: too large or nested too deeply")


@dataclass
class _Reader:
    """Turns nodes into plain values, remembering their places."""

    source: Source
    nodes: int = 0

    def read(self, node: Any, path: Path) -> Any:
        self.source.lines.setdefault(path, node.start_mark.line + 1)
        self.nodes += 1
        if self.nodes > MOST_NODES or len(path) > DEEPEST:
            raise BadFile(f"{self._where(node)}: too large or nested too deeply")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(one, (*path, index)) for index, one in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: Any, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            if name is None or name == "<<":
                raise BadFile(f"{self._where(key)}: a key is a plain text")
            if name in found:
                raise BadFile(f"{self._where(key)}: {name!r} stands twice")
            self.source.lines[(*path, name)] = key.start_mark.line + 1
            self.source.columns[(*path, name)] = key.start_mark.column
            found[name] = self.read(value, (*path, name))
        return found

    def _scalar(self, node: Any) -> Any:
        kind, text = node.tag.removeprefix(_PREFIX), node.value
        if kind == "str":
            return text
        if kind == "null":
            return None
        if kind == "bool":
            return text == "true"
        try:
            return {"int": int, "float": float}[kind](text)
        except (KeyError, ValueError):
            raise BadFile(f"{self._where(node)}: {node.tag} is not read here") from None

    def _where(self, node: Any) -> str:
        return f"{self.source.name}:{node.start_mark.line + 1}"


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]  # it ships no types
    """Blocks, with short lists on one line."""


def _short(dumper: yaml.SafeDumper, data: list[Any]) -> Any:
    flat = all(not isinstance(one, dict) for one in data) and len(str(data)) < 90
    return dumper.represent_sequence(f"{_PREFIX}seq", data, flow_style=flat)


_Dumper.add_representer(list, _short)


def write(data: Any) -> str:
    """Texts that other readers would take for something else are quoted."""
    text: str = yaml.dump(
        data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100, indent=2
    )
    return text
