"""`Authentication-Results` (RFC 8601) taken apart; what strangers wrote in it stays a value."""

import re
from dataclasses import dataclass, field
from typing import Final

_ESCAPED: Final = re.compile(r"\\(.)")
_METHOD: Final = re.compile(r"\s*([a-z0-9][a-z0-9-]*)\s*(?:/\s*\d+\s*)?=\s*([a-z0-9]+)")
_PROPERTY: Final = re.compile(
    r"([a-z]+)\s*\.\s*([a-z0-9_-]+)\s*=\s*(\"(?:[^\"\\]|\\.)*\"|[^\s;\"]+)"
)
_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Result:
    """One method with its verdict and what it looked at, all in lower case."""

    method: str
    verdict: str
    about: dict[str, str] = field(default_factory=dict)

    def domain(self, *names: str) -> str:
        """The domain of the first such property; empty when none is there."""
        value = next((self.about[name] for name in names if name in self.about), "")
        return value.rpartition("@")[2].strip(". ")


def results_of(text: str, server: str) -> list[Result]:
    """The results of one field, when `server` wrote it; else none."""
    named, *parts = _clauses(text.lower())
    if named.split()[:1] != [server.lower()]:
        return []
    found = (_result(part) for part in parts[:_MOST])
    return [one for one in found if one is not None]


def _result(part: str) -> Result | None:
    method = _METHOD.match(part)
    if method is None:
        return None
    about = {
        f"{kind}.{name}": _plain(value)
        for kind, name, value in _PROPERTY.findall(part[method.end() :])
    }
    return Result(method[1], method[2], about)


def _plain(value: str) -> str:
    return _ESCAPED.sub(r"\1", value[1:-1]) if value[:1] == '"' else value


def _clauses(text: str) -> list[str]:
    """Cut at semicolons outside quotes, comments left out: both may carry a sender's own words."""
    clauses, current, depth, quoted, escaped = list[str](), list[str](), 0, False, False
    for char in text:
        if escaped:
            escaped = False
        elif char == "\\" and (quoted or depth):
            escaped = True
        elif char == '"' and not depth:
            quoted = not quoted
        elif not quoted and char in "()":
            depth = max(0, depth + (1 if char == "(" else -1))
            continue
        elif char == ";" and not (quoted or depth):
            clauses.append("".join(current))
            current = []
            continue
        if not depth:
            current.append(char)
    return [*clauses, "".join(current)]
