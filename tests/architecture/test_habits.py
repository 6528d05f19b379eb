"""Habits of the house that neither ruff nor import-linter can hold."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from statistics import median

from deploy.local.layout import SCHEMAS
from tests.architecture.source import ROOT, Module, below, modules

SILENCED = re.compile(r"#\s*(?:noqa|type:\s*ignore)")
REASON = re.compile(
    r"#\s*type:\s*ignore\[[\w, -]+\](?:\s*#\s*noqa:\s*[A-Z0-9, ]+)?\s*(?:#|-)\s*\w+"
    r"|#\s*noqa:\s*[A-Z0-9, ]+\s-\s+\w+"
)
SQL = re.compile(r"\b(?:select|insert into|update|delete from|create|alter|grant|join|from)\b")
TEST = re.compile(r"^\s*(?:async )?def (test_\w*)", re.MULTILINE)
COMMENT = re.compile(r"#\s*\w+")


@cache
def drives() -> tuple[Module, ...]:
    paths = sorted((ROOT / "tests").rglob("*.py"))
    return tuple(Module(str(path.relative_to(ROOT)), path.read_text("utf-8")) for path in paths)


def saying(word: str, *parts: tuple[Module, ...]) -> Iterator[Module]:
    """Those of the files in which a word stands at all; the rest need no closer look."""
    return (module for part in parts for module in part if word in module.text)


def test_every_silenced_warning_says_why() -> None:
    """On its line, or in a comment of its own just above."""
    mute = []
    for module in (*modules(), *drives()):
        lines = module.text.splitlines() if SILENCED.search(module.text) else []
        for number, line in enumerate(lines, 1):
            above = lines[number - 2].strip() if number > 1 else ""
            if SILENCED.search(line) and not (REASON.search(line) or above.startswith("# ")):
                mute.append(f"{module.path}:{number}")
    assert mute == []


def test_nobody_mocks() -> None:
    named = [
        module.path
        for module in saying("mock", modules(), drives())
        for node in ast.walk(module.tree)
        if any("mock" in name for name in _imported(node))
    ]
    assert named == []


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield getattr(node, "module", None) or ""
        yield from (one.name for one in node.names)


def test_tests_wait_for_a_condition_and_never_for_time() -> None:
    """A sleep is one step of a polling loop, or says what it stands for."""
    blind = []
    for module in saying("sleep", drives()):
        lines = module.text.splitlines()
        looping = {
            id(node)
            for loop in ast.walk(module.tree)
            if isinstance(loop, ast.While | ast.For | ast.AsyncFor)
            for node in ast.walk(loop)
        }
        for call in _sleeps(module.tree):
            here, above = lines[call.lineno - 1], lines[call.lineno - 2].strip()
            said = COMMENT.search(here) or above.startswith("# ")
            if id(call) not in looping and not said:
                blind.append(f"{module.path}:{call.lineno}")
    assert blind == []


def _sleeps(tree: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "sleep":
            yield node


def test_no_statement_of_a_service_names_a_schema_of_another() -> None:
    guilty = []
    for service, own in SCHEMAS.items():
        foreign = "|".join(schema for schema in SCHEMAS.values() if schema != own)
        named = re.compile(rf"(?<![\w.-])(?:{foreign})\.[a-z_]+\b(?!\()")
        for module in below(f"services/{service}/"):
            for text, line in _texts(module.tree):
                if SQL.search(text.lower()) and named.search(text):
                    guilty.append(f"{module.path}:{line}")
    assert guilty == []


def _texts(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Literal texts that are no docstrings; the words between the gaps of an f-string."""
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in documents:
            yield str(node.value), node.lineno


def test_files_and_functions_stay_as_small_as_we_aim_for() -> None:
    """Aims of decisions.md 32; the caps are in test_rooms."""
    code = [module for module in modules() if "/migrations/" not in module.path]
    files = [module.lines for module in code if not module.path.endswith("__init__.py")]
    sizes = [
        (function.end_lineno or 0) - function.lineno + 1
        for module in code
        for function in module.functions()
    ]
    print(
        f"files: {len(files)}, median {median(files):.0f}, longest {max(files)} lines;"
        f" functions: {len(sizes)}, median {median(sizes):.0f}, longest {max(sizes)} lines"
    )
    assert median(files) <= 120
    assert median(sizes) <= 10


def test_names_of_tests_are_sentences() -> None:
    short = [
        f"{module.path}: {name}"
        for module in drives()
        for name in TEST.findall(module.text)
        if name.count("_") < 2
    ]
    assert short == []
