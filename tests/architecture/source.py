"""The product's own source files, parsed once for all guards."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TREES = ("services", "shared", "deploy")


@dataclass(frozen=True)
class Module:
    """One file: where it lies, its text and its syntax tree, parsed by the first who asks."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


@cache
def modules() -> tuple[Module, ...]:
    """Every Python file of the product; tests are not the product."""
    return tuple(
        Module(str(path.relative_to(ROOT)), path.read_text())
        for tree in TREES
        for path in sorted((ROOT / tree).rglob("*.py"))
        if "__pycache__" not in path.parts
    )


def below(prefix: str) -> tuple[Module, ...]:
    return tuple(module for module in modules() if module.path.startswith(prefix))
