"""Every text of the product that stands in two languages, found in the syntax trees."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from string import Formatter

from tests.architecture.source import Module, modules

ARABIC = re.compile("[\u0621-\u064a]")
LANGUAGES = {"ar", "en"}
_FINDINGS = {"good", "warning", "bad"}
_TOLD_APART = re.compile(r"_AR\b|_EN\b|\['(ar|en)'\]|\b(ar|en)\b")


@dataclass(frozen=True, slots=True)
class Pair:
    """One text in both languages; gaps are what somebody else fills in."""

    place: str
    ar: ast.expr
    en: ast.expr

    def words(self, language: str) -> str:
        return "".join(text for text, _ in _pieces(self.ar if language == "ar" else self.en))

    def gaps(self, language: str) -> set[str]:
        pieces = _pieces(self.ar if language == "ar" else self.en)
        return {gap for _, gap in pieces if gap}


@cache
def pairs() -> tuple[Pair, ...]:
    """`Localized(ar=, en=)`, `{"ar":, "en":}`, `{Locale.AR:, Locale.EN:}` and doctor's findings."""
    return tuple(
        Pair(f"{module.path}:{getattr(node, 'lineno', 0)}", ar, en)
        for module in modules()
        for node in ast.walk(module.tree)
        for ar, en in _told(node, module)
    )


@cache
def lone_arabic() -> tuple[str, ...]:
    """Arabic in the code that no English stands beside."""
    told = {id(leaf) for pair in pairs() for side in (pair.ar, pair.en) for leaf in ast.walk(side)}
    return tuple(
        f"{module.path}:{line}"
        for module in modules()
        if ARABIC.search(module.text)
        for line in _lonely(module, set(told))
    )


def _lonely(module: Module, told: set[int]) -> Iterator[int]:
    told |= {id(node.value) for node in ast.walk(module.tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and id(node) not in told and _arabic(node):
            yield node.lineno


def _arabic(node: ast.Constant) -> bool:
    return bool(ARABIC.search(str(node.value)))


def _told(node: ast.AST, module: Module) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(node, ast.Call):
        sides = {word.arg: word.value for word in node.keywords}
        if sides.keys() >= LANGUAGES:
            yield sides["ar"], sides["en"]
        elif getattr(node.func, "id", "") in _FINDINGS and module.path.startswith("deploy"):
            en, ar = node.args
            yield ar, en
    elif isinstance(node, ast.Dict):
        keys = [_key(key) for key in node.keys]
        if set(keys) == LANGUAGES:
            sides = dict(zip(keys, node.values, strict=True))
            yield from _matched(sides["ar"], sides["en"])


def _key(key: ast.expr | None) -> str | None:
    if isinstance(key, ast.Attribute) and getattr(key.value, "id", "") == "Locale":
        return key.attr.lower()
    return str(key.value) if isinstance(key, ast.Constant) else None


def _matched(ar: ast.expr, en: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Tables of texts are matched entry by entry."""
    if isinstance(ar, ast.Dict) and isinstance(en, ast.Dict):
        mine = {_key(key): value for key, value in zip(ar.keys, ar.values, strict=True)}
        theirs = {_key(key): value for key, value in zip(en.keys, en.values, strict=True)}
        assert mine.keys() == theirs.keys(), f"line {ar.lineno}: {mine.keys() ^ theirs.keys()}"
        yield from ((mine[key], theirs[key]) for key in mine)
    else:
        yield ar, en


def _pieces(node: ast.expr) -> Iterator[tuple[str, str]]:
    """Words, and the gaps between them, of a literal text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        for text, gap, _, _ in Formatter().parse(node.value):
            yield text, gap or ""
    elif isinstance(node, ast.JoinedStr):
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield "", _TOLD_APART.sub("", ast.unparse(part.value))
            elif isinstance(part, ast.Constant):
                yield str(part.value), ""


def is_text(pair: Pair) -> bool:
    return all(isinstance(side, ast.Constant | ast.JoinedStr) for side in (pair.ar, pair.en))
