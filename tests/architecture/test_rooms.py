"""Sizes, docstrings and forbidden words (style.md 2, 8; architecture.md)."""

import ast
import re

import pytest

from tests.architecture.source import ROOT, Module, below, modules

FILE_CAP, FUNCTION_CAP, KIT_CAP = 300, 40, 200
BUSINESS = re.compile(r"\b(ticket|tickets|sla|escalation|mailbox)\b", re.IGNORECASE)
SPEAKS_OF_COMMIT = re.compile(r"\.commit\(|execute\(\s*[\"']commit", re.IGNORECASE)


def code(path_prefix: str = "") -> list[Module]:
    return [m for m in below(path_prefix) if "/migrations/" not in m.path]


@pytest.mark.parametrize("module", code(), ids=lambda m: m.path)
def test_rooms_stay_small(module: Module) -> None:
    assert module.lines <= FILE_CAP, f"{module.path} has {module.lines} lines: fold it"
    for function in module.functions():
        size = (function.end_lineno or 0) - function.lineno + 1
        assert size <= FUNCTION_CAP, f"{module.path}: {function.name} has {size} lines"


def test_every_module_says_what_it_owns() -> None:
    silent = [m.path for m in modules() if not ast.get_docstring(m.tree)]
    assert silent == []


def test_the_kit_stays_small_and_knows_no_business_word() -> None:
    for module in code("shared/kit"):
        assert module.lines <= KIT_CAP, f"{module.path}: {module.lines} lines in the kit"
        assert BUSINESS.findall(module.text) == [], module.path


def test_nobody_commits_outside_the_kit() -> None:
    guilty = [m.path for m in code("services") if SPEAKS_OF_COMMIT.search(m.text)]
    assert guilty == []


def test_every_service_has_the_same_mandatory_rooms() -> None:
    for name in ("gateway", "intake", "tickets", "sla", "escalation", "notify"):
        home = ROOT / "services" / name
        for room in ("main", "routes", "usecases", "store", "settings", "domain", "README.md"):
            stands = (home / room).exists() or (home / f"{room}.py").exists()
            assert stands, f"services/{name} lacks {room}"


def test_service_readmes_are_short() -> None:
    for path in sorted((ROOT / "services").glob("*/README.md")):
        lines = [line for line in path.read_text().splitlines() if line.strip()]
        assert 4 <= len(lines) <= 16, f"{path.relative_to(ROOT)}: {len(lines)} lines"


def test_the_repository_names_no_machine_and_no_registry() -> None:
    pattern = re.compile(r"(?<![\w.])/(?:work|root|tmp|home)/\w|pypi\.org|files\.pythonhosted")
    tracked = [*modules_text(), *((p, p_text) for p, p_text in documents())]
    guilty = [path for path, text in tracked if pattern.search(text)]
    assert guilty == []


def modules_text() -> list[tuple[str, str]]:
    return [(m.path, m.text) for m in modules()]


def documents() -> list[tuple[str, str]]:
    patterns = ("*.md", "*.lock", "*.toml", "*.in", "Makefile", "docs/**/*.md", "deploy/**/*")
    paths = {path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()}
    texts = [p for p in paths if p.suffix in {".md", ".lock", ".toml", ".in", ".yaml", ".json", ""}]
    return [(str(p.relative_to(ROOT)), p.read_text(errors="replace")) for p in sorted(texts)]


NAMED = re.compile(r"`((?:deploy|docs|services|shared|tests)/[\w/.-]+\.(?:py|md|json))`")


def test_documents_name_only_files_that_exist() -> None:
    texts = [(path, text) for path, text in documents() if path.endswith(".md")]
    named = {(path, name) for path, text in texts for name in NAMED.findall(text)}
    assert named, "the documents name no file at all"
    assert sorted(f"{path}: {name}" for path, name in named if not (ROOT / name).exists()) == []


def test_each_decision_has_a_number_of_its_own() -> None:
    numbers = [path.name[:4] for path in (ROOT / "docs" / "adr").glob("*.md")]
    assert sorted(set(numbers)) == sorted(numbers)
