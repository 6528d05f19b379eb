"""The commit hooks name gates that exist, and fetch nothing."""

import re

import yaml  # type: ignore[import-untyped]  # its stubs are not locked

from tests.architecture.source import ROOT


def hooks() -> dict[str, dict[str, object]]:
    document = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    assert [repo["repo"] for repo in document["repos"]] == ["local"]
    return {hook["id"]: hook for hook in document["repos"][0]["hooks"]}


def test_the_hooks_are_the_gates_of_the_house() -> None:
    assert hooks().keys() == {"ruff", "ruff-format", "mypy", "lint-imports", "fast"}
    for hook in hooks().values():
        assert hook["language"] == "system", "a hook of another kind would install something"


def test_every_hook_calls_a_target_or_a_locked_program() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    locked = (ROOT / "requirements-dev.lock").read_text("utf-8")
    for hook in hooks().values():
        program, argument, *_ = str(hook["entry"]).split()
        if program == "make":
            assert argument in targets
        else:
            assert f"\n{program.removeprefix('.venv/bin/')}==" in locked
